#include "server/brapi/call_writer.hpp"

#include "engine/core/id.hpp"
#include "engine/genotype/field_text.hpp"
#include "server/brapi/format_field.hpp"
#include "server/streaming/json_text.hpp"

#include <array>
#include <charconv>
#include <string_view>
#include <utility>

namespace callstream::brapi {
namespace {

using streaming::json_escaped;
using streaming::json_quoted;

genotype::genotype_format escaped(genotype::genotype_format format) {
    for (auto* text : {&format.separator_phased, &format.separator_unphased, &format.unknown}) {
        *text = json_escaped(*text);
    }
    return format;
}

std::string metadata_prefix(const hts::field_definition& field) {
    std::string out = "{\"dataType\":\"";
    out.append(data_type(field));
    out.append("\",\"fieldAbbreviation\":").append(json_quoted(field.name));
    out.append(",\"fieldName\":").append(json_quoted(field_title(field)));
    out.append(",\"fieldValue\":\"");
    return out;
}

constexpr std::string_view no_info = "{\"additionalInfo\":{}";

void append_integer(text_buffer& out, std::int64_t value) {
    constexpr std::size_t digits_max = 20;
    char* room = out.prepare(digits_max);
    out.commit(std::to_chars(room, room + digits_max, value).ptr);
}

}  // namespace

call_writer::call_writer(
    const call_origin& origin, const genotype::genotype_format& format, std::uint32_t column
)
    : column_(column), format_(escaped(format)), genotypes_(format_) {
    before_genotype_ =
        std::string(no_info) + ",\"callSetDbId\":" + json_quoted(origin.call_set_id) +
        ",\"callSetName\":" + json_quoted(origin.call_set_name) +
        ",\"variantSetDbId\":" + json_quoted(origin.variant_set_id) +
        ",\"variantSetName\":" + json_quoted(origin.variant_set_name) + ",\"genotypeValue\":\"";
    variant_set_prefix_ = ",\"variantDbId\":\"" + json_escaped(origin.variant_set_id) + "~";
}

void call_writer::write(
    text_buffer& out, const hts::record& record, const variants::set_cursor& cursor
) {
    const auto& reader = cursor.reader();
    if (cursor.file() != file_) enter_file(cursor.file());
    if (record.contig != contig_) learn_contig(reader, record.contig);
    const special_fields special = find_special(record, reader);
    write_call_set(out, special.filter);
    write_genotype(out, special.genotype);
    write_likelihood(out, special);
    write_phase_set(out, special.phase_set);
    write_metadata(out, record, reader);
    write_variant(out, record, cursor);
}

/// Each file numbers its fields and contigs anew.
void call_writer::enter_file(std::uint32_t file) {
    file_ = file;
    fields_.clear();
    last_field_ = 0;
    contig_ = -1;
}

/// A dictionary may have millions of entries, a record has a handful of fields.
const call_writer::field_writer& call_writer::writer_of(
    const hts::vcf_reader& reader, std::int32_t key
) {
    for (std::size_t step = 1; step <= fields_.size(); ++step) {
        const std::size_t at = (last_field_ + step) % fields_.size();
        if (fields_[at].key != key) continue;
        last_field_ = at;
        return fields_[at];
    }
    fields_.push_back(learn_field(reader, key));
    last_field_ = fields_.size() - 1;
    return fields_.back();
}

call_writer::field_writer call_writer::learn_field(
    const hts::vcf_reader& reader, std::int32_t key
) {
    constexpr std::array<std::pair<std::string_view, role>, 5> roles = {{
        {"FT", role::filter},
        {"GT", role::genotype},
        {"GL", role::likelihood_log10},
        {"PL", role::likelihood_phred},
        {"PS", role::phase_set},
    }};
    const auto definition = reader.field(key);
    field_writer field{key, role::other, metadata_prefix(definition)};
    for (const auto& [name, meaning] : roles) {
        if (definition.name == name) field.meaning = meaning;
    }
    return field;
}

void call_writer::learn_contig(const hts::vcf_reader& reader, std::int32_t contig) {
    const auto name = reader.contig_name(contig);
    contig_ = contig;
    contig_name_ = json_escaped(name);
    variant_prefix_ = variant_set_prefix_ + id::encode(name) + "~";
}

call_writer::special_fields call_writer::find_special(
    const hts::record& record, const hts::vcf_reader& reader
) {
    special_fields out;
    // Where a record repeats a field, the first one counts, as for bcftools.
    const auto first = [](const hts::format_field*& into, const hts::format_field& field) {
        if (into == nullptr) into = &field;
    };
    for (const auto& field : record.fields) {
        switch (writer_of(reader, field.key).meaning) {
            case role::filter:
                first(out.filter, field);
                break;
            case role::genotype:
                first(out.genotype, field);
                break;
            case role::likelihood_log10:
                first(out.log10, field);
                break;
            case role::likelihood_phred:
                first(out.phred, field);
                break;
            case role::phase_set:
                first(out.phase_set, field);
                break;
            case role::other:
                break;
        }
    }
    return out;
}

/// A call that failed filters of its own (VCF 4.3, section 1.6.2, FT) says which also to clients of
/// BrAPI 2.0, which know no genotypeMetadata.
void call_writer::write_call_set(text_buffer& out, const hts::format_field* filter) {
    const bool is_text = filter != nullptr && filter->type == hts::value_type::text;
    const auto failed = is_text ? genotype::text_value(*filter, column_) : std::nullopt;
    if (!failed || *failed == "PASS") return out.append(before_genotype_);
    out.append("{\"additionalInfo\":{\"FT\":");
    out.append(json_quoted(*failed));
    out.append('}');
    out.append(std::string_view(before_genotype_).substr(no_info.size()));
}

void call_writer::write_genotype(text_buffer& out, const hts::format_field* field) {
    const std::size_t began = out.size();
    char* room = out.prepare(genotypes_.room(field == nullptr ? 0 : field->per_sample));
    out.commit(
        field == nullptr ? genotypes_.write_unknown(room) : genotypes_.write(room, *field, column_)
    );
    const std::size_t length = out.size() - began;
    out.append("\",\"genotype\":{\"values\":[\"");
    out.prepare(length);  // grows before the view is taken, so that it stays valid
    out.append(out.view().substr(began, length));
    out.append("\"]}");
}

void call_writer::write_likelihood(text_buffer& out, const special_fields& special) {
    out.append(",\"genotype_likelihood\":");
    const auto* log10 = special.log10;
    if (log10 != nullptr && genotype::append_likelihoods(out, *log10, column_, false)) return;
    const auto* phred = special.phred;
    if (phred != nullptr && genotype::append_likelihoods(out, *phred, column_, true)) return;
    out.append("null");
}

void call_writer::write_phase_set(text_buffer& out, const hts::format_field* field) {
    out.append(",\"phaseSet\":");
    if (field == nullptr) return out.append("null");
    if (field->type == hts::value_type::text) {
        const auto text = genotype::text_value(*field, column_);
        return out.append(text ? json_quoted(*text) : "null");
    }
    scratch_.clear();
    genotype::append_numbers(scratch_, *field, column_, "");
    if (scratch_.view().find_first_not_of(',') == std::string_view::npos) {
        return out.append("null");
    }
    out.append('"');
    out.append(scratch_.view());
    out.append('"');
}

void call_writer::write_metadata(
    text_buffer& out, const hts::record& record, const hts::vcf_reader& reader
) {
    out.append(",\"genotypeMetadata\":[");
    bool any = false;
    for (const auto& field : record.fields) {
        const auto& writer = writer_of(reader, field.key);
        if (writer.meaning == role::genotype) continue;
        if (any) out.append(',');
        any = true;
        out.append(writer.before);
        write_value(out, field);
        out.append("\"}");
    }
    out.append(']');
}

void call_writer::write_value(text_buffer& out, const hts::format_field& field) {
    if (field.type != hts::value_type::text) {
        return genotype::append_numbers(out, field, column_, format_.unknown);
    }
    const auto text = genotype::text_value(field, column_);
    out.append(text ? json_escaped(*text) : format_.unknown);
}

void call_writer::write_variant(
    text_buffer& out, const hts::record& record, const variants::set_cursor& cursor
) {
    out.append(variant_prefix_);
    append_integer(out, record.pos0 + 1);
    out.append('~');
    append_integer(out, cursor.duplicate());
    out.append("\",\"variantName\":\"");
    if (record.name.empty()) {
        out.append(contig_name_);
        out.append(':');
        append_integer(out, record.pos0 + 1);
    } else {
        // ID may list several names; the first is the one that people use.
        out.append(json_escaped(record.name.substr(0, record.name.find(';'))));
    }
    out.append("\"}");
}

}  // namespace callstream::brapi
