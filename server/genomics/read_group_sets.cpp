// Read group sets: the BAM and CRAM files.
#include "server/genomics/read_group_sets.hpp"

#include "engine/catalog/reads_reference.hpp"
#include "engine/core/clock.hpp"
#include "engine/core/id.hpp"
#include "engine/core/parse.hpp"
#include "server/genomics/overlays.hpp"
#include "server/genomics/route.hpp"
#include "server/genomics/routes.hpp"
#include "server/genomics/wire.hpp"
#include "server/streaming/json_text.hpp"

#include <algorithm>
#include <initializer_list>

namespace callstream::genomics {
namespace json = boost::json;
using streaming::valid_utf8;
namespace {

constexpr page_limits pages{256, 1024};
constexpr const char* kind = "readgroupset";

json::array programs_json(const reads::sam_header& header) {
    json::array out;
    for (const auto& program : header.programs) {
        out.push_back(
            {{"commandLine", valid_utf8(program.command_line)},
             {"id", valid_utf8(program.id)},
             {"name", valid_utf8(program.name)},
             {"prevProgramId", valid_utf8(program.previous)},
             {"version", valid_utf8(program.version)}}
        );
    }
    return out;
}

json::object info_of(const reads::read_group& group) {
    json::object info;
    const std::pair<const char*, const std::string*> fields[] = {
        {"DT", &group.date}, {"PG", &group.program}, {"PL", &group.platform}};
    for (const auto& [name, text] : fields) {
        if (!text->empty()) info.emplace(name, json::array{valid_utf8(*text)});
    }
    return info;
}

json::array groups_json(const catalog::read_group_set& set, const std::string& reference_set) {
    const auto& header = set.file->header();
    json::array out;
    for (const auto& group : header.read_groups) {
        const auto size = parse_integer<std::int32_t>(group.insert_size);
        out.push_back(
            {{"datasetId", set.home->id},
             {"description", valid_utf8(group.description)},
             {"experiment",
              {{"instrumentModel", valid_utf8(group.platform_model)},
               {"libraryId", valid_utf8(group.library)},
               {"platformUnit", valid_utf8(group.platform_unit)},
               {"sequencingCenter", valid_utf8(group.center)}}},
             {"id", id::join(set.id, id::encode(group.id))},
             {"info", info_of(group)},
             {"name", valid_utf8(group.id)},
             {"predictedInsertSize", size.value_or(0)},
             // As the document has it: the first says what made all of them.
             {"programs", out.empty() ? programs_json(header) : json::array()},
             {"referenceSetId", reference_set},
             {"sampleId", valid_utf8(group.sample)}}
        );
    }
    return out;
}

/// What somebody said, else the sample that all its reads are of, else the file's.
const std::string& name_of(const catalog::read_group_set& set) {
    if (!set.given_name.empty()) return set.given_name;
    const auto& groups = set.file->header().read_groups;
    const bool is_one = std::all_of(groups.begin(), groups.end(), [&](const auto& group) {
        return group.sample == groups.front().sample;
    });
    return groups.empty() || !is_one || groups.front().sample.empty() ? set.name
                                                                      : groups.front().sample;
}

json::object to_json(const catalog::snapshot& now, const catalog::read_group_set& set) {
    const auto* reference = catalog::reference_of(now, set);
    const std::string reference_set = reference == nullptr ? "" : reference->id;
    return {
        {"datasetId", set.home->id},
        {"filename", valid_utf8(set.path.filename().string())},
        {"id", set.id},
        {"info", json::object()},
        {"name", valid_utf8(name_of(set))},
        {"readGroups", groups_json(set, reference_set)},
        {"referenceSetId", reference_set},
    };
}

result<http::response> answer_with(
    const context& ctx, const http::request& request, std::string_view id
) {
    const auto now = visible(ctx, request);
    const auto set = find_read_group_set(*now, id);
    if (!set) return set.error();
    return answer(request, to_json(*now, **set));
}

result<http::response> search(const context& ctx, const http::request& request) {
    const auto asked = read_search(request, "datasetIds", "readgroupsets");
    if (!asked) return asked.error();
    const auto& ids = asked->ids;
    const auto now = visible(ctx, request);
    for (const auto& id : ids) {
        if (now->has_data_set(id)) continue;
        return error{errc::not_found, "there is no data set '" + http::shown_name(id) + "'"};
    }
    const auto each = [&](auto visit) {
        for (const auto& set : now->read_group_sets()) {
            if (std::find(ids.begin(), ids.end(), set.home->id) == ids.end()) continue;
            if (name_of(set).find(asked->name) == std::string::npos) continue;
            if (!visit(set.id, [&] { return to_json(*now, set); })) return;
        }
    };
    const list_tokens tokens(*ctx.key, asked->query);
    auto found = list_page(tokens, asked->page, pages, "readGroupSets", each);
    if (!found) return found.error();
    return answer(request, std::move(*found));
}

result<http::response> get_one(
    const context& ctx, const http::request& request, std::string_view id
) {
    return answer_with(ctx, request, id);
}

result<void> check_texts(http::json_fields& message, std::initializer_list<const char*> names) {
    for (const char* name : names) {
        if (auto text = message.text(name); !text) return text.error();
    }
    return {};
}

result<void> check_group(http::json_fields& group) {
    if (auto fine = check_texts(
            group, {"id", "datasetId", "name", "description", "sampleId", "referenceSetId"}
        );
        !fine)
        return fine.error();
    if (auto size = group.integer("predictedInsertSize"); !size) return size.error();
    auto experiment = group.object("experiment");
    if (!experiment) return experiment.error();
    if (*experiment) {
        if (auto fine = check_texts(
                **experiment, {"libraryId", "platformUnit", "sequencingCenter", "instrumentModel"}
            );
            !fine)
            return fine.error();
        if (auto fine = refuse_unknown(**experiment); !fine) return fine.error();
    }
    auto programs = group.object_list("programs");
    if (!programs) return programs.error();
    for (auto& program : programs->value_or(std::vector<http::json_fields>())) {
        if (auto fine =
                check_texts(program, {"commandLine", "id", "name", "prevProgramId", "version"});
            !fine)
            return fine.error();
        if (auto fine = refuse_unknown(program); !fine) return fine.error();
    }
    if (auto info = read_info(group); !info) return info.error();
    return refuse_unknown(group);
}

/// They cannot be changed, and may be sent back as they were.
result<void> check_groups(http::json_fields& body) {
    auto groups = body.object_list("readGroups");
    if (!groups) return groups.error();
    for (auto& group : groups->value_or(std::vector<http::json_fields>())) {
        if (auto fine = check_group(group); !fine) return fine.error();
    }
    return {};
}

/// What of a read group set can be changed. The rest of the message is the server's own and may be
/// sent back.
result<store::kept_change> read_change(const http::request& request) {
    const auto object = read_object(request);
    if (!object) return object.error();
    http::json_fields body(*object);
    store::kept_change change{.kind = kind, .id = {}};
    auto name = body.text("name");
    if (!name) return name.error();
    change.name = std::move(*name);
    auto reference_set = body.text("referenceSetId");
    if (!reference_set) return reference_set.error();
    change.reference_set = std::move(*reference_set);
    for (const char* ours : {"id", "datasetId", "filename"}) {
        if (auto text = body.text(ours); !text) return text.error();
    }
    if (auto fine = check_groups(body); !fine) return fine.error();
    if (auto info = read_info(body); !info) return info.error();
    if (auto fine = refuse_unknown(body); !fine) return fine.error();
    return change;
}

bool has(const std::vector<std::string>& fields, const char* name) {
    return std::find(fields.begin(), fields.end(), name) != fields.end();
}

result<http::response> patch(
    const context& ctx, const http::request& request, std::string_view id
) {
    const auto fields = read_mask(request, {"name", "referenceSetId"});
    if (!fields) return fields.error();
    auto change = read_change(request);
    if (!change) return change.error();
    change->id = id;
    if (!has(*fields, "name")) change->name.reset();
    if (!has(*fields, "referenceSetId")) change->reference_set.reset();
    const auto now = visible(ctx, request);
    if (auto set = find_read_group_set(*now, id); !set) return set.error();
    if (change->name && change->name->empty())
        return error{errc::bad_request, "name must not be empty"};
    // An empty one takes back what somebody said.
    if (change->reference_set && !change->reference_set->empty() &&
        now->find_reference_set(*change->reference_set) == nullptr) {
        return error{errc::bad_request, "there is no reference set with this referenceSetId"};
    }
    if (change->name || change->reference_set) {
        const auto kept = ctx.overlays->apply([&](auto& o) { return o.change(*change, ""); });
        if (!kept) return kept.error();
    }
    return answer_with(ctx, request, id);
}

result<http::response> remove(
    const context& ctx, const http::request& request, std::string_view id
) {
    const auto now = visible(ctx, request);
    if (auto set = find_read_group_set(*now, id); !set) return set.error();
    const store::kept_change change{.kind = kind, .id = std::string(id), .hidden_s = now_s()};
    const auto kept = ctx.overlays->apply([&](auto& o) { return o.change(change, ""); });
    if (!kept) return kept.error();
    return answer(request, {});
}

}  // namespace

result<const catalog::read_group_set*> find_read_group_set(
    const catalog::snapshot& now, std::string_view id
) {
    const auto& all = now.read_group_sets();
    const auto at =
        std::find_if(all.begin(), all.end(), [&](const auto& set) { return set.id == id; });
    if (at == all.end()) return error{errc::not_found, "there is no read group set with this id"};
    return &*at;
}

void add_read_group_set_routes(http::router& routes, const context& ctx) {
    using http::verb;
    routes.add(route_of(verb::post, "/v1/readgroupsets/search", ctx, search));
    routes.add(route_of(verb::get, "/v1/readgroupsets/{readGroupSetId}", ctx, get_one));
    routes.add(writing_route(verb::patch, "/v1/readgroupsets/{readGroupSetId}", ctx, patch));
    routes.add(writing_route(verb::delete_, "/v1/readgroupsets/{readGroupSetId}", ctx, remove));
}

}  // namespace callstream::genomics
