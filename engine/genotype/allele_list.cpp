#include "engine/genotype/allele_list.hpp"

#include "engine/core/error.hpp"

#include <cstring>
#include <limits>

namespace callstream::genotype {
namespace {

/// BCF's encoding of a GT value: see gt_text.cpp.
template <class Integer>
void read(const std::uint8_t* at, std::uint32_t count, std::vector<std::int32_t>& out) {
    for (std::uint32_t i = 0; i < count; ++i) {
        Integer value;
        std::memcpy(&value, at + i * sizeof value, sizeof value);
        if (value == std::numeric_limits<Integer>::min() + 1)
            return;  // the end of a shorter vector
        out.push_back(value < 0 ? missing_allele : std::int32_t{value} / 2 - 1);
    }
}

}  // namespace

void read_alleles(const hts::format_field& gt, std::size_t sample, std::vector<std::int32_t>& out) {
    out.clear();
    const std::uint8_t* at = gt.of_sample(sample);
    switch (gt.type) {
        case hts::value_type::int8:
            return read<std::int8_t>(at, gt.per_sample, out);
        case hts::value_type::int16:
            return read<std::int16_t>(at, gt.per_sample, out);
        case hts::value_type::int32:
            return read<std::int32_t>(at, gt.per_sample, out);
        case hts::value_type::absent:
            return;
        default:
            throw damaged_file("GT holds something else than allele indexes");
    }
}

std::int32_t dosage_of(const std::vector<std::int32_t>& alleles) {
    if (alleles.empty()) return missing_allele;
    std::int32_t dosage = 0;
    for (const auto allele : alleles) {
        if (allele == missing_allele) return missing_allele;
        dosage += allele > 0 ? 1 : 0;
    }
    return dosage;
}

}  // namespace callstream::genotype
