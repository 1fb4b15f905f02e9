// How deeply a BAM or CRAM file is covered, as samtools counts.
#pragma once

#include "engine/reads/sam_header.hpp"

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace callstream::testing {

/// Sums of the depths of buckets that have any, by reference and first base.
using bucket_depths = std::map<std::pair<std::size_t, std::int64_t>, std::uint64_t>;

class samtools_depth {
 public:
    /// `options` are those of samtools. It lists only covered bases: whole genomes are long.
    samtools_depth(
        const std::filesystem::path& reads,
        const std::vector<reads::reference_sequence>& references,
        const std::string& options = ""
    ) {
        std::map<std::string, std::size_t> numbers;
        for (std::size_t i = 0; i < references.size(); ++i) numbers[references[i].name] = i;
        const std::string command =
            "REF_PATH=: samtools depth " + options + " " + reads.string() + " 2>/dev/null";
        FILE* listed = ::popen(command.c_str(), "r");
        char name[1024];
        unsigned long pos1 = 0;
        unsigned long depth = 0;
        while (std::fscanf(listed, "%1023s %lu %lu", name, &pos1, &depth) == 3) {
            const std::size_t reference = numbers.at(name);
            // Bases beyond the end are listed, too.
            if (depth == 0 || pos1 > references[reference].length) continue;
            sums_[{reference, static_cast<std::int64_t>(pos1 - 1) / step * step}] += depth;
        }
        known_ = ::pclose(listed) == 0;
    }

    /// False when samtools cannot count.
    bool is_known() const { return known_; }

    /// `width` is a multiple of 2,048.
    bucket_depths buckets(std::int64_t width) const {
        bucket_depths out;
        for (const auto& [at, sum] : sums_) out[{at.first, at.second / width * width}] += sum;
        return out;
    }

 private:
    static constexpr std::int64_t step = 2048;
    bool known_ = false;
    bucket_depths sums_;
};

}  // namespace callstream::testing
