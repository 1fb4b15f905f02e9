// How a genotype is written: the four formatting parameters of BrAPI 2.1
// (expandHomozygotes, unknownString, sepPhased, sepUnphased).
#pragma once

#include <string>

namespace callstream::genotype {

struct genotype_format {
    std::string separator_phased = "|";
    std::string separator_unphased = "/";
    std::string unknown = ".";
    bool expand_homozygotes = true;

    bool operator==(const genotype_format&) const = default;
};

}  // namespace callstream::genotype
