// Variant sets: those that BrAPI shows, and those whose files are still to come.
#include "engine/core/clock.hpp"
#include "engine/core/id.hpp"
#include "engine/core/uuid.hpp"
#include "engine/variants/ordinal_index.hpp"
#include "engine/variants/set_view.hpp"
#include "server/genomics/overlays.hpp"
#include "server/genomics/route.hpp"
#include "server/genomics/routes.hpp"
#include "server/genomics/variant_metadata.hpp"
#include "server/genomics/wire.hpp"
#include "server/streaming/json_text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <map>

namespace callstream::genomics {
namespace json = boost::json;
using streaming::valid_utf8;
namespace {

constexpr page_limits pages{1024, 1024};
constexpr const char* kind = "variantset";

error no_variant_set() {
    return {errc::not_found, "there is no variant set with this id"};
}

/// The last position at which a variant of each contig begins, 1-based, so inclusive in 0-based
/// terms as the document wants it; of contigs without variants nothing is said.
json::array reference_bounds(const catalog::variant_set& set) {
    const variants::set_view view(set.files);
    std::map<std::string, std::int64_t> bounds;
    for (std::size_t i = 0; i < set.files.size(); ++i) {
        const auto* index = view.index(i);
        if (index == nullptr) continue;
        for (const auto& contig : index->contigs()) {
            auto& bound = bounds[contig.name];
            bound = std::max(bound, contig.last_pos0 + 1);
        }
    }
    json::array out;
    for (const auto& [name, bound] : bounds) {
        out.push_back({{"referenceName", valid_utf8(name)}, {"upperBound", int64_text(bound)}});
    }
    return out;
}

result<json::object> to_json(const catalog::variant_set& set, std::size_t lines_max) {
    auto metadata = metadata_of(set, lines_max);
    if (!metadata) return metadata.error();
    return json::object{
        {"datasetId", set.home->id},
        {"description", valid_utf8(set.description)},
        {"id", set.id},
        {"metadata", std::move(*metadata)},
        {"name", valid_utf8(set.name)},
        {"referenceBounds", reference_bounds(set)},
        {"referenceSetId", set.reference_set_id},
    };
}

json::object to_json(const catalog::created_variant_set& set, std::size_t lines_max) {
    return {
        {"datasetId", set.data_set_id},
        {"description", valid_utf8(set.description)},
        {"id", set.id},
        {"metadata", first_of(json::parse(set.metadata).as_array(), lines_max)},
        {"name", valid_utf8(set.name)},
        {"referenceBounds", json::array()},
        {"referenceSetId", set.reference_set_id},
    };
}

result<json::object> find(const catalog::snapshot& now, std::string_view id) {
    if (const auto* set = now.find_variant_set(id)) return to_json(*set, metadata_lines_max);
    if (const auto* set = now.find_created_variant_set(id))
        return to_json(*set, metadata_lines_max);
    return no_variant_set();
}

result<http::response> answer_with(
    const context& ctx, const http::request& request, std::string_view id
) {
    auto found =
        catalog::with_current_files(*ctx.catalog, [&] { return find(*visible(ctx, request), id); });
    if (!found) return found.error();
    return answer(request, std::move(*found));
}

result<json::object> page_of(
    const catalog::snapshot& now,
    const std::string& data_set,
    const list_tokens& tokens,
    const page_request& page
) {
    std::optional<error> trouble;
    const auto show = [&](const auto& set) -> json::object {
        result<json::object> shown = to_json(set, listed_metadata_lines_max);
        if (shown) return std::move(*shown);
        trouble = shown.error();
        return {};
    };
    const auto each = [&](auto visit) {
        for (const auto* set : now.variant_sets()) {
            if (set->home->id != data_set) continue;
            if (!visit(set->id, [&] { return show(*set); })) return;
        }
        for (const auto& set : now.created_variant_sets()) {
            if (set.data_set_id != data_set) continue;
            if (!visit(set.id, [&] { return show(set); })) return;
        }
    };
    auto found = list_page(tokens, page, pages, "variantSets", each);
    if (trouble) return *trouble;
    return found;
}

result<http::response> search(const context& ctx, const http::request& request) {
    const auto object = read_object(request);
    if (!object) return object.error();
    http::json_fields body(*object);
    const auto data_sets = body.text_list("datasetIds");
    if (!data_sets) return data_sets.error();
    const auto page = read_page(body);
    if (!page) return page.error();
    if (auto fine = refuse_unknown(body); !fine) return fine.error();
    if (data_sets->size() != 1)
        return error{errc::bad_request, "datasetIds must have exactly one id"};
    const auto& data_set = data_sets->front();
    const list_tokens tokens(*ctx.key, "variantsets " + data_set);
    auto found = catalog::with_current_files(*ctx.catalog, [&] {
        return page_of(*visible(ctx, request), data_set, tokens, *page);
    });
    if (!found) return found.error();
    return answer(request, std::move(*found));
}

result<http::response> get_one(
    const context& ctx, const http::request& request, std::string_view id
) {
    return answer_with(ctx, request, id);
}

/// What a client may say of a variant set.
struct variant_set_message {
    std::string data_set;
    std::string reference_set;
    std::optional<std::string> name;
    std::optional<std::string> description;
    std::optional<json::array> metadata;
};

/// They are the server's to say, and may be sent back.
result<void> check_bounds(http::json_fields& body) {
    auto bounds = body.object_list("referenceBounds");
    if (!bounds) return bounds.error();
    for (auto& bound : bounds->value_or(std::vector<http::json_fields>())) {
        if (auto name = bound.text("referenceName"); !name) return name.error();
        if (auto upper = bound.integer("upperBound"); !upper) return upper.error();
        if (auto fine = refuse_unknown(bound); !fine) return fine.error();
    }
    return {};
}

result<variant_set_message> read_message(const http::request& request) {
    const auto object = read_object(request);
    if (!object) return object.error();
    http::json_fields body(*object);
    variant_set_message out;
    const std::pair<const char*, std::string*> ids[] = {
        {"datasetId", &out.data_set}, {"referenceSetId", &out.reference_set}};
    for (const auto& [field, into] : ids) {
        auto text = body.text(field);
        if (!text) return text.error();
        *into = std::move(*text).value_or("");
    }
    const std::pair<const char*, std::optional<std::string>*> texts[] = {
        {"name", &out.name}, {"description", &out.description}};
    for (const auto& [field, into] : texts) {
        auto text = body.text(field);
        if (!text) return text.error();
        *into = std::move(*text);
    }
    if (auto id = body.text("id"); !id) return id.error();
    if (auto fine = check_bounds(body); !fine) return fine.error();
    auto metadata = read_metadata(body);
    if (!metadata) return metadata.error();
    out.metadata = std::move(*metadata);
    if (auto fine = refuse_unknown(body); !fine) return fine.error();
    return out;
}

std::optional<std::string> text_of(const std::optional<json::array>& metadata) {
    return metadata ? std::optional(json::serialize(*metadata)) : std::nullopt;
}

/// The stem of the file that will come. Its last letter is none of a number: parts of a set are
/// counted behind it, and what they have in common ends before numbers.
std::string new_stem() {
    auto stem = new_uuid();
    if (char& last = stem.back(); last <= '9') last = static_cast<char>(last - '0' + 'a');
    return stem;
}

result<http::response> create(const context& ctx, const http::request& request) {
    const auto wanted = read_message(request);
    if (!wanted) return wanted.error();
    if (wanted->data_set.empty()) return error{errc::bad_request, "datasetId is required"};
    const auto now = visible(ctx, request);
    if (!now->has_data_set(wanted->data_set))
        return error{errc::not_found, "there is no data set with this datasetId"};
    const auto& references = wanted->reference_set;
    if (!references.empty() && now->find_reference_set(references) == nullptr)
        return error{errc::bad_request, "there is no reference set with this referenceSetId"};
    const auto stem = new_stem();
    const auto id = id::join(wanted->data_set, id::encode(stem));
    const store::kept_change says{
        .kind = kind,
        .id = id,
        .name = wanted->name.value_or(""),
        .reference_set = references,
        .description = wanted->description,
        .metadata = text_of(wanted->metadata)};
    const auto kept = ctx.overlays->apply([&](auto& overlays) {
        return overlays.create({id, wanted->data_set}, says);
    });
    if (!kept) return kept.error();
    return answer_with(ctx, request, id);
}

/// `fields` are those that the mask names.
store::kept_change change_of(
    const variant_set_message& wanted, const std::vector<std::string>& fields, std::string_view id
) {
    const auto has = [&](const char* name) {
        return std::find(fields.begin(), fields.end(), name) != fields.end();
    };
    store::kept_change change{.kind = kind, .id = std::string(id)};
    if (has("name")) change.name = wanted.name;
    if (has("description")) change.description = wanted.description;
    if (has("metadata")) change.metadata = text_of(wanted.metadata);
    return change;
}

bool exists(const catalog::snapshot& now, std::string_view id) {
    return now.find_variant_set(id) != nullptr || now.find_created_variant_set(id) != nullptr;
}

result<http::response> patch(
    const context& ctx, const http::request& request, std::string_view id
) {
    const auto fields = read_mask(request, {"metadata", "name", "description"});
    if (!fields) return fields.error();
    const auto wanted = read_message(request);
    if (!wanted) return wanted.error();
    if (!exists(*visible(ctx, request), id)) return no_variant_set();
    const auto change = change_of(*wanted, *fields, id);
    if (change.name && change.name->empty())
        return error{errc::bad_request, "name must not be empty"};
    if (change.name || change.description || change.metadata) {
        const auto kept = ctx.overlays->apply([&](auto& o) { return o.change(change, ""); });
        if (!kept) return kept.error();
    }
    return answer_with(ctx, request, id);
}

result<http::response> remove(
    const context& ctx, const http::request& request, std::string_view id
) {
    if (!exists(*visible(ctx, request), id)) return no_variant_set();
    const store::kept_change change{.kind = kind, .id = std::string(id), .hidden_s = now_s()};
    const auto kept = ctx.overlays->apply([&](auto& o) { return o.change(change, ""); });
    if (!kept) return kept.error();
    return answer(request, {});
}

}  // namespace

void add_variant_set_routes(http::router& routes, const context& ctx) {
    using http::verb;
    routes.add(route_of(verb::post, "/v1/variantsets/search", ctx, search));
    routes.add(writing_route(verb::post, "/v1/variantsets", ctx, create));
    routes.add(route_of(verb::get, "/v1/variantsets/{variantSetId}", ctx, get_one));
    routes.add(writing_route(verb::patch, "/v1/variantsets/{variantSetId}", ctx, patch));
    routes.add(writing_route(verb::delete_, "/v1/variantsets/{variantSetId}", ctx, remove));
}

}  // namespace callstream::genomics
