#include "server/brapi/entity_json.hpp"

#include "server/streaming/json_text.hpp"

namespace callstream::brapi {
namespace json = boost::json;

json::value text_or_null(std::string_view text) {
    if (text.empty()) return nullptr;
    return json::value(streaming::valid_utf8(text));
}

json::object additional_info(const catalog::sample_facts* facts) {
    json::object out;
    if (facts == nullptr) return out;
    for (const auto& [name, value] : facts->extra) {
        out.emplace(streaming::valid_utf8(name), streaming::valid_utf8(value));
    }
    return out;
}

json::array external_references_json(const std::vector<catalog::external_reference>& references) {
    json::array out;
    for (const auto& r : references) {
        const auto id = streaming::valid_utf8(r.id);
        out.push_back(
            {{"referenceId", id},
             {"referenceID", id},
             {"referenceSource", streaming::valid_utf8(r.source)}}
        );
    }
    return out;
}

json::array external_references(const catalog::sample_facts* facts) {
    return facts == nullptr ? json::array() : external_references_json(facts->external_references);
}

json::array contacts(const catalog::data_set* home) {
    json::array out;
    if (home == nullptr) return out;
    const auto& about = home->about;
    if (about.name.empty() && about.email.empty() && about.institute.empty()) return out;
    out.push_back({
        {"contactDbId", home->id},
        {"email", text_or_null(about.email)},
        {"instituteName", text_or_null(about.institute)},
        {"name", text_or_null(about.name)},
        {"orcid", nullptr},
        {"type", nullptr},
    });
    return out;
}

void warn_of_waiting(const catalog::snapshot& now, std::vector<std::string>& warnings) {
    const auto waiting = now.waiting().size();
    if (waiting == 0) return;
    warnings.push_back(
        std::to_string(waiting) + " files are still being indexed, and are not listed before"
    );
}

}  // namespace callstream::brapi
