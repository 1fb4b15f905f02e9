// Stretches of the genome of which reads are wanted, and which reads lie in them.
#pragma once

#include "engine/hts/bam_bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace callstream::reads {

/// Half-open, 0-based.
struct read_region {
    std::int32_t reference = -1;  ///< position in the header; -1: records without a reference
    std::int64_t begin0 = 0;
    std::int64_t end0 = std::numeric_limits<std::int64_t>::max();

    bool operator==(const read_region&) const = default;
};

/// In the order of a sorted file, none touching another.
std::vector<read_region> merged(std::vector<read_region> regions);

/// Where a record ends, exclusive: as far as its CIGAR reaches, one base where it reaches nowhere.
/// Throws damaged_file.
std::int64_t end_of(const hts::bam_record& record);

/// Follows records of a file and says which are wanted. A record is in a region when one of the
/// bases that it covers is, as for `samtools view`; no region at all means every record.
class read_filter {
 public:
    enum class verdict {
        wanted,
        unwanted,
        next_region,  ///< unwanted, and the region that comes next may be far ahead
        done,         ///< unwanted, as is everything behind it
    };

    /// `regions` are merged ones. `sorted`: the records come in the order of coordinates.
    read_filter(std::vector<read_region> regions, bool sorted)
        : regions_(std::move(regions)), sorted_(sorted), all_(regions_.empty()) {}

    verdict judge(const hts::bam_record& record);

    /// Which region comes next; of a sorted file.
    std::size_t region() const noexcept { return at_; }

 private:
    std::vector<read_region> regions_;
    bool sorted_;
    bool all_;
    std::size_t at_ = 0;
};

}  // namespace callstream::reads
