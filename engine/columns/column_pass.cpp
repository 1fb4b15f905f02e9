#include "engine/columns/column_pass.hpp"

#include "engine/columns/column_file.hpp"
#include "engine/columns/column_state.hpp"
#include "engine/columns/tile_encoder.hpp"
#include "engine/hts/vcf_reader.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace callstream::columns {
namespace {

constexpr std::uint64_t checkpoint_every_bytes = std::uint64_t{64} << 20;  // of the packed file

/// As many samples as a tile of usual records, with two bytes a cell, has room for.
std::uint64_t group_samples_for(std::uint64_t samples, const tile_shape& shape) {
    if (samples == 0) return 0;
    const std::uint64_t records =
        std::clamp<std::uint64_t>(shape.raw_bytes_max / (2 * samples), 1, shape.records_max);
    return std::clamp<std::uint64_t>(shape.cells_max / records, 1, samples);
}

/// What records have besides GT. A header may know millions of fields, a file uses a handful.
class field_survey {
 public:
    void look_at(const hts::vcf_reader& reader, const hts::record& r) {
        for (const auto& field : r.fields) {
            if (std::find(known_.begin(), known_.end(), field.key) != known_.end()) continue;
            known_.push_back(field.key);
            bits_ |= other_field_bits(reader.field_name(field.key));
        }
    }
    std::uint64_t bits() const { return bits_; }
    void add(std::uint64_t bits) { bits_ |= bits; }

 private:
    std::vector<std::int32_t> known_;
    std::uint64_t bits_ = 0;
};

/// The rows of the block that is being gathered.
class row_gatherer {
 public:
    row_gatherer(const tile_shape& shape, std::uint64_t samples)
        : shape_(shape), bytes_min_(2 * samples) {}

    /// Whether the row must wait for the next block.
    bool is_full_for(const hts::format_field* gt) const {
        if (rows_.empty()) return false;
        if (is_too_large_) return true;
        return rows_.size() == shape_.records_max || cost_ + cost_of(gt) > shape_.raw_bytes_max;
    }
    /// One row alone may be larger than what is gathered; then its block is not held.
    void add(const hts::format_field* gt) {
        gt_row row;
        if (gt != nullptr) row = {true, gt->type, gt->per_sample, {}};
        rows_.push_back(row);
        starts_.push_back(bytes_.size());
        cost_ += cost_of(gt);
        if (gt == nullptr) return;
        is_too_large_ = gt->bytes.size() > shape_.raw_bytes_max;
        if (is_too_large_) return;
        bytes_.reserve(shape_.raw_bytes_max);
        bytes_.insert(bytes_.end(), gt->bytes.begin(), gt->bytes.end());
    }
    bool is_empty() const { return rows_.empty(); }
    bool is_too_large() const { return is_too_large_; }
    std::size_t size() const { return rows_.size(); }

    std::span<const gt_row> rows() {
        const std::span<const std::uint8_t> all(bytes_);
        for (std::size_t i = 0; i < rows_.size(); ++i) rows_[i].bytes = all.subspan(starts_[i]);
        return rows_;
    }
    void clear() {
        rows_.clear();
        starts_.clear();
        bytes_.clear();
        cost_ = 0;
        is_too_large_ = false;
    }

 private:
    /// Each row takes codes in a tile, whatever bytes it has.
    std::size_t cost_of(const hts::format_field* gt) const {
        return std::max(gt == nullptr ? 0 : gt->bytes.size(), bytes_min_);
    }

    const tile_shape& shape_;
    std::size_t bytes_min_;  // that a row counts; what `group_samples_for` counts on
    std::size_t cost_ = 0;
    std::vector<gt_row> rows_;
    std::vector<std::size_t> starts_;
    std::vector<std::uint8_t> bytes_;
    bool is_too_large_ = false;
};

/// One pass from its start, or from its last checkpoint, to its end.
class pass {
 public:
    pass(
        const std::filesystem::path& data,
        const column_paths& paths,
        const column_subject& subject,
        std::atomic<std::uint64_t>& bytes_done,
        const tile_shape& shape,
        hts::vcf_reader reader
    )
        : data_(data),
          subject_(subject),
          bytes_done_(bytes_done),
          reader_(std::move(reader)),
          samples_(reader_.sample_count()),
          group_samples_(group_samples_for(samples_, shape)),
          gathered_(shape, samples_),
          state_(paths, subject, shape) {
        if (!state_.resume(done_)) return;
        fields_.add(done_.fields);
        reader_.seek(done_.behind);
        checkpointed_ = done_.behind >> 16;
    }

    result<void> run(std::stop_token stop) {
        try {
            auto outcome = read_all(stop);
            if (outcome) outcome = publish();
            const bool goes_on = !outcome && outcome.error().code == errc::unavailable;
            if (goes_on) {
                state_.checkpoint(done_);
            } else {
                state_.discard();
            }
            return outcome;
        } catch (const damaged_file&) {
            state_.discard();
            throw;
        } catch (...) {
            // A full disk, say: what was kept need not be made again once there is room.
            if (!state_.has_checkpoint()) state_.discard();
            throw;
        }
    }

 private:
    result<void> read_all(std::stop_token stop) {
        for (;;) {
            const std::uint64_t at = reader_.tell();
            const hts::record* r = reader_.next();
            if (r == nullptr) break;
            const auto* gt = reader_.find_field(*r, "GT");
            if (gathered_.is_full_for(gt)) {
                end_block(at);
                if (stop.stop_requested()) return error{errc::unavailable, "was stopped"};
            }
            fields_.look_at(reader_, *r);
            gathered_.add(gt);
        }
        if (!gathered_.is_empty()) end_block(reader_.tell());
        return {};
    }

    void end_block(std::uint64_t behind) {
        const auto rows = gathered_.rows();
        for (std::uint64_t first = 0; first < samples_; first += group_samples_) {
            const std::uint64_t now = std::min(group_samples_, samples_ - first);
            tile_.clear();
            const unsigned bits =
                gathered_.is_too_large() ? 0 : encoder_.encode(rows, first, now, tile_);
            state_.add_tile(tile_, bits);
        }
        state_.add_block({done_.records, rows.size()});
        done_ = {done_.records + rows.size(), behind, fields_.bits()};
        gathered_.clear();
        bytes_done_.store(behind >> 16, std::memory_order_relaxed);
        if ((behind >> 16) - checkpointed_ < checkpoint_every_bytes) return;
        state_.checkpoint(done_);
        checkpointed_ = behind >> 16;
    }

    result<void> publish() {
        const auto now = identity_of(data_);
        const bool same = now && *now == subject_.source && reader_.identity() == subject_.source;
        if (!same || done_.records != subject_.records) {
            return error{errc::file_replaced, "the file changed meanwhile"};
        }
        column_foot foot{};
        foot.records = done_.records;
        foot.samples = samples_;
        foot.group_samples = group_samples_;
        foot.fields = done_.fields;
        state_.publish(foot);
        bytes_done_.store(subject_.source.size, std::memory_order_relaxed);
        return {};
    }

    const std::filesystem::path& data_;
    const column_subject& subject_;
    std::atomic<std::uint64_t>& bytes_done_;
    hts::vcf_reader reader_;
    std::uint64_t samples_;
    std::uint64_t group_samples_;
    field_survey fields_;
    row_gatherer gathered_;
    tile_encoder encoder_;
    std::string tile_;
    column_state state_;
    column_progress done_;
    std::uint64_t checkpointed_ = 0;  // the byte up to which a checkpoint was made
};

}  // namespace

result<void> run_column_pass(
    const std::filesystem::path& data,
    const column_paths& paths,
    const column_subject& subject,
    std::atomic<std::uint64_t>& bytes_done,
    std::stop_token stop,
    const tile_shape& shape
) {
    auto fd = open_regular(data);
    if (!fd) return error{errc::unavailable, fd.error().text};
    if (identity_of(fd->get()) != subject.source) {
        return error{errc::file_replaced, "the file has been replaced"};
    }
    auto reader = hts::vcf_reader::open(std::move(*fd));
    if (!reader) return reader.error();
    return pass(data, paths, subject, bytes_done, shape, std::move(*reader)).run(stop);
}

}  // namespace callstream::columns
