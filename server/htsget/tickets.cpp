// GET and POST /htsget/{variants,reads}/{id}: tickets; GET /htsget/data/{block}: what they name.
#include "engine/catalog/contig_finder.hpp"
#include "engine/core/clock.hpp"
#include "server/htsget/block_request.hpp"
#include "server/htsget/read_blocks.hpp"
#include "server/htsget/routes.hpp"
#include "server/htsget/ticket_query.hpp"
#include "server/htsget/variant_blocks.hpp"
#include "server/http/json_body.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace callstream::htsget {
namespace json = boost::json;
namespace {

constexpr const char* media_type = "application/vnd.ga4gh.htsget.v1.3.0+json; charset=utf-8";
constexpr std::uint64_t body_bytes_max = 1 << 20;
/// A target has 8 KiB at most.
constexpr std::size_t block_chars_max = 8000;
/// Long enough for whoever fetches gigabytes one URL after the other.
constexpr std::int64_t lifetime_s = std::int64_t{12} * 3600;

refusal not_there() {
    return {{errc::not_found, "there is nothing with this id"}};
}

refusal no_reference(const std::string& name) {
    return {{errc::not_found, "there is no reference " + http::shown_name(name)}};
}

/// Header first, always: clients in use take the first URL for it without looking. No fields are to
/// be sent along, which is said because they look for them, too.
outcome<http::response> ticket(
    const context& ctx, const http::request& request, block_request block, bool header_only
) {
    json::array urls;
    block.expires_s = now_s() + lifetime_s;
    const auto add = [&](block_part part, const char* part_class) {
        block.part = part;
        const auto signed_block = sign(*ctx.key, block);
        urls.push_back(
            {{"url", ctx.address.link(request, "/htsget/data/" + signed_block)},
             {"headers", json::object()},
             {"class", part_class}}
        );
        return signed_block.size() <= block_chars_max;
    };
    auto regions = std::move(block.regions);
    block.regions.clear();
    bool fits = add(header_only ? block_part::header_file : block_part::header, "header");
    block.regions = std::move(regions);
    if (!header_only) fits = add(block_part::body, "body") && fits;
    http::response r;
    if (!fits) {
        return http::htsget_error(
            413, "PayloadTooLarge", "so many regions do not fit into a URL; ask for fewer at a time"
        );
    }
    r.content_type = media_type;
    r.fields.emplace_back("Cache-Control", "private, no-store");  // its URLs are keys
    r.body = json::serialize(json::object{
                 {"htsget", {{"format", format_name(block.format)}, {"urls", std::move(urls)}}}}) +
             "\n";
    return r;
}

outcome<block_request> choose_variants(
    const context& ctx, const catalog::snapshot& now, std::string_view id, ticket_query asked
) {
    const auto source = find_variants(now, id);
    if (!source) return not_there();
    if (!source->view.indexed_records()) {
        ctx.catalog->index_soon(source->set->files);
        return refusal({errc::unavailable, "the variants are still being indexed"});
    }
    catalog::contig_finder contigs(*source->set, source->view);
    block_request block{data_kind::variants, asked.format};
    block.id = id;
    block.fingerprint = fingerprint_of(*source);
    for (auto& region : asked.regions) {
        auto name = contigs.find(region.name);
        if (!name || !can_be_signed(*name)) return no_reference(region.name);
        region.name = std::move(*name);
        block.regions.push_back(std::move(region));
    }
    return block;
}

outcome<block_request> choose_reads(
    const catalog::snapshot& now, std::string_view id, ticket_query asked
) {
    const auto* set = find_reads(now, id);
    if (set == nullptr) return not_there();
    if (!can_be(*set, asked.format)) {
        return unsupported_format("the reads are not kept as CRAM; they can be had as BAM");
    }
    block_request block{data_kind::reads, asked.format};
    block.id = id;
    block.fingerprint = fingerprint_of(*set);
    for (auto& region : asked.regions) {
        if (region.name != "*") {
            auto name = reference_named(*set, region.name);
            if (!name) return no_reference(region.name);
            region.name = std::move(*name);
        }
        block.regions.push_back(std::move(region));
    }
    return block;
}

template <data_kind kind>
result<http::response> get_ticket(
    const context& ctx, const http::request& request, std::string_view id
) {
    auto asked = read_ticket_query(request, kind);
    if (!asked) return to_response(asked.error());
    const bool header_only = asked->header_only;
    const auto now = ctx.view->of(*request.may);
    auto block = kind == data_kind::variants ? choose_variants(ctx, *now, id, std::move(*asked))
                                             : choose_reads(*now, id, std::move(*asked));
    if (!block) return to_response(block.error());
    auto made = ticket(ctx, request, std::move(*block), header_only);
    if (!made) return to_response(made.error());
    return std::move(*made);
}

error stale() {
    return {errc::conflict, "the data are not what the ticket was made for; ask for a new one"};
}

made_body body_of(const context& ctx, const catalog::snapshot& now, const block_request& block) {
    if (block.kind == data_kind::variants) {
        const auto source = find_variants(now, block.id);
        if (!source || fingerprint_of(*source) != block.fingerprint) return stale();
        return open_block(*source, block);
    }
    const auto* set = find_reads(now, block.id);
    if (set == nullptr || fingerprint_of(*set) != block.fingerprint) return stale();
    return open_block(now, *set, block, ctx.scratch);
}

/// Open to whoever has the URL: it was signed for somebody who may see what it stands for.
result<http::response> get_block(const context& ctx, std::string_view signed_block) {
    const auto block = open_signed(*ctx.key, signed_block);
    if (!block) return error{errc::not_found, "this URL is none of a ticket of this server"};
    if (block->expires_s < now_s()) {
        return error{errc::forbidden, "this URL has expired; ask for a new ticket"};
    }
    const auto now = ctx.catalog->current();
    auto body = body_of(ctx, *now, *block);
    if (!body && body.error().code == errc::file_replaced) {
        ctx.catalog->rescan();
        return stale();
    }
    if (!body) return body.error();
    http::response r;
    r.content_type = "application/octet-stream";
    r.may_compress = false;
    r.is_validated = true;
    r.fields.emplace_back("Cache-Control", "private, no-store");
    r.source = std::move(*body);
    return r;
}

template <data_kind kind>
void add_kind(http::router& routes, const context& ctx, const char* pattern) {
    for (const auto method : {http::verb::get, http::verb::post}) {
        routes.add({
            .method = method,
            .pattern = pattern,
            .blocking = true,
            .body_bytes_max = method == http::verb::post ? body_bytes_max : 0,
            .handle = [&ctx](
                          const auto& request, const auto& values
                      ) { return get_ticket<kind>(ctx, request, values[0]); },
        });
    }
}

}  // namespace

void add_ticket_routes(http::router& routes, const context& ctx) {
    add_kind<data_kind::variants>(routes, ctx, "/htsget/variants/{id}");
    add_kind<data_kind::reads>(routes, ctx, "/htsget/reads/{id}");
    routes.add({
        .method = http::verb::get,
        .pattern = "/htsget/data/{block}",
        .scope = auth::scope::open,
        .blocking = true,
        .path_is_key = true,
        .handle = [&ctx](const auto&, const auto& values) { return get_block(ctx, values[0]); },
        .content_types = {"application/octet-stream"},
    });
}

void add_routes(http::router& routes, const context& ctx) {
    add_service_info_routes(routes, ctx);  // before ids, which would take its name for one
    add_ticket_routes(routes, ctx);
    add_region_routes(routes, ctx);
}

}  // namespace callstream::htsget
