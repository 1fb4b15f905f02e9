// GET /callsets and /callsets/{callSetDbId}: the sample columns of the files. PUT writes metadata.
#include "server/brapi/callsets.hpp"

#include "engine/core/clock.hpp"
#include "engine/core/id.hpp"
#include "server/brapi/entity_json.hpp"
#include "server/brapi/entity_writes.hpp"
#include "server/brapi/envelope.hpp"
#include "server/brapi/filtered_list.hpp"
#include "server/brapi/genotype_choice.hpp"
#include "server/brapi/id_route.hpp"
#include "server/brapi/listed.hpp"
#include "server/brapi/routes.hpp"
#include "server/streaming/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>

namespace callstream::brapi {
namespace json = boost::json;
namespace {

/// What clients wrote beyond that is not parsed while others wait.
constexpr std::size_t written_bytes_max = 16 * 1024;

json::object to_json(const relations& all, const catalog::call_set& call_set) {
    static const catalog::sample_facts nothing;
    const auto& set = *call_set.set;
    const auto* listed = call_set.facts();
    const auto& facts = listed == nullptr ? nothing : *listed;
    const auto id = call_set.id();
    const auto* made = call_set.created();
    const auto or_else = [](const std::string& text, const std::string& otherwise) {
        return streaming::valid_utf8(text.empty() ? otherwise : text);
    };
    json::object shown = {
        {"additionalInfo", made == nullptr ? additional_info(&facts) : json::parse(made->info)},
        {"callSetDbId", id},
        {"callSetName", streaming::valid_utf8(call_set.name())},
        {"created", made == nullptr ? set.created : utc_text_of_s(made->created_ms / 1000)},
        {"externalReferences", external_references(&facts)},
        {"sampleDbId", or_else(made == nullptr ? facts.sample_id : made->sample_id, id)},
        {"studyDbId", streaming::valid_utf8(all.study(all.link_of(call_set)).id)},
        {"updated", set.updated},
        {"variantSetDbIds", json::array{set.id}},
    };
    all.overlay(entity_type::call_set, id, shown);
    return shown;
}

/// Calls `each(call_set)` for every call set that fits, until it returns false.
template <class Each>
void for_each_call_set(const relations& all, const callset_filter& wanted, Each each) {
    for (const auto* set : all.now().variant_sets()) {
        if (!wanted.fits(all, *set)) continue;
        const bool go_on = set->each_call_set([&](const catalog::call_set& c) {
            return !wanted.fits(all, c) || each(c);
        });
        if (!go_on) return;
    }
}

std::vector<catalog::call_set> select(
    const relations& all,
    const callset_filter& wanted,
    std::uint64_t first,
    std::uint64_t count,
    std::uint64_t& total
) {
    std::vector<catalog::call_set> page;
    total = 0;
    for_each_call_set(all, wanted, [&](const catalog::call_set& c) {
        if (total >= first && page.size() < count) page.push_back(c);
        ++total;
        return true;
    });
    return page;
}

/// Adds what stands in the lists that are wanted. A list that is not there has nothing.
result<callset_filter> with_list_members(
    const context& ctx, const http::request& request, callset_filter wanted
) {
    if (!wanted.list_ids.wanted()) return wanted;
    auto& members = wanted.of_lists.emplace();
    for (const auto& id : wanted.list_ids.texts()) {
        const auto found = read_listed(ctx, request, id);
        if (!found) return found.error();
        if (!*found) continue;
        const auto& some = (*found)->call_sets;
        if (!some) {
            return error{
                errc::bad_request,
                "a list of markers or variants says nothing of call sets; those of samples and "
                "germplasm do"};
        }
        members.sample_ids.add(some->sample_ids.texts());
        members.germplasm_ids.add(some->germplasm_ids.texts());
    }
    return wanted;
}

/// Extracts have no call sets of their own, but some of others.
result<void> add_extracts(
    const context& ctx, const http::request& request, const relations& all, callset_filter& wanted
) {
    genotype_filter extracts;
    for (const auto& id : wanted.variant_set_ids.texts()) {
        if (all.find_extract(id) != nullptr) extracts.variant_set_ids.add({id});
    }
    if (!extracts.variant_set_ids.wanted()) return {};
    const auto chosen = choose_genotypes(ctx, request, all, extracts, choose_for::call_sets);
    if (!chosen) return chosen.error();
    for (const auto& c : chosen->sets) {
        wanted.of_extracts[c.set].insert(c.columns.begin(), c.columns.end());
    }
    return {};
}

result<json::value> show_one(
    const context& ctx,
    const http::request& request,
    std::string_view id,
    std::vector<std::string>& warnings
) {
    const auto all = relations_now(ctx, request, warnings);
    const auto call_set = all->now().find_call_set(id);
    if (!call_set) return no_call_set(all->now(), id);
    return json::value(to_json(*all, *call_set));
}

result<http::response> get_one(
    const context& ctx, const http::request& request, std::string_view id
) {
    auto warnings = ignored_parameters(http::query(request));
    const auto shown = show_one(ctx, request, id, warnings);
    if (!shown) return shown.error();
    return single(*shown, warnings);
}

/// Nothing of a call set is in its files but the column.
std::optional<http::response> get_one_at_once(
    const context& ctx, const http::request& request, std::string_view id
) {
    const auto all = relations_at_once(ctx, request);
    const auto call_set = all == nullptr ? std::nullopt : all->now().find_call_set(id);
    if (!call_set) return std::nullopt;
    const auto* says = all->wrote_of(*call_set);
    if (says != nullptr && says->body.size() > written_bytes_max) return std::nullopt;
    return single(to_json(*all, *call_set), ignored_parameters(http::query(request)));
}

}  // namespace

bool may_be_call_set(const catalog::snapshot& now, std::string_view id) {
    const auto& waiting = now.waiting();
    return std::any_of(waiting.begin(), waiting.end(), [&](const auto& opened) {
        return id.starts_with(id::encode(opened.found.data_set) + "~");
    });
}

error no_call_set(const catalog::snapshot& now, std::string_view id) {
    if (!may_be_call_set(now, id)) {
        return {errc::not_found, "there is no call set with this callSetDbId"};
    }
    return {
        errc::unavailable,
        "no call set with this callSetDbId is served yet; files of its data set are being indexed"};
}

result<http::response> list_call_sets(
    const context& ctx,
    const http::request& request,
    const callset_filter& wanted,
    const list_page& page,
    std::vector<std::string> warnings
) {
    const auto window = plan_list(page, warnings);
    if (!window) return window.error();
    auto whole = with_list_members(ctx, request, wanted);
    if (!whole) return whole.error();
    const auto all = relations_now(ctx, request, warnings);
    if (auto done = add_extracts(ctx, request, *all, *whole); !done) return done.error();
    std::uint64_t total = 0;
    auto items = select(*all, *whole, window->first, window->size, total);
    warn_of_waiting(all->now(), warnings);
    if (total == 0 && wanted.any()) warnings.emplace_back("No call set fits the filters");
    const std::size_t count = items.size();
    // The items point into the snapshot.
    return list_response(
        *window,
        total,
        count,
        [all, items = std::move(items)](std::size_t i) {
            return json::value(to_json(*all, items[i]));
        },
        warnings
    );
}

void add_callset_routes(http::router& routes, const context& ctx) {
    add_id_route_at_once(routes, ctx, "/brapi/v2/callsets/{callSetDbId}", get_one, get_one_at_once);
    add_metadata_write(
        routes,
        ctx,
        {.pattern = "/brapi/v2/callsets/{callSetDbId}",
         .type = entity_type::call_set,
         .find = [&ctx](const auto& request, std::string_view id) -> result<void> {
             const auto now = visible(ctx, request);
             if (!now->find_call_set(id)) return no_call_set(*now, id);
             return {};
         },
         .show = [&ctx](
                     const auto& request, std::string_view id, auto& warnings
                 ) { return show_one(ctx, request, id, warnings); }}
    );
    add_filtered_list(
        routes,
        ctx,
        "callsets",
        [](auto& from) { return read_callset_filter(from); },
        [&ctx](const auto& request, const auto& wanted, const list_page& page, auto warnings) {
            return list_call_sets(ctx, request, wanted, page, std::move(warnings));
        }
    );
}

}  // namespace callstream::brapi
