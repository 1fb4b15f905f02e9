// Variant objects as JSON, from the site columns of a record. Spec: BrAPI 2.1 Variant, with
// `alternate_bases`, which 2.1 deprecates.
#pragma once

#include "engine/catalog/catalog.hpp"
#include "engine/core/text_buffer.hpp"
#include "engine/hts/site_columns.hpp"
#include "engine/variants/set_cursor.hpp"
#include "server/brapi/variant_namer.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace callstream::brapi {

/// Writes variants of one set. One thread at a time; belongs to one cursor's walk. `now` and `set`
/// outlive it.
class variant_writer {
 public:
    /// `shown_id`: of the variant set that was asked for, which may be an extract.
    variant_writer(
        const catalog::snapshot& now, const catalog::variant_set& set, std::string_view shown_id
    );

    /// Appends the record on which `cursor` stands: start 0-based, end exclusive, QUAL and INFO as
    /// texts in `additionalInfo`. Throws damaged_file.
    void write(text_buffer& out, const hts::record& record, const variants::set_cursor& cursor);

 private:
    void enter_contig(std::string_view name);
    void write_alleles(text_buffer& out) const;
    void write_filters(text_buffer& out, const hts::vcf_reader& reader) const;
    void write_names(text_buffer& out, const hts::record& record) const;
    void write_info(text_buffer& out, const hts::vcf_reader& reader);
    void write_structure(text_buffer& out, const hts::vcf_reader& reader);
    void write_type(text_buffer& out, std::string_view declared) const;
    /// An INFO value as text, in `scratch_`; empty when the record has none.
    std::string_view info_text(const hts::vcf_reader& reader, std::string_view name);

    const catalog::snapshot& now_;
    const catalog::variant_set& set_;
    variant_namer names_;
    std::string of_set_;     // members that all variants of the set share
    std::string of_contig_;  // those that all of the contig share
    std::uint32_t file_ = 0;
    std::int32_t contig_ = -1;
    hts::site_columns site_;
    text_buffer scratch_;
};

}  // namespace callstream::brapi
