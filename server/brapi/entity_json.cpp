#include "server/brapi/entity_json.hpp"

#include "server/streaming/json_text.hpp"

namespace callstream::brapi {
namespace json = boost::json;

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

json::value text_or_null(const std::string& text) {
    if (text.empty()) return nullptr;
    return json::value(streaming::valid_utf8(text));
}

}  // namespace callstream::brapi
