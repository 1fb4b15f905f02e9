// Call sets: the sample columns that BrAPI shows, and those that clients create.
#include "engine/core/clock.hpp"
#include "engine/core/id.hpp"
#include "engine/core/uuid.hpp"
#include "server/genomics/overlays.hpp"
#include "server/genomics/route.hpp"
#include "server/genomics/routes.hpp"
#include "server/genomics/wire.hpp"
#include "server/streaming/json_text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <chrono>

namespace callstream::genomics {
namespace json = boost::json;
namespace {

constexpr page_limits pages{1024, 4096};
constexpr const char* kind = "callset";

error no_call_set() {
    return {errc::not_found, "there is no call set with this id"};
}

std::int64_t created_ms(const catalog::call_set& call_set) {
    if (const auto* made = call_set.created()) return made->created_ms;
    const auto when = parse_date_time(call_set.set->created);
    return when ? when->time_since_epoch().count() : 0;
}

/// What `samples.tsv` says beside the fields that CallSet has.
json::object info_of(const catalog::call_set& call_set) {
    if (const auto* made = call_set.created()) return json::parse(made->info).as_object();
    json::object info;
    const auto* facts = call_set.facts();
    if (facts == nullptr) return info;
    const auto add = [&info](const std::string& name, const std::string& text) {
        if (!text.empty())
            info.emplace(streaming::valid_utf8(name), json::array{streaming::valid_utf8(text)});
    };
    add("germplasmDbId", facts->germplasm_id);
    add("germplasmName", facts->germplasm_name);
    add("studyDbId", facts->study_id);
    for (const auto& [name, cell] : facts->extra) add(name, cell);
    return info;
}

std::string sample_of(const catalog::call_set& call_set) {
    if (const auto* made = call_set.created()) return made->sample_id;
    const auto* facts = call_set.facts();
    const bool listed = facts != nullptr && !facts->sample_id.empty();
    return listed ? facts->sample_id : call_set.set->samples()[call_set.column];
}

json::object to_json(const catalog::call_set& call_set) {
    return {
        {"created", int64_text(created_ms(call_set))},
        {"id", call_set.id()},
        {"info", info_of(call_set)},
        {"name", streaming::valid_utf8(call_set.name())},
        {"sampleId", streaming::valid_utf8(sample_of(call_set))},
        {"variantSetIds", json::array{call_set.set->id}},
    };
}

result<http::response> answer_with(
    const context& ctx, const http::request& request, std::string_view id
) {
    const auto now = visible(ctx, request);
    const auto call_set = now->find_call_set(id);
    if (!call_set) return no_call_set();
    return answer(request, to_json(*call_set));
}

result<http::response> search(const context& ctx, const http::request& request) {
    const auto asked = read_search(request, "variantSetIds", "callsets");
    if (!asked) return asked.error();
    const auto now = visible(ctx, request);
    std::vector<const catalog::variant_set*> sets;
    for (const auto& id : asked->ids) {
        const auto* set = now->find_variant_set(id);
        if (set == nullptr && now->find_created_variant_set(id) != nullptr) continue;
        if (set == nullptr) {
            return error{errc::not_found, "there is no variant set '" + http::shown_name(id) + "'"};
        }
        sets.push_back(set);
    }
    const auto each = [&](auto visit) {
        for (const auto* set : sets) {
            const bool go_on = set->each_call_set([&](const catalog::call_set& c) {
                if (c.name().find(asked->name) == std::string::npos) return true;
                return static_cast<bool>(visit(c.id(), [&] { return to_json(c); }));
            });
            if (!go_on) return;
        }
    };
    const list_tokens tokens(*ctx.key, asked->query);
    auto found = list_page(tokens, asked->page, pages, "callSets", each);
    if (!found) return found.error();
    return answer(request, std::move(*found));
}

/// What a client may say of a call set.
struct call_set_message {
    std::string name;
    std::string sample_id;
    std::vector<std::string> variant_sets;
    json::object info;
};

result<call_set_message> read_message(const http::request& request) {
    const auto object = read_object(request);
    if (!object) return object.error();
    http::json_fields body(*object);
    call_set_message out;
    auto name = body.text("name");
    if (!name) return name.error();
    out.name = std::move(*name).value_or("");
    auto sample = body.text("sampleId");
    if (!sample) return sample.error();
    out.sample_id = std::move(*sample).value_or("");
    auto sets = body.text_list("variantSetIds");
    if (!sets) return sets.error();
    out.variant_sets = std::move(*sets);
    auto info = read_info(body);
    if (!info) return info.error();
    out.info = std::move(*info);
    // Of the server's own making; clients send back what they were given.
    if (auto id = body.text("id"); !id) return id.error();
    if (auto created = body.integer("created"); !created) return created.error();
    if (auto fine = refuse_unknown(body); !fine) return fine.error();
    return out;
}

result<http::response> create(const context& ctx, const http::request& request) {
    auto wanted = read_message(request);
    if (!wanted) return wanted.error();
    if (wanted->variant_sets.size() != 1)
        return error{errc::bad_request, "variantSetIds must have exactly one id"};
    if (wanted->name.empty()) return error{errc::bad_request, "name is required"};
    const auto now = visible(ctx, request);
    const auto* set = now->find_variant_set(wanted->variant_sets.front());
    if (set == nullptr && now->find_created_variant_set(wanted->variant_sets.front()) != nullptr)
        return error{errc::precondition, "the variant set has no files yet; import some first"};
    if (set == nullptr) return error{errc::not_found, "there is no variant set with this id"};
    const store::kept_call_set made{
        id::join(set->id, new_uuid()),
        set->id,
        std::move(wanted->name),
        std::move(wanted->sample_id),
        json::serialize(wanted->info),
        now_s() * 1000};
    const auto kept = ctx.overlays->apply([&](auto& overlays) { return overlays.create(made); });
    if (!kept) return kept.error();
    return answer_with(ctx, request, made.id);
}

result<http::response> get_one(
    const context& ctx, const http::request& request, std::string_view id
) {
    return answer_with(ctx, request, id);
}

result<http::response> patch(
    const context& ctx, const http::request& request, std::string_view id
) {
    if (auto fields = read_mask(request, {"name"}); !fields) return fields.error();
    const auto wanted = read_message(request);
    if (!wanted) return wanted.error();
    const auto now = visible(ctx, request);
    const auto call_set = now->find_call_set(id);
    if (!call_set) return no_call_set();
    if (wanted->name.empty()) return error{errc::bad_request, "name must not be empty"};
    const store::kept_change change{.kind = kind, .id = std::string(id), .name = wanted->name};
    const bool is_made = call_set->created() != nullptr;
    const auto kept = ctx.overlays->apply([&](auto& overlays) -> result<void> {
        if (!is_made) return overlays.change(change, call_set->set->id);
        if (auto done = overlays.rename_call_set(id, wanted->name); !done) return done.error();
        return {};
    });
    if (!kept) return kept.error();
    return answer_with(ctx, request, id);
}

result<http::response> remove(
    const context& ctx, const http::request& request, std::string_view id
) {
    const auto now = visible(ctx, request);
    const auto call_set = now->find_call_set(id);
    if (!call_set) return no_call_set();
    const store::kept_change change{.kind = kind, .id = std::string(id), .hidden_s = now_s()};
    const bool is_made = call_set->created() != nullptr;
    const auto kept = ctx.overlays->apply([&](auto& overlays) -> result<void> {
        if (!is_made) return overlays.change(change, call_set->set->id);
        if (auto done = overlays.remove_call_set(id); !done) return done.error();
        return {};
    });
    if (!kept) return kept.error();
    return answer(request, {});
}

}  // namespace

void add_call_set_routes(http::router& routes, const context& ctx) {
    using http::verb;
    routes.add(writing_route(verb::post, "/v1/callsets", ctx, create));
    routes.add(route_of(verb::post, "/v1/callsets/search", ctx, search));
    routes.add(route_of(verb::get, "/v1/callsets/{callSetId}", ctx, get_one));
    routes.add(writing_route(verb::patch, "/v1/callsets/{callSetId}", ctx, patch));
    routes.add(writing_route(verb::delete_, "/v1/callsets/{callSetId}", ctx, remove));
}

}  // namespace callstream::genomics
