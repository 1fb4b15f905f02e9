// Who may do what with a data set: getIamPolicy, setIamPolicy, testIamPermissions.
#include "engine/core/clock.hpp"
#include "server/genomics/policy.hpp"
#include "server/genomics/route.hpp"
#include "server/genomics/routes.hpp"
#include "server/genomics/wire.hpp"

#include <boost/json/array.hpp>

namespace callstream::genomics {
namespace json = boost::json;
namespace {

policy_scene scene_of(const context& ctx, std::string_view data_set) {
    const auto mode = ctx.gate == nullptr ? auth::gate::mode::off : ctx.gate->how();
    return {mode, std::string(data_set), now_s()};
}

/// As the document has it, what does not exist has an empty policy.
result<http::response> get_policy(
    const context& ctx, const http::request& request, std::string_view id
) {
    if (auto fine = read_nothing(request); !fine) return fine.error();
    if (!visible(ctx, request)->has_data_set(id)) return answer(request, to_json(policy{}));
    const auto tokens = ctx.store->tokens().all();
    if (!tokens) return tokens.error();
    return answer(request, to_json(policy_of(scene_of(ctx, id), *tokens)));
}

result<http::response> set_policy(
    const context& ctx, const http::request& request, std::string_view id
) {
    const auto object = read_object(request);
    if (!object) return object.error();
    http::json_fields body(*object);
    const auto wanted = read_policy(body);
    if (!wanted) return wanted.error();
    if (auto fine = refuse_unknown(body); !fine) return fine.error();
    if (!visible(ctx, request)->has_data_set(id))
        return error{errc::not_found, "there is no data set with this id"};
    const auto scene = scene_of(ctx, id);
    policy now;
    const auto kept = ctx.store->tokens().assign([&](token_list& tokens) -> result<void> {
        if (auto done = apply(*wanted, scene, tokens); !done) return done.error();
        now = policy_of(scene, tokens);
        return {};
    });
    if (!kept) return kept.error();
    if (ctx.gate != nullptr) {
        if (auto known = ctx.gate->load(); !known) return known.error();
    }
    return answer(request, to_json(now));
}

result<http::response> test_permissions(
    const context& ctx, const http::request& request, std::string_view id
) {
    const auto object = read_object(request);
    if (!object) return object.error();
    http::json_fields body(*object);
    const auto asked = body.text_list("permissions");
    if (!asked) return asked.error();
    if (auto fine = refuse_unknown(body); !fine) return fine.error();
    const auto found = held(*asked, *request.may, visible(ctx, request)->has_data_set(id));
    if (!found) return found.error();
    json::array names;
    for (const auto& name : *found) names.emplace_back(name);
    return answer(request, {{"permissions", std::move(names)}});
}

}  // namespace

void add_policy_routes(http::router& routes, const context& ctx) {
    using http::verb;
    using handler =
        result<http::response> (*)(const context&, const http::request&, std::string_view);
    const std::pair<const char*, handler> for_admins[] = {
        {"/v1/datasets/{datasetId}:getIamPolicy", get_policy},
        {"/v1/datasets/{datasetId}:setIamPolicy", set_policy}};
    for (const auto& [pattern, handle] : for_admins) {
        auto r = writing_route(verb::post, pattern, ctx, handle);
        r.scope = auth::scope::admin;
        routes.add(std::move(r));
    }
    routes.add(
        route_of(verb::post, "/v1/datasets/{datasetId}:testIamPermissions", ctx, test_permissions)
    );
}

}  // namespace callstream::genomics
