#include "engine/variants/index_pass.hpp"

#include "engine/core/file.hpp"
#include "engine/hts/bgzf.hpp"
#include "engine/hts/vcf_reader.hpp"
#include "engine/variants/ordinal_index.hpp"

#include <limits>
#include <string>
#include <vector>

namespace callstream::variants {
namespace {

/// Follows the order of the records: contigs in one piece each, positions not decreasing.
class order_check {
 public:
    enum class verdict { sorted, contig_again, position_back };

    verdict accept(const hts::vcf_reader& reader, const hts::record& r) {
        if (r.contig == contig_) {
            if (r.pos0 < pos0_) return verdict::position_back;
            duplicate_ = r.pos0 == pos0_ ? duplicate_ + 1 : 1;
        } else {
            const auto at = static_cast<std::size_t>(r.contig);
            if (at < by_id_.size() && by_id_[at]) return verdict::contig_again;
            if (at >= by_id_.size()) by_id_.resize(at + 1, false);
            by_id_[at] = true;
            contig_ = r.contig;
            duplicate_ = 1;
            contigs_.push_back({std::string(reader.contig_name(r.contig)), ordinal_, 0});
        }
        pos0_ = r.pos0;
        ++contigs_.back().records;
        ++ordinal_;
        return verdict::sorted;
    }

    std::uint64_t records() const { return ordinal_; }
    std::uint32_t duplicate() const { return duplicate_; }
    std::uint32_t contig_number() const { return static_cast<std::uint32_t>(contigs_.size() - 1); }
    const std::vector<indexed_contig>& contigs() const { return contigs_; }

 private:
    std::uint64_t ordinal_ = 0;
    std::int32_t contig_ = -1;
    std::int64_t pos0_ = std::numeric_limits<std::int64_t>::min();
    std::uint32_t duplicate_ = 0;
    std::vector<bool> by_id_;
    std::vector<indexed_contig> contigs_;
};

error unsorted(const hts::vcf_reader& reader, const hts::record& r) {
    return {
        errc::file_unusable,
        "is not sorted: " + std::string(reader.contig_name(r.contig)) + ":" +
            std::to_string(r.pos0 + 1) + " comes too late; mend it with bcftools sort"};
}

/// The file was opened before, so that it cannot be now may pass.
error not_now(const error& why) {
    return {errc::unavailable, why.text};
}

}  // namespace

result<void> build_ordinal_index(
    const std::filesystem::path& data,
    const std::filesystem::path& index,
    index_progress& progress,
    std::stop_token stop
) {
    if (const auto there = identity_of(data); !there) return there.error();
    auto fd = open_regular(data);
    if (!fd) return not_now(fd.error());
    const file_identity identity = identity_of(fd->get());
    const unique_fd bytes(std::move(*fd));
    auto again = open_regular(data);
    if (!again) return not_now(again.error());
    auto reader = hts::vcf_reader::open(std::move(*again));
    if (!reader) return reader.error();

    ordinal_index_writer writer(index);
    order_check order;
    std::uint64_t last_block = std::numeric_limits<std::uint64_t>::max();
    for (;;) {
        const std::uint64_t at = reader->tell();
        const hts::record* r = reader->next();
        if (r == nullptr) break;
        if (order.accept(*reader, *r) != order_check::verdict::sorted) return unsorted(*reader, *r);
        const std::uint64_t block = at >> 16;
        if (block == last_block) continue;
        last_block = block;
        writer.add({order.records() - 1, at, r->pos0, order.contig_number(), order.duplicate()});
        progress.bytes_done.store(block, std::memory_order_relaxed);
        if (stop.stop_requested()) return error{errc::unavailable, "the server is stopping"};
    }
    const auto content = hts::content_fingerprint(bytes.get(), identity.size, stop);
    if (!content) return content.error();
    const auto now = identity_of(data);
    if (!now || *now != identity) return error{errc::file_replaced, "the file changed meanwhile"};
    const std::uint64_t provisional = hts::provisional_fingerprint(bytes.get(), identity.size);
    writer.finish({provisional, *content, order.records(), identity}, order.contigs());
    progress.bytes_done.store(identity.size, std::memory_order_relaxed);
    return {};
}

}  // namespace callstream::variants
