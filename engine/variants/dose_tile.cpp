#include "engine/variants/dose_tile.hpp"

#include "engine/columns/cell_bytes.hpp"
#include "engine/genotype/dose.hpp"
#include "engine/variants/set_cursor.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <memory>
#include <span>

namespace callstream::variants {
namespace {

using genotype::full_dose;
using genotype::no_dose;

/// Where part `i` of `parts` begins among `count`.
std::uint64_t edge(std::uint64_t i, std::uint64_t parts, std::uint64_t count) {
    return i * count / parts;
}

/// What is looked at of the records or of the samples, and in which column or row of the grid each
/// is.
struct picks {
    std::vector<std::uint64_t> numbers;
    std::vector<std::uint32_t> parts;
    std::uint64_t step = 1;
};

/// Out of `first` to `end` about `most`, but one for each part at least.
picks pick(std::uint64_t first, std::uint64_t end, std::uint32_t parts, std::uint64_t most) {
    picks out;
    const auto count = end - first;
    const auto per_part = std::max<std::uint64_t>(most / parts, 1);
    const auto widest = (count + parts - 1) / parts;
    // A power of two, so that tiles that lie side by side look at the same ones more often.
    out.step = std::bit_ceil(std::max<std::uint64_t>((widest + per_part - 1) / per_part, 1));
    for (std::uint32_t part = 0; part < parts; ++part) {
        const auto part_end = first + edge(part + 1, parts, count);
        for (auto at = first + edge(part, parts, count); at < part_end; at += out.step) {
            out.numbers.push_back(at);
            out.parts.push_back(part);
        }
    }
    return out;
}

/// Sums of the grid. Doses come record by record or sample by sample.
class dose_sums {
 public:
    /// `row_of`: the row of each sample that is looked at.
    dose_sums(const dose_window& w, std::vector<std::uint32_t> row_of)
        : columns_(w.columns), row_of_(std::move(row_of)), sums_(cells(w)), counts_(cells(w)) {}

    void add(std::size_t sample, std::uint32_t column, std::uint8_t value) {
        if (value == no_dose) return;
        const auto at = std::size_t{row_of_[sample]} * columns_ + column;
        sums_[at] += value;
        ++counts_[at];
    }

    std::vector<std::uint8_t> means() const {
        std::vector<std::uint8_t> out(sums_.size(), no_dose);
        for (std::size_t i = 0; i < out.size(); ++i) {
            if (counts_[i] == 0) continue;
            out[i] = static_cast<std::uint8_t>((sums_[i] + counts_[i] / 2) / counts_[i]);
        }
        return out;
    }

 private:
    static std::size_t cells(const dose_window& w) { return std::size_t{w.rows} * w.columns; }

    std::size_t columns_;
    std::vector<std::uint32_t> row_of_;
    std::vector<std::uint64_t> sums_;
    std::vector<std::uint32_t> counts_;
};

std::uint8_t likeness(std::uint8_t a, std::uint8_t b) {
    if (a == no_dose || b == no_dose) return no_dose;
    return static_cast<std::uint8_t>(full_dose - std::abs(int{a} - int{b}));
}

class tile_maker {
 public:
    tile_maker(const set_view& view, const dose_window& w)
        : view_(view),
          window_(w),
          looked_at_(pick(0, w.samples.size(), w.rows, tile_cells_max / w.columns)),
          sums_(w, looked_at_.parts) {
        for (const auto number : looked_at_.numbers) samples_.push_back(w.samples[number]);
        if (w.alike_to) samples_.push_back(*w.alike_to);
    }

    result<dose_tile> make() {
        const bool by_columns = has_columns();
        const auto cells = std::max<std::uint64_t>(tile_cells_max / samples_.size(), 1);
        const bool near = by_columns || blocks_in_window() <= tile_records_max / 2;
        const auto most = near ? cells : std::min(cells, tile_records_max);
        chosen_ = pick(window_.first, window_.end, window_.columns, most);
        if (auto done = by_columns ? add_by_columns() : add_records(0, chosen_.numbers.size());
            !done)
            return done.error();
        return dose_tile{sums_.means(), chosen_.step, looked_at_.step, by_columns};
    }

 private:
    bool has_columns() const {
        const auto& files = view_.files();
        return std::all_of(files.begin(), files.end(), [](const auto& f) {
            return f->columns() != nullptr;
        });
    }

    /// What a walk over all records of the window inflates.
    std::uint64_t blocks_in_window() const {
        std::uint64_t out = 0;
        for (std::size_t i = 0; i < view_.files().size(); ++i) {
            const auto file_first = *view_.first_ordinal(i);
            const auto file_end = *view_.first_ordinal(i + 1);
            const auto first = std::max(window_.first, file_first);
            const auto end = std::min(window_.end, file_end);
            if (first >= end) continue;
            const auto* index = view_.index(i);
            out += static_cast<std::uint64_t>(
                &index->floor(end - 1 - file_first) - &index->floor(first - file_first) + 1
            );
        }
        return out;
    }

    result<void> add_by_columns() {
        std::size_t at = 0;
        for (std::size_t i = 0; i < view_.files().size(); ++i) {
            const auto file_first = *view_.first_ordinal(i);
            const auto file_end = *view_.first_ordinal(i + 1);
            const auto held = view_.files()[i]->columns();
            while (at < chosen_.numbers.size() && chosen_.numbers[at] < file_end) {
                auto next = add_block(held.get(), file_first, at);
                if (!next) return next.error();
                at = *next;
            }
        }
        return {};
    }

    /// The records from pick `at` on that share its block; returns the pick behind them. What the
    /// columns do not hold is read from its records.
    result<std::size_t> add_block(
        const columns::column_file* held, std::uint64_t file_first, std::size_t at
    ) {
        if (held == nullptr) {  // turned out to be damaged meanwhile
            if (auto done = add_records(at, at + 1); !done) return done.error();
            return at + 1;
        }
        const auto block = held->block_of(chosen_.numbers[at] - file_first);
        const auto& run = held->blocks()[block];
        std::vector<std::uint64_t> local;
        std::size_t end = at;
        while (end < chosen_.numbers.size() &&
               chosen_.numbers[end] - file_first < run.first_ordinal + run.records) {
            local.push_back(chosen_.numbers[end++] - file_first);
        }
        bytes_.resize(local.size() * samples_.size());
        const auto dose = [](const columns::gt_row& cell) {
            if (!cell.has_field) return no_dose;
            return genotype::dose_of({cell.type, cell.per_sample, cell.bytes.data()});
        };
        if (!columns::read_cell_bytes(*held, block, local, samples_, dose, bytes_)) {
            if (auto done = add_records(at, end); !done) return done.error();
            return end;
        }
        add_bytes(at, local.size());
        return end;
    }

    void add_bytes(std::size_t first_pick, std::size_t records) {
        const std::uint8_t* other =
            window_.alike_to ? bytes_.data() + looked_at_.numbers.size() * records : nullptr;
        for (std::size_t s = 0; s < looked_at_.numbers.size(); ++s) {
            const std::uint8_t* doses = bytes_.data() + s * records;
            for (std::size_t r = 0; r < records; ++r) {
                const auto value = other ? likeness(doses[r], other[r]) : doses[r];
                sums_.add(s, chosen_.parts[first_pick + r], value);
            }
        }
    }

    result<void> add_records(std::size_t first_pick, std::size_t end_pick) {
        if (first_pick == end_pick) return {};
        set_cursor cursor(
            view_,
            hts::wanted_fields::genotypes,
            std::make_shared<const std::vector<std::uint32_t>>(samples_)
        );
        if (auto done = cursor.seek(chosen_.numbers[first_pick]); !done) return done;
        for (auto i = first_pick; i < end_pick; ++i) {
            const auto* record = cursor.next_at(chosen_.numbers[i]);
            if (record == nullptr) throw damaged_file("the file has fewer records than its index");
            if (!record->fields.empty()) add_field(record->fields.front(), chosen_.parts[i]);
        }
        return {};
    }

    void add_field(const hts::format_field& gt, std::uint32_t column) {
        const auto count = looked_at_.numbers.size();
        const auto other = window_.alike_to ? genotype::dose_of(gt.values_of(count)) : no_dose;
        for (std::size_t s = 0; s < count; ++s) {
            const auto dose = genotype::dose_of(gt.values_of(s));
            sums_.add(s, column, window_.alike_to ? likeness(dose, other) : dose);
        }
    }

    const set_view& view_;
    const dose_window& window_;
    picks looked_at_;  // samples, by their number in the window
    // Columns of the files: those that are looked at, and behind them the one that they are
    // compared with.
    std::vector<std::uint32_t> samples_;
    dose_sums sums_;
    picks chosen_;  // records
    std::vector<std::uint8_t> bytes_;
};

}  // namespace

result<dose_tile> make_dose_tile(const set_view& view, const dose_window& window) {
    if (!view.indexed_records()) return error{errc::unavailable, "the file is being indexed"};
    return tile_maker(view, window).make();
}

}  // namespace callstream::variants
