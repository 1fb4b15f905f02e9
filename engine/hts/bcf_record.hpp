// One BCF record as its bytes, read without htslib's own reader: that one allocates what the file
// claims (up to 8 GiB for 8 bytes) before it looks whether the bytes are there.
// Layout: VCF specification 4.3, section 6.3.1.
#pragma once

#include "engine/hts/bgzf_text.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace callstream::hts {

/// The counts and bytes of a record, as BCF has them; text VCF is translated into the same.
struct raw_record {
    std::int32_t contig = 0;
    std::int64_t pos0 = 0;
    std::int64_t length = 0;  ///< bases of the reference that the record covers
    float quality = 0;        ///< a NaN of its own stands for none
    std::uint32_t allele_count = 0;
    std::uint32_t info_count = 0;
    std::uint32_t field_count = 0;
    std::uint32_t sample_count = 0;
    std::span<const std::uint8_t> shared;      ///< ID, alleles, FILTER, INFO
    std::span<const std::uint8_t> individual;  ///< FORMAT
};

/// Buffers that grow with the widest record and are reused. Not thread-safe.
class bcf_record_buffer {
 public:
    /// False at the end of the file. `out` views into this buffer until the next call. Throws
    /// damaged_file, also for a record over `record_bytes_max`.
    bool read(bgzf_input& in, raw_record& out);

    std::size_t capacity() const noexcept { return capacity_; }

 private:
    void read_into_buffer(bgzf_input& in, std::size_t size);

    std::unique_ptr<std::uint8_t[]> bytes_;
    std::size_t capacity_ = 0;
};

}  // namespace callstream::hts
