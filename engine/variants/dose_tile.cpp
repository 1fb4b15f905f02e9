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

/// The records that are looked at, and in which column of the grid each is.
struct picks {
    std::vector<std::uint64_t> ordinals;
    std::vector<std::uint32_t> columns;
    std::uint64_t step = 1;
};

picks pick(const dose_window& w, std::uint64_t records_max) {
    picks out;
    const auto count = w.end - w.first;
    const auto per_column = std::max<std::uint64_t>(records_max / w.columns, 1);
    const auto widest = (count + w.columns - 1) / w.columns;
    // A power of two, so that tiles that lie side by side look at the same records more often.
    out.step = std::bit_ceil(std::max<std::uint64_t>((widest + per_column - 1) / per_column, 1));
    for (std::uint32_t c = 0; c < w.columns; ++c) {
        const auto end = w.first + edge(c + 1, w.columns, count);
        for (auto at = w.first + edge(c, w.columns, count); at < end; at += out.step) {
            out.ordinals.push_back(at);
            out.columns.push_back(c);
        }
    }
    return out;
}

/// Sums of the grid. Doses come record by record or sample by sample.
class dose_sums {
 public:
    explicit dose_sums(const dose_window& w)
        : columns_(w.columns), sums_(cells(w)), counts_(cells(w)) {
        const auto samples = w.samples.size();
        row_of_.resize(samples);
        for (std::uint64_t row = 0; row < w.rows; ++row) {
            const auto end = edge(row + 1, w.rows, samples);
            for (auto i = edge(row, w.rows, samples); i < end; ++i) row_of_[i] = row;
        }
    }

    void add(std::size_t sample, std::uint32_t column, std::uint8_t value) {
        if (value == no_dose) return;
        const auto at = row_of_[sample] * columns_ + column;
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
    std::vector<std::size_t> row_of_;
    std::vector<std::uint64_t> sums_;
    std::vector<std::uint32_t> counts_;
};

std::uint8_t likeness(std::uint8_t a, std::uint8_t b) {
    if (a == no_dose || b == no_dose) return no_dose;
    return static_cast<std::uint8_t>(full_dose - std::abs(int{a} - int{b}));
}

/// The samples whose genotypes are needed: those of the window, and behind them the one that they
/// are compared with.
std::vector<std::uint32_t> read_samples(const dose_window& w) {
    auto out = w.samples;
    if (w.alike_to) out.push_back(*w.alike_to);
    return out;
}

class tile_maker {
 public:
    tile_maker(const set_view& view, const dose_window& w)
        : view_(view), window_(w), samples_(read_samples(w)), sums_(w) {}

    result<dose_tile> make() {
        const bool by_columns = has_columns();
        const auto cells = std::max<std::uint64_t>(tile_cells_max / samples_.size(), 1);
        const bool near = by_columns || blocks_in_window() <= tile_records_max / 2;
        chosen_ = pick(window_, near ? cells : std::min(cells, tile_records_max));
        if (auto done = by_columns ? add_by_columns() : add_records(0, chosen_.ordinals.size());
            !done)
            return done.error();
        return dose_tile{sums_.means(), chosen_.step, by_columns};
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
            while (at < chosen_.ordinals.size() && chosen_.ordinals[at] < file_end) {
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
        const auto block = held->block_of(chosen_.ordinals[at] - file_first);
        const auto& run = held->blocks()[block];
        std::vector<std::uint64_t> local;
        std::size_t end = at;
        while (end < chosen_.ordinals.size() &&
               chosen_.ordinals[end] - file_first < run.first_ordinal + run.records) {
            local.push_back(chosen_.ordinals[end++] - file_first);
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
            window_.alike_to ? bytes_.data() + window_.samples.size() * records : nullptr;
        for (std::size_t s = 0; s < window_.samples.size(); ++s) {
            const std::uint8_t* doses = bytes_.data() + s * records;
            for (std::size_t r = 0; r < records; ++r) {
                const auto value = other ? likeness(doses[r], other[r]) : doses[r];
                sums_.add(s, chosen_.columns[first_pick + r], value);
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
        if (auto done = cursor.seek(chosen_.ordinals[first_pick]); !done) return done;
        for (auto i = first_pick; i < end_pick; ++i) {
            const auto* record = cursor.next_at(chosen_.ordinals[i]);
            if (record == nullptr) throw damaged_file("the file has fewer records than its index");
            if (!record->fields.empty()) add_field(record->fields.front(), chosen_.columns[i]);
        }
        return {};
    }

    void add_field(const hts::format_field& gt, std::uint32_t column) {
        const auto count = window_.samples.size();
        const auto other = window_.alike_to ? genotype::dose_of(gt.values_of(count)) : no_dose;
        for (std::size_t s = 0; s < count; ++s) {
            const auto dose = genotype::dose_of(gt.values_of(s));
            sums_.add(s, column, window_.alike_to ? likeness(dose, other) : dose);
        }
    }

    const set_view& view_;
    const dose_window& window_;
    std::vector<std::uint32_t> samples_;
    dose_sums sums_;
    picks chosen_;
    std::vector<std::uint8_t> bytes_;
};

}  // namespace

result<dose_tile> make_dose_tile(const set_view& view, const dose_window& window) {
    if (!view.indexed_records()) return error{errc::unavailable, "the file is being indexed"};
    return tile_maker(view, window).make();
}

}  // namespace callstream::variants
