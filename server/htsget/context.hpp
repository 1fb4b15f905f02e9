// What the handlers of htsget need of the server around them.
#pragma once

#include "engine/catalog/catalog_service.hpp"
#include "engine/paging/signing_key.hpp"
#include "server/auth/catalog_view.hpp"
#include "server/http/public_address.hpp"

#include <filesystem>
#include <string>

namespace callstream::htsget {

/// What service-info says of this server.
struct service_facts {
    std::string name = "callstream";
    std::string organization_name = {};
    std::string organization_url = {};
    std::string version = {};
};

/// Outlives the routes.
struct context {
    catalog::catalog_service* catalog;
    const auth::catalog_view* view;  ///< of the catalog, for whoever asks
    const paging::signing_key* key;
    http::public_address address = {};
    std::filesystem::path scratch = {};  ///< for reference sequences while a CRAM is decoded
    service_facts facts = {};
};

}  // namespace callstream::htsget
