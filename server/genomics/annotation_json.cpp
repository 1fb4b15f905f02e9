#include "server/genomics/annotation_json.hpp"

#include "server/genomics/wire.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace callstream::genomics {
namespace json = boost::json;
namespace {

using names = std::span<const char* const>;

constexpr std::array<const char*, 5> annotation_types = {
    "ANNOTATION_TYPE_UNSPECIFIED", "GENERIC", "VARIANT", "GENE", "TRANSCRIPT"};
constexpr std::array<const char*, 8> variant_types = {
    "TYPE_UNSPECIFIED",
    "TYPE_OTHER",
    "INSERTION",
    "DELETION",
    "SUBSTITUTION",
    "SNP",
    "STRUCTURAL",
    "CNV"};
constexpr std::array<const char*, 9> effects = {
    "EFFECT_UNSPECIFIED",
    "EFFECT_OTHER",
    "FRAMESHIFT",
    "FRAME_PRESERVING_INDEL",
    "SYNONYMOUS_SNP",
    "NONSYNONYMOUS_SNP",
    "STOP_GAIN",
    "STOP_LOSS",
    "SPLICE_SITE_DISRUPTION"};
constexpr std::array<const char*, 14> significances = {
    "CLINICAL_SIGNIFICANCE_UNSPECIFIED",
    "CLINICAL_SIGNIFICANCE_OTHER",
    "UNCERTAIN",
    "BENIGN",
    "LIKELY_BENIGN",
    "LIKELY_PATHOGENIC",
    "PATHOGENIC",
    "DRUG_RESPONSE",
    "HISTOCOMPATIBILITY",
    "CONFERS_SENSITIVITY",
    "RISK_FACTOR",
    "ASSOCIATION",
    "PROTECTIVE",
    "MULTIPLE_REPORTED"};

error refuse(std::string why) {
    return {errc::bad_request, std::move(why)};
}

result<void> check_name(names all, std::string_view member, std::string_view name) {
    if (std::find(all.begin(), all.end(), name) != all.end()) return {};
    std::string known;
    for (const auto* one : all) known.append(known.empty() ? "" : ", ").append(one);
    return refuse(
        std::string(member) + " cannot be '" + http::shown_name(name) + "'; it is one of " + known
    );
}

/// The first of `all` when it is absent.
result<std::string> read_enum(http::json_fields& body, std::string_view member, names all) {
    auto text = body.text(member);
    if (!text) return text.error();
    if (!*text) return std::string(all.front());
    if (auto fine = check_name(all, member, **text); !fine) return fine.error();
    return std::move(**text);
}

/// Into `value`; empty when absent.
result<void> read_text(http::json_fields& body, std::string_view name, std::string& value) {
    auto text = body.text(name);
    if (!text) return text.error();
    value = std::move(*text).value_or("");
    return {};
}

result<void> read_into(http::json_fields& body, std::string_view name, json::object& out) {
    std::string value;
    if (auto fine = read_text(body, name, value); !fine) return fine;
    out[name] = value;
    return {};
}

json::array texts_json(const std::vector<std::string>& texts) {
    return json::array(texts.begin(), texts.end());
}

result<json::object> read_external_id(http::json_fields& body) {
    json::object out;
    for (const auto* name : {"sourceName", "id"}) {
        if (auto fine = read_into(body, name, out); !fine) return fine.error();
    }
    if (auto fine = refuse_unknown(body); !fine) return fine.error();
    return out;
}

/// The array of messages that each is read by `read_one`.
template <class Read>
result<json::array> read_messages(http::json_fields& body, std::string_view name, Read read_one) {
    auto list = body.object_list(name);
    if (!list) return list.error();
    json::array out;
    if (!*list) return out;
    for (auto& one : **list) {
        auto read = read_one(one);
        if (!read) return read.error();
        out.push_back(std::move(*read));
    }
    return out;
}

result<json::object> read_condition(http::json_fields& body) {
    const auto all = body.text_list("names");
    if (!all) return all.error();
    auto ids = read_messages(body, "externalIds", read_external_id);
    if (!ids) return ids.error();
    json::object out = {{"names", texts_json(*all)}, {"externalIds", std::move(*ids)}};
    for (const auto* name : {"conceptId", "omimId"}) {
        if (auto fine = read_into(body, name, out); !fine) return fine.error();
    }
    if (auto fine = refuse_unknown(body); !fine) return fine.error();
    return out;
}

result<json::object> read_variant(http::json_fields& body) {
    json::object out;
    const std::array<std::pair<const char*, names>, 3> enums = {
        {{"type", variant_types}, {"effect", effects}, {"clinicalSignificance", significances}}};
    for (const auto& [member, all] : enums) {
        auto value = read_enum(body, member, all);
        if (!value) return value.error();
        out[member] = std::move(*value);
    }
    for (const auto* name : {"alternateBases", "geneId"}) {
        if (auto fine = read_into(body, name, out); !fine) return fine.error();
    }
    const auto transcripts = body.text_list("transcriptIds");
    if (!transcripts) return transcripts.error();
    out["transcriptIds"] = texts_json(*transcripts);
    auto conditions = read_messages(body, "conditions", read_condition);
    if (!conditions) return conditions.error();
    out["conditions"] = std::move(*conditions);
    if (auto fine = refuse_unknown(body); !fine) return fine.error();
    return out;
}

/// With `required`, both ends must be there.
result<base_range> read_range(http::json_fields& body, bool required, const char* of) {
    const auto start = body.integer("start");
    if (!start) return start.error();
    const auto end = body.integer("end");
    if (!end) return end.error();
    if (required && (!*start || !*end)) return refuse(std::string(of) + " must have start and end");
    return base_range{start->value_or(0), end->value_or(0)};
}

result<transcript> read_transcript(http::json_fields& body) {
    transcript out;
    if (auto fine = read_text(body, "geneId", out.gene_id); !fine) return fine.error();
    auto exons = body.object_list("exons");
    if (!exons) return exons.error();
    if (*exons) {
        for (auto& one : **exons) {
            const auto range = read_range(one, true, "each of transcript.exons");
            if (!range) return range.error();
            const auto frame = one.integer("frame");
            if (!frame) return frame.error();
            if (auto fine = refuse_unknown(one); !fine) return fine.error();
            out.exons.push_back({*range, *frame});
        }
    }
    auto coding = body.object("codingSequence");
    if (!coding) return coding.error();
    if (*coding) {
        const auto range = read_range(**coding, true, "transcript.codingSequence");
        if (!range) return range.error();
        if (auto fine = refuse_unknown(**coding); !fine) return fine.error();
        out.coding = *range;
    }
    if (auto fine = refuse_unknown(body); !fine) return fine.error();
    return out;
}

result<void> read_value(http::json_fields& body, annotation_facts& out) {
    auto variant = body.object("variant");
    if (!variant) return variant.error();
    auto spliced = body.object("transcript");
    if (!spliced) return spliced.error();
    if (*variant && *spliced) return refuse("an annotation has variant or transcript, not both");
    if (*variant) {
        const auto object = read_variant(**variant);
        if (!object) return object.error();
        out.variant = json::serialize(*object);
    }
    if (*spliced) {
        auto read = read_transcript(**spliced);
        if (!read) return read.error();
        out.spliced = std::move(*read);
    }
    return {};
}

result<void> check_range(const base_range& range, std::int64_t length, const std::string& what) {
    if (range.start < 0 || range.start >= range.end)
        return refuse(what + " must have 0 <= start < end");
    if (range.end > length) {
        return refuse(
            what + " ends at " + std::to_string(range.end) +
            ", behind the end of the reference at " + std::to_string(length)
        );
    }
    return {};
}

bool overlap(const base_range& a, const base_range& b) {
    return a.start < b.end && b.start < a.end;
}

result<void> check_coding(const transcript& t) {
    const auto& coding = *t.coding;
    const auto holds = [&](std::int64_t base) {
        return std::any_of(t.exons.begin(), t.exons.end(), [&](const exon& e) {
            return e.range.start <= base && base < e.range.end;
        });
    };
    if (t.exons.empty() || (holds(coding.start) && holds(coding.end - 1))) return {};
    return refuse("transcript.codingSequence must start and end within the exons");
}

result<void> check_frames(const transcript& t) {
    std::size_t coding = 0;
    std::size_t with_frame = 0;
    for (const auto& e : t.exons) {
        const bool is_coding = t.coding && overlap(e.range, *t.coding);
        coding += is_coding ? 1 : 0;
        if (!e.frame) continue;
        if (*e.frame < 0 || *e.frame > 2) return refuse("the frame of an exon is 0, 1 or 2");
        if (!is_coding) return refuse("only exons that reach into codingSequence have a frame");
        ++with_frame;
    }
    if (with_frame == 0 || with_frame == coding) return {};
    return refuse("either all or none of the coding exons have a frame");
}

json::object range_json(const base_range& range) {
    return {{"start", int64_text(range.start)}, {"end", int64_text(range.end)}};
}

}  // namespace

result<std::string> read_annotation_type(http::json_fields& body) {
    auto type = read_enum(body, "type", annotation_types);
    if (type && *type == annotation_types.front()) type->clear();
    return type;
}

result<std::vector<std::string>> read_annotation_types(http::json_fields& body) {
    auto types = body.text_list("types");
    if (!types) return types;
    for (const auto& type : *types) {
        if (auto fine = check_name(annotation_types, "types", type); !fine) return fine.error();
    }
    return types;
}

result<annotation_set_facts> read_annotation_set(const json::object& object) {
    http::json_fields body(object);
    annotation_set_facts out;
    std::string ignored_id;  // the server gives ids
    const std::array<std::pair<const char*, std::string*>, 5> texts = {
        {{"id", &ignored_id},
         {"datasetId", &out.data_set_id},
         {"referenceSetId", &out.reference_set_id},
         {"name", &out.name},
         {"sourceUri", &out.source_uri}}};
    for (const auto& [name, value] : texts) {
        if (auto fine = read_text(body, name, *value); !fine) return fine.error();
    }
    auto type = read_annotation_type(body);
    if (!type) return type.error();
    out.type = std::move(*type);
    const auto info = read_info(body);
    if (!info) return info.error();
    out.info = json::serialize(*info);
    if (auto fine = refuse_unknown(body); !fine) return fine.error();
    return out;
}

json::object to_json(const store::annotation_set& set) {
    return {
        {"datasetId", set.data_set},
        {"id", set.id},
        {"info", json::parse(set.info)},
        {"name", set.name},
        {"referenceSetId", set.reference_set},
        {"sourceUri", set.source_uri},
        {"type", set.type},
    };
}

result<annotation_facts> read_annotation(const json::object& object) {
    http::json_fields body(object);
    annotation_facts out;
    std::string ignored_id;
    const std::array<std::pair<const char*, std::string*>, 5> texts = {
        {{"id", &ignored_id},
         {"annotationSetId", &out.set_id},
         {"name", &out.name},
         {"referenceId", &out.reference_id},
         {"referenceName", &out.reference_name}}};
    for (const auto& [name, value] : texts) {
        if (auto fine = read_text(body, name, *value); !fine) return fine.error();
    }
    const auto range = read_range(body, false, "");
    if (!range) return range.error();
    out.range = *range;
    const auto reverse = body.boolean("reverseStrand");
    if (!reverse) return reverse.error();
    out.reverse_strand = reverse->value_or(false);
    auto type = read_annotation_type(body);
    if (!type) return type.error();
    out.type = std::move(*type);
    if (auto fine = read_value(body, out); !fine) return fine.error();
    const auto info = read_info(body);
    if (!info) return info.error();
    out.info = json::serialize(*info);
    if (auto fine = refuse_unknown(body); !fine) return fine.error();
    return out;
}

result<void> check_transcript(const transcript& t, std::int64_t reference_length) {
    std::int64_t end = 0;
    for (const auto& e : t.exons) {
        if (auto fine = check_range(e.range, reference_length, "an exon"); !fine) return fine;
        if (e.range.start < end)
            return refuse("transcript.exons must be in order of start and must not overlap");
        end = e.range.end;
    }
    if (t.coding) {
        const auto fine = check_range(*t.coding, reference_length, "transcript.codingSequence");
        if (!fine) return fine;
        if (auto within = check_coding(t); !within) return within;
    }
    return check_frames(t);
}

std::string transcript_text(const transcript& t) {
    json::array exons;
    for (const auto& e : t.exons) {
        auto one = range_json(e.range);
        if (e.frame) one["frame"] = *e.frame;
        exons.push_back(std::move(one));
    }
    json::object out = {{"geneId", t.gene_id}, {"exons", std::move(exons)}};
    if (t.coding) out["codingSequence"] = range_json(*t.coding);
    return json::serialize(out);
}

std::string annotation_text(const store::annotation_set& set, const store::annotation& a) {
    const auto quoted = [](std::string_view text) { return json::serialize(json::string(text)); };
    std::string out = "{\"annotationSetId\":" + quoted(set.id);
    out += ",\"end\":\"" + std::to_string(a.end) + "\"";
    out += ",\"id\":" + quoted(set.id + "-" + std::to_string(a.place.number));
    out += ",\"info\":" + a.info;
    out += ",\"name\":" + quoted(a.name);
    out += ",\"referenceId\":" + quoted(a.reference_id);
    out += ",\"referenceName\":" + quoted(a.reference_name);
    out += std::string(",\"reverseStrand\":") + (a.reverse_strand ? "true" : "false");
    out += ",\"start\":\"" + std::to_string(a.place.start) + "\"";
    if (a.details && set.type == "TRANSCRIPT") out += ",\"transcript\":" + *a.details;
    out += ",\"type\":" + quoted(set.type);
    if (a.details && set.type == "VARIANT") out += ",\"variant\":" + *a.details;
    return out += '}';
}

}  // namespace callstream::genomics
