// Places and names of the records of a variant set, or of some of them, without reading a record.
#pragma once

#include "engine/core/error.hpp"
#include "engine/variants/selection.hpp"
#include "engine/variants/set_view.hpp"

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace callstream::variants {

/// Views live as long as the list.
struct listed_site {
    std::string_view contig;  ///< as the file has it
    std::int64_t pos0 = 0;
    std::uint32_t duplicate = 1;  ///< which of the records at this position
};

/// Immutable; thread-safe.
class site_list {
 public:
    /// `selected` is null for all records. `errc::unavailable` while a file is not indexed.
    static result<site_list> of(
        const set_view& view, std::shared_ptr<const selection> selected = nullptr
    );

    std::uint64_t size() const noexcept { return selected_ ? selected_->size() : records_; }
    /// `number` must be below `size()`.
    listed_site operator[](std::uint64_t number) const;
    /// The ID column, empty when missing. Finding it costs more than all of the rest.
    std::string_view name(std::uint64_t number) const;
    /// The most alleles that a genotype of one of these records has.
    std::uint32_t ploidy_max() const;

 private:
    struct part {
        std::uint64_t first = 0;  // ordinal of the file's first record
        const ordinal_index* index = nullptr;
        std::shared_ptr<const site_table> sites;
    };

    /// Of which file, and which of its records.
    std::pair<const part&, std::uint64_t> place(std::uint64_t number) const;

    set_view view_;
    std::shared_ptr<const selection> selected_;
    std::vector<part> parts_;
    std::uint64_t records_ = 0;

    site_list(set_view view, std::shared_ptr<const selection> selected)
        : view_(std::move(view)), selected_(std::move(selected)) {}
};

}  // namespace callstream::variants
