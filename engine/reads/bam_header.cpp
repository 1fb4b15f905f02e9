#include "engine/reads/bam_header.hpp"

#include "engine/hts/cram_bytes.hpp"

#include <cstdint>
#include <limits>

namespace callstream::reads {
namespace {

/// A CRAM has its references in its text alone.
result<hts::bam_header> header_of_cram(const reads_file& file) {
    hts::bam_header out;
    out.text = hts::cram_bytes(file.descriptor(), file.identity().size).read_header();
    for (const auto& reference : file.header().references) {
        if (reference.length > std::numeric_limits<std::int32_t>::max()) {
            return error{
                errc::file_unusable,
                "has a reference that is too long for a BAM: " + reference.name};
        }
        out.references.push_back({reference.name, static_cast<std::uint32_t>(reference.length)});
    }
    return out;
}

}  // namespace

result<hts::bam_header> bam_header_of(const reads_file& file) {
    if (file.format() == reads_format::cram) return header_of_cram(file);
    return hts::bam_bytes(file.descriptor(), file.identity().size).read_header();
}

}  // namespace callstream::reads
