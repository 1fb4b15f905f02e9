// The rules of genotype text, once more and as plainly as they can be said, to compare the fast
// writer with. Nothing here is shared with it.
#pragma once

#include "engine/genotype/genotype_format.hpp"
#include "engine/hts/record.hpp"
#include "tests/support/bcf_bytes.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace callstream::testing {

struct allele {
    std::optional<std::uint32_t> index;  ///< nothing: missing
    bool phased = false;                 ///< with the allele before it
};
using alleles = std::vector<allele>;

/// From VCF text; a leading `|` or `/` sets the phase bit of the first allele.
inline alleles parse_alleles(const std::string& text) {
    alleles out;
    bool phased = false;
    std::string digits;
    for (const char c : text + "/") {
        if (c != '|' && c != '/') {
            digits += c;
            continue;
        }
        if (!digits.empty()) {
            allele a{.index = std::nullopt, .phased = phased};
            if (digits != ".") a.index = static_cast<std::uint32_t>(std::stoul(digits));
            out.push_back(a);
            digits.clear();
        }
        phased = c == '|';
    }
    return out;
}

inline std::string expected_text(const alleles& g, const genotype::genotype_format& format) {
    bool any_known = false;
    bool all_known = true;
    bool all_equal = true;
    for (const auto& a : g) {
        any_known = any_known || a.index.has_value();
        all_known = all_known && a.index.has_value();
        all_equal = all_equal && a.index == g.front().index;
    }
    if (!any_known) return format.unknown;
    if (!format.expand_homozygotes && all_known && all_equal) {
        return std::to_string(*g.front().index);
    }
    std::string out;
    for (std::size_t i = 0; i < g.size(); ++i) {
        if (i > 0) out += g[i].phased ? format.separator_phased : format.separator_unphased;
        out += g[i].index ? std::to_string(*g[i].index) : format.unknown;
    }
    return out;
}

/// GT values of one sample, padded with end-of-vector to `per_sample` values.
inline void encode_alleles(
    bcf_bytes& out, const alleles& g, hts::value_type type, std::uint32_t per_sample
) {
    const std::size_t size = hts::size_of(type);
    const std::int64_t vector_end = -(std::int64_t{1} << (8 * size - 1)) + 1;
    for (std::uint32_t i = 0; i < per_sample; ++i) {
        if (i >= g.size()) {
            out.value(vector_end, size);
            continue;
        }
        const std::int64_t code = g[i].index ? std::int64_t{*g[i].index} + 1 : 0;
        out.value(code * 2 + (g[i].phased ? 1 : 0), size);
    }
}

/// The largest allele index that fits a GT value of this type.
inline std::uint32_t largest_allele(hts::value_type type) {
    return (std::uint32_t{1} << (8 * hts::size_of(type) - 2)) - 2;
}

}  // namespace callstream::testing
