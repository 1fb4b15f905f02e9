// How a genotype is written: the four formatting parameters of BrAPI 2.1
// (expandHomozygotes, unknownString, sepPhased, sepUnphased), and what stands for an allele.
#pragma once

#include <cstdint>
#include <string>

namespace callstream::genotype {

enum class allele_encoding : std::uint8_t {
    index,   ///< the VCF's index, 0 is REF
    bases,   ///< REF or ALT as the file has it
    dosage,  ///< of the genotype: how many alleles are not REF; unknown when one is missing
};

struct genotype_format {
    std::string separator_phased = "|";
    std::string separator_unphased = "/";
    std::string unknown = ".";
    bool expand_homozygotes = true;
    allele_encoding encoding = allele_encoding::index;

    bool operator==(const genotype_format&) const = default;
};

}  // namespace callstream::genotype
