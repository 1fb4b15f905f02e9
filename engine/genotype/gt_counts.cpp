#include "engine/genotype/gt_counts.hpp"

#include "engine/core/error.hpp"
#include "engine/hts/gt_value.hpp"

#include <algorithm>
#include <cstring>

namespace callstream::genotype {
namespace {

using hts::gt_allele_code;
using hts::gt_vector_end;

template <class Integer>
Integer load(const std::uint8_t* at) {
    Integer value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

template <class Integer>
void add_sample(gt_counts& c, const std::uint8_t* alleles, std::uint32_t count) {
    std::uint32_t present = 0;
    std::uint32_t called = 0;
    bool differ = false;
    std::uint32_t first = 0;
    for (; present < count; ++present) {
        const auto value = load<Integer>(alleles + present * sizeof(Integer));
        if (value == gt_vector_end<Integer>) break;
        const std::uint32_t code = gt_allele_code(value);
        called += code != 0;
        c.ref_alleles += code == 1;
        if (present == 0) {
            first = code;
            continue;
        }
        differ = differ || code != first;
        const bool phased = hts::gt_is_phased(value);
        c.any_phased = c.any_phased || phased;
        c.any_unphased = c.any_unphased || !phased;
    }
    c.called_alleles += called;
    const bool complete = present > 0 && called == present;
    c.missing_samples += complete ? 0 : 1;
    c.het_samples += complete && differ ? 1 : 0;
    c.ploidy_min = std::min(c.ploidy_min, present);
    c.ploidy_max = std::max(c.ploidy_max, present);
}

/// Two int8 alleles per sample, what nearly all files have, without branches. Returns false, with
/// nothing counted, when a vector ends early.
bool count_diploid(gt_counts& c, const std::uint8_t* at, std::size_t samples) {
    constexpr auto end = static_cast<std::uint8_t>(gt_vector_end<std::int8_t>);
    std::uint32_t called = 0;
    std::uint32_t ref = 0;
    std::uint32_t missing = 0;
    std::uint32_t het = 0;
    std::uint32_t phased = 0;
    std::uint32_t ends = 0;
    for (std::size_t i = 0; i < samples; ++i, at += 2) {
        const std::uint8_t a = at[0];
        const std::uint8_t b = at[1];
        // Negative values, BCF's "missing" among them, read as missing alleles.
        const bool a_called = a >= 2 && a < 0x80;
        const bool b_called = b >= 2 && b < 0x80;
        called += static_cast<std::uint32_t>(a_called) + static_cast<std::uint32_t>(b_called);
        ref += static_cast<std::uint32_t>(a >> 1 == 1) + static_cast<std::uint32_t>(b >> 1 == 1);
        missing += static_cast<std::uint32_t>(!(a_called & b_called));
        het += static_cast<std::uint32_t>(a_called & b_called & (a >> 1 != b >> 1));
        phased += static_cast<std::uint32_t>((b & 1) & (b < 0x80));
        ends += static_cast<std::uint32_t>(a == end) + static_cast<std::uint32_t>(b == end);
    }
    if (ends != 0) return false;
    c.called_alleles = called;
    c.ref_alleles = ref;
    c.missing_samples = missing;
    c.het_samples = het;
    c.ploidy_min = c.ploidy_max = 2;
    c.any_phased = phased > 0;
    c.any_unphased = phased < samples;
    return true;
}

template <class Integer>
void count_all(gt_counts& c, const hts::format_field& gt, std::size_t samples) {
    c.ploidy_min = gt.per_sample;
    for (std::size_t i = 0; i < samples; ++i) {
        add_sample<Integer>(c, gt.of_sample(i), gt.per_sample);
    }
}

gt_counts count_of_samples(const hts::format_field& gt, std::size_t samples) {
    gt_counts c;
    switch (gt.type) {
        case hts::value_type::int8:
            if (gt.per_sample != 2 || !count_diploid(c, gt.bytes.data(), samples)) {
                count_all<std::int8_t>(c, gt, samples);
            }
            return c;
        case hts::value_type::int16:
            count_all<std::int16_t>(c, gt, samples);
            return c;
        case hts::value_type::int32:
            count_all<std::int32_t>(c, gt, samples);
            return c;
        default:
            throw damaged_file("GT holds something else than allele indexes");
    }
}

/// How often each allele occurs. Values behind the end of a short vector are negative.
template <class Integer>
void count_alleles(
    std::vector<std::uint32_t>& counts, const hts::format_field& gt, std::size_t samples
) {
    const std::size_t values = samples * gt.per_sample;
    const std::uint8_t* at = gt.bytes.data();
    for (std::size_t i = 0; i < values; ++i, at += sizeof(Integer)) {
        const auto code = gt_allele_code(load<Integer>(at));
        if (code != 0 && code <= counts.size()) ++counts[code - 1];
    }
}

void count_alleles(
    std::vector<std::uint32_t>& counts, const hts::format_field& gt, std::size_t samples
) {
    if (gt.type == hts::value_type::int8) return count_alleles<std::int8_t>(counts, gt, samples);
    if (gt.type == hts::value_type::int16) return count_alleles<std::int16_t>(counts, gt, samples);
    count_alleles<std::int32_t>(counts, gt, samples);
}

}  // namespace

gt_counts gt_counter::count(
    const hts::format_field* gt, std::size_t samples, std::uint32_t alleles
) {
    if (gt == nullptr || gt->type == hts::value_type::absent || samples == 0) {
        gt_counts nothing;
        nothing.missing_samples = static_cast<std::uint32_t>(samples);
        return nothing;
    }
    gt_counts c = count_of_samples(*gt, samples);
    if (alleles == 2) {  // nearly always: the one ALT is what is not REF
        c.minor_max = c.minor_min = std::min(c.ref_alleles, c.called_alleles - c.ref_alleles);
    } else if (alleles > 2) {
        by_allele_.assign(alleles, 0);
        count_alleles(by_allele_, *gt, samples);
        c.minor_min = c.called_alleles;
        for (std::uint32_t i = 1; i < alleles; ++i) {
            const auto minor = std::min(by_allele_[i], c.called_alleles - by_allele_[i]);
            c.minor_max = std::max(c.minor_max, minor);
            c.minor_min = std::min(c.minor_min, minor);
        }
    }
    return c;
}

}  // namespace callstream::genotype
