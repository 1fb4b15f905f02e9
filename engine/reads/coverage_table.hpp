// How deeply a BAM or CRAM file covers its references, as `samtools depth -a` counts: the sum of
// the depths of every 2,048 bases, from which those of wider buckets are added up exactly. Made by
// one pass over the file (depth.hpp), kept in the state directory, memory-mapped.
#pragma once

#include "engine/core/error.hpp"
#include "engine/core/mapped_file.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace callstream::reads {

/// Bases of the narrowest bucket.
inline constexpr std::int64_t coverage_step = 2048;

/// Instead of a width: one bucket for each reference.
inline constexpr std::int64_t whole_reference = std::numeric_limits<std::int64_t>::max();

/// The widest width of 2,048 * 2^k bases that is not above `target`; 2,048 where none is.
/// `whole_reference` stays what it is.
std::int64_t coverage_width(std::int64_t target) noexcept;

/// What is known of one reference.
struct covered_reference {
    std::uint64_t reference;     ///< position in the header of the file
    std::uint64_t length;        ///< bases
    std::uint64_t first_bucket;  ///< the sums begin with that of this bucket
    std::uint64_t buckets;       ///< how many sums there are; beyond them nothing is covered
    std::uint64_t sums_at;       ///< position of the first one among those of all references
    std::uint64_t total;         ///< all of them added
};

/// Immutable, shared between threads.
class coverage_table {
 public:
    /// An error when there is none, when it is damaged or belongs to other bytes. Reads the whole
    /// file once. Throws std::system_error when the disk fails.
    static result<std::shared_ptr<const coverage_table>> load(
        const std::filesystem::path& path, std::uint64_t fingerprint
    );

    /// The references that have any coverage, in the order of the header.
    std::span<const covered_reference> references() const noexcept { return references_; }
    /// Sums of the depths of the bases of each bucket, from `first_bucket` on.
    std::span<const std::uint64_t> sums(const covered_reference& of) const noexcept {
        return {sums_ + of.sums_at, of.buckets};
    }

 private:
    coverage_table() = default;

    std::span<const covered_reference> references_;
    const std::uint64_t* sums_ = nullptr;
    mapped_file file_;
};

/// Where the derived file of a reads file lies: `fingerprint` is hts::provisional_fingerprint.
std::filesystem::path coverage_path(const std::filesystem::path& folder, std::uint64_t fingerprint);

struct coverage_bucket {
    std::size_t reference = 0;  ///< position in the header of the file
    std::int64_t start0 = 0;    ///< 0-based, a multiple of the width
    std::int64_t end0 = 0;      ///< exclusive; the width further on, or the end of the reference
    double mean = 0;            ///< reads over a base
};

/// Where a listing starts, or goes on: behind `b` it is {b.reference, b.end0}.
struct coverage_place {
    std::size_t reference = 0;
    std::int64_t start0 = 0;

    auto operator<=>(const coverage_place&) const = default;
};

struct coverage_query {
    std::optional<std::size_t> reference = std::nullopt;  ///< nothing: all of them
    /// Buckets that share a base with [start0, end0) of each reference are listed, uncut.
    std::int64_t start0 = 0;
    std::int64_t end0 = std::numeric_limits<std::int64_t>::max();
    /// As `coverage_width` gives them; of anything else what it gives for it.
    std::int64_t width = whole_reference;
};

/// The buckets with any coverage, by reference and position, from the first that starts at `from`
/// or behind it; at most `count`. Takes time with the length of the references looked at.
std::vector<coverage_bucket> list_buckets(
    const coverage_table& table, const coverage_query& query, coverage_place from, std::size_t count
);

}  // namespace callstream::reads
