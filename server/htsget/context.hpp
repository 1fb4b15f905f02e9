// What the handlers of htsget need of the server around them.
#pragma once

#include "engine/catalog/catalog_service.hpp"
#include "engine/paging/signing_key.hpp"
#include "server/auth/catalog_view.hpp"
#include "server/ga4gh/service_info.hpp"
#include "server/http/public_address.hpp"

#include <filesystem>

namespace callstream::htsget {

/// Outlives the routes.
struct context {
    catalog::catalog_service* catalog;
    const auth::catalog_view* view;  ///< of the catalog, for whoever asks
    const paging::signing_key* key;
    http::public_address address = {};
    std::filesystem::path scratch = {};  ///< for reference sequences while a CRAM is decoded
    ga4gh::service_facts facts = {};     ///< for service-info
};

}  // namespace callstream::htsget
