#include "server/openapi/descriptions.hpp"

#include "server/openapi/assets.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace callstream::openapi {
namespace json = boost::json;
namespace {

constexpr std::array<std::string_view, 9> part_names = {
    "brapi_core",
    "brapi_genotyping",
    "brapi_vendor",
    "genomics",
    "htsget",
    "refget",
    "files",
    "overview",
    "operations"};

json::object read_file(std::string_view name) {
    const auto file_name = "descriptions/" + std::string(name) + ".json";
    for (const auto& file : assets()) {
        if (file.name == file_name) return json::parse(file.text).as_object();
    }
    throw std::invalid_argument("there is no " + file_name);
}

void replace_all(std::string& text, const std::string& word, std::string_view by) {
    for (auto at = text.find(word); at != text.npos; at = text.find(word, at + by.size())) {
        text.replace(at, word.size(), by);
    }
}

}  // namespace

member read_member(std::string_view text) {
    const auto colon = text.find(": ");
    if (colon == text.npos) throw std::invalid_argument("no member: " + std::string(text));
    std::string_view head = text.substr(0, colon);
    member out{.type = {}, .about = std::string(text.substr(colon + 2))};
    if (const auto blank = head.find(' '); blank != head.npos) {
        out.name = head.substr(blank + 1);
        head = head.substr(0, blank);
    }
    out.required = head.ends_with('!');
    if (out.required) head.remove_suffix(1);
    out.type = head;
    return out;
}

const descriptions& descriptions::own() {
    static const descriptions all;
    return all;
}

descriptions::descriptions()
    : parameters_(read_file("parameters")), schemas_(read_file("schemas")) {
    for (const auto name : part_names) parts_.push_back(read_file(name));
    for (const auto& part : parts_) add(part);
}

void descriptions::add(const json::object& part) {
    if (const auto* routes = part.if_contains("routes")) add_routes(part, routes->as_object());
    if (const auto* families = part.if_contains("families")) {
        for (const auto& family : families->as_array()) add_family(part, family.as_object());
    }
}

void descriptions::add_routes(const json::object& part, const json::object& routes) {
    static const json::array root = {""};
    const auto* bases = part.if_contains("bases");
    for (const auto& base : bases == nullptr ? root : bases->as_array()) {
        for (const auto& [key, says] : routes) {
            const std::string name = key;
            const auto path = name.find(' ') + 1;
            auto route = name.substr(0, path) + base.as_string().c_str() + name.substr(path);
            if (!routes_.try_emplace(route, described_route{&part, says.as_object()}).second)
                throw std::invalid_argument(route + " is described twice");
        }
    }
}

void descriptions::add_family(const json::object& part, const json::object& family) {
    for (const auto& one : family.at("each").as_array()) {
        auto text = json::serialize(family.at("routes"));
        for (const auto& [word, by] : one.as_object()) {
            replace_all(text, "<" + std::string(word) + ">", by.as_string());
        }
        add_routes(part, json::parse(text).as_object());
    }
}

const described_route* descriptions::find(const std::string& route) const {
    const auto found = routes_.find(route);
    return found == routes_.end() ? nullptr : &found->second;
}

std::vector<named_member> descriptions::parameters(const json::array& entries) const {
    std::vector<named_member> out;
    for (const auto& entry : entries) {
        const std::string name(entry.as_string());
        const auto dot = std::min(name.find('.'), name.size());
        const auto group = name.substr(0, dot);
        const auto& members = parameters_.at(group).as_object();
        if (dot < name.size()) {
            const auto one = name.substr(dot + 1);
            out.push_back({group, one, read_member(members.at(one).as_string())});
            continue;
        }
        for (const auto& [one, text] : members) {
            out.push_back({group, std::string(one), read_member(text.as_string())});
        }
    }
    return out;
}

std::vector<named_member> descriptions::parameters() const {
    json::array all;
    for (const auto& group : parameters_) all.emplace_back(group.key());
    return parameters(all);
}

}  // namespace callstream::openapi
