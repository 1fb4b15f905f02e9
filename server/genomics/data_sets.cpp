// Data sets: folders of the operator, and those that clients create.
#include "engine/core/clock.hpp"
#include "engine/core/uuid.hpp"
#include "server/genomics/overlays.hpp"
#include "server/genomics/route.hpp"
#include "server/genomics/routes.hpp"
#include "server/genomics/wire.hpp"
#include "server/streaming/json_text.hpp"

#include <algorithm>

namespace callstream::genomics {
namespace json = boost::json;
namespace {

constexpr page_limits pages{50, 1024};
constexpr const char* kind = "dataset";

error no_data_set() {
    return {errc::not_found, "there is no data set with this id"};
}

/// What both kinds have.
struct shown_data_set {
    std::string id;
    std::string name;
    std::string project;
    std::string created;  ///< RFC 3339
};

/// The oldest of what lies in it.
std::string created_of(const catalog::snapshot& now, const catalog::data_set& set) {
    std::string oldest = utc_text_of_s(0);
    bool any = false;
    const auto consider = [&](std::string when) {
        if (!any || when < oldest) oldest = std::move(when);
        any = true;
    };
    for (const auto* one : now.variant_sets()) {
        if (one->home->id == set.id) consider(one->created);
    }
    for (const auto& one : now.read_group_sets()) {
        if (one.home->id == set.id) consider(utc_text_of_ns(one.file->identity().mtime_ns));
    }
    return oldest;
}

shown_data_set shown(const catalog::snapshot& now, const catalog::data_set& set) {
    return {set.id, set.name, set.project_id, created_of(now, set)};
}

shown_data_set shown(const catalog::created_data_set& set) {
    return {set.id, set.name, set.project_id, utc_text_of_s(set.created_s)};
}

json::object to_json(const shown_data_set& set) {
    return {
        {"createTime", set.created},
        {"id", set.id},
        {"name", streaming::valid_utf8(set.name)},
        {"projectId", streaming::valid_utf8(set.project)},
    };
}

std::optional<shown_data_set> find(const catalog::snapshot& now, std::string_view id) {
    for (const auto& set : now.data_sets()) {
        if (set->id == id) return shown(now, *set);
    }
    for (const auto& set : now.created_data_sets()) {
        if (set.id == id) return shown(set);
    }
    return std::nullopt;
}

result<http::response> answer_with(
    const context& ctx, const http::request& request, std::string_view id
) {
    const auto found = find(*visible(ctx, request), id);
    if (!found) return no_data_set();
    return answer(request, to_json(*found));
}

result<http::response> list(const context& ctx, const http::request& request) {
    http::query q(request);
    const auto project = q.filter("projectId");
    if (!project) return project.error();
    if (!*project) return error{errc::bad_request, "projectId is required"};
    const auto page = read_page(q);
    if (!page) return page.error();
    const auto now = visible(ctx, request);
    const auto each = [&](auto visit) {
        for (const auto& set : now->data_sets()) {
            if (set->project_id != **project) continue;
            if (!visit(set->id, [&] { return to_json(shown(*now, *set)); })) return;
        }
        for (const auto& set : now->created_data_sets()) {
            if (set.project_id != **project) continue;
            if (!visit(set.id, [&] { return to_json(shown(set)); })) return;
        }
    };
    auto found =
        list_page(list_tokens(*ctx.key, "datasets " + **project), *page, pages, "datasets", each);
    if (!found) return found.error();
    return answer(request, std::move(*found));
}

/// What a client may say of a data set.
struct data_set_message {
    std::optional<std::string> name;
    std::optional<std::string> project;
};

result<data_set_message> read_message(const http::request& request) {
    const auto object = read_object(request);
    if (!object) return object.error();
    http::json_fields body(*object);
    data_set_message out;
    const std::pair<const char*, std::optional<std::string>*> fields[] = {
        {"name", &out.name}, {"projectId", &out.project}};
    for (const auto& [field, into] : fields) {
        auto text = body.text(field);
        if (!text) return text.error();
        *into = std::move(*text);
    }
    for (const char* ours : {"id", "createTime"}) {
        if (auto text = body.text(ours); !text) return text.error();
    }
    if (auto fine = refuse_unknown(body); !fine) return fine.error();
    return out;
}

result<http::response> create(const context& ctx, const http::request& request) {
    auto wanted = read_message(request);
    if (!wanted) return wanted.error();
    if (wanted->name.value_or("").empty()) return error{errc::bad_request, "name is required"};
    if (wanted->project.value_or("").empty())
        return error{errc::bad_request, "projectId is required"};
    const store::kept_data_set made{
        new_uuid(), std::move(*wanted->name), std::move(*wanted->project), now_s()};
    const auto kept = ctx.overlays->apply([&](auto& o) { return o.create(made); });
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
    if (!find(*visible(ctx, request), id)) return no_data_set();
    if (wanted->name.value_or("").empty())
        return error{errc::bad_request, "name must not be empty"};
    const store::kept_change change{.kind = kind, .id = std::string(id), .name = wanted->name};
    const auto kept = ctx.overlays->apply([&](auto& o) { return o.change(change, ""); });
    if (!kept) return kept.error();
    return answer_with(ctx, request, id);
}

result<http::response> remove(
    const context& ctx, const http::request& request, std::string_view id
) {
    if (!find(*visible(ctx, request), id)) return no_data_set();
    const store::kept_change change{.kind = kind, .id = std::string(id), .hidden_s = now_s()};
    const auto kept = ctx.overlays->apply([&](auto& o) { return o.change(change, ""); });
    if (!kept) return kept.error();
    return answer(request, {});
}

/// Whether whoever asks would see it if it were there.
bool is_in_reach(const http::request& request, std::string_view id) {
    const auto& reach = request.may->data_sets;
    return !reach || std::binary_search(reach->begin(), reach->end(), id);
}

result<http::response> undelete(
    const context& ctx, const http::request& request, std::string_view id
) {
    if (auto fine = read_nothing(request); !fine) return fine.error();
    if (!is_in_reach(request, id)) return no_data_set();
    if (find(*visible(ctx, request), id))
        return error{errc::precondition, "the data set is not deleted"};
    const auto kept = ctx.store->overlays().all();
    if (!kept) return kept.error();
    const auto& changes = kept->changes;
    const auto at = std::find_if(changes.begin(), changes.end(), [&](const auto& c) {
        return c.kind == kind && c.id == id && c.hidden_s;
    });
    if (at == changes.end()) return no_data_set();
    if (*at->hidden_s <= now_s() - undelete_for.count()) {
        return error{
            errc::precondition,
            "the data set was deleted more than a week ago; only whoever runs the server can bring "
            "back the files of one"};
    }
    const auto shown = ctx.overlays->apply([&](auto& o) { return o.show(kind, id); });
    if (!shown) return shown.error();
    return answer_with(ctx, request, id);
}

}  // namespace

void add_data_set_routes(http::router& routes, const context& ctx) {
    using http::verb;
    routes.add(route_of(verb::get, "/v1/datasets", ctx, list));
    auto creating = writing_route(verb::post, "/v1/datasets", ctx, create);
    creating.beyond_data_sets = true;  // it would be out of reach of who made it
    routes.add(std::move(creating));
    routes.add(route_of(verb::get, "/v1/datasets/{datasetId}", ctx, get_one));
    routes.add(writing_route(verb::patch, "/v1/datasets/{datasetId}", ctx, patch));
    routes.add(writing_route(verb::delete_, "/v1/datasets/{datasetId}", ctx, remove));
    routes.add(writing_route(verb::post, "/v1/datasets/{datasetId}:undelete", ctx, undelete));
}

}  // namespace callstream::genomics
