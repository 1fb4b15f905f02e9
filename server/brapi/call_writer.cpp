#include "server/brapi/call_writer.hpp"

#include "engine/genotype/field_text.hpp"
#include "server/brapi/format_field.hpp"
#include "server/brapi/genotype_form.hpp"
#include "server/streaming/json_text.hpp"

#include <algorithm>
#include <utility>

namespace callstream::brapi {
namespace {

using streaming::append_marked;
using streaming::cut;
using streaming::json_escaped;
using streaming::json_quoted;

constexpr std::array<std::pair<std::string_view, call_member>, 12> member_names = {{
    {"additionalInfo", call_member::additional_info},
    {"callSetDbId", call_member::call_set_id},
    {"callSetName", call_member::call_set_name},
    {"genotype", call_member::genotype},
    {"genotype_likelihood", call_member::genotype_likelihood},
    {"genotypeMetadata", call_member::genotype_metadata},
    {"genotypeValue", call_member::genotype_value},
    {"phaseSet", call_member::phase_set},
    {"variantDbId", call_member::variant_id},
    {"variantName", call_member::variant_name},
    {"variantSetDbId", call_member::variant_set_id},
    {"variantSetName", call_member::variant_set_name},
}};

std::string metadata_prefix(const hts::field_definition& field) {
    std::string out = "{\"dataType\":\"";
    out.append(data_type(field));
    out.append("\",\"fieldAbbreviation\":").append(json_quoted(field.name));
    out.append(",\"fieldName\":").append(json_quoted(field_title(field)));
    out.append(",\"fieldValue\":\"");
    return out;
}

}  // namespace

std::optional<call_member> find_call_member(std::string_view name) {
    for (const auto& [known, member] : member_names) {
        if (known == name) return member;
    }
    return std::nullopt;
}

std::string_view name_of(call_member member) {
    for (const auto& [name, known] : member_names) {
        if (known == member) return name;
    }
    return {};
}

hts::wanted_fields fields_needed(const call_form& form) {
    constexpr std::array of_other_fields = {
        call_member::additional_info,
        call_member::genotype_likelihood,
        call_member::genotype_metadata,
        call_member::phase_set};
    for (const auto member : of_other_fields) {
        const bool shown = (form.members & static_cast<std::uint32_t>(member)) != 0;
        if (shown) return hts::wanted_fields::all;
    }
    return hts::wanted_fields::genotypes;
}

call_writer::call_writer(std::string_view set_id, std::string_view set_name, const call_form& form)
    : form_{escaped_for_json(form.format), form.members},
      genotypes_(form_.format),
      variants_(set_id) {
    if (shows(call_member::variant_set_id)) {
        of_set_ += ",\"variantSetDbId\":" + json_quoted(set_id);
    }
    if (shows(call_member::variant_set_name)) {
        of_set_ += ",\"variantSetName\":" + json_quoted(set_name);
    }
}

/// Every member starts with a comma, and the first of them becomes the brace.
void call_writer::add_call_set(std::string_view id, std::string_view name, std::uint32_t column) {
    columns_.push_back(column);
    const std::size_t begin = head_texts_.size();
    if (shows(call_member::call_set_id)) head_texts_ += ",\"callSetDbId\":" + json_quoted(id);
    const std::size_t between = head_texts_.size();
    if (shows(call_member::call_set_name)) head_texts_ += ",\"callSetName\":" + json_quoted(name);
    if (head_texts_.size() > begin) head_texts_[begin] = '{';
    heads_.push_back(
        {begin,
         static_cast<std::uint32_t>(head_texts_.size() - begin),
         static_cast<std::uint32_t>(between - begin)}
    );
}

std::string_view call_writer::head(std::size_t number) const {
    const auto& place = heads_[number];
    return std::string_view(head_texts_).substr(place.begin, place.length);
}

void call_writer::enter(const hts::record& record, const variants::set_cursor& cursor) {
    const auto& reader = cursor.reader();
    if (cursor.file() != file_) enter_file(cursor.file());
    if (record.contig != contig_) {
        contig_ = record.contig;
        variants_.enter_contig(reader.contig_name(contig_));
    }
    find_fields(record, reader);
    if (form_.format.encoding == genotype::allele_encoding::bases) {
        reader.read_site(site_);
        genotypes_.enter_record(site_.alleles, json_escaped);
    }
    prepare_tail(record, cursor);
}

/// Each file numbers its fields and contigs anew.
void call_writer::enter_file(std::uint32_t file) {
    file_ = file;
    fields_.clear();
    last_field_ = 0;
    contig_ = -1;
}

/// A dictionary may have millions of entries, a record has a handful of fields.
std::size_t call_writer::writer_of(const hts::vcf_reader& reader, std::int32_t key) {
    for (std::size_t step = 1; step <= fields_.size(); ++step) {
        const std::size_t at = (last_field_ + step) % fields_.size();
        if (fields_[at].key == key) return last_field_ = at;
    }
    fields_.push_back(learn_field(reader, key));
    return last_field_ = fields_.size() - 1;
}

call_writer::field_writer call_writer::learn_field(
    const hts::vcf_reader& reader, std::int32_t key
) {
    constexpr std::array<std::pair<std::string_view, role>, 6> roles = {{
        {"DS", role::dosage},
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

/// Where a record repeats a field, the first one counts, as for bcftools.
void call_writer::find_fields(const hts::record& record, const hts::vcf_reader& reader) {
    special_.fill(nullptr);
    shown_.clear();
    for (const auto& field : record.fields) {
        const auto writer = writer_of(reader, field.key);
        const auto meaning = fields_[writer].meaning;
        if (meaning != role::other) {
            auto& first = special_[static_cast<std::size_t>(meaning)];
            if (first == nullptr) first = &field;
        }
        if (meaning != role::genotype) shown_.emplace_back(&field, writer);
    }
}

/// What the record has no field for is alike in all its calls, as is the variant.
void call_writer::prepare_tail(const hts::record& record, const variants::set_cursor& cursor) {
    tail_.restart();
    tail_.append(of_set_);
    if (shows(call_member::variant_id)) {
        tail_.append(",\"variantDbId\":\"");
        variants_.append_id(tail_, record.pos0, cursor.duplicate());
        tail_.cut();
        tail_.append('"');
    }
    if (shows(call_member::variant_name)) {
        tail_.append(",\"variantName\":\"");
        variants_.append_name(tail_, record.name, record.pos0);
        tail_.cut();
        tail_.append('"');
    }
    const bool has_likelihood =
        special(role::likelihood_log10) != nullptr || special(role::likelihood_phred) != nullptr;
    if (shows(call_member::genotype_likelihood) && !has_likelihood) {
        tail_.append(",\"genotype_likelihood\":null");
    }
    if (shows(call_member::phase_set) && special(role::phase_set) == nullptr) {
        tail_.append(",\"phaseSet\":null");
    }
    if (shows(call_member::genotype_metadata) && shown_.empty()) {
        tail_.append(",\"genotypeMetadata\":[]");
    }
    if (shows(call_member::additional_info) && special(role::filter) == nullptr) {
        tail_.append(",\"additionalInfo\":{}");
    }
    tail_.append('}');
}

std::uint64_t call_writer::write(
    text_buffer& out, std::uint64_t first, std::uint64_t most, std::size_t enough, char terminator
) {
    const std::uint64_t end = std::min<std::uint64_t>(columns_.size(), first + most);
    std::uint64_t at = first;
    do {
        out.append(head(at));
        write_rest(out, at);
        out.append(terminator);
    } while (++at < end && out.size() < enough);
    return at - first;
}

void call_writer::append_rest(streaming::marked_text& out, std::size_t number) {
    write_rest(out, number);
}

template <class Out>
void call_writer::write_rest(Out& out, std::size_t number) {
    column_ = columns_[number];
    const std::size_t start = out.size();
    write_genotype(out);
    if (shows(call_member::genotype_likelihood)) write_likelihood(out);
    if (shows(call_member::phase_set)) write_phase_set(out);
    if (shows(call_member::genotype_metadata)) write_metadata(out);
    if (shows(call_member::additional_info)) write_additional_info(out);
    append_marked(out, tail_);
    if (heads_[number].length == 0) out.replace(start, '{');
}

std::optional<call_writer::rest_keys> call_writer::keys_of_rests() const {
    const bool shows_more =
        (shows(call_member::genotype_metadata) && !shown_.empty()) ||
        (shows(call_member::additional_info) && special(role::filter) != nullptr) ||
        (shows(call_member::phase_set) && special(role::phase_set) != nullptr) ||
        (shows(call_member::genotype_likelihood) && (special(role::likelihood_log10) != nullptr ||
                                                     special(role::likelihood_phred) != nullptr));
    const bool shows_genotype = shows(call_member::genotype) || shows(call_member::genotype_value);
    if (shows_more || (shows_genotype && is_estimate())) return std::nullopt;
    const auto* field = special(role::genotype);
    if (field == nullptr || !shows_genotype) return rest_keys{nullptr, 0, columns_.data()};
    if (field->type == hts::value_type::float32 || field->type == hts::value_type::text) {
        return std::nullopt;  // damaged, as whoever writes it will say
    }
    return rest_keys{field->bytes.data(), field->stride(), columns_.data()};
}

template <class Out>
void call_writer::write_genotype(Out& out) {
    const bool as_value = shows(call_member::genotype_value);
    const bool as_list = shows(call_member::genotype);
    if (as_value) out.append(",\"genotypeValue\":\"");
    if (!as_value && as_list) out.append(",\"genotype\":{\"values\":[\"");
    if (!as_value && !as_list) return;
    const std::size_t began = out.size();
    write_genotype_text(out);
    cut(out);
    const std::size_t length = out.size() - began;
    if (as_value && as_list) {
        out.append("\",\"genotype\":{\"values\":[\"");
        out.prepare(length);  // grows before the view is taken, so that it stays valid
        out.append(out.view().substr(began, length));
        cut(out);
    }
    out.append(as_list ? "\"]}" : "\"");
}

bool call_writer::is_estimate() const {
    return special(role::genotype) == nullptr && special(role::dosage) != nullptr &&
           form_.format.encoding == genotype::allele_encoding::dosage;
}

/// A dosage that was estimated stands for one that can be counted.
void call_writer::write_genotype_text(text_buffer& out) {
    const auto* field = special(role::genotype);
    if (is_estimate()) return write_value(out, *special(role::dosage));
    char* room = out.prepare(genotypes_.room(field == nullptr ? 0 : field->per_sample));
    out.commit(
        field == nullptr ? genotypes_.write_unknown(room) : genotypes_.write(room, *field, column_)
    );
}

template <class Out>
void call_writer::write_likelihood(Out& out) {
    const auto* log10 = special(role::likelihood_log10);
    const auto* phred = special(role::likelihood_phred);
    if (log10 == nullptr && phred == nullptr) return;
    out.append(",\"genotype_likelihood\":");
    const bool any =
        (log10 != nullptr && genotype::append_likelihoods(out, *log10, column_, false)) ||
        (phred != nullptr && genotype::append_likelihoods(out, *phred, column_, true));
    if (!any) out.append("null");
    cut(out);
}

template <class Out>
void call_writer::write_phase_set(Out& out) {
    const auto* field = special(role::phase_set);
    if (field == nullptr) return;
    out.append(",\"phaseSet\":");
    write_phase_set_value(out, *field);
    cut(out);
}

void call_writer::write_phase_set_value(text_buffer& out, const hts::format_field& field) {
    if (field.type == hts::value_type::text) {
        const auto text = genotype::text_value(field, column_);
        return out.append(text ? json_quoted(*text) : "null");
    }
    scratch_.clear();
    genotype::append_numbers(scratch_, field, column_, "");
    if (scratch_.view().find_first_not_of(',') == std::string_view::npos) {
        return out.append("null");
    }
    out.append('"');
    out.append(scratch_.view());
    out.append('"');
}

template <class Out>
void call_writer::write_metadata(Out& out) {
    if (shown_.empty()) return;
    out.append(",\"genotypeMetadata\":");
    char before = '[';
    for (const auto& [field, writer] : shown_) {
        out.append(before);
        before = ',';
        out.append(fields_[writer].before);
        write_value(out, *field);
        cut(out);
        out.append("\"}");
    }
    out.append(']');
}

void call_writer::write_value(text_buffer& out, const hts::format_field& field) {
    if (field.type != hts::value_type::text) {
        return genotype::append_numbers(out, field, column_, form_.format.unknown);
    }
    const auto text = genotype::text_value(field, column_);
    out.append(text ? json_escaped(*text) : form_.format.unknown);
}

/// A call that failed filters of its own (VCF 4.3, section 1.6.2, FT) says which also to clients of
/// BrAPI 2.0, which know no genotypeMetadata.
template <class Out>
void call_writer::write_additional_info(Out& out) {
    const auto* filter = special(role::filter);
    if (filter == nullptr) return;
    const bool is_text = filter->type == hts::value_type::text;
    const auto failed = is_text ? genotype::text_value(*filter, column_) : std::nullopt;
    out.append(",\"additionalInfo\":{");
    if (failed && *failed != "PASS") {
        out.append("\"FT\":");
        out.append(json_quoted(*failed));
    }
    cut(out);
    out.append('}');
}

}  // namespace callstream::brapi
