// Types of members as OpenAPI writes them.
#pragma once

#include "server/openapi/descriptions.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace callstream::openapi {

boost::json::object reference_to(std::string_view kind, std::string_view name);

/// Of one value: of a parameter, or of a member of a body.
boost::json::object schema_of(const member& m);

/// Of an object with these members.
boost::json::object schema_of(const boost::json::object& members);

/// What the body of a search has of these parameters.
boost::json::object search_fields(const std::vector<named_member>& parameters);

}  // namespace callstream::openapi
