#include "engine/genotype/allele_list.hpp"

#include "engine/core/error.hpp"
#include "engine/hts/gt_value.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace callstream::genotype {
namespace {

template <class Integer>
void read(const std::uint8_t* at, std::uint32_t count, std::vector<std::int32_t>& out) {
    for (std::uint32_t i = 0; i < count; ++i) {
        Integer value;
        std::memcpy(&value, at + i * sizeof value, sizeof value);
        if (value == hts::gt_vector_end<Integer>) return;
        // The code of a missing allele is 0.
        out.push_back(static_cast<std::int32_t>(hts::gt_allele_code(value)) - 1);
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

dosage_reader::dosage_reader(bool haploids_twice) : haploids_twice_(haploids_twice) {
    const auto dose = [](unsigned value) { return value < 2 ? missing_allele : value < 4 ? 0 : 1; };
    for (unsigned first = 0; first < pair_values; ++first) {
        for (unsigned second = 0; second < pair_values; ++second) {
            const bool complete = dose(first) >= 0 && dose(second) >= 0;
            pairs_[first * pair_values + second] =
                static_cast<std::int8_t>(complete ? dose(first) + dose(second) : missing_allele);
        }
    }
}

void dosage_reader::read(
    const hts::format_field* gt, std::span<const std::uint32_t> samples, std::int8_t* out
) {
    if (gt == nullptr) {
        std::fill_n(out, samples.size(), static_cast<std::int8_t>(missing_allele));
        return;
    }
    const bool is_diploid = gt->type == hts::value_type::int8 && gt->per_sample == 2;
    for (const auto sample : samples) {
        const std::uint8_t* at = is_diploid ? gt->of_sample(sample) : nullptr;
        const bool in_pairs = is_diploid && (at[0] | at[1]) < pair_values;
        *out++ = in_pairs ? pairs_[at[0] * pair_values + at[1]] : read_one(*gt, sample);
    }
}

std::int8_t dosage_reader::read_one(const hts::format_field& gt, std::uint32_t sample) {
    constexpr std::int32_t largest = std::numeric_limits<std::int8_t>::max();
    read_alleles(gt, sample, alleles_);
    std::int32_t dosage = alleles_.empty() ? missing_allele : 0;
    for (const auto allele : alleles_) {
        if (allele == missing_allele) return missing_allele;
        dosage += allele > 0 ? 1 : 0;
    }
    if (haploids_twice_ && alleles_.size() == 1) dosage *= 2;
    return static_cast<std::int8_t>(std::min(dosage, largest));
}

}  // namespace callstream::genotype
