// What is known of every record of a variant file without reading it: place, name, allele and
// genotype counts. Columns of the narrowest width that holds their values, memory-mapped. Made by
// the index pass, kept in the state directory beside the ordinal index.
#pragma once

#include "engine/core/error.hpp"
#include "engine/core/hash.hpp"
#include "engine/core/mapped_file.hpp"
#include "engine/genotype/gt_counts.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

namespace callstream::variants {

/// One record as the table knows it.
struct site {
    std::int64_t pos0 = 0;    ///< 0-based
    std::int64_t length = 0;  ///< bases of the reference that it covers
    std::uint32_t allele_count = 0;
    genotype::gt_counts genotypes;
    std::string_view name;  ///< the ID column, empty when missing; lives as long as the table
};

enum class site_column {
    pos0,
    length,
    allele_count,
    called_alleles,
    ref_alleles,
    missing_samples,
    het_samples,
    minor_max,  ///< see genotype::gt_counts
    minor_min,
    ploidy_min,
    ploidy_max,
    phases,  ///< bit 0: phased alleles, bit 1: unphased ones
    name_length,
};
constexpr std::size_t site_columns = 13;

/// A record that covers more than `long_record_bases`. A region finds all others that reach into it
/// from the left within that distance.
struct long_record {
    std::uint64_t ordinal;
    std::int64_t pos0;
    std::int64_t end0;  ///< exclusive
};
constexpr std::int64_t long_record_bases = 65'536;

/// Values of one column; each takes 1, 2, 4 or 8 bytes.
class column_view {
 public:
    column_view() = default;
    column_view(const char* data, unsigned width) : data_(data), width_(width) {}

    std::uint64_t operator[](std::uint64_t ordinal) const noexcept;
    unsigned width() const noexcept { return width_; }

 private:
    const char* data_ = nullptr;
    unsigned width_ = 1;
};

/// Immutable, shared between threads.
class site_table {
 public:
    /// An error when there is none, when it is damaged or belongs to other bytes. Reads the whole
    /// file once. Throws std::system_error when the disk fails.
    static result<std::shared_ptr<const site_table>> load(
        const std::filesystem::path& path, std::uint64_t provisional_fingerprint
    );

    std::uint64_t records() const noexcept { return records_; }
    hash128 content() const noexcept { return content_; }
    /// The most alleles that a genotype has.
    std::uint32_t ploidy_max() const noexcept { return ploidy_max_; }
    column_view column(site_column c) const noexcept {
        return columns_[static_cast<std::size_t>(c)];
    }
    /// In the order of their ordinals.
    std::span<const long_record> long_records() const noexcept { return long_records_; }

    /// `ordinal` must be below `records()`.
    site at(std::uint64_t ordinal) const;
    std::string_view name(std::uint64_t ordinal) const;

 private:
    site_table() = default;

    mapped_file file_;
    std::uint64_t records_ = 0;
    hash128 content_;
    std::uint32_t ploidy_max_ = 0;
    std::array<column_view, site_columns> columns_;
    std::span<const long_record> long_records_;
    std::span<const std::uint64_t> name_groups_;  // where the names of every 256 records start
    const char* names_ = nullptr;
};

/// Number of a record among those at its position, 1 for the first; `contig_first` is the ordinal
/// of the first record on its contig.
std::uint32_t duplicate_of(
    const site_table& sites, std::uint64_t contig_first, std::uint64_t ordinal
);

}  // namespace callstream::variants
