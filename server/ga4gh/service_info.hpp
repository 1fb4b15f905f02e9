// What the protocols of GA4GH have in common: service-info 1.0.
#pragma once

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace callstream::ga4gh {

/// What an operator says of the server, and which it is.
struct service_facts {
    std::string name = "callstream";
    std::string organization_name = {};  ///< empty: `name`
    std::string organization_url = {};   ///< empty: the address of the server
    std::string version = {};
};

/// The members that every service has. `id` is made unique by the name of the program, `artifact`
/// and `version` are those of the protocol, `home` is the address of the server.
boost::json::object service_info(
    const service_facts& facts,
    std::string_view id,
    std::string_view artifact,
    std::string_view version,
    std::string_view home
);

}  // namespace callstream::ga4gh
