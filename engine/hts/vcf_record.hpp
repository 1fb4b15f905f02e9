// One record of a text VCF, translated into the bytes that BCF has for it. htslib's parser does the
// columns that say nothing of samples; where those of the samples hold plain genotypes they are
// read without it, which takes a tenth of the time. The bytes are those of htslib either way.
#pragma once

#include "engine/hts/bcf_record.hpp"
#include "engine/hts/gt_columns.hpp"
#include "engine/hts/handles.hpp"
#include "engine/hts/record.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

struct BGZF;

namespace callstream::hts {

/// Buffers that grow with the longest line and are reused. Not thread-safe.
class vcf_record_buffer {
 public:
    /// `header` learns what lines use undeclared; it outlives the buffer and belongs to it alone.
    explicit vcf_record_buffer(bcf_hdr_t& header);

    void want(wanted_fields fields) noexcept { wanted_ = fields; }

    /// False at the end of the file. `out` views into this buffer until the next call. Throws
    /// damaged_file, also for a line that exceeds `limits.hpp`.
    bool read(BGZF& stream, raw_record& out);

    std::size_t capacity() const noexcept;

 private:
    bool read_pairs(BGZF& stream, raw_record& out);
    void give_out(raw_record& out, std::optional<std::uint32_t> fields) const;
    void parse(std::string_view columns);
    std::optional<std::uint32_t> read_fields(std::string_view behind_info);
    bool read_genotypes(std::string_view behind_info);
    void refuse_too_many_undeclared() const;
    bool knows_genotypes();

    bcf_hdr_t& header_;
    int declared_contigs_;
    int declared_tags_;
    record_handle translated_{bcf_init()};
    text_handle long_line_;  // one that lies in several blocks
    text_handle parsed_;     // what htslib parses: it writes into it
    gt_columns genotypes_;
    wanted_fields wanted_ = wanted_fields::all;
    int genotype_key_ = -1;  // -1: not known yet
};

}  // namespace callstream::hts
