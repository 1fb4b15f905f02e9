#include "server/openapi/schema.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <cctype>
#include <utility>

namespace callstream::openapi {
namespace json = boost::json;
namespace {

json::object array_of(json::object items) {
    return {{"type", "array"}, {"items", std::move(items)}};
}

json::object choice_of(std::string_view words) {
    json::array all;
    while (!words.empty()) {
        const auto end = std::min(words.find('|'), words.size());
        all.emplace_back(words.substr(0, end));
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    return {{"type", "string"}, {"enum", std::move(all)}};
}

json::object plain_schema(std::string_view type) {
    if (type == "texts" || type == "filters") return array_of({{"type", "string"}});
    if (type == "objects") return array_of({{"type", "object"}});
    if (type == "numbers") return array_of({{"type", "number"}});
    if (type == "integer") return {{"type", "integer"}, {"format", "int64"}};
    if (type == "time") return {{"type", "string"}, {"format", "date-time"}};
    if (type == "bytes") return {{"type", "string"}, {"format", "binary"}};
    if (type == "text" || type == "filter") return {{"type", "string"}};
    if (type.find('|') != type.npos) return choice_of(type);
    if (type.ends_with("[]")) {
        return array_of(reference_to("schemas", type.substr(0, type.size() - 2)));
    }
    if (type.ends_with("{}")) {
        const auto inner = reference_to("schemas", type.substr(0, type.size() - 2));
        return {{"type", "object"}, {"additionalProperties", inner}};
    }
    const bool is_name = std::isupper(static_cast<unsigned char>(type.front())) != 0;
    if (is_name) return reference_to("schemas", type);
    return {{"type", type}};
}

}  // namespace

json::object reference_to(std::string_view kind, std::string_view name) {
    return {{"$ref", "#/components/" + std::string(kind) + "/" + std::string(name)}};
}

json::object schema_of(const member& m) {
    return plain_schema(m.type);
}

json::object schema_of(const json::object& members) {
    json::object properties;
    json::array required;
    for (const auto& [name, text] : members) {
        const auto m = read_member(text.as_string());
        auto schema = schema_of(m);
        // Beside a reference OpenAPI 3.0 sees nothing else.
        if (schema.contains("$ref")) schema = {{"allOf", {std::move(schema)}}};
        schema["description"] = m.about;
        properties[name] = std::move(schema);
        if (m.required) required.emplace_back(name);
    }
    json::object out = {{"type", "object"}, {"properties", std::move(properties)}};
    if (!required.empty()) out["required"] = std::move(required);
    return out;
}

json::object search_fields(const std::vector<named_member>& parameters) {
    json::object properties;
    for (const auto& [group, name, m] : parameters) {
        const bool is_list = m.type == "filter" || m.type == "filters";
        auto schema = is_list ? array_of({{"type", "string"}}) : schema_of(m);
        schema["description"] = m.about;
        auto field = m.name;
        if (field.empty()) field = name + (is_list ? "s" : "");
        properties[field] = std::move(schema);
    }
    return {{"type", "object"}, {"properties", std::move(properties)}};
}

}  // namespace callstream::openapi
