// The reads of a request in equal parts that can be asked for one by one.
//
// What is wanted is laid out as a line: region behind region in the order of the file, each as long
// as its weight says, its bases evenly on it. Shard k of n is the k-th of n equal stretches of the
// line, and a read is in the shard on whose stretch it begins. So shards are disjoint, all of them
// together are everything, shard 2 of 5 is shards 4 and 5 of 10, and an index says where each
// begins.
#pragma once

#include "engine/hts/bam_bytes.hpp"
#include "engine/reads/read_regions.hpp"
#include "engine/reads/reads_index.hpp"

#include <cstdint>
#include <vector>

namespace callstream::reads {

/// Reads without a reference lie on the line by a hash of their names.
struct line_part {
    read_region region;
    std::uint64_t bases = 1;   ///< up to the end of the reference; does not count without one
    std::uint64_t weight = 1;  ///< at least 1, all together below 2^62
};

/// All that is in a file: weighed by the number of reads where its index tells, else by bases.
/// `index` may be null.
std::vector<line_part> whole_line(const sam_header& header, const reads_index* index);

/// Immutable.
class read_shard {
 public:
    /// `parts` in the order of the file, one for a reference at most. `number` is below `count`,
    /// which is below 2^31.
    read_shard(const std::vector<line_part>& parts, std::uint32_t number, std::uint32_t count);

    /// Where its reads are; none: there are none.
    const std::vector<read_region>& regions() const noexcept { return regions_; }
    /// Of a record in one of these regions.
    bool has(const hts::bam_record& record) const;

 private:
    /// Of a part what is in the shard, counted from the begin of the part.
    struct piece {
        std::int64_t origin0;
        std::uint64_t bases;
        std::uint64_t first;
        std::uint64_t end;
    };

    std::vector<read_region> regions_;
    std::vector<piece> pieces_;  // of the regions
};

}  // namespace callstream::reads
