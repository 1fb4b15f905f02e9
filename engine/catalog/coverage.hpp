// Which stretches of the genome a variant file has records on, as far as that is known: all of it
// once the file is indexed, the contigs from a CSI or TBI beside it, else where it starts.
#pragma once

#include "engine/variants/variant_file.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace callstream::catalog {

/// Records of one file on one contig.
struct covered_contig {
    std::string name;
    std::int64_t first_pos0 = 0;
    std::int64_t last_pos0 = 0;
};

struct coverage {
    std::optional<variants::variant_place> start;  ///< of the first record; none in an empty file
    bool contigs_known = false;                    ///< `contigs` is complete
    bool positions_known = false;                  ///< and its positions are
    std::vector<covered_contig> contigs;           ///< in file order
};

coverage coverage_of(const variants::variant_file& file);

/// How files stand to each other that might be parts of one whole.
struct relation {
    enum class kind {
        disjoint,  ///< no two have records on a common stretch
        overlap,
        unknown,  ///< some must be indexed before that can be said
    };
    kind is = kind::unknown;
    // For `overlap`: two files that do, by their index, and where.
    std::size_t first = 0;
    std::size_t second = 0;
    std::string contig;
};

relation relation_of(const std::vector<coverage>& files);

}  // namespace callstream::catalog
