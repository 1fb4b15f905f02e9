// The four routes that programs, trials, studies, germplasm and samples have alike: the list, one
// of them, the search and its results. All take the same filters; that is more than BrAPI names
// for some, such as the programs that have a germplasm.
#pragma once

#include "server/brapi/context.hpp"
#include "server/brapi/relations.hpp"
#include "server/http/router.hpp"

#include <boost/json/object.hpp>

#include <string>

namespace callstream::brapi {

/// What makes one kind of entity.
struct entity_kind {
    std::string path;     ///< `studies`
    std::string name;     ///< `study`
    std::string id_name;  ///< `studyDbId`
    named (relations::*entity)(const link&) const = nullptr;
    bool is_of_data_sets = false;  ///< samples name no others than data sets do
    /// As the link says that came first.
    boost::json::object (*to_json)(const relations& all, const link& first) = nullptr;
    /// Samples come of columns and have the external references of their rows; of other entities
    /// nobody says any.
    bool is_sample = false;
};

/// `ctx` and `routes` outlive the handlers.
void add_entity_routes(http::router& routes, const context& ctx, entity_kind kind);

}  // namespace callstream::brapi
