#include "server/genomics/variant_metadata.hpp"

#include "engine/variants/declared_header.hpp"
#include "server/genomics/wire.hpp"
#include "server/streaming/json_text.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace callstream::genomics {
namespace json = boost::json;
using streaming::valid_utf8;
namespace {

constexpr std::array<const char*, 6> types = {
    "TYPE_UNSPECIFIED", "INTEGER", "FLOAT", "FLAG", "CHARACTER", "STRING"};

bool is_type(std::string_view text) {
    return std::find(types.begin(), types.end(), text) != types.end();
}

std::string upper_case(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return out;
}

json::object metadata(std::string_view key, std::string_view value) {
    return {
        {"description", ""},
        {"id", ""},
        {"info", json::object()},
        {"key", valid_utf8(key)},
        {"number", ""},
        {"type", types.front()},
        {"value", valid_utf8(value)}};
}

json::object to_json(const hts::header_line& line) {
    auto out = metadata(line.key, line.value);
    for (const auto& [name, value] : line.attributes) {
        if (name == "ID") {
            out["id"] = valid_utf8(value);
        } else if (name == "Number") {
            out["number"] = valid_utf8(value);
        } else if (name == "Description") {
            out["description"] = valid_utf8(value);
        } else if (name == "Type" && is_type(upper_case(value))) {
            out["type"] = upper_case(value);
        } else {
            out["info"].as_object()[valid_utf8(name)] = json::array{valid_utf8(value)};
        }
    }
    return out;
}

result<json::object> read_one(http::json_fields& message) {
    json::object out = metadata("", "");
    for (const char* name : {"description", "id", "key", "number", "type", "value"}) {
        auto text = message.text(name);
        if (!text) return text.error();
        if (*text) out[name] = **text;
    }
    auto info = read_info(message);
    if (!info) return info.error();
    if (auto fine = refuse_unknown(message); !fine) return fine.error();
    const std::string type(out.at("type").as_string());
    if (!is_type(type)) return error{errc::bad_request, "metadata.type is not one of the document"};
    if (out.at("key").as_string().empty())
        return error{errc::bad_request, "metadata.key is required"};
    if (!info->empty() && !out.at("value").as_string().empty())
        return error{errc::bad_request, "metadata has either a value or info"};
    out["info"] = std::move(*info);
    return out;
}

}  // namespace

namespace {

json::object left_out(std::size_t count) {
    return metadata("callstream", std::to_string(count) + " more are left out");
}

}  // namespace

json::array first_of(json::array all, std::size_t lines_max) {
    if (all.size() <= lines_max) return all;
    const auto more = all.size() - lines_max;
    all.resize(lines_max);
    all.push_back(left_out(more));
    return all;
}

result<json::array> metadata_of(const catalog::variant_set& set, std::size_t lines_max) {
    if (set.given_metadata) {
        return first_of(json::parse(*set.given_metadata).as_array(), lines_max);
    }
    const auto header = variants::declared_header_of(*set.files.front(), lines_max);
    if (!header) return header.error();
    json::array out;
    for (const auto& line : header->lines) out.push_back(to_json(line));
    if (header->count > lines_max) out.push_back(left_out(header->count - lines_max));
    return out;
}

result<std::optional<json::array>> read_metadata(http::json_fields& body) {
    auto list = body.object_list("metadata");
    if (!list) return list.error();
    if (!*list) return std::optional<json::array>();
    json::array out;
    for (auto& message : **list) {
        auto one = read_one(message);
        if (!one) return one.error();
        out.push_back(std::move(*one));
    }
    return std::optional(std::move(out));
}

}  // namespace callstream::genomics
