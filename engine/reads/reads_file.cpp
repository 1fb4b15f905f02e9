#include "engine/reads/reads_file.hpp"

#include "engine/hts/bam_bytes.hpp"
#include "engine/hts/bgzf.hpp"
#include "engine/hts/cram_bytes.hpp"

#include <array>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace callstream::reads {
namespace {

error unusable(std::string why) {
    return {errc::file_unusable, std::move(why)};
}

/// The binary list is what records refer to; the text, where it lists references at all, must list
/// the same ones.
result<void> join_references(
    std::vector<reference_sequence>& from_text, const std::vector<hts::bam_reference>& from_list
) {
    if (!from_text.empty() && from_text.size() != from_list.size()) {
        return unusable("has another number of references in its header text than in its list");
    }
    for (std::size_t i = 0; i < from_list.size(); ++i) {
        if (i == from_text.size()) from_text.emplace_back();
        auto& reference = from_text[i];
        const auto& listed = from_list[i];
        if (reference.name.empty()) reference = {listed.name, listed.length, "", "", "", ""};
        if (reference.name != listed.name || reference.length != listed.length) {
            return unusable("has other references in its header text than in its list");
        }
    }
    return {};
}

}  // namespace

result<std::shared_ptr<const reads_file>> reads_file::open(const std::filesystem::path& path) {
    auto fd = open_regular(path);
    if (!fd) return fd.error();
    std::shared_ptr<reads_file> file(new reads_file);
    file->fd_ = std::move(*fd);
    file->identity_ = identity_of(file->fd_.get());
    std::array<char, 4> magic{};
    const bool is_cram = read_exactly(file->fd_.get(), magic.data(), magic.size(), 0) &&
                         std::string_view(magic.data(), magic.size()) == "CRAM";
    try {
        const auto read = is_cram ? file->read_cram() : file->read_bam();
        if (!read) return read.error();
    } catch (const damaged_file& e) {
        return unusable(e.what());
    }
    return std::shared_ptr<const reads_file>(std::move(file));
}

result<void> reads_file::read_bam() {
    const auto packing = hts::seekable_compression_of(fd_.get(), identity_.size);
    if (!packing) return packing.error();
    if (*packing != hts::compression::bgzf) return unusable("is neither BAM nor CRAM");
    hts::bam_bytes bytes(fd_.get(), identity_.size);
    const hts::bam_header raw = bytes.read_header();
    auto parsed = parse_sam_header(raw.text);
    if (!parsed) return parsed.error();
    header_ = std::move(*parsed);
    format_ = reads_format::bam;
    version_ = "1";
    return join_references(header_.references, raw.references);
}

result<void> reads_file::read_cram() {
    hts::cram_bytes bytes(fd_.get(), identity_.size);
    const std::string text = bytes.read_header();
    if (!bytes.has_eof_container()) {
        return unusable("ends without its end-of-file container, so it was cut off; get it again");
    }
    auto parsed = parse_sam_header(text);
    if (!parsed) return parsed.error();
    header_ = std::move(*parsed);
    format_ = reads_format::cram;
    version_ = std::to_string(bytes.version().major) + "." + std::to_string(bytes.version().minor);
    return {};
}

}  // namespace callstream::reads
