#include "engine/catalog/external_reference.hpp"

#include <algorithm>

namespace callstream::catalog {

std::vector<std::string> parts_of(std::string_view cell, char separator) {
    std::vector<std::string> out;
    if (cell.empty()) return out;
    for (std::size_t at = 0; at <= cell.size();) {
        const auto end = std::min(cell.find(separator, at), cell.size());
        out.emplace_back(cell.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

result<std::vector<external_reference>> external_references_of(
    const std::string& ids, const std::string& sources
) {
    std::vector<external_reference> out;
    const auto all_ids = parts_of(ids);
    auto all_sources = parts_of(sources);
    if (all_ids.empty()) return out;
    if (all_sources.empty()) all_sources.emplace_back();
    if (all_sources.size() != 1 && all_sources.size() != all_ids.size()) {
        return error{
            errc::bad_request,
            "has another number of externalReferenceSource than of externalReferenceId"};
    }
    for (std::size_t i = 0; i < all_ids.size(); ++i) {
        out.push_back({all_ids[i], all_sources.size() == 1 ? all_sources[0] : all_sources[i]});
    }
    return out;
}

}  // namespace callstream::catalog
