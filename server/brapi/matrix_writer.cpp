#include "server/brapi/matrix_writer.hpp"

#include "engine/genotype/field_text.hpp"

#include <utility>

namespace callstream::brapi {

matrix_writer::matrix_writer(std::string field, genotype::genotype_format format, cell_style style)
    : field_(std::move(field)),
      is_genotype_(field_ == "GT"),
      format_(std::move(format)),
      style_(std::move(style)),
      genotypes_(format_, style_.frame),
      unknown_cell_(style_.frame.before + format_.unknown + style_.frame.after) {}

void matrix_writer::write(
    text_buffer& out,
    const hts::record& record,
    const variants::set_cursor& cursor,
    const genotype::sample_row& columns
) {
    const auto& reader = cursor.reader();
    const auto* field = reader.find_field(record, field_);
    if (!is_genotype_) {
        if (field == nullptr) return write_unknown(out, columns.samples().size());
        return write_values(out, *field, columns.samples());
    }
    // A dosage that was estimated stands for one that can be counted.
    if (field == nullptr && format_.encoding == genotype::allele_encoding::dosage) {
        const auto* estimated = reader.find_field(record, "DS");
        if (estimated != nullptr) return write_values(out, *estimated, columns.samples());
    }
    if (format_.encoding == genotype::allele_encoding::bases) {
        reader.read_site(site_);
        genotypes_.enter_record(site_.alleles, style_.escape);
    }
    genotypes_.write_row(out, field, columns);
}

void matrix_writer::write_unknown(text_buffer& out, std::size_t count) const {
    for (std::size_t i = 0; i < count; ++i) out.append(unknown_cell_);
}

void matrix_writer::write_values(
    text_buffer& out, const hts::format_field& field, std::span<const std::uint32_t> columns
) {
    for (const auto column : columns) {
        out.append(style_.frame.before);
        if (field.type != hts::value_type::text) {
            genotype::append_numbers(out, field, column, format_.unknown);
        } else if (const auto text = genotype::text_value(field, column)) {
            out.append(style_.escape == nullptr ? std::string(*text) : style_.escape(*text));
        } else {
            out.append(format_.unknown);
        }
        out.append(style_.frame.after);
    }
}

}  // namespace callstream::brapi
