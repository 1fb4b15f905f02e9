// What clients write of entities, into the side store: POST and PUT /{entities}, PUT
// /{entities}/{id}, and the metadata of call sets and variant sets. A member that is absent stays
// as it is; one that is null is as if nobody had written it, so what files say counts again.
#pragma once

#include "server/brapi/entity_routes.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace callstream::brapi {

/// The routes that write entities of this kind. `ctx` and `routes` outlive the handlers.
void add_entity_writes(
    http::router& routes, const context& ctx, const std::shared_ptr<const entity_kind>& kind
);

/// The route that writes `additionalInfo` and `externalReferences` of one call set or variant set.
/// Only those exist that whoever asks may see: `find(request, id)` says what else to tell them.
/// `show(request, id)` answers as the GET does.
struct metadata_route {
    std::string pattern;
    entity_type type = entity_type::call_set;
    std::function<result<void>(const http::request&, std::string_view id)> find;
    std::function<result<boost::json::value>(
        const http::request&, std::string_view id, std::vector<std::string>& warnings
    )>
        show;
};
void add_metadata_write(http::router& routes, const context& ctx, metadata_route of);

}  // namespace callstream::brapi
