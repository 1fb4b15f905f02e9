#include "engine/reads/record_walk.hpp"

#include "engine/core/file.hpp"
#include "engine/hts/cram_bytes.hpp"
#include "engine/hts/index_file.hpp"
#include "engine/reads/cram_parts.hpp"
#include "engine/reads/reads_index.hpp"

#include <atomic>
#include <deque>
#include <utility>

namespace callstream::reads {
namespace {

using verdict = read_filter::verdict;

constexpr std::size_t looked_at_max = std::size_t{4} << 20;  // bytes of records, at a time

/// One of the few decoders that may be at work: each is a process with reference sequences of its
/// own.
class decoder_place {
 public:
    static std::optional<decoder_place> take() {
        if (taken.fetch_add(1) < crams_at_once) return decoder_place();
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

/// Of a BAM, with its index where there is one.
class bam_walk : public record_walk {
 public:
    using starts = std::vector<std::optional<std::uint64_t>>;

    /// `starts` has a virtual offset for each region, or is empty.
    bam_walk(
        std::shared_ptr<const reads_file> file,
        std::vector<read_region> regions,
        bool sorted,
        starts begins,
        std::optional<record_place> from
    )
        : record_walk(std::move(file), std::move(regions), sorted), starts_(std::move(begins)) {
        auto content = blocks_from(0);
        blocks_ = content.get();
        bytes_.emplace(std::move(content));
        bytes_->read_header();
        if (from) {
            go_to(from->at);
        } else if (!starts_.empty()) {
            skip_to(0);
        }
    }

 private:
    std::unique_ptr<hts::bgzf_blocks> blocks_from(std::uint64_t virtual_offset) const {
        return std::make_unique<hts::bgzf_blocks>(
            file().descriptor(), file().identity().size, virtual_offset
        );
    }

    void go_to(std::uint64_t virtual_offset) {
        auto content = blocks_from(virtual_offset);
        blocks_ = content.get();
        bytes_->continue_with(std::move(content));
    }

    result<std::optional<hts::bam_record>> next_of_file(record_place& place) override {
        if (!bytes_->has_next()) return std::optional<hts::bam_record>();
        place = {blocks_->virtual_offset(bytes_->left_in_block()), 0};
        return bytes_->next_record();
    }

    /// Only forwards, and only over blocks that were not read yet.
    void skip_to(std::size_t region) override {
        if (starts_.empty()) return;
        const auto start = starts_[region].value_or(0);
        if (start >> 16 >= blocks_->bytes_done()) go_to(start);
    }

    starts starts_;
    std::optional<hts::bam_bytes> bytes_;
    const hts::bgzf_blocks* blocks_ = nullptr;  // owned by `bytes_`
};

class no_records : public record_walk {
 public:
    explicit no_records(std::shared_ptr<const reads_file> file)
        : record_walk(std::move(file), {}, true) {}

 private:
    result<std::optional<hts::bam_record>> next_of_file(record_place&) override {
        return std::optional<hts::bam_record>();
    }
};

/// Of a CRAM that another process decodes: some containers, then, with another process, more of
/// them, until all of a stretch are.
class cram_walk : public record_walk {
 public:
    cram_walk(
        std::shared_ptr<const reads_file> file,
        std::vector<read_region> regions,
        file_stretch all,
        cram_decoding decoding,
        std::uint64_t passed,
        std::uint64_t about,
        decoder_place place
    )
        : record_walk(file, std::move(regions), is_said_to_be_sorted(*file)),
          all_(all),
          decoding_(std::move(decoding)),
          passed_(passed),
          about_(about),
          place_(std::move(place)),
          heads_(this->file().descriptor(), this->file().identity().size) {
        heads_.read_header();
        heads_.continue_at(all_.first);
    }

    /// The next containers; to be called once before all else.
    result<void> start_child() {
        const file_stretch part{decoded_to_.value_or(all_.first), end_of_part()};
        decoded_to_ = part.end;
        auto child = cram_child::start(
            file(), record_content::everything, decoding_, std::stop_token(), part
        );
        if (!child) return child.error();
        bytes_.reset();
        child_ = std::move(*child);
        return {};
    }

    static bool is_said_to_be_sorted(const reads_file& file) {
        return file.header().sort_order == "coordinate";
    }

 private:
    /// Behind as many containers as have the records that will be asked for.
    std::uint64_t end_of_part() {
        constexpr std::uint64_t growth = 8;
        if (about_ > std::numeric_limits<std::uint64_t>::max() / growth) return all_.end;
        std::uint64_t records = 0;
        while (records < passed_ + about_ && heads_.bytes_done() < all_.end) {
            const auto head = heads_.next_head();
            if (!head) break;
            records += head->records;
            known_.push_back(*head);
        }
        about_ *= growth;
        return std::min(heads_.bytes_done(), all_.end);
    }

    result<std::optional<hts::bam_record>> next_of_file(record_place& place) override {
        for (;;) {
            auto record = next_of_child();
            if (!record) return record.error();
            if (!*record) {
                if (decoded_to_ >= all_.end) return record;
                if (auto started = start_child(); !started) return started.error();
                continue;
            }
            count(place);
            if (passed_ == 0) return record;
            --passed_;
        }
    }

    /// What containers say of their records is what the decoder goes by.
    void count(record_place& place) {
        while (number_ == records_) {
            std::optional<hts::cram_container> head;
            if (known_.empty()) {
                head = heads_.next_head();
            } else {
                head = known_.front();
                known_.pop_front();
            }
            if (!head) throw damaged_file("containers have more records than they say");
            container_ = head->address;
            records_ = head->records;
            number_ = 0;
        }
        place = {container_, number_++};
    }

    result<std::optional<hts::bam_record>> next_of_child() {
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

    file_stretch all_;
    cram_decoding decoding_;
    std::uint64_t passed_;  // records still to be passed, up to the one it begins with
    std::uint64_t about_;
    decoder_place place_;
    hts::cram_bytes heads_;
    std::deque<hts::cram_container> known_;  // read from `heads_`, and not reached yet
    std::optional<std::uint64_t> decoded_to_;
    std::uint64_t container_ = 0;  // in which it stands
    std::uint64_t records_ = 0;    // of that
    std::uint64_t number_ = 0;     // of the next one in it
    std::unique_ptr<cram_child> child_;
    std::optional<hts::bam_bytes> bytes_;  // before the child ends
};

/// Where to begin for each region; empty when no index says so.
bam_walk::starts starts_of(
    const reads_file& file,
    const std::filesystem::path& path,
    const std::vector<read_region>& regions
) {
    const auto index = open_reads_index(path, file);
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
bool drop_empty(std::vector<read_region>& regions, bam_walk::starts& starts) {
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

using made_walk = result<std::unique_ptr<record_walk>>;

made_walk walk_of_cram(
    std::shared_ptr<const reads_file> file,
    const std::filesystem::path& path,
    std::vector<read_region> regions,
    const cram_decoding& decoding,
    std::optional<record_place> from,
    std::uint64_t about
) {
    const auto parts = parts_of_cram(*file, path, regions);
    if (parts.containers.empty())
        return std::unique_ptr<record_walk>(std::make_unique<no_records>(std::move(file)));
    file_stretch all{parts.containers.front().first, parts.containers.back().end};
    if (from) all.first = from->at;
    auto place = decoder_place::take();
    if (!place) {
        return error{errc::unavailable, "other CRAM files are being decoded; try again shortly"};
    }
    auto walk = std::make_unique<cram_walk>(
        std::move(file),
        std::move(regions),
        all,
        decoding,
        from ? from->number : 0,
        about,
        std::move(*place)
    );
    if (auto started = walk->start_child(); !started) return started.error();
    return std::unique_ptr<record_walk>(std::move(walk));
}

}  // namespace

made_walk record_walk::open(
    std::shared_ptr<const reads_file> file,
    const std::filesystem::path& path,
    std::vector<read_region> regions,
    const cram_decoding& decoding,
    std::optional<record_place> from,
    std::uint64_t about
) {
    regions = merged(std::move(regions));
    if (file->format() == reads_format::cram) {
        return walk_of_cram(std::move(file), path, std::move(regions), decoding, from, about);
    }
    auto starts = regions.empty() ? bam_walk::starts() : starts_of(*file, path, regions);
    if (!starts.empty() && drop_empty(regions, starts))
        return std::unique_ptr<record_walk>(std::make_unique<no_records>(std::move(file)));
    // Nothing else can be indexed.
    const bool sorted = cram_walk::is_said_to_be_sorted(*file) || !starts.empty();
    return std::unique_ptr<record_walk>(std::make_unique<bam_walk>(
        std::move(file), std::move(regions), sorted, std::move(starts), from
    ));
}

result<record_walk::step> record_walk::next() {
    for (std::size_t looked_at = 0; looked_at < looked_at_max;) {
        auto record = next_of_file(place_);
        if (!record) return record.error();
        if (!*record) return step::end;
        record_ = std::move(*record);
        looked_at += record_->bytes.size();
        switch (filter_.judge(*record_)) {
            case verdict::wanted:
                return step::record;
            case verdict::next_region:
                skip_to(filter_.region());
                break;
            case verdict::unwanted:
                break;
            case verdict::done:
                return step::end;
        }
    }
    return step::pause;
}

void record_walk::check_unchanged() const {
    reads::check_unchanged(*file_);
}

bool is_sorted(const reads_file& file, const std::filesystem::path& path) {
    return cram_walk::is_said_to_be_sorted(file) || open_reads_index(path, file).has_value();
}

void check_unchanged(const reads_file& file) {
    if (identity_of(file.descriptor()) == file.identity()) return;
    throw damaged_file("the file was changed in place");
}

}  // namespace callstream::reads
