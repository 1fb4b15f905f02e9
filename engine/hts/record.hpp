// One variant record as spans over the bytes that htslib read, checked against their bounds.
// BCF2 encoding: VCF specification 4.3, section 6.3. Text VCF arrives in the same encoding, because
// htslib translates each line. htslib's own unpacking is not used: it ends the process when memory
// runs out, and trusts the counts it finds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace callstream::hts {

enum class value_type : std::uint8_t {
    absent = 0,
    int8 = 1,
    int16 = 2,
    int32 = 3,
    float32 = 5,
    text = 7,
};

/// Bytes of one value; 0 for `absent`.
std::size_t size_of(value_type type);

/// One vector of values: an INFO field, or what a FORMAT field has for one sample. It may end
/// early, with what marks the end of a vector.
struct typed_values {
    value_type type = value_type::absent;
    std::uint32_t count = 0;
    const std::uint8_t* bytes = nullptr;
};

/// A FORMAT field of one record: `per_sample` values for each sample, one sample after the other.
struct format_field {
    std::int32_t key = 0;  ///< index into the header's dictionary; see vcf_reader::field_name
    value_type type = value_type::absent;
    std::uint32_t per_sample = 0;
    std::span<const std::uint8_t> bytes;  ///< all samples; lives until the next record is read

    std::size_t stride() const noexcept { return per_sample * size_of(type); }
    const std::uint8_t* of_sample(std::size_t sample) const noexcept {
        return bytes.data() + sample * stride();
    }
    typed_values values_of(std::size_t sample) const noexcept {
        return {type, per_sample, of_sample(sample)};
    }
};

/// Which FORMAT fields an answer needs. A reader may give more than that.
enum class wanted_fields { none, genotypes, all };

/// Views into a reader's buffers, valid until that reader reads again.
struct record {
    std::int32_t contig = 0;  ///< index in the reader's header
    std::int64_t pos0 = 0;    ///< 0-based
    std::int64_t length = 0;  ///< bases of the reference that it covers: REF, or up to INFO/END
    std::string_view name;    ///< the ID column, empty when missing
    std::uint32_t allele_count = 0;
    std::vector<format_field> fields;  ///< those that are wanted, at least
};

/// The first typed value of the shared part, the ID column. Throws damaged_file.
std::string_view decode_name(std::span<const std::uint8_t> shared);

/// Walks over ID, alleles, FILTER and INFO. Throws damaged_file when counts and bytes disagree or a
/// key is not below `key_count`, the size of the header's dictionary.
void check_shared(
    std::span<const std::uint8_t> shared,
    std::uint32_t allele_count,
    std::uint32_t info_count,
    std::int32_t key_count
);

/// The FORMAT fields of the individual part. `key_count` is the size of the header's dictionary.
/// Throws damaged_file when counts and bytes disagree.
void decode_format_fields(
    std::span<const std::uint8_t> individual,
    std::uint32_t field_count,
    std::uint32_t sample_count,
    std::int32_t key_count,
    std::vector<format_field>& out
);

}  // namespace callstream::hts
