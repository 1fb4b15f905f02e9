// POST /variantsets/extract keeps a selection as a variant set of its own.
#include "engine/core/clock.hpp"
#include "engine/core/uuid.hpp"
#include "server/brapi/envelope.hpp"
#include "server/brapi/extract.hpp"
#include "server/brapi/genotype_choice.hpp"
#include "server/brapi/genotype_form.hpp"
#include "server/brapi/routes.hpp"
#include "server/brapi/variantset_json.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace callstream::brapi {
namespace json = boost::json;
namespace {

constexpr std::uint64_t extract_bytes_max = 4 << 20;
constexpr std::size_t name_bytes_max = 1000;  // it stands in every call
constexpr std::int64_t extract_depth_max = 8;
constexpr std::size_t extract_sets_max = 10'000;

error bad(std::string why) {
    return {errc::bad_request, std::move(why)};
}

/// What a client wants to keep, as it is found now.
struct wanted_extract {
    extract kept;
    std::vector<std::string> warnings;
};

result<wanted_extract> read_wanted_extract(const context& ctx, const http::request& request) {
    const auto body = http::parse_json_object(request.body);
    if (!body) return body.error();
    http::json_fields fields(*body);
    wanted_extract out;
    auto filter = read_genotype_filter(fields);
    if (!filter) return filter.error();
    auto genotypes =
        read_genotype_format(fields, usual_genotypes(ctx, request, filter->variant_set_ids));
    if (!genotypes) return genotypes.error();
    auto name = fields.text("variantSetName");
    if (!name) return name.error();
    out.kept.name = std::move(*name).value_or("");
    if (out.kept.name.size() > name_bytes_max)
        return bad("variantSetName has more than 1000 bytes");
    out.kept.created = utc_now_text();
    out.kept.filter = std::move(*filter);
    out.kept.genotypes = std::move(*genotypes);
    out.warnings = ignored_parameters(http::query(request));
    for (auto& line : ignored_fields(fields)) out.warnings.push_back(std::move(line));
    return out;
}

/// Says of which variant sets the extract is: of those that have what is wanted now, not of others
/// that may come.
result<void> settle(const relations& all, const genotype_choice& chosen, extract& kept) {
    if (!chosen.missing.empty()) return bad(chosen.missing.front());
    if (!chosen.has_variants()) return bad("nothing fits the filters, so there is nothing to keep");
    if (chosen.sets.size() > extract_sets_max) {
        return bad("an extract is of 10000 variant sets at most");
    }
    std::vector<std::string> sources;
    for (const auto& c : chosen.sets) {
        sources.push_back(c.id);
        const auto* inner = all.find_extract(c.id);
        if (inner != nullptr) kept.depth = std::max(kept.depth, inner->depth + 1);
    }
    if (kept.depth > extract_depth_max) {
        return bad("extracts of extracts end at the eighth; make it of the variant sets of files");
    }
    if (kept.name.empty()) {
        kept.name = chosen.sets.front().name;
        kept.name += chosen.sets.size() > 1 ? " and others, extract" : ", extract";
    }
    kept.filter.variant_set_ids = {};
    kept.filter.variant_set_ids.add(std::move(sources));
    return {};
}

result<std::string> keep(const context& ctx, const extract& wanted) {
    const auto id = new_uuid();
    auto body = json::serialize(to_body(wanted));
    const auto done = ctx.store->entities().change([&](store::entity_editor& edit) -> result<void> {
        edit.put({std::string(name_of(entity_type::extract)), id, std::move(body), true});
        return {};
    });
    if (!done) return done.error();
    return id;
}

/// As it is now, with what was just written.
result<json::value> show_kept(
    const context& ctx,
    const http::request& request,
    std::string_view id,
    std::vector<std::string>& warnings
) {
    const auto all = relations_now(ctx, request, warnings);
    return extract_json(ctx, request, *all, id);
}

result<http::response> post_extract(const context& ctx, const http::request& request) {
    auto wanted = read_wanted_extract(ctx, request);
    if (!wanted) return wanted.error();
    return with_current_files(*ctx.catalog, [&]() -> result<http::response> {
        auto warnings = wanted->warnings;
        const auto all = relations_now(ctx, request, warnings);
        const auto chosen =
            choose_genotypes(ctx, request, *all, wanted->kept.filter, choose_for::all);
        if (!chosen) return chosen.error();
        auto kept = wanted->kept;
        if (auto fine = settle(*all, *chosen, kept); !fine) return fine.error();
        const auto id = keep(ctx, kept);
        if (!id) return id.error();
        auto shown = show_kept(ctx, request, *id, warnings);
        if (!shown) return shown.error();
        return single(std::move(*shown), warnings);
    });
}

}  // namespace

void add_extract_routes(http::router& routes, const context& ctx) {
    http::route route;
    route.method = http::verb::post;
    route.pattern = "/brapi/v2/variantsets/extract";
    route.scope = auth::scope::write;
    route.beyond_data_sets = true;  // it may be of several
    route.blocking = true;
    route.body_bytes_max = extract_bytes_max;
    route.handle = [&ctx](const auto& request, const auto&) { return post_extract(ctx, request); };
    routes.add(std::move(route));
}

}  // namespace callstream::brapi
