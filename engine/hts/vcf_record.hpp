// One record of a text VCF, translated into the bytes that BCF has for it. htslib's parser does the
// columns that say nothing of samples; where those of the samples are plain they are read without
// it, which takes a tenth of the time for genotypes and about half for all fields. The bytes are
// those of htslib either way.
#pragma once

#include "engine/hts/bcf_record.hpp"
#include "engine/hts/bgzf_text.hpp"
#include "engine/hts/field_columns.hpp"
#include "engine/hts/gt_columns.hpp"
#include "engine/hts/handles.hpp"
#include "engine/hts/record.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace callstream::hts {

/// Buffers that grow with the longest line and are reused. Not thread-safe.
class vcf_record_buffer {
 public:
    /// `header` learns what lines use undeclared; it outlives the buffer and belongs to it alone.
    explicit vcf_record_buffer(bcf_hdr_t& header);

    void want(wanted_fields fields) noexcept { wanted_ = fields; }

    /// False at the end of the file. `out` views into this buffer until the next call. Throws
    /// damaged_file, also for a line that exceeds `limits.hpp`.
    bool read(bgzf_input& in, raw_record& out);

    std::size_t capacity() const noexcept;

 private:
    /// What was read without htslib of the columns behind INFO.
    struct fields_read {
        std::uint32_t count = 0;
        std::span<const std::uint8_t> individual;
    };

    bool read_pairs(bgzf_input& in, raw_record& out);
    void give_out(raw_record& out, const std::optional<fields_read>& fields) const;
    void parse(std::string_view columns);
    std::optional<fields_read> read_fields(std::string_view behind_info);
    bool read_genotypes(std::string_view behind_info);
    bool read_all(std::string_view behind_info);
    bool knows_format(std::string_view format);
    void refuse_too_many_undeclared() const;
    bool knows_genotypes();

    bcf_hdr_t& header_;
    int declared_contigs_;
    int declared_tags_;
    record_handle translated_{bcf_init()};
    text_handle long_line_;  // one that lies in several blocks
    text_handle parsed_;     // what htslib parses: it writes into it
    gt_columns genotypes_;
    field_columns fields_;
    std::string format_;  // that `fields_` is set to
    wanted_fields wanted_ = wanted_fields::all;
    int genotype_key_ = -1;  // -1: not known yet
};

}  // namespace callstream::hts
