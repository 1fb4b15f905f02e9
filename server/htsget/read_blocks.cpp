#include "server/htsget/read_blocks.hpp"

#include "engine/catalog/reads_reference.hpp"
#include "engine/core/file.hpp"
#include "engine/hts/bgzf_packer.hpp"
#include "engine/reads/cram_parts.hpp"
#include "engine/reads/read_stream.hpp"
#include "server/http/byte_range.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace callstream::htsget {
namespace {

using made_body = result<std::unique_ptr<streaming::body_source>>;

std::optional<std::size_t> position_of(const reads::sam_header& header, const std::string& name) {
    const auto& all = header.references;
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
    if (found == all.end()) return std::nullopt;
    return static_cast<std::size_t>(found - all.begin());
}

/// Regions by positions in the header, without those that no read can be in.
std::vector<reads::read_region> regions_of(
    const reads::sam_header& header, const std::vector<named_region>& named
) {
    std::vector<reads::read_region> out;
    for (const auto& region : named) {
        const auto at = region.name == "*" ? std::nullopt : position_of(header, region.name);
        const bool is_empty = region.begin0 >= region.end0;
        if (region.name != "*" && (!at || is_empty)) continue;
        out.push_back({at ? static_cast<std::int32_t>(*at) : -1, region.begin0, region.end0});
    }
    return out;
}

class bam_body : public streaming::body_source {
 public:
    /// Without records for null.
    bam_body(
        std::shared_ptr<const reads::reads_file> header,
        std::unique_ptr<reads::read_stream> records,
        bool ends
    )
        : header_(std::move(header)), records_(std::move(records)), ends_(ends) {}

    result<progress> fill(text_buffer& out) override {
        if (header_) {
            if (auto done = reads::append_bam_header(*header_, out); !done) return done.error();
            header_.reset();
        }
        if (records_) {
            const auto more = records_->append(out, streaming::block_bytes);
            if (!more) return more.error();
            if (*more) return progress::more;
        }
        if (ends_) hts::bgzf_packer().finish(out);
        return progress::done;
    }

 private:
    std::shared_ptr<const reads::reads_file> header_;  // null once it is written
    std::unique_ptr<reads::read_stream> records_;
    bool ends_;
};

/// Bytes of a file as they are.
class stretches_body : public streaming::body_source {
 public:
    stretches_body(
        std::shared_ptr<const reads::reads_file> file, std::vector<reads::file_stretch> stretches
    )
        : file_(std::move(file)), stretches_(std::move(stretches)) {
        for (const auto& stretch : stretches_) length_ += stretch.end - stretch.first;
    }

    std::optional<std::uint64_t> length() const override { return length_; }

    result<progress> fill(text_buffer& out) override {
        const std::size_t limit = out.size() + streaming::block_bytes;
        while (out.size() < limit && at_ < stretches_.size()) {
            auto& stretch = stretches_[at_];
            const auto count = static_cast<std::size_t>(
                std::min<std::uint64_t>(limit - out.size(), stretch.end - stretch.first)
            );
            char* const room = out.prepare(count);
            if (!read_exactly(file_->descriptor(), room, count, stretch.first)) {
                throw damaged_file("the file shrank");
            }
            out.commit(room + count);
            stretch.first += count;
            if (stretch.first == stretch.end) ++at_;
        }
        if (identity_of(file_->descriptor()) != file_->identity()) {
            throw damaged_file("the file was changed in place");
        }
        return at_ < stretches_.size() ? progress::more : progress::done;
    }

 private:
    std::shared_ptr<const reads::reads_file> file_;
    std::vector<reads::file_stretch> stretches_;
    std::uint64_t length_ = 0;
    std::size_t at_ = 0;
};

/// Whether there is nothing to be read: no regions at all mean the whole file.
bool wants_none(const block_request& block, const std::vector<reads::read_region>& regions) {
    return !block.regions.empty() && regions.empty();
}

made_body cram_block(
    const catalog::read_group_set& set,
    const block_request& block,
    const std::vector<reads::read_region>& regions
) {
    const auto parts = reads::parts_of_cram(*set.file, set.path, regions);
    std::vector<reads::file_stretch> stretches;
    if (block.part != block_part::body) {
        stretches.push_back(parts.header);
    } else if (!wants_none(block, regions)) {
        stretches = parts.containers;
    }
    if (block.part != block_part::header) stretches.push_back(parts.end);
    return std::unique_ptr<streaming::body_source>(
        std::make_unique<stretches_body>(set.file, std::move(stretches))
    );
}

made_body bam_block(
    const catalog::snapshot& now,
    const catalog::read_group_set& set,
    const block_request& block,
    std::vector<reads::read_region> regions,
    const std::filesystem::path& scratch
) {
    if (block.part != block_part::body) {
        return std::unique_ptr<streaming::body_source>(
            std::make_unique<bam_body>(set.file, nullptr, block.part == block_part::header_file)
        );
    }
    if (wants_none(block, regions)) {
        return std::unique_ptr<streaming::body_source>(
            std::make_unique<bam_body>(nullptr, nullptr, true)
        );
    }
    reads::cram_decoding decoding;
    decoding.scratch = scratch;
    if (set.file->format() == reads::reads_format::cram) {
        const auto* reference = catalog::reference_of(now, set);
        if (reference != nullptr) decoding.fasta = reference->fasta->path();
    }
    auto records = reads::read_stream::open(set.file, set.path, std::move(regions), decoding);
    if (!records) return records.error();
    return std::unique_ptr<streaming::body_source>(
        std::make_unique<bam_body>(nullptr, std::move(*records), true)
    );
}

}  // namespace

const catalog::read_group_set* find_reads(const catalog::snapshot& now, std::string_view id) {
    const auto& all = now.read_group_sets();
    const auto found =
        std::find_if(all.begin(), all.end(), [id](const auto& one) { return one.id == id; });
    return found == all.end() ? nullptr : &*found;
}

bool can_be(const catalog::read_group_set& set, data_format format) {
    return format == data_format::bam || set.file->format() == reads::reads_format::cram;
}

std::optional<std::string> reference_named(
    const catalog::read_group_set& set, const std::string& name
) {
    for (auto& spelling : set.home->contigs.spellings(name)) {
        // What could not be signed is no name that a header can have.
        if (!can_be_signed(spelling)) continue;
        if (position_of(set.file->header(), spelling)) return std::move(spelling);
    }
    return std::nullopt;
}

std::string fingerprint_of(const catalog::read_group_set& set) {
    return http::entity_tag_of(set.file->identity());
}

made_body open_block(
    const catalog::snapshot& now,
    const catalog::read_group_set& set,
    const block_request& block,
    const std::filesystem::path& scratch
) {
    const auto current = identity_of(set.path);
    if (!current || *current != set.file->identity()) {
        return error{errc::file_replaced, "the file has been replaced"};
    }
    auto regions = regions_of(set.file->header(), block.regions);
    if (block.format == data_format::cram) return cram_block(set, block, regions);
    return bam_block(now, set, block, std::move(regions), scratch);
}

}  // namespace callstream::htsget
