// Call objects as JSON, from the bytes of a record. What does not change from call to call is
// prepared once, the rest is copied around the genotype. Spec: BrAPI 2.1 Call, with the fields that
// 2.1 deprecates, because clients of 2.0 read them.
#pragma once

#include "engine/core/text_buffer.hpp"
#include "engine/genotype/gt_text.hpp"
#include "engine/variants/set_cursor.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace callstream::brapi {

/// Names and ids as they are, not escaped.
struct call_origin {
    std::string call_set_id;
    std::string call_set_name;
    std::string variant_set_id;
    std::string variant_set_name;
};

/// Writes the calls of one call set. One thread at a time; belongs to one cursor's walk, whose
/// readers give the field keys their meaning.
class call_writer {
 public:
    call_writer(
        const call_origin& origin, const genotype::genotype_format& format, std::uint32_t column
    );

    /// Appends one JSON object for the record on which `cursor` stands. Throws damaged_file.
    void write(text_buffer& out, const hts::record& record, const variants::set_cursor& cursor);

 private:
    enum class role { filter, genotype, likelihood_log10, likelihood_phred, phase_set, other };
    struct field_writer {
        std::int32_t key = -1;
        role meaning = role::other;
        std::string before;  // `{"dataType":...,"fieldValue":"`
    };
    struct special_fields {
        const hts::format_field* filter = nullptr;
        const hts::format_field* genotype = nullptr;
        const hts::format_field* log10 = nullptr;
        const hts::format_field* phred = nullptr;
        const hts::format_field* phase_set = nullptr;
    };

    const field_writer& writer_of(const hts::vcf_reader& reader, std::int32_t key);
    static field_writer learn_field(const hts::vcf_reader& reader, std::int32_t key);
    void learn_contig(const hts::vcf_reader& reader, std::int32_t contig);
    special_fields find_special(const hts::record& record, const hts::vcf_reader& reader);
    void write_call_set(text_buffer& out, const hts::format_field* filter);
    void write_genotype(text_buffer& out, const hts::format_field* field);
    void write_likelihood(text_buffer& out, const special_fields& special);
    void write_phase_set(text_buffer& out, const hts::format_field* field);
    void write_metadata(text_buffer& out, const hts::record& record, const hts::vcf_reader& reader);
    void write_value(text_buffer& out, const hts::format_field& field);
    void write_variant(
        text_buffer& out, const hts::record& record, const variants::set_cursor& cursor
    );

    void enter_file(std::uint32_t file);

    std::uint32_t column_;
    std::uint32_t file_ = 0;            // whose ids the next ones are
    genotype::genotype_format format_;  // with its strings escaped for JSON
    genotype::gt_writer genotypes_;
    std::string before_genotype_;       // of a call that failed no filter
    std::string variant_set_prefix_;    // `,"variantDbId":"dataSet~stem~`, escaped
    std::vector<field_writer> fields_;  // those that records had, in the order they turned up
    std::size_t last_field_ = 0;        // found last: records have their fields in one order
    std::int32_t contig_ = -1;          // that the next two are for
    std::string variant_prefix_;        // `,"variantDbId":"dataSet~stem~contig~`
    std::string contig_name_;           // escaped
    text_buffer scratch_;
};

}  // namespace callstream::brapi
