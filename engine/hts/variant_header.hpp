// What callstream keeps of a VCF/BCF header: an immutable copy that any thread may read, because
// htslib's own header changes under its text parser.
#pragma once

#include "engine/core/hash.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace callstream::hts {

struct contig {
    std::string name;
    std::int64_t length = 0;  ///< 0 when the header does not say
    std::int32_t id = 0;      ///< what records and indexes call it; numbers may have gaps
};

/// How a FORMAT field is declared.
struct field_definition {
    std::string name;         ///< the id, e.g. `DP`
    std::string description;  ///< empty when it is not declared
    enum class value_kind { text, integer, real };
    value_kind kind = value_kind::text;
};

/// How an INFO field is declared; one that is not is text.
enum class info_kind { flag, integer, real, text };

struct variant_header {
    std::vector<std::string> samples;       ///< in column order
    std::vector<contig> contigs;            ///< in header order
    std::string file_date;                  ///< the value of ##fileDate, empty without it
    std::string genotype_definition;        ///< Number and Type of FORMAT/GT, empty without it
    std::vector<field_definition> formats;  ///< FORMAT fields, in header order
    hash128 samples_hash;                   ///< equal for equal samples in equal order

    /// Column of a sample; samples are unique (htslib refuses a header where they are not).
    std::unordered_map<std::string_view, std::uint32_t> sample_columns;  ///< views into `samples`
};

}  // namespace callstream::hts
