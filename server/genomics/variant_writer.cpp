#include "server/genomics/variant_writer.hpp"

#include "engine/core/clock.hpp"
#include "engine/genotype/field_text.hpp"
#include "server/genomics/genotype_numbers.hpp"
#include "server/streaming/json_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

namespace callstream::genomics {
namespace {

using streaming::json_escaped;
using streaming::json_quoted;

std::int64_t created_ms(const catalog::variant_set& set) {
    const auto when = parse_date_time(set.created);
    return when ? when->time_since_epoch().count() : 0;
}

/// Calls `each(part)` for what stands between the separators; parts without a character are none.
template <class Each>
void for_each_part(std::string_view text, char separator, Each each) {
    while (!text.empty()) {
        const auto end = std::min(text.find(separator), text.size());
        if (end > 0) each(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

/// `["a","b"]`
class text_list {
 public:
    explicit text_list(text_buffer& out) : out_(out) {}

    void add(std::string_view text) {
        out_.append(is_begun_ ? ",\"" : "[\"");
        is_begun_ = true;
        out_.append(json_escaped(text));
        out_.append('"');
    }
    void end() { out_.append(is_begun_ ? "]" : "[]"); }

 private:
    text_buffer& out_;
    bool is_begun_ = false;
};

}  // namespace

variant_writer::variant_writer(
    const catalog::variant_set& set,
    const std::vector<std::uint32_t>& columns,
    const field_mask& shown
)
    : shown_{
          .set_id = shown.has("variantSetId"),
          .id = shown.has("id"),
          .names = shown.has("names"),
          .created = shown.has("created"),
          .contig = shown.has("referenceName"),
          .start = shown.has("start"),
          .end = shown.has("end"),
          .reference_bases = shown.has("referenceBases"),
          .alternate_bases = shown.has("alternateBases"),
          .quality = shown.has("quality"),
          .filter = shown.has("filter")},
      info_(shown.of("info")),
      calls_(shown.of("calls")),
      reads_site_(
          shown_.reference_bases || shown_.alternate_bases || shown_.quality || shown_.filter || info_
      ),
      ids_(set.id) {
    if (shown_.set_id) of_set_ += ",\"variantSetId\":" + json_quoted(set.id);
    if (shown_.created) of_set_ += ",\"created\":\"" + std::to_string(created_ms(set)) + '"';
    if (!calls_) return;
    call_info_ = calls_->of("info");
    shown_calls_ = {
        .id = calls_->has("callSetId"),
        .name = calls_->has("callSetName"),
        .genotype = calls_->has("genotype"),
        .phase_set = calls_->has("phaseset"),
        .likelihood = calls_->has("genotypeLikelihood")};
    for (const auto column : columns) add_call_set({&set, column});
}

hts::wanted_fields variant_writer::fields_needed(const field_mask& shown) {
    const auto calls = shown.of("calls");
    if (!calls) return hts::wanted_fields::none;
    for (const auto* member : {"phaseset", "genotypeLikelihood", "info"}) {
        if (calls->has(member)) return hts::wanted_fields::all;
    }
    return calls->has("genotype") ? hts::wanted_fields::genotypes : hts::wanted_fields::none;
}

/// Every member starts with a comma, and the first of a call becomes its brace.
void variant_writer::add_call_set(const catalog::call_set& call_set) {
    columns_.push_back(call_set.column);
    if (shown_calls_.id) heads_ += ",\"callSetId\":" + json_quoted(call_set.id());
    if (shown_calls_.name) heads_ += ",\"callSetName\":" + json_quoted(call_set.name());
    if (shown_calls_.genotype) heads_ += ",\"genotype\":";
    head_ends_.push_back(heads_.size());
}

void variant_writer::enter(const hts::record& record, const variants::set_cursor& cursor) {
    record_ = &record;
    cursor_ = &cursor;
    is_begun_ = false;
    next_call_ = 0;
    const auto& reader = cursor.reader();
    if (cursor.file() != file_) enter_file(cursor.file());
    if (record.contig != contig_) {
        contig_ = record.contig;
        enter_contig(reader.contig_name(contig_));
    }
    if (reads_site_) reader.read_site(site_);
    find_fields();
}

/// Each file numbers its fields and contigs anew.
void variant_writer::enter_file(std::uint32_t file) {
    file_ = file;
    fields_.clear();
    last_field_ = 0;
    contig_ = -1;
}

void variant_writer::enter_contig(std::string_view name) {
    ids_.enter_contig(name);
    of_contig_ = shown_.contig ? ",\"referenceName\":" + json_quoted(name) : std::string();
}

/// A dictionary may have millions of entries, a record has a handful of fields.
std::size_t variant_writer::writer_of(const hts::vcf_reader& reader, std::int32_t key) {
    for (std::size_t step = 1; step <= fields_.size(); ++step) {
        const std::size_t at = (last_field_ + step) % fields_.size();
        if (fields_[at].key == key) return last_field_ = at;
    }
    fields_.push_back(learn_field(reader, key));
    return last_field_ = fields_.size() - 1;
}

variant_writer::field_writer variant_writer::learn_field(
    const hts::vcf_reader& reader, std::int32_t key
) const {
    constexpr std::array<std::pair<std::string_view, role>, 4> roles = {{
        {"GT", role::genotype},
        {"GL", role::likelihood_log10},
        {"PL", role::likelihood_phred},
        {"PS", role::phase_set},
    }};
    const auto name = reader.field_name(key);
    field_writer field{
        key, role::other, call_info_ && call_info_->has(name), "," + json_quoted(name) + ":"};
    for (const auto& [known, meaning] : roles) {
        if (name == known) field.meaning = meaning;
    }
    return field;
}

/// Whether it has a member of its own. Where a record repeats a field, the first one counts, as for
/// bcftools.
bool variant_writer::has_met(role meaning, const hts::format_field& field) {
    const auto meet = [&field](const hts::format_field*& first) {
        if (first == nullptr) first = &field;
    };
    // One that no header declares is text.
    const bool is_number = field.type != hts::value_type::text;
    switch (meaning) {
        case role::genotype:
            return meet(genotype_), true;
        case role::likelihood_log10:
            if (is_number) meet(log10_);
            return is_number;
        case role::likelihood_phred:
            if (is_number) meet(phred_);
            return false;
        case role::phase_set:
            meet(phase_set_);
            return false;
        default:
            return false;
    }
}

void variant_writer::find_fields() {
    genotype_ = log10_ = phred_ = phase_set_ = nullptr;
    shown_info_.clear();
    if (!calls_) return;
    const auto& reader = cursor_->reader();
    for (const auto& field : record_->fields) {
        const auto writer = writer_of(reader, field.key);
        if (has_met(fields_[writer].meaning, field) || !fields_[writer].is_shown) continue;
        const bool again = std::any_of(shown_info_.begin(), shown_info_.end(), [&](const auto& e) {
            return e.writer == writer;
        });
        if (!again) shown_info_.push_back({&field, writer});
    }
    // Without GL it is PL that makes the likelihoods, and it stands nowhere else.
    if (log10_ != nullptr) return;
    std::erase_if(shown_info_, [&](const auto& e) { return e.field == phred_; });
}

bool variant_writer::write(text_buffer& out, std::size_t enough) {
    if (!is_begun_) write_head(out);
    is_begun_ = true;
    if (!calls_) {
        out.append('}');
        return true;
    }
    while (next_call_ < columns_.size()) {
        if (out.size() >= enough) return false;
        if (next_call_ > 0) out.append(',');
        write_call(out, next_call_++);
    }
    out.append("]}");
    return true;
}

/// All but the calls, and their bracket.
void variant_writer::write_head(text_buffer& out) {
    const std::size_t begin = out.size();
    out.append(of_set_);
    if (shown_.id) {
        out.append(",\"id\":\"");
        ids_.append(out, record_->pos0, cursor_->duplicate());
        out.append('"');
    }
    if (shown_.names) write_names(out);
    out.append(of_contig_);
    if (shown_.start) {
        out.append(",\"start\":\"");
        append_integer(out, record_->pos0);
        out.append('"');
    }
    if (shown_.end) {
        out.append(",\"end\":\"");
        append_integer(out, record_->pos0 + record_->length);
        out.append('"');
    }
    write_alleles(out);
    if (shown_.quality && site_.quality && std::isfinite(*site_.quality)) {
        constexpr std::size_t digits_max = 24;
        out.append(",\"quality\":");
        char* room = out.prepare(digits_max);
        out.commit(std::to_chars(room, room + digits_max, *site_.quality).ptr);
    }
    if (shown_.filter) write_filters(out);
    if (info_) write_info(out);
    if (calls_) out.append(",\"calls\":[");
    if (out.size() == begin) return out.append('{');
    out.replace(begin, '{');
}

void variant_writer::write_names(text_buffer& out) const {
    out.append(",\"names\":");
    text_list names(out);
    for_each_part(record_->name, ';', [&](auto name) { names.add(name); });
    names.end();
}

void variant_writer::write_alleles(text_buffer& out) const {
    const auto& alleles = site_.alleles;
    if (shown_.reference_bases) {
        out.append(",\"referenceBases\":");
        out.append(json_quoted(alleles.empty() ? std::string_view() : alleles[0]));
    }
    if (!shown_.alternate_bases) return;
    out.append(",\"alternateBases\":");
    text_list texts(out);
    for (std::size_t i = 1; i < alleles.size(); ++i) texts.add(alleles[i]);
    texts.end();
}

void variant_writer::write_filters(text_buffer& out) const {
    out.append(",\"filter\":");
    text_list names(out);
    for (const auto key : site_.filters) names.add(cursor_->reader().filter_name(key));
    names.end();
}

/// A flag says that it is there, as does a field that stands there without a value.
void variant_writer::write_info(text_buffer& out) {
    const auto& reader = cursor_->reader();
    out.append(",\"info\":{");
    const std::size_t begin = out.size();
    for (auto field = site_.info.begin(); field != site_.info.end(); ++field) {
        // JSON has each name once; the first counts.
        const bool again = std::any_of(site_.info.begin(), field, [&](const auto& before) {
            return before.key == field->key;
        });
        const auto name = reader.info_name(field->key);
        if (again || !info_->has(name)) continue;
        const std::size_t before = out.size();
        if (before > begin) out.append(',');
        out.append(json_quoted(name));
        out.append(':');
        if (field->type == hts::value_type::absent || field->count == 0) {
            out.append("[\"true\"]");
        } else if (!write_values(out, field->values())) {
            out.drop_last(out.size() - before);
        }
    }
    out.append('}');
}

/// False, with nothing written, where there is no value.
bool variant_writer::write_values(text_buffer& out, const hts::typed_values& values) const {
    if (values.type != hts::value_type::text) return genotype::append_number_texts(out, values);
    const auto text = genotype::text_of(values);
    bool is_there = false;
    for_each_part(text.value_or(""), ',', [&](auto part) { is_there = is_there || part != "."; });
    if (!is_there) return false;
    text_list parts(out);
    for_each_part(*text, ',', [&](auto part) { parts.add(part); });
    parts.end();
    return true;
}

void variant_writer::write_call(text_buffer& out, std::size_t number) {
    const std::size_t begin = out.size();
    const std::size_t head = number == 0 ? 0 : head_ends_[number - 1];
    out.append(std::string_view(heads_).substr(head, head_ends_[number] - head));
    const auto column = columns_[number];
    const bool is_phased = write_genotype(out, column);
    if (is_phased && shown_calls_.phase_set) write_phase_set(out, column);
    if (shown_calls_.likelihood) write_likelihood(out, column);
    if (call_info_) write_call_info(out, column, is_phased);
    if (out.size() == begin) out.append(',');
    out.replace(begin, '{');
    out.append('}');
}

/// Whether it is phased, shown or not.
bool variant_writer::write_genotype(text_buffer& out, std::uint32_t column) const {
    const std::size_t begin = out.size();
    bool is_phased = false;
    if (genotype_ == nullptr) {
        out.append("[]");
    } else {
        is_phased = append_genotype_numbers(out, *genotype_, column);
    }
    if (!shown_calls_.genotype) out.drop_last(out.size() - begin);
    return is_phased;
}

/// "If the genotype data was phased but no phase set was specified this field will be set to `*`"
/// (the document).
void variant_writer::write_phase_set(text_buffer& out, std::uint32_t column) const {
    constexpr std::string_view none = ",\"phaseset\":\"*\"";
    if (phase_set_ == nullptr) return out.append(none);
    const auto values = phase_set_->values_of(column);
    if (const auto text = genotype::text_of(values)) {
        out.append(",\"phaseset\":");
        return out.append(json_quoted(*text));
    }
    const std::size_t begin = out.size();
    out.append(",\"phaseset\":\"");
    const std::size_t before = out.size();
    if (values.type != hts::value_type::text)
        genotype::append_numbers(out, *phase_set_, column, "");
    const bool is_there = out.view().find_first_not_of(',', before) != std::string_view::npos;
    if (is_there) return out.append('"');
    out.drop_last(out.size() - begin);
    out.append(none);
}

void variant_writer::write_likelihood(text_buffer& out, std::uint32_t column) const {
    const auto* field = log10_ != nullptr ? log10_ : phred_;
    if (field == nullptr) return;
    constexpr std::string_view name = ",\"genotypeLikelihood\":";
    out.append(name);
    if (!genotype::append_likelihoods(out, *field, column, log10_ == nullptr))
        out.drop_last(name.size());
}

void variant_writer::write_call_info(text_buffer& out, std::uint32_t column, bool is_phased) const {
    out.append(",\"info\":");
    const std::size_t begin = out.size();
    for (const auto& [field, writer] : shown_info_) {
        const auto& w = fields_[writer];
        // The phase set of a phased genotype is a member of the call.
        if (is_phased && w.meaning == role::phase_set) continue;
        out.append(w.before);
        if (!write_values(out, field->values_of(column))) out.drop_last(w.before.size());
    }
    if (out.size() == begin) out.append(',');
    out.replace(begin, '{');
    out.append('}');
}

}  // namespace callstream::genomics
