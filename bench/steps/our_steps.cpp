#include "bench/steps/steps.hpp"
#include "engine/core/file.hpp"
#include "engine/core/text_buffer.hpp"
#include "engine/genotype/gt_text.hpp"
#include "engine/hts/vcf_reader.hpp"
#include "server/streaming/body_source.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <stdexcept>
#include <vector>

namespace callstream::bench {
namespace {

struct open_reader {
    explicit open_reader(const std::filesystem::path& path)
        : reader(hts::vcf_reader::open(open_regular(path).value()).value()),
          samples(reader.describe().samples.size()),
          genotype_key(reader.find_field("GT")) {}

    const hts::format_field& genotypes_of(const hts::record& record) const {
        for (const auto& field : record.fields) {
            if (field.key == genotype_key) return field;
        }
        throw std::runtime_error("a record without GT");
    }

    hts::vcf_reader reader;
    std::size_t samples;
    std::int32_t genotype_key;
};

}  // namespace

measured our_reader(const std::filesystem::path& path) {
    open_reader in(path);
    return timed([&](measured& m) {
        while (in.reader.next() != nullptr) m.calls += in.samples;
    });
}

measured matrix_cells(const std::filesystem::path& path) {
    open_reader in(path);
    genotype::gt_writer writer(genotype::genotype_format{}, {.before = "\"", .after = "\","});
    std::vector<std::uint32_t> columns(in.samples);
    std::iota(columns.begin(), columns.end(), 0U);
    const genotype::sample_row row(std::move(columns));
    text_buffer block(2 * streaming::block_bytes);
    return timed([&](measured& m) {
        while (const auto* record = in.reader.next()) {
            if (block.size() >= streaming::block_bytes) {
                m.bytes_out += block.size();
                block.clear();
            }
            writer.write_row(block, &in.genotypes_of(*record), row);
            m.calls += in.samples;
        }
        m.bytes_out += block.size();
    });
}

}  // namespace callstream::bench
