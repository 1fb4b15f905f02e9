// What the BrAPI handlers need of the server around them.
#pragma once

#include "engine/catalog/catalog_service.hpp"
#include "engine/genotype/genotype_format.hpp"
#include "engine/paging/page_token.hpp"
#include "engine/store/side_store.hpp"
#include "engine/variants/selection.hpp"
#include "server/auth/catalog_view.hpp"
#include "server/brapi/written.hpp"
#include "server/http/public_address.hpp"
#include "server/http/request.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace callstream::brapi {

/// What `serverinfo` says of this server; all of it optional.
struct server_description {
    std::string name = "callstream";
    std::string description = "Genotype calls straight from indexed VCF and BCF files";
    std::string organization_name;
    std::string organization_url;
    std::string contact_email;
    std::string documentation_url;
    std::string location;
};

class relations_cache;
std::shared_ptr<relations_cache> make_relations_cache();

/// Outlives the routes.
struct context {
    catalog::catalog_service* catalog;
    const auth::catalog_view* view;  ///< of the catalog, for whoever asks
    const paging::token_signer* tokens;
    store::side_store* store;
    std::atomic<std::uint64_t>* calls_streamed;
    server_description description;
    genotype::genotype_format genotypes = {};  ///< of calls and matrices, unless a request says
    http::public_address address = {};         ///< for links
    std::filesystem::path work_folder = {};    ///< for what does not fit into memory
    std::shared_ptr<variants::selection_cache> selections =
        std::make_shared<variants::selection_cache>();
    std::shared_ptr<written_entities> wrote = std::make_shared<written_entities>(*store);
    std::shared_ptr<relations_cache> known_relations = make_relations_cache();
};

/// What whoever sent the request may see of the catalog.
inline std::shared_ptr<const catalog::snapshot> visible(
    const context& ctx, const http::request& request
) {
    return ctx.view->of(*request.may);
}

}  // namespace callstream::brapi
