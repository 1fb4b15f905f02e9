#include "engine/reads/read_stream.hpp"

#include "engine/core/file.hpp"
#include "engine/hts/bam_bytes.hpp"
#include "engine/hts/bgzf_packer.hpp"
#include "engine/hts/bgzf_slice.hpp"
#include "engine/hts/crai_file.hpp"
#include "engine/hts/cram_bytes.hpp"
#include "engine/hts/index_file.hpp"
#include "engine/reads/bam_header.hpp"
#include "engine/reads/reads_index.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <optional>
#include <set>
#include <utility>

namespace callstream::reads {
namespace {

using verdict = read_filter::verdict;

constexpr std::uint64_t bgzf_eof_bytes = 28;
constexpr std::size_t looked_at_max = std::size_t{4} << 20;  // bytes of records, at a time

/// One of the few decoders that may be at work: each is a process with reference sequences of its
/// own.
class decoder_place {
 public:
    static std::optional<decoder_place> take() {
        constexpr int most = 4;
        if (taken.fetch_add(1) < most) return decoder_place();
        taken.fetch_sub(1);
        return std::nullopt;
    }
    decoder_place(decoder_place&& other) noexcept : held_(std::exchange(other.held_, false)) {}
    decoder_place& operator=(decoder_place&&) = delete;
    ~decoder_place() {
        if (held_) taken.fetch_sub(1);
    }

 private:
    decoder_place() = default;

    static inline std::atomic<int> taken{0};
    bool held_ = true;
};

/// Whose index that can be used is; nothing without one.
std::optional<unique_fd> usable_index(const std::filesystem::path& path, const reads_file& file) {
    const auto index = find_reads_index(path, file);
    if (!index) return std::nullopt;
    auto fd = open_regular(index->path);
    if (!fd) return std::nullopt;
    return std::move(*fd);
}

void check_unchanged(const reads_file& file) {
    if (identity_of(file.descriptor()) == file.identity()) return;
    throw damaged_file("the file was changed in place");
}

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

/// Records that a filter leaves, packed anew.
class filtered_stream : public read_stream {
 public:
    filtered_stream(
        std::shared_ptr<const reads_file> file, std::vector<read_region> regions, bool sorted
    )
        : file_(std::move(file)), filter_(std::move(regions), sorted) {}

    result<bool> append(text_buffer& out, std::size_t about) override {
        const std::size_t limit = out.size() + about;
        // Where little is wanted, whoever waits behind this has a turn all the same.
        std::size_t looked_at = 0;
        while (out.size() < limit && looked_at < looked_at_max) {
            auto record = next();
            if (!record) return record.error();
            if (*record) looked_at += (*record)->bytes.size();
            const auto judged = *record ? filter_.judge(**record) : verdict::done;
            if (judged == verdict::wanted) packer_.add((*record)->bytes, out);
            if (judged == verdict::next_region) skip_to(filter_.region());
            if (judged != verdict::done) continue;
            packer_.flush(out);
            check_unchanged(*file_);
            return false;
        }
        check_unchanged(*file_);
        return true;
    }

 protected:
    const reads_file& file() const noexcept { return *file_; }
    virtual result<std::optional<hts::bam_record>> next() = 0;
    virtual void skip_to(std::size_t /*region*/) {}

 private:
    std::shared_ptr<const reads_file> file_;
    read_filter filter_;
    hts::bgzf_packer packer_;
};

/// Of a BAM, with its index where there is one.
class filtered_bam : public filtered_stream {
 public:
    using starts = std::vector<std::optional<std::uint64_t>>;

    /// `from` has a virtual offset for each region, or is empty.
    filtered_bam(
        std::shared_ptr<const reads_file> file,
        std::vector<read_region> regions,
        bool sorted,
        starts from
    )
        : filtered_stream(std::move(file), std::move(regions), sorted), from_(std::move(from)) {
        auto content = blocks_from(0);
        blocks_ = content.get();
        bytes_.emplace(std::move(content));
        bytes_->read_header();
        if (!from_.empty()) skip_to(0);
    }

 private:
    std::unique_ptr<hts::bgzf_blocks> blocks_from(std::uint64_t virtual_offset) const {
        return std::make_unique<hts::bgzf_blocks>(
            file().descriptor(), file().identity().size, virtual_offset
        );
    }

    result<std::optional<hts::bam_record>> next() override { return bytes_->next_record(); }

    /// Only forwards, and only over blocks that were not read yet.
    void skip_to(std::size_t region) override {
        if (from_.empty()) return;
        const auto start = from_[region].value_or(0);
        if (start >> 16 < blocks_->bytes_done()) return;
        auto content = blocks_from(start);
        blocks_ = content.get();
        bytes_->continue_with(std::move(content));
    }

    starts from_;
    std::optional<hts::bam_bytes> bytes_;
    const hts::bgzf_blocks* blocks_ = nullptr;  // owned by `bytes_`
};

class no_records : public read_stream {
 public:
    result<bool> append(text_buffer&, std::size_t) override { return false; }
};

/// Of a CRAM that another process decodes.
class filtered_cram : public filtered_stream {
 public:
    filtered_cram(
        std::shared_ptr<const reads_file> file,
        std::vector<read_region> regions,
        bool sorted,
        decoder_place place,
        std::unique_ptr<cram_child> child
    )
        : filtered_stream(std::move(file), std::move(regions), sorted),
          place_(std::move(place)),
          child_(std::move(child)) {}

 private:
    result<std::optional<hts::bam_record>> next() override {
        try {
            if (!bytes_) {
                bytes_.emplace(child_->output());
                bytes_->read_header();
            }
            auto record = bytes_->next_record();
            if (record) return record;
        } catch (const damaged_file&) {
            // Mostly a stream that broke off, and the child knows why.
            if (auto ended = child_->finish(); !ended) return ended.error();
            throw;
        }
        if (auto ended = child_->finish(); !ended) return ended.error();
        return std::optional<hts::bam_record>();
    }

    decoder_place place_;
    std::unique_ptr<cram_child> child_;
    std::optional<hts::bam_bytes> bytes_;  // before the child ends
};

/// Where to begin for each region; empty when no index says so.
filtered_bam::starts starts_of(
    const reads_file& file,
    const std::filesystem::path& path,
    const std::vector<read_region>& regions
) {
    const auto index = usable_index(path, file);
    if (!index) return {};
    std::vector<hts::index_place> places;
    for (const auto& region : regions) {
        if (region.reference < 0) continue;
        places.push_back({static_cast<std::size_t>(region.reference), region.begin0});
    }
    auto starts = hts::find_index_starts(index->get(), places);
    if (!starts) return {};
    if (starts->size() < regions.size()) {
        const auto content = hts::read_index_file(index->get());
        if (!content) return {};
        starts->push_back(content->last_offset());
    }
    return std::move(*starts);
}

/// Leaves out regions on references that have no record, before which nothing tells where to begin.
/// Whether none is left.
bool drop_empty(std::vector<read_region>& regions, filtered_bam::starts& starts) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < regions.size(); ++i) {
        if (!starts[i]) continue;
        regions[kept] = regions[i];
        starts[kept++] = starts[i];
    }
    regions.resize(kept);
    starts.resize(kept);
    return kept == 0;
}

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
    regions = merged(std::move(regions));
    const bool says_sorted = file->header().sort_order == "coordinate";
    if (file->format() == reads_format::cram) {
        auto place = decoder_place::take();
        if (!place) {
            return error{
                errc::unavailable, "other CRAM files are being decoded; try again shortly"};
        }
        auto child =
            cram_child::start(*file, record_content::everything, decoding, std::stop_token());
        if (!child) return child.error();
        return std::unique_ptr<read_stream>(std::make_unique<filtered_cram>(
            std::move(file), std::move(regions), says_sorted, std::move(*place), std::move(*child)
        ));
    }
    if (regions.empty()) {
        return std::unique_ptr<read_stream>(std::make_unique<whole_bam>(std::move(file)));
    }
    auto starts = starts_of(*file, path, regions);
    if (!starts.empty() && drop_empty(regions, starts)) {
        return std::unique_ptr<read_stream>(std::make_unique<no_records>());
    }
    const bool sorted = says_sorted || !starts.empty();  // nothing else can be indexed
    return std::unique_ptr<read_stream>(std::make_unique<filtered_bam>(
        std::move(file), std::move(regions), sorted, std::move(starts)
    ));
}

cram_parts parts_of_cram(
    const reads_file& file,
    const std::filesystem::path& path,
    const std::vector<read_region>& regions
) {
    const auto size = file.identity().size;
    hts::cram_bytes bytes(file.descriptor(), size);
    bytes.read_header();
    const std::uint64_t first = bytes.bytes_done();
    const std::uint64_t last = size - (bytes.version().major < 3 ? 30 : 38);
    cram_parts out{{0, first}, {{first, last}}, {last, size}};
    if (first >= last) out.containers.clear();
    if (regions.empty()) return out;
    const auto index = usable_index(path, file);
    const auto slices = index
                            ? hts::read_crai_slices(index->get())
                            : result<std::vector<hts::crai_slice>>(std::vector<hts::crai_slice>());
    if (!slices || slices->empty()) return out;
    std::set<std::uint64_t> borders{last};
    for (const auto& slice : *slices) borders.insert(slice.container);
    if (*borders.begin() < first || *borders.rbegin() > last) return out;
    std::set<std::uint64_t> wanted;
    for (const auto& slice : *slices) {
        const auto begin0 = slice.start1 - 1;
        for (const auto& region : regions) {
            const bool reaches = region.reference < 0 ||
                                 (begin0 < region.end0 && begin0 + slice.span > region.begin0);
            if (region.reference == slice.reference && reaches) wanted.insert(slice.container);
        }
    }
    out.containers.clear();
    for (const auto address : wanted) {
        const auto end = *borders.upper_bound(address);
        auto& all = out.containers;
        if (!all.empty() && all.back().end == address) {
            all.back().end = end;
        } else {
            all.push_back({address, end});
        }
    }
    return out;
}

}  // namespace callstream::reads
