#include "server/openapi/document.hpp"

#include "engine/core/lower_case.hpp"
#include "server/openapi/schema.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <utility>

namespace callstream::openapi {
namespace json = boost::json;
namespace {

constexpr const char* about =
    "Genotype calls, reads and sequences straight from VCF, BCF, BAM, CRAM and FASTA files. HEAD "
    "is "
    "answered wherever GET is. Answers to GET have an ETag and take If-None-Match; they are "
    "compressed as Accept-Encoding says.";

constexpr std::array<const char*, 4> scope_names = {"open", "read", "write", "admin"};

std::string text_of(const json::value& text) {
    return std::string(text.as_string());
}

std::string key_of(const named_member& parameter) {
    return parameter.group + "." + parameter.name;
}

/// A name that no other route has, as generators of clients want one.
std::string operation_id(const http::route& route) {
    auto out = lower_case(http::verb_text(route.method));
    bool apart = true;
    for (const char c : route.pattern) {
        const bool in_word = std::isalnum(static_cast<unsigned char>(c)) != 0;
        if (in_word && apart) out += '_';
        if (in_word) out += c;
        apart = !in_word;
    }
    return out;
}

/// Of one route.
class operation {
 public:
    operation(const http::route& route, const described_route& says, auth::gate::mode asks)
        : route_(route), part_(*says.part), says_(says.says), asks_(asks) {}

    json::object make() {
        json::object out = {
            {"operationId", operation_id(route_)},
            {"summary", says_.at("summary")},
            {"tags", {part_.at("tag")}},
            {"x-scope", scope_names.at(static_cast<std::size_t>(route_.scope))}};
        add_parameters(out);
        add_body(out);
        add_answers(out);
        add_security(out);
        return out;
    }

 private:
    bool is(auth::scope scope) const { return route_.scope == scope; }
    const json::array& list(std::string_view name) const {
        static const json::array none;
        const auto* found = says_.if_contains(name);
        return found == nullptr ? none : found->as_array();
    }

    std::vector<std::string> placeholders() const {
        std::vector<std::string> out;
        const std::string& pattern = route_.pattern;
        for (auto at = pattern.find('{'); at != pattern.npos; at = pattern.find('{', at + 1)) {
            out.push_back(pattern.substr(at + 1, pattern.find('}', at) - at - 1));
        }
        return out;
    }

    void add_parameters(json::object& out) const {
        json::array all;
        for (const auto& name : placeholders()) {
            all.push_back(
                {{"name", name},
                 {"in", "path"},
                 {"required", true},
                 {"description", part_.at("path").at(name)},
                 {"schema", {{"type", "string"}}}}
            );
        }
        for (const auto& p : descriptions::own().parameters(list("parameters"))) {
            all.push_back(reference_to("parameters", key_of(p)));
        }
        if (!all.empty()) out["parameters"] = std::move(all);
    }

    json::object body_schema() const {
        const auto* name = says_.if_contains("body");
        const auto& searched = list("search");
        if (searched.empty()) return schema_of(read_member(text_of(*name) + ": "));
        auto out = search_fields(descriptions::own().parameters(searched));
        if (name == nullptr) return out;
        return {{"allOf", {reference_to("schemas", name->as_string()), std::move(out)}}};
    }

    bool has_body() const { return says_.contains("body") || !list("search").empty(); }

    void add_body(json::object& out) const {
        if (!has_body()) return;
        const std::string_view type = route_.body_type;
        const auto most = "At most " + std::to_string(route_.body_bytes_max >> 20) + " MiB of ";
        out["requestBody"] = {
            {"description",
             most + (type == "application/json" ? "JSON." : std::string(type) + ".")},
            {"content", {{type, {{"schema", body_schema()}}}}}};
    }

    /// JSON as the description says, other types as bytes.
    json::object content(const member& m) const {
        json::object out;
        for (const auto& type : route_.content_types) {
            const bool is_json = type.find("json") != type.npos && type.find("ndjson") == type.npos;
            out[type] = {
                {"schema",
                 is_json ? schema_of(m) : schema_of(member{.type = "bytes", .about = ""})}};
        }
        return out;
    }

    void add_answers(json::object& out) const {
        json::object answers;
        const auto add = [&](std::string_view status, const json::value& says) {
            const auto m = read_member(text_of(says));
            json::object one = {{"description", m.about}};
            if (m.type != "nothing") one["content"] = content(m);
            answers[status] = std::move(one);
        };
        if (const auto* returns = says_.if_contains("returns")) add("200", *returns);
        if (const auto* more = says_.if_contains("answers")) {
            for (const auto& [status, says] : more->as_object()) add(status, says);
        }
        for (const int status : refusals()) {
            answers[std::to_string(status)] =
                reference_to("responses", text_of(part_.at("errors")) + std::to_string(status));
        }
        out["responses"] = std::move(answers);
    }

    /// What a client of this route has to expect.
    std::vector<int> refusals() const {
        std::vector<int> out;
        if (has_body() || !list("parameters").empty()) out.push_back(400);
        if (needs_token()) out.insert(out.end(), {401, 403});
        if (!placeholders().empty()) out.push_back(404);
        if (has_body()) out.insert(out.end(), {413, 415});
        if (route_.blocking) out.push_back(503);
        std::erase_if(out, [&](int status) {
            const auto* said = says_.if_contains("answers");
            return said != nullptr && said->as_object().contains(std::to_string(status));
        });
        return out;
    }

    bool needs_token() const {
        if (asks_ == auth::gate::mode::off || is(auth::scope::open)) return false;
        return asks_ == auth::gate::mode::all || !is(auth::scope::read);
    }

    /// A token also widens what may be read where none is needed.
    void add_security(json::object& out) const {
        if (asks_ == auth::gate::mode::off) return;
        json::array ways;
        const json::object bearer = {{"bearer", json::array()}};
        if (!needs_token()) ways.push_back(json::object());
        if (!is(auth::scope::open)) ways.push_back(bearer);
        out["security"] = is(auth::scope::open) ? json::array() : std::move(ways);
    }

    const http::route& route_;
    const json::object& part_;
    const json::object& says_;
    auth::gate::mode asks_;
};

json::object parameter_components() {
    json::object out;
    for (const auto& p : descriptions::own().parameters()) {
        json::object one = {
            {"name", p.name},
            {"in", p.group == "header" ? "header" : "query"},
            {"description", p.says.about},
            {"schema", schema_of(p.says)}};
        if (p.says.required) one["required"] = true;
        if (one["schema"].as_object()["type"] == "array") {
            one["style"] = "form";
            one["explode"] = false;
        }
        out[key_of(p)] = std::move(one);
    }
    return out;
}

/// The refusals of each form of errors.
json::object response_components() {
    constexpr std::array<std::pair<int, const char*>, 7> meanings = {{
        {400, "A parameter or the body is not as it should be; the text says what."},
        {401, "A token is missing, unknown, revoked or expired."},
        {403, "The token does not allow this."},
        {404, "There is nothing of this name, or nothing that the token may see."},
        {413, "The body, or what it asks for, is too large."},
        {415, "The body is no JSON by its Content-Type."},
        {503, "Not yet, or not now: Retry-After says when to ask again."},
    }};
    json::object out;
    for (const std::string form : {"Error", "GoogleError", "HtsgetError"}) {
        for (const auto& [status, meaning] : meanings) {
            out[form + std::to_string(status)] = {
                {"description", meaning},
                {"content", {{"application/json", {{"schema", reference_to("schemas", form)}}}}}};
        }
    }
    return out;
}

json::object schema_components() {
    json::object out;
    for (const auto& [name, says] : descriptions::own().schemas()) {
        if (const auto* text = says.if_string()) {
            const auto m = read_member(*text);
            out[name] = schema_of(m);
            out[name].as_object()["description"] = m.about;
        } else {
            out[name] = schema_of(says.as_object());
        }
    }
    return out;
}

json::object components(auth::gate::mode asks) {
    json::object out = {
        {"parameters", parameter_components()},
        {"responses", response_components()},
        {"schemas", schema_components()}};
    if (asks != auth::gate::mode::off) {
        out["securitySchemes"] = {{"bearer", {{"type", "http"}, {"scheme", "bearer"}}}};
    }
    return out;
}

}  // namespace

std::string name_of(const http::route& route) {
    return std::string(http::verb_text(route.method)) + " " + route.pattern;
}

bool is_described(const http::route& route) {
    return !route.pattern.starts_with("/page/") && !route.pattern.starts_with("/docs/");
}

json::object make_document(
    const http::router& routes, auth::gate::mode asks, const std::string& version
) {
    const auto& all = descriptions::own();
    json::object paths;
    std::set<const json::object*> used;
    for (const auto& route : routes.routes()) {
        const auto* says = is_described(route) ? all.find(name_of(route)) : nullptr;
        if (says == nullptr) continue;
        used.insert(says->part);
        auto& path = paths[route.pattern];
        if (path.is_null()) path = json::object();
        const auto method = lower_case(http::verb_text(route.method));
        path.as_object()[method] = operation(route, *says, asks).make();
    }
    json::array tags;
    for (const auto& part : all.parts()) {
        if (!used.contains(&part)) continue;
        tags.push_back({{"name", part.at("tag")}, {"description", part.at("about")}});
    }
    return {
        {"info", {{"title", "callstream"}, {"version", version}, {"description", about}}},
        {"tags", std::move(tags)},
        {"paths", std::move(paths)},
        {"components", components(asks)}};
}

}  // namespace callstream::openapi
