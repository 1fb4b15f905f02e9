// GET /callsets and /callsets/{callSetDbId}: the sample columns of the files.
#include "server/brapi/callsets.hpp"

#include "engine/core/clock.hpp"
#include "engine/core/id.hpp"
#include "server/brapi/entity_json.hpp"
#include "server/brapi/envelope.hpp"
#include "server/brapi/filtered_list.hpp"
#include "server/brapi/listed.hpp"
#include "server/brapi/routes.hpp"
#include "server/streaming/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>

namespace callstream::brapi {
namespace json = boost::json;
namespace {

json::object to_json(const catalog::call_set& call_set) {
    static const catalog::sample_facts nothing;
    const auto& set = *call_set.set;
    const auto* listed = call_set.facts();
    const auto& facts = listed == nullptr ? nothing : *listed;
    const auto id = call_set.id();
    const auto* made = call_set.created();
    const auto or_else = [](const std::string& text, const std::string& otherwise) {
        return streaming::valid_utf8(text.empty() ? otherwise : text);
    };
    return {
        {"additionalInfo", made == nullptr ? additional_info(&facts) : json::parse(made->info)},
        {"callSetDbId", id},
        {"callSetName", streaming::valid_utf8(call_set.name())},
        {"created", made == nullptr ? set.created : utc_text_of_s(made->created_ms / 1000)},
        {"externalReferences", external_references(&facts)},
        {"sampleDbId", or_else(made == nullptr ? facts.sample_id : made->sample_id, id)},
        {"studyDbId", or_else(facts.study_id, set.home->study.id)},
        {"updated", set.updated},
        {"variantSetDbIds", json::array{set.id}},
    };
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

result<http::response> get_one(
    const context& ctx, const http::request& request, std::string_view id
) {
    const http::query q(request);
    const auto now = visible(ctx, request);
    const auto call_set = now->find_call_set(id);
    if (!call_set) return no_call_set(*now, id);
    return single(to_json(*call_set), ignored_parameters(q));
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
    const auto whole = with_list_members(ctx, request, wanted);
    if (!whole) return whole.error();
    const auto now = visible(ctx, request);
    std::uint64_t total = 0;
    auto items = select(relations(now), *whole, window->first, window->size, total);
    warn_of_waiting(*now, warnings);
    if (total == 0 && wanted.any()) warnings.emplace_back("No call set fits the filters");
    const std::size_t count = items.size();
    // The items point into the snapshot.
    return list_response(
        *window,
        total,
        count,
        [now, items = std::move(items)](std::size_t i) { return json::value(to_json(items[i])); },
        warnings
    );
}

void add_callset_routes(http::router& routes, const context& ctx) {
    routes.add({
        .method = http::verb::get,
        .pattern = "/brapi/v2/callsets/{callSetDbId}",
        .handle = [&ctx](
                      const auto& request, const auto& values
                  ) { return get_one(ctx, request, values[0]); },
    });
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
