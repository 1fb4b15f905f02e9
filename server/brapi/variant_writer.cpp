#include "server/brapi/variant_writer.hpp"

#include "engine/core/id.hpp"
#include "engine/genotype/field_text.hpp"
#include "server/streaming/json_text.hpp"

#include <algorithm>
#include <charconv>

namespace callstream::brapi {
namespace {

using streaming::json_escaped;
using streaming::json_quoted;

std::string quoted_or_null(const std::string& text) {
    return text.empty() ? "null" : json_quoted(text);
}

/// The reference that a contig is; empty when no reference set is known, or it does not have it.
std::string reference_of(
    const catalog::snapshot& now, const catalog::variant_set& set, std::string_view contig
) {
    const auto* references = now.find_reference_set(set.reference_set_id);
    const auto file = references == nullptr ? nullptr : references->fasta->file();
    if (file == nullptr) return {};
    for (const auto& spelling : set.home->contigs.spellings(contig)) {
        if (file->find(spelling)) return id::join(references->id, id::encode(spelling));
    }
    return {};
}

void append_texts(text_buffer& out, const std::vector<std::string_view>& texts) {
    char before = '[';
    for (const auto text : texts) {
        out.append(before);
        before = ',';
        out.append(json_quoted(text));
    }
    out.append(texts.empty() ? "[]" : "]");
}

bool is_symbolic(std::string_view allele) {
    return allele.find_first_of("<[].*") != allele.npos;
}

/// What kind of variant the alleles make it, by their lengths.
std::string_view kind_of(const std::vector<std::string_view>& alleles) {
    if (alleles.size() < 2) return {};
    const bool equal = std::all_of(alleles.begin(), alleles.end(), [&](auto allele) {
        return allele.size() == alleles[0].size();
    });
    if (!equal) return "INDEL";
    return alleles[0].size() == 1 ? "SNP" : "MNP";
}

/// Integers of an INFO field as a JSON array; nothing when they are not all integers.
std::string integers_of(std::string_view text) {
    const bool are_integers = !text.empty() && text.find_first_not_of("-0123456789,") == text.npos;
    return are_integers ? "[" + std::string(text) + "]" : "[]";
}

}  // namespace

variant_writer::variant_writer(
    const catalog::snapshot& now, const catalog::variant_set& set, std::string_view shown_id
)
    : now_(now), set_(set), names_(set.id) {
    const auto* references = now.find_reference_set(set.reference_set_id);
    of_set_ = ",\"created\":" + json_quoted(set.created) + ",\"externalReferences\":[]" +
              ",\"referenceSetDbId\":" + quoted_or_null(set.reference_set_id) +
              ",\"referenceSetName\":" +
              quoted_or_null(references == nullptr ? std::string() : references->name) +
              ",\"updated\":" + json_quoted(set.updated) + ",\"variantSetDbId\":[" +
              json_quoted(shown_id) + "]";
}

void variant_writer::enter_contig(std::string_view name) {
    names_.enter_contig(name);
    of_contig_ = ",\"referenceDbId\":" + quoted_or_null(reference_of(now_, set_, name)) +
                 ",\"referenceName\":" + json_quoted(name);
}

void variant_writer::write(
    text_buffer& out, const hts::record& record, const variants::set_cursor& cursor
) {
    const auto& reader = cursor.reader();
    if (cursor.file() != file_ || record.contig != contig_) {
        file_ = cursor.file();
        contig_ = record.contig;
        enter_contig(reader.contig_name(contig_));
    }
    reader.read_site(site_);
    out.append("{\"variantDbId\":\"");
    names_.append_id(out, record.pos0, cursor.duplicate());
    out.append('"');
    write_names(out, record);
    out.append(",\"start\":");
    append_integer(out, record.pos0);
    out.append(",\"end\":");
    append_integer(out, record.pos0 + record.length);
    write_alleles(out);
    write_filters(out, reader);
    out.append(of_contig_);
    write_structure(out, reader);
    write_info(out, reader);
    out.append(of_set_);
    out.append('}');
}

void variant_writer::write_names(text_buffer& out, const hts::record& record) const {
    out.append(",\"variantNames\":");
    if (record.name.empty()) {
        out.append("[\"");
        names_.append_name(out, {}, record.pos0);
        return out.append("\"]");
    }
    std::vector<std::string_view> names;
    for (auto rest = record.name; !rest.empty();) {
        const auto end = std::min(rest.find(';'), rest.size());
        if (end > 0) names.push_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    append_texts(out, names);
}

void variant_writer::write_alleles(text_buffer& out) const {
    const auto& alleles = site_.alleles;
    out.append(",\"referenceBases\":");
    out.append(alleles.empty() ? "null" : json_quoted(alleles[0]));
    const auto first = alleles.begin() + (alleles.empty() ? 0 : 1);
    const std::vector<std::string_view> alternatives(first, alleles.end());
    for (const auto* name : {",\"alternateBases\":", ",\"alternate_bases\":"}) {
        out.append(name);
        append_texts(out, alternatives);
    }
}

/// VCF 4.3, section 1.6.1: PASS, the filters that failed, or missing when none was applied.
void variant_writer::write_filters(text_buffer& out, const hts::vcf_reader& reader) const {
    std::vector<std::string_view> failed;
    for (const auto key : site_.filters) {
        const auto name = reader.filter_name(key);
        if (name != "PASS") failed.push_back(name);
    }
    const bool applied = !site_.filters.empty();
    out.append(",\"filtersApplied\":");
    out.append(applied ? "true" : "false");
    out.append(",\"filtersPassed\":");
    out.append(!applied ? "null" : failed.empty() ? "true" : "false");
    out.append(",\"filtersFailed\":");
    append_texts(out, failed);
}

std::string_view variant_writer::info_text(const hts::vcf_reader& reader, std::string_view name) {
    scratch_.clear();
    for (const auto& field : site_.info) {
        if (reader.info_name(field.key) != name) continue;
        genotype::append_info_value(scratch_, field);
        break;
    }
    return scratch_.view();
}

void variant_writer::write_structure(text_buffer& out, const hts::vcf_reader& reader) {
    out.append(",\"cipos\":");
    out.append(integers_of(info_text(reader, "CIPOS")));
    out.append(",\"ciend\":");
    out.append(integers_of(info_text(reader, "CIEND")));
    out.append(",\"svlen\":");
    const auto lengths = info_text(reader, "SVLEN");
    const auto length = lengths.substr(0, lengths.find(','));
    const bool is_integer =
        !length.empty() && length.find_first_not_of("-0123456789") == length.npos;
    out.append(is_integer ? length : "null");
    write_type(out, info_text(reader, "SVTYPE"));
}

void variant_writer::write_type(text_buffer& out, std::string_view declared) const {
    const auto& alleles = site_.alleles;
    auto kind = declared;
    if (kind.empty() && alleles.size() > 1 && alleles[1].starts_with('<')) {
        kind = alleles[1].substr(1, alleles[1].find('>') - 1);
    }
    const bool has_bases = std::none_of(alleles.begin(), alleles.end(), is_symbolic);
    if (kind.empty() && has_bases) kind = kind_of(alleles);
    out.append(",\"variantType\":");
    out.append(kind.empty() ? "null" : json_quoted(kind));
}

void variant_writer::write_info(text_buffer& out, const hts::vcf_reader& reader) {
    out.append(",\"additionalInfo\":{");
    bool any = false;
    const auto begin = [&](std::string_view name) {
        if (any) out.append(',');
        any = true;
        out.append(json_quoted(name));
        out.append(":\"");
    };
    for (auto field = site_.info.begin(); field != site_.info.end(); ++field) {
        // JSON has each name once; the first counts.
        const bool again = std::any_of(site_.info.begin(), field, [&](const auto& before) {
            return before.key == field->key;
        });
        if (again) continue;
        const auto name = reader.info_name(field->key);
        begin(name == "QUAL" ? "INFO/QUAL" : name);  // the column of that name stands here, too
        scratch_.clear();
        genotype::append_info_value(scratch_, *field);
        out.append(scratch_.empty() ? "true" : json_escaped(scratch_.view()));
        out.append('"');
    }
    if (site_.quality) {
        begin("QUAL");
        constexpr std::size_t digits_max = 24;
        char* room = out.prepare(digits_max);
        out.commit(std::to_chars(room, room + digits_max, *site_.quality).ptr);
        out.append('"');
    }
    out.append('}');
}

}  // namespace callstream::brapi
