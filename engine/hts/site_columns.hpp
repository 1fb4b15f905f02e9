// The columns of a record that say nothing of samples: alleles, QUAL, FILTER and INFO, as spans
// over its bytes. They are decoded when somebody asks, since most answers need none of them.
#pragma once

#include "engine/hts/record.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace callstream::hts {

/// An INFO field of one record. A flag has no values and the type `absent`; so has, in a text VCF,
/// a field of another kind that was written without a value.
struct info_field {
    std::int32_t key = 0;  ///< see vcf_reader::info_name
    value_type type = value_type::absent;
    std::uint32_t count = 0;
    std::span<const std::uint8_t> bytes;

    typed_values values() const noexcept { return {type, count, bytes.data()}; }
};

/// Views into a reader's buffers, valid until that reader reads again. Reused from record to
/// record, it allocates only when one has more of something than all before.
struct site_columns {
    std::optional<float> quality;           ///< QUAL; files can hold infinities and NaN
    std::vector<std::string_view> alleles;  ///< REF, then ALT; none when a BCF has not even REF
    std::vector<std::int32_t> filters;      ///< keys, PASS among them; empty when FILTER is missing
    std::vector<info_field> info;           ///< in the order of the record
};

/// Fills all but `quality` from the shared part of a record. Throws damaged_file when counts and
/// bytes disagree, a key is not below `key_count`, the size of the header's dictionary, or there
/// are more filters than `column_entries_max`.
void decode_site(
    std::span<const std::uint8_t> shared,
    std::uint32_t allele_count,
    std::uint32_t info_count,
    std::int32_t key_count,
    site_columns& out
);

}  // namespace callstream::hts
