// Annotations: regions of references, kept in the store.
#include "engine/core/clock.hpp"
#include "engine/core/digest.hpp"
#include "engine/core/parse.hpp"
#include "server/genomics/annotation_access.hpp"
#include "server/genomics/annotation_batch.hpp"
#include "server/genomics/json_pieces.hpp"
#include "server/genomics/route.hpp"
#include "server/genomics/routes.hpp"
#include "server/genomics/wire.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>

namespace callstream::genomics {
namespace json = boost::json;
namespace {

constexpr std::uint64_t batch_bytes_max = 32 << 20;

result<annotation_facts> read_facts(const http::request& request) {
    const auto object = read_object(request);
    if (!object) return object.error();
    return read_annotation(*object);
}

result<http::response> show(
    const http::request& request, const store::annotation_set& set, const store::annotation& a
) {
    return answer(request, json::parse(annotation_text(set, a)).as_object());
}

result<http::response> create(const context& ctx, const http::request& request) {
    const auto facts = read_facts(request);
    if (!facts) return facts.error();
    if (facts->set_id.empty()) return error{errc::bad_request, "annotationSetId is required"};
    const auto now = visible(ctx, request);
    const auto set = find_annotation_set(ctx, *now, facts->set_id);
    if (!set) return set.error();
    const auto sequences = sequences_of(*now, *set);
    if (!sequences) return sequences.error();
    const auto placed = place_annotation(*sequences, *set, *facts);
    if (!placed) return placed.error();
    const auto text = ctx.store->annotations()
                          .add(set->number, {*placed}, std::nullopt, [&](const auto& numbers) {
                              return annotation_text(*set, as_kept(*placed, numbers.front()));
                          });
    if (!text) return text.error();
    return answer(request, json::parse(*text).as_object());
}

/// An answer that is text already.
result<http::response> show_batch(const http::request& request, const std::string& text) {
    const auto cut = cut_array(text, "entries", batch_annotations_max);
    return answer_list(request, "entries", {cut.elements.begin(), cut.elements.end()}, {});
}

result<http::response> create_batch(const context& ctx, const http::request& request) {
    const auto batch = read_batch(request.body);
    if (!batch) return batch.error();
    const auto now = visible(ctx, request);
    const auto set = find_annotation_set(ctx, *now, batch->set_id);
    if (!set) return set.error();
    auto& kept = ctx.store->annotations();
    std::optional<store::annotation_request> once;
    if (!batch->request_id.empty()) {
        const auto hash = digest_text(running_digest::kind::sha256, request.body);
        once = {batch->request_id, hash, now_s()};
        const auto known = kept.answer_to(set->number, *once);
        if (!known) return known.error();
        if (*known) return show_batch(request, **known);
    }
    const auto sequences = sequences_of(*now, *set);
    if (!sequences) return sequences.error();
    std::vector<result<store::new_annotation>> placed;
    std::vector<store::new_annotation> good;
    for (const auto& facts : batch->annotations) {
        placed.push_back(
            facts ? place_annotation(*sequences, *set, *facts)
                  : result<store::new_annotation>(facts.error())
        );
        if (placed.back()) good.push_back(*placed.back());
    }
    if (auto fine = check_answer_size(placed); !fine) return fine.error();
    const auto text = kept.add(set->number, good, once, [&](const auto& numbers) {
        return batch_answer(*set, placed, numbers);
    });
    if (!text) return text.error();
    return show_batch(request, *text);
}

result<http::response> get_one(
    const context& ctx, const http::request& request, std::string_view id
) {
    const auto place = find_place(ctx, *visible(ctx, request), id);
    if (!place) return place.error();
    const auto& [set, number] = *place;
    const auto found = ctx.store->annotations().find(set.number, number);
    if (!found) return found.error();
    if (!*found) return error{errc::not_found, no_annotation};
    return show(request, set, **found);
}

/// Of the reference that the annotation is on.
result<std::int64_t> reference_length(
    const catalog::snapshot& now, const store::annotation_set& set, const store::annotation& a
) {
    auto item = sequences_of(now, set);
    if (!item) return item.error();
    const auto sequence = item->file->find(a.reference_name);
    if (!sequence) {
        return error{errc::precondition, "the reference of this annotation is not served any more"};
    }
    item->sequence = *sequence;
    return static_cast<std::int64_t>(item->entry().length);
}

/// What the fields of the mask make of the annotation.
result<store::annotation_changes> changes_of(
    const catalog::snapshot& now,
    const store::annotation_set& set,
    const store::annotation& before,
    const std::vector<std::string>& fields,
    annotation_facts facts
) {
    store::annotation_changes out;
    const auto named = [&](const char* field) {
        return std::find(fields.begin(), fields.end(), field) != fields.end();
    };
    if (!named("variant")) facts.variant.reset();
    if (!named("transcript")) facts.spliced.reset();
    std::int64_t length = 0;
    if (facts.spliced) {
        const auto found = reference_length(now, set, before);
        if (!found) return found.error();
        length = *found;
    }
    auto details = details_of(set, facts, length);
    if (!details) return details.error();
    const bool is_whole = (set.type == "VARIANT" && named("variant")) ||
                          (set.type == "TRANSCRIPT" && named("transcript"));
    if (is_whole) out.details = std::move(*details);
    if (named("name")) out.name = facts.name;
    if (named("info")) out.info = facts.info;
    return out;
}

result<http::response> update(
    const context& ctx, const http::request& request, std::string_view id
) {
    const auto fields = read_mask(request, {"name", "variant", "transcript", "info"});
    if (!fields) return fields.error();
    auto facts = read_facts(request);
    if (!facts) return facts.error();
    const auto now = visible(ctx, request);
    const auto place = find_place(ctx, *now, id);
    if (!place) return place.error();
    const auto& [set, number] = *place;
    auto& kept = ctx.store->annotations();
    const auto before = kept.find(set.number, number);
    if (!before) return before.error();
    if (!*before) return error{errc::not_found, no_annotation};
    const auto changes = changes_of(*now, set, **before, *fields, std::move(*facts));
    if (!changes) return changes.error();
    const auto after = kept.change(set.number, number, *changes);
    if (!after) return after.error();
    if (!*after) return error{errc::not_found, no_annotation};
    return show(request, set, **after);
}

result<http::response> remove(
    const context& ctx, const http::request& request, std::string_view id
) {
    const auto place = find_place(ctx, *visible(ctx, request), id);
    if (!place) return place.error();
    const auto removed = ctx.store->annotations().remove(place->first.number, place->second);
    if (!removed) return removed.error();
    if (!*removed) return error{errc::not_found, no_annotation};
    return answer(request, {});
}

}  // namespace

void add_annotation_routes(http::router& routes, const context& ctx) {
    using http::verb;
    const std::string one = "/v1/annotations/{annotationId}";
    routes.add(writing_route(verb::post, "/v1/annotations", ctx, create));
    auto batch = writing_route(verb::post, "/v1/annotations:batchCreate", ctx, create_batch);
    batch.body_bytes_max = batch_bytes_max;
    routes.add(std::move(batch));
    add_annotation_search_route(routes, ctx);
    routes.add(route_of(verb::get, one, ctx, get_one));
    routes.add(writing_route(verb::put, one, ctx, update));
    routes.add(writing_route(verb::delete_, one, ctx, remove));
}

}  // namespace callstream::genomics
