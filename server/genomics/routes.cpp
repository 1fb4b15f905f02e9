#include "server/genomics/routes.hpp"

#include <array>
#include <string>

namespace callstream::genomics {
namespace {

struct method {
    http::verb verb;
    const char* pattern;
    const char* reason;
};

constexpr const char* files_only =
    "calls and reads are served from files, which are never changed; put a file into the folder";

/// Methods of the document that are known and not served.
constexpr std::array<method, 6> not_offered = {{
    {http::verb::post, "/v1/variants", files_only},
    {http::verb::patch, "/v1/variants/{variantId}", files_only},
    {http::verb::delete_, "/v1/variants/{variantId}", files_only},
    {http::verb::post, "/v1/variants:merge", files_only},
    {http::verb::post,
     "/v1/variantsets/{variantSetId}:export",
     "this server knows no BigQuery; the files themselves are the export"},
    {http::verb::post, "/v1/pipelines:run", "this server runs no pipelines"},
}};

constexpr std::uint64_t ignored_body_bytes_max = 4 << 20;

}  // namespace

void add_routes(http::router& routes, const context& ctx) {
    add_annotation_routes(routes, ctx);
    add_annotation_set_routes(routes, ctx);
    add_batch_routes(routes, ctx);
    add_call_set_routes(routes, ctx);
    add_coverage_routes(routes, ctx);
    add_data_set_routes(routes, ctx);
    add_export_routes(routes, ctx);
    add_operation_routes(routes, ctx);
    add_policy_routes(routes, ctx);
    add_read_group_set_routes(routes, ctx);
    add_read_routes(routes, ctx);
    add_reference_bases_routes(routes, ctx);
    add_reference_routes(routes, ctx);
    add_variant_routes(routes, ctx);
    add_reads_import_route(routes, ctx);
    add_variant_import_route(routes, ctx);
    add_variant_set_routes(routes, ctx);
    for (const auto& m : not_offered) {
        const bool has_body = m.verb == http::verb::post || m.verb == http::verb::patch;
        routes.add({
            .method = m.verb,
            .pattern = m.pattern,
            .body_bytes_max = has_body ? ignored_body_bytes_max : 0,
            .handle = [reason = m.reason](const auto&, const auto&) -> result<http::response> {
                return error{errc::not_offered, reason};
            },
        });
    }
}

}  // namespace callstream::genomics
