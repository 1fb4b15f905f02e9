#include "server/brapi/entity_routes.hpp"

#include "server/brapi/callsets.hpp"
#include "server/brapi/entity_fields.hpp"
#include "server/brapi/entity_filter.hpp"
#include "server/brapi/entity_json.hpp"
#include "server/brapi/entity_writes.hpp"
#include "server/brapi/envelope.hpp"
#include "server/brapi/filtered_list.hpp"

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace callstream::brapi {
namespace json = boost::json;
namespace {

/// Every link that can make an entity of this kind, or be of one.
void for_each_link(
    const entity_kind& kind, const relations& all, bool with_samples, const relations::each_link& f
) {
    if (!kind.is_of_data_sets || with_samples) return all.for_each(f);
    if (!all.for_each_data_set(f)) return;
    for (const auto type : {entity_type::program, entity_type::trial, entity_type::study}) {
        if (!all.for_each_made(type, f)) return;
    }
}

/// Gathers the entities of a kind from links.
class selection {
 public:
    selection(const entity_kind& kind, const entity_filter& wanted, const relations& all)
        : kind_(kind), wanted_(wanted), all_(all) {}

    void take(const link& l) {
        auto made = all_.made_by(l, kind_.type);
        if (!all_.anything_written()) {  // it is of what it makes
            if (!made.empty()) judge(make(std::move(made), l), l);
            return;
        }
        auto of = all_.entity(kind_.type, l).id;
        if (!of.empty()) judge(entities_[of], l);
        if (made.empty()) return;
        const bool moved = made != of;
        auto& left = make(std::move(made), l);
        if (moved) judge(left, all_.left_alone(l, kind_.type));
    }

    /// Those of which a link fits, in their order.
    std::vector<link> found() const {
        std::vector<link> out;
        for (const auto& [one, first] : order_) {
            if (one->second.found)
                out.push_back(relations::for_made(first, kind_.type, one->first));
        }
        return out;
    }

 private:
    struct entity {
        bool is_made = false;
        bool found = false;
    };

    void judge(entity& one, const link& l) {
        one.found = one.found || wanted_.fits(kind_.type, all_, l);
    }

    entity& make(std::string id, const link& l) {
        const auto at = entities_.try_emplace(std::move(id)).first;
        if (!std::exchange(at->second.is_made, true)) order_.emplace_back(&*at, l);
        return at->second;
    }

    const entity_kind& kind_;
    const entity_filter& wanted_;
    const relations& all_;
    std::unordered_map<std::string, entity> entities_;
    std::vector<std::pair<const std::pair<const std::string, entity>*, link>> order_;
};

result<http::response> list(
    const context& ctx,
    const http::request& request,
    const std::shared_ptr<const entity_kind>& kind,
    const entity_filter& wanted,
    const list_page& page,
    std::vector<std::string> warnings
) {
    const auto window = plan_list(page, warnings);
    if (!window) return window.error();
    const auto all = relations_now(ctx, request, warnings);
    selection entities(*kind, wanted, *all);
    for_each_link(*kind, *all, wanted.asks_samples(), [&](const link& l) {
        entities.take(l);
        return true;
    });
    auto found = entities.found();
    if (kind->type == entity_type::sample) warn_of_waiting(all->now(), warnings);
    if (found.empty() && wanted.any()) {
        warnings.push_back("No " + kind->name() + " fits the filters");
    }
    return list_response(
        *window,
        std::move(found),
        [all, kind](const link& first) { return shown_entity(*kind, *all, first); },
        warnings
    );
}

result<http::response> get_one(
    const context& ctx, const entity_kind& kind, const http::request& request, std::string_view id
) {
    auto warnings = ignored_parameters(http::query(request));
    const auto all = relations_now(ctx, request, warnings);
    const auto first = find_entities(kind, *all, {std::string(id)}).front();
    if (!first) return no_entity(kind, *all, id);
    return single(shown_entity(kind, *all, *first), warnings);
}

}  // namespace

json::object shown_entity(const entity_kind& kind, const relations& all, const link& first) {
    auto shown = kind.to_json(all, first);
    all.overlay(kind.type, all.entity(kind.type, first).id, shown);
    return shown;
}

std::vector<std::optional<link>> find_entities(
    const entity_kind& kind, const relations& all, const std::vector<std::string>& ids
) {
    std::unordered_map<std::string_view, std::size_t> wanted;
    for (std::size_t i = 0; i < ids.size(); ++i) wanted.emplace(ids[i], i);
    std::vector<std::optional<link>> out(ids.size());
    std::size_t missing = wanted.size();
    for_each_link(kind, all, false, [&](const link& l) {
        const auto id = all.made_by(l, kind.type);
        const auto at = id.empty() ? wanted.end() : wanted.find(id);
        if (at == wanted.end() || out[at->second]) return missing > 0;
        out[at->second] = all.for_made(l, kind.type);
        return --missing > 0;
    });
    return out;
}

error no_entity(const entity_kind& kind, const relations& all, std::string_view id) {
    if (all.trouble()) return *all.trouble();  // it may be there
    const std::string id_name(id_field_of(kind.type));
    if (kind.type == entity_type::sample && may_be_call_set(all.now(), id)) {
        return {
            errc::unavailable,
            "no sample with this sampleDbId is known yet; files of its data set are being indexed"};
    }
    return {errc::not_found, "there is no " + kind.name() + " with this " + id_name};
}

void add_entity_routes(http::router& routes, const context& ctx, entity_kind of) {
    const auto kind = std::make_shared<const entity_kind>(std::move(of));
    add_filtered_list(
        routes,
        ctx,
        kind->path,
        [](auto& from) { return read_entity_filter(from); },
        [&ctx, kind](
            const auto& request, const auto& wanted, const list_page& page, auto warnings
        ) { return list(ctx, request, kind, wanted, page, std::move(warnings)); },
        kind->is_of_clients ? about::side_store : about::files
    );
    routes.add({
        .method = http::verb::get,
        .pattern = "/brapi/v2/" + kind->path + "/{" + std::string(id_field_of(kind->type)) + "}",
        .beyond_data_sets = kind->is_of_clients,
        .blocking = true,
        .handle = [&ctx, kind](
                      const auto& request, const auto& values
                  ) { return get_one(ctx, *kind, request, values[0]); },
    });
    add_entity_writes(routes, ctx, kind);
}

}  // namespace callstream::brapi
