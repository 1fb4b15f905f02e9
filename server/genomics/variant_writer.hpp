// Variants and their calls as JSON, from the bytes of a record. Spec: Variant and VariantCall of
// the discovery document of 2016-10-04.
#pragma once

#include "engine/catalog/catalog.hpp"
#include "engine/catalog/variant_id.hpp"
#include "engine/core/text_buffer.hpp"
#include "engine/hts/site_columns.hpp"
#include "engine/variants/set_cursor.hpp"
#include "server/genomics/field_mask.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace callstream::genomics {

/// Writes variants of one set with the calls of some columns, in the order given. One thread at a
/// time; belongs to one cursor's walk, whose readers give the field keys their meaning.
class variant_writer {
 public:
    /// `shown`: of a Variant.
    variant_writer(
        const catalog::variant_set& set,
        const std::vector<std::uint32_t>& columns,
        const field_mask& shown
    );

    /// What its records must have for what is shown of a Variant.
    static hts::wanted_fields fields_needed(const field_mask& shown);

    /// The record that is written next, the one on which `cursor` stands. Throws damaged_file.
    void enter(const hts::record& record, const variants::set_cursor& cursor);

    /// Appends the variant, or what is still to come of it, until `out` has `enough` bytes. True
    /// when it is whole. Throws damaged_file.
    bool write(text_buffer& out, std::size_t enough);

 private:
    enum class role { genotype, likelihood_log10, likelihood_phred, phase_set, other };
    struct field_writer {
        std::int32_t key = -1;
        role meaning = role::other;
        bool is_shown = false;
        std::string before;  // `,"DP":`
    };
    struct info_entry {
        const hts::format_field* field;
        std::size_t writer;
    };
    /// What is shown of a Variant.
    struct shown_members {
        bool set_id, id, names, created, contig, start, end, reference_bases, alternate_bases,
            quality, filter;
    };
    /// What is shown of a VariantCall.
    struct shown_call_members {
        bool id, name, genotype, phase_set, likelihood;
    };

    void add_call_set(const catalog::call_set& call_set);
    void enter_file(std::uint32_t file);
    void enter_contig(std::string_view name);
    std::size_t writer_of(const hts::vcf_reader& reader, std::int32_t key);
    field_writer learn_field(const hts::vcf_reader& reader, std::int32_t key) const;
    void find_fields();
    bool has_met(role meaning, const hts::format_field& field);

    void write_head(text_buffer& out);
    void write_names(text_buffer& out) const;
    void write_alleles(text_buffer& out) const;
    void write_filters(text_buffer& out) const;
    void write_info(text_buffer& out);
    void write_call(text_buffer& out, std::size_t number);
    bool write_genotype(text_buffer& out, std::uint32_t column) const;
    void write_phase_set(text_buffer& out, std::uint32_t column) const;
    void write_likelihood(text_buffer& out, std::uint32_t column) const;
    void write_call_info(text_buffer& out, std::uint32_t column, bool is_phased) const;
    bool write_values(text_buffer& out, const hts::typed_values& values) const;

    shown_members shown_;
    shown_call_members shown_calls_{};
    std::optional<field_mask> info_;       // nothing: not shown
    std::optional<field_mask> calls_;      // likewise
    std::optional<field_mask> call_info_;  // likewise
    bool reads_site_;
    catalog::variant_id_writer ids_;
    std::string of_set_;     // members that all variants of the set share
    std::string of_contig_;  // those that all of the contig share

    std::vector<std::uint32_t> columns_;
    std::string heads_;  // of the calls: ids, names, up to the genotype; one behind the other
    std::vector<std::size_t> head_ends_;

    std::uint32_t file_ = 0;  // whose keys the next ones are
    std::int32_t contig_ = -1;
    std::vector<field_writer> fields_;  // those that records had, in the order they turned up
    std::size_t last_field_ = 0;        // found last: records have their fields in one order

    // Of the record
    const hts::record* record_ = nullptr;
    const variants::set_cursor* cursor_ = nullptr;
    const hts::format_field* genotype_ = nullptr;
    const hts::format_field* log10_ = nullptr;
    const hts::format_field* phred_ = nullptr;
    const hts::format_field* phase_set_ = nullptr;
    std::vector<info_entry> shown_info_;
    hts::site_columns site_;
    bool is_begun_ = false;
    std::size_t next_call_ = 0;
};

}  // namespace callstream::genomics
