#include "server/htsget/ticket_query.hpp"

#include "engine/core/parse.hpp"
#include "server/http/json_body.hpp"
#include "server/http/query.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace callstream::htsget {
namespace {

/// Of a request: each is looked up by its name, and all have to fit into a URL.
constexpr std::size_t regions_max = 200;

using texts = std::vector<std::string>;

constexpr std::array<std::string_view, 11> sam_fields = {
    "QNAME", "FLAG", "RNAME", "POS", "MAPQ", "CIGAR", "RNEXT", "PNEXT", "TLEN", "SEQ", "QUAL"};

/// A request before it is judged; what is absent was not said.
struct raw_query {
    std::optional<std::string> format;
    std::optional<std::string> part;
    std::optional<texts> fields;
    std::optional<texts> tags;
    std::optional<texts> notags;
    std::vector<named_region> regions;
};

texts split(std::string_view list) {
    texts out;
    for (std::size_t at = 0; at <= list.size();) {
        const auto end = std::min(list.find(',', at), list.size());
        if (end > at) out.emplace_back(list.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

outcome<std::int64_t> read_position(std::string_view name, const std::string& text) {
    constexpr std::int64_t most = std::numeric_limits<std::uint32_t>::max();
    const auto value = is_all_digits(text) ? parse_integer<std::int64_t>(text) : std::nullopt;
    if (value && *value <= most) return *value;
    return invalid_input(std::string(name) + " must be a whole number from 0 to 4294967295");
}

outcome<named_region> checked(named_region region, bool has_bounds) {
    if (region.name.empty()) return invalid_input("referenceName must not be empty");
    if (region.name == "*" && has_bounds) {
        return invalid_input("start and end mean nothing for reads without a reference");
    }
    if (region.begin0 > region.end0) return invalid_range("start must not be behind end");
    return region;
}

outcome<raw_query> read_parameters(const http::request& request) {
    http::query q(request);
    raw_query out;
    std::array<std::optional<std::string>, 8> found;
    constexpr std::array<std::string_view, 8> names = {
        "format", "class", "fields", "tags", "notags", "referenceName", "start", "end"};
    for (std::size_t i = 0; i < names.size(); ++i) {
        auto value = q.text(names[i]);
        if (!value) return refusal(value.error());
        found[i] = std::move(*value);
    }
    out.format = found[0];
    out.part = found[1];
    if (out.part == "header") return out;
    if (found[2]) out.fields = split(*found[2]);
    if (found[3]) out.tags = split(*found[3]);
    if (found[4]) out.notags = split(*found[4]);
    if (!found[5] && (found[6] || found[7])) {
        return invalid_input("start and end need a referenceName");
    }
    if (!found[5]) return out;
    named_region region{*found[5]};
    for (const std::size_t i : {6, 7}) {
        if (!found[i]) continue;
        const auto position = read_position(names[i], *found[i]);
        if (!position) return position.error();
        (i == 6 ? region.begin0 : region.end0) = *position;
    }
    auto fine = checked(std::move(region), found[6] || found[7]);
    if (!fine) return fine.error();
    out.regions.push_back(std::move(*fine));
    return out;
}

outcome<named_region> read_region(http::json_fields& object) {
    const auto name = object.text("referenceName");
    if (!name) return refusal(name.error());
    if (!*name) return invalid_input("a region needs a referenceName");
    named_region region{**name};
    bool has_bounds = false;
    for (const char* bound : {"start", "end"}) {
        const auto value = object.integer(bound);
        if (!value) return refusal(value.error());
        if (!*value) continue;
        const auto position = read_position(bound, std::to_string(**value));
        if (!position) return position.error();
        (bound[0] == 's' ? region.begin0 : region.end0) = *position;
        has_bounds = true;
    }
    return checked(std::move(region), has_bounds);
}

/// Nothing that is absent; an empty list is one.
outcome<std::optional<texts>> read_list(
    http::json_fields& body, const boost::json::object& object, const char* name
) {
    auto list = body.text_list(name);
    if (!list) return refusal(list.error());
    if (!object.contains(name)) return std::optional<texts>();
    return std::optional<texts>(std::move(*list));
}

outcome<raw_query> read_body(const http::request& request) {
    if (!request.parameters.empty()) {
        return invalid_input("a POST says everything in its body, and has no parameters");
    }
    const auto object = http::parse_json_object(request.body);
    if (!object) return refusal(object.error());
    http::json_fields body(*object);
    raw_query out;
    auto format = body.text("format");
    if (!format) return refusal(format.error());
    out.format = std::move(*format);
    auto part = body.text("class");
    if (!part) return refusal(part.error());
    out.part = std::move(*part);
    if (out.part == "header") return out;
    const std::pair<const char*, std::optional<texts> raw_query::*> lists[] = {
        {"fields", &raw_query::fields}, {"tags", &raw_query::tags}, {"notags", &raw_query::notags}};
    for (const auto& [name, where] : lists) {
        auto list = read_list(body, *object, name);
        if (!list) return list.error();
        out.*where = std::move(*list);
    }
    auto regions = body.object_list("regions");
    if (!regions) return refusal(regions.error());
    if (*regions && (*regions)->empty()) return invalid_input("regions must not be empty");
    if (*regions && (*regions)->size() > regions_max) {
        return too_large(
            "there may be " + std::to_string(regions_max) +
            " regions at most; ask for fewer at a time"
        );
    }
    for (auto& one : regions->value_or(std::vector<http::json_fields>())) {
        auto region = read_region(one);
        if (!region) return region.error();
        out.regions.push_back(std::move(*region));
    }
    return out;
}

outcome<data_format> read_format(const std::optional<std::string>& name, data_kind kind) {
    const bool variants = kind == data_kind::variants;
    if (!name) return variants ? data_format::vcf : data_format::bam;
    if (variants && *name == "VCF") return data_format::vcf;
    if (variants && *name == "BCF") return data_format::bcf;
    if (!variants && *name == "BAM") return data_format::bam;
    if (!variants && *name == "CRAM") return data_format::cram;
    return unsupported_format(
        variants ? "variants can be had as VCF and as BCF" : "reads can be had as BAM and as CRAM"
    );
}

outcome<void> check_choices(const raw_query& raw, data_kind kind) {
    if (kind == data_kind::reads && raw.fields) {
        for (const auto& field : *raw.fields) {
            if (std::find(sam_fields.begin(), sam_fields.end(), field) != sam_fields.end()) {
                continue;
            }
            return invalid_input("SAM has no field " + http::shown_name(field));
        }
    }
    if (!raw.tags || !raw.notags) return {};
    for (const auto& tag : *raw.notags) {
        if (std::find(raw.tags->begin(), raw.tags->end(), tag) == raw.tags->end()) continue;
        return invalid_input("the tag " + http::shown_name(tag) + " is in tags and in notags");
    }
    return {};
}

}  // namespace

std::string_view format_name(data_format format) {
    switch (format) {
        case data_format::vcf:
            return "VCF";
        case data_format::bcf:
            return "BCF";
        case data_format::bam:
            return "BAM";
        case data_format::cram:
            return "CRAM";
    }
    return "";
}

outcome<ticket_query> read_ticket_query(const http::request& request, data_kind kind) {
    auto raw = request.method == http::verb::post ? read_body(request) : read_parameters(request);
    if (!raw) return raw.error();
    if (raw->part && *raw->part != "header") return invalid_input("class can only be header");
    const auto format = read_format(raw->format, kind);
    if (!format) return format.error();
    if (auto fine = check_choices(*raw, kind); !fine) return fine.error();
    return ticket_query{*format, raw->part.has_value(), std::move(raw->regions)};
}

}  // namespace callstream::htsget
