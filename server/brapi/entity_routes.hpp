// The routes that programs, trials, studies, germplasm, samples and plates have alike: the list,
// one of them, the search and its results, and the writes. All take the same filters; that is more
// than BrAPI names for some, such as the programs that have a germplasm.
#pragma once

#include "server/brapi/context.hpp"
#include "server/brapi/relations.hpp"
#include "server/http/router.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace callstream::brapi {

/// What makes one kind of entity.
struct entity_kind {
    std::string path;  ///< `studies`
    entity_type type = entity_type::study;
    bool is_of_data_sets = false;  ///< samples name no others than data sets do
    /// No file makes any, so it is beyond all data sets.
    bool is_of_clients = false;
    /// As the link says that came first, without what clients wrote of the entity itself.
    boost::json::object (*to_json)(const relations& all, const link& first) = nullptr;

    std::string name() const { return std::string(name_of(type)); }
};

/// As it is shown; `first` is the link that made the entity.
boost::json::object shown_entity(const entity_kind& kind, const relations& all, const link& first);

/// The first link of each of these ids, in their order; nothing where there is no such entity.
std::vector<std::optional<link>> find_entities(
    const entity_kind& kind, const relations& all, const std::vector<std::string>& ids
);

/// What to say of an id that names no entity now.
error no_entity(const entity_kind& kind, const relations& all, std::string_view id);

/// `ctx` and `routes` outlive the handlers.
void add_entity_routes(http::router& routes, const context& ctx, entity_kind kind);

}  // namespace callstream::brapi
