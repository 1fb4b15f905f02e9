#include "engine/reads/read_stream.hpp"

#include "engine/hts/bam_bytes.hpp"
#include "engine/hts/bgzf_packer.hpp"
#include "engine/hts/bgzf_slice.hpp"
#include "engine/reads/bam_header.hpp"
#include "engine/reads/record_walk.hpp"

#include <optional>
#include <utility>

namespace callstream::reads {
namespace {

constexpr std::uint64_t bgzf_eof_bytes = 28;

/// Every record of a BAM.
class whole_bam : public read_stream {
 public:
    explicit whole_bam(std::shared_ptr<const reads_file> file) : file_(std::move(file)) {
        const auto size = file_->identity().size;
        auto content = std::make_unique<hts::bgzf_blocks>(file_->descriptor(), size);
        const auto* blocks = content.get();
        hts::bam_bytes bytes(std::move(content));
        bytes.read_header();
        // Complete files alone are served, so the last block is the empty one.
        slice_.emplace(
            file_->descriptor(),
            size,
            blocks->virtual_offset(bytes.left_in_block()),
            (size - bgzf_eof_bytes) << 16
        );
    }

    result<bool> append(text_buffer& out, std::size_t about) override {
        const bool more = slice_->append(out, about);
        check_unchanged(*file_);
        return more;
    }

 private:
    std::shared_ptr<const reads_file> file_;
    std::optional<hts::bgzf_slice> slice_;
};

/// Records of a walk, packed anew.
class packed_walk : public read_stream {
 public:
    explicit packed_walk(std::unique_ptr<record_walk> walk) : walk_(std::move(walk)) {}

    result<bool> append(text_buffer& out, std::size_t about) override {
        const std::size_t limit = out.size() + about;
        while (out.size() < limit) {
            const auto step = walk_->next();
            if (!step) return step.error();
            if (*step == record_walk::step::pause) break;
            if (*step == record_walk::step::record) {
                packer_.add(walk_->record().bytes, out);
                continue;
            }
            packer_.flush(out);
            walk_->check_unchanged();
            return false;
        }
        walk_->check_unchanged();
        return true;
    }

 private:
    std::unique_ptr<record_walk> walk_;
    hts::bgzf_packer packer_;
};

}  // namespace

result<void> append_bam_header(const reads_file& file, text_buffer& out) {
    const auto header = bam_header_of(file);
    if (!header) return header.error();
    const auto bytes = hts::encode_bam_header(*header);
    hts::bgzf_packer packer;
    packer.add({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, out);
    packer.flush(out);
    return {};
}

result<std::unique_ptr<read_stream>> read_stream::open(
    std::shared_ptr<const reads_file> file,
    const std::filesystem::path& path,
    std::vector<read_region> regions,
    const cram_decoding& decoding
) {
    if (regions.empty() && file->format() == reads_format::bam) {
        return std::unique_ptr<read_stream>(std::make_unique<whole_bam>(std::move(file)));
    }
    auto walk = record_walk::open(std::move(file), path, std::move(regions), decoding);
    if (!walk) return walk.error();
    return std::unique_ptr<read_stream>(std::make_unique<packed_walk>(std::move(*walk)));
}

}  // namespace callstream::reads
