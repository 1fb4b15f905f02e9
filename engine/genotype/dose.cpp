#include "engine/genotype/dose.hpp"

#include "engine/hts/gt_value.hpp"

#include <cstring>

namespace callstream::genotype {
namespace {

template <class Integer>
std::uint8_t dose_of(const hts::typed_values& gt) {
    std::uint32_t called = 0;
    std::uint32_t other = 0;
    for (std::uint32_t i = 0; i < gt.count; ++i) {
        Integer value;
        std::memcpy(&value, gt.bytes + i * sizeof value, sizeof value);
        if (value == hts::gt_vector_end<Integer>) break;
        const auto code = hts::gt_allele_code(value);
        called += code > 0;
        other += code > 1;
    }
    if (called == 0) return no_dose;
    return static_cast<std::uint8_t>((other * full_dose + called / 2) / called);
}

}  // namespace

std::uint8_t dose_of(const hts::typed_values& gt) {
    switch (gt.type) {
        case hts::value_type::int8:
            return dose_of<std::int8_t>(gt);
        case hts::value_type::int16:
            return dose_of<std::int16_t>(gt);
        case hts::value_type::int32:
            return dose_of<std::int32_t>(gt);
        default:
            return no_dose;
    }
}

}  // namespace callstream::genotype
