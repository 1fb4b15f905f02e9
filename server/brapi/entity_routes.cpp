#include "server/brapi/entity_routes.hpp"

#include "server/brapi/callsets.hpp"
#include "server/brapi/criterion.hpp"
#include "server/brapi/entity_json.hpp"
#include "server/brapi/envelope.hpp"
#include "server/brapi/filtered_list.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace callstream::brapi {
namespace json = boost::json;
namespace {

/// All criteria must fit one link of an entity: a trial is found by any of its studies, and a study
/// by a germplasm and a trial only if it has that germplasm in that trial.
struct entity_filter {
    criterion common_crop_names;
    criterion external_ids;
    criterion external_sources;
    criterion germplasm_ids;
    criterion germplasm_names;
    criterion program_ids;
    criterion program_names;
    criterion sample_ids;
    criterion sample_names;
    criterion study_ids;
    criterion study_names;
    criterion study_types;
    criterion trial_ids;
    criterion trial_names;

    bool any() const;
    boost::json::object to_body() const;
};

constexpr std::array<filter_name<entity_filter>, 15> names = {{
    {"commonCropName", &entity_filter::common_crop_names},
    {"externalReferenceId", &entity_filter::external_ids},
    {"externalReferenceID", &entity_filter::external_ids},
    {"externalReferenceSource", &entity_filter::external_sources},
    {"germplasmDbId", &entity_filter::germplasm_ids},
    {"germplasmName", &entity_filter::germplasm_names},
    {"programDbId", &entity_filter::program_ids},
    {"programName", &entity_filter::program_names},
    {"sampleDbId", &entity_filter::sample_ids},
    {"sampleName", &entity_filter::sample_names},
    {"studyDbId", &entity_filter::study_ids},
    {"studyName", &entity_filter::study_names},
    {"studyType", &entity_filter::study_types},
    {"trialDbId", &entity_filter::trial_ids},
    {"trialName", &entity_filter::trial_names},
}};

bool entity_filter::any() const {
    return any_wanted<entity_filter>(*this, names);
}

json::object entity_filter::to_body() const {
    return filter_body<entity_filter>(*this, names);
}

using kind_ptr = std::shared_ptr<const entity_kind>;
using relations_ptr = std::shared_ptr<const relations>;

bool fits(const entity_kind& kind, const entity_filter& f, const relations& all, const link& l) {
    static const std::vector<catalog::external_reference> none;
    const bool has_references = kind.is_sample && l.facts != nullptr;
    const auto& references = has_references ? l.facts->external_references : none;
    return f.common_crop_names.fits(l.home->crop) &&
           (!f.study_types.wanted() || f.study_types.fits(all.study_type(l))) &&
           fits_references(references, f.external_ids, f.external_sources) &&
           fits_entity(f.program_ids, f.program_names, [&] { return all.program(l); }) &&
           fits_entity(f.trial_ids, f.trial_names, [&] { return all.trial(l); }) &&
           fits_entity(f.study_ids, f.study_names, [&] { return all.study(l); }) &&
           fits_entity(f.germplasm_ids, f.germplasm_names, [&] { return all.germplasm(l); }) &&
           fits_entity(f.sample_ids, f.sample_names, [&] { return all.sample(l); });
}

/// Whether only samples can answer these criteria.
bool asks_samples(const entity_filter& f) {
    for (const auto* c : {&f.germplasm_ids, &f.germplasm_names, &f.sample_ids, &f.sample_names}) {
        if (c->wanted()) return true;
    }
    return f.study_ids.wanted() || f.study_names.wanted() || f.study_types.wanted();
}

/// The first link of every entity of which one fits, in their order.
std::vector<link> select(
    const entity_kind& kind, const entity_filter& wanted, const relations& all
) {
    std::unordered_map<std::string, std::size_t> at;
    std::vector<std::pair<link, bool>> entities;
    const auto take = [&](const link& l) {
        auto id = (all.*kind.entity)(l).id;
        if (id.empty()) return true;
        const auto [known, is_new] = at.emplace(std::move(id), entities.size());
        if (is_new) entities.emplace_back(l, false);
        auto& found = entities[known->second].second;
        found = found || fits(kind, wanted, all, l);
        return true;
    };
    if (kind.is_of_data_sets && !asks_samples(wanted)) {
        all.for_each_data_set(take);
    } else {
        all.for_each(take);
    }
    std::vector<link> out;
    for (const auto& [first, found] : entities) {
        if (found) out.push_back(first);
    }
    return out;
}

std::optional<link> find(const entity_kind& kind, const relations& all, std::string_view id) {
    std::optional<link> first;
    const auto look = [&](const link& l) {
        const auto here = (all.*kind.entity)(l).id;
        if (!here.empty() && here == id) first = l;
        return !first;
    };
    if (kind.is_of_data_sets) {
        all.for_each_data_set(look);
    } else {
        all.for_each(look);
    }
    return first;
}

relations_ptr relations_now(const context& ctx, const http::request& request) {
    return std::make_shared<const relations>(visible(ctx, request));
}

result<http::response> list(
    const context& ctx,
    const http::request& request,
    const entity_kind& kind,
    const entity_filter& wanted,
    const list_page& page,
    std::vector<std::string> warnings
) {
    const auto window = plan_list(page, warnings);
    if (!window) return window.error();
    const auto all = relations_now(ctx, request);
    auto found = select(kind, wanted, *all);
    if (kind.is_sample) warn_of_waiting(all->now(), warnings);
    if (found.empty() && wanted.any()) {
        warnings.push_back("No " + kind.name + " fits the filters");
    }
    return list_response(
        *window,
        std::move(found),
        [all, to_json = kind.to_json](const link& first) { return to_json(*all, first); },
        warnings
    );
}

error no_entity(const entity_kind& kind, const catalog::snapshot& now, std::string_view id) {
    if (kind.is_sample && may_be_call_set(now, id)) {
        return {
            errc::unavailable,
            "no sample with this sampleDbId is known yet; files of its data set are being indexed"};
    }
    return {errc::not_found, "there is no " + kind.name + " with this " + kind.id_name};
}

result<http::response> get_one(
    const context& ctx, const entity_kind& kind, const http::request& request, std::string_view id
) {
    const auto all = relations_now(ctx, request);
    const auto first = find(kind, *all, id);
    if (!first) return no_entity(kind, all->now(), id);
    return single(kind.to_json(*all, *first), ignored_parameters(http::query(request)));
}

}  // namespace

void add_entity_routes(http::router& routes, const context& ctx, entity_kind of) {
    const auto kind = std::make_shared<const entity_kind>(std::move(of));
    add_filtered_list(
        routes,
        ctx,
        kind->path,
        [](auto& from) { return read_filter<entity_filter>(from, names); },
        [&ctx, kind](
            const auto& request, const auto& wanted, const list_page& page, auto warnings
        ) { return list(ctx, request, *kind, wanted, page, std::move(warnings)); }
    );
    routes.add({
        .method = http::verb::get,
        .pattern = "/brapi/v2/" + kind->path + "/{" + kind->id_name + "}",
        .blocking = true,
        .handle = [&ctx, kind](
                      const auto& request, const auto& values
                  ) { return get_one(ctx, *kind, request, values[0]); },
    });
}

}  // namespace callstream::brapi
