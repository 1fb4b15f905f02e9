// Lists: GET and POST /lists, GET and PUT /lists/{listDbId}, POST /lists/{listDbId}/items (2.0) and
// /data (2.1), POST /search/lists.
#include "engine/core/clock.hpp"
#include "engine/core/uuid.hpp"
#include "server/brapi/entity_json.hpp"
#include "server/brapi/envelope.hpp"
#include "server/brapi/filtered_list.hpp"
#include "server/brapi/list_body.hpp"
#include "server/brapi/list_filter.hpp"
#include "server/brapi/routes.hpp"
#include "server/streaming/json_text.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace callstream::brapi {
namespace json = boost::json;
namespace {

using store::kept_list;
using store::list_editor;
using store::list_facts;

constexpr std::uint64_t body_bytes_max = 64 << 20;
constexpr std::size_t lists_per_body_max = 10'000;
constexpr std::array<std::string_view, 10> list_types = {
    "germplasm",
    "markers",
    "variants",
    "programs",
    "trials",
    "studies",
    "observationUnits",
    "observations",
    "observationVariables",
    "samples"};

error bad(std::string why) {
    return {errc::bad_request, std::move(why)};
}

error no_list() {
    return {errc::not_found, "there is no list with this listDbId"};
}

// What clients say of a list

/// Replaces `into` where the member is there.
result<void> read_text(
    http::json_fields& fields, const char* name, std::optional<std::string>& into
) {
    auto text = fields.text(name);
    if (!text) return text.error();
    if (!*text) return {};
    if (auto fine = refuse_zero_bytes(name, **text); !fine) return fine;
    into = std::move(*text);
    return {};
}

result<void> read_references(http::json_fields& fields, list_facts& into) {
    auto all = fields.object_list("externalReferences");
    if (!all) return all.error();
    if (!*all) return {};
    into.references.clear();
    for (auto& one : **all) {
        std::optional<std::string> id;
        std::optional<std::string> old_id;
        std::optional<std::string> source;
        if (auto fine = read_text(one, "referenceId", id); !fine) return fine;
        if (auto fine = read_text(one, "referenceID", old_id); !fine) return fine;
        if (auto fine = read_text(one, "referenceSource", source); !fine) return fine;
        if (id && old_id && *id != *old_id) {
            return bad("referenceId and referenceID are two names of one thing and must agree");
        }
        into.references.push_back({id ? *id : old_id.value_or(""), source.value_or("")});
    }
    return {};
}

/// The server's own members are read for their form; it does not take them from clients.
result<void> read_own_members(http::json_fields& fields) {
    for (const char* name : {"dateCreated", "dateModified"}) {
        const auto text = fields.text(name);
        if (!text) return text.error();
        if (*text && !parse_date_time(**text)) {
            return bad(std::string(name) + " must be a point in time");
        }
    }
    const auto size = fields.integer("listSize");
    if (!size) return size.error();
    const auto id = fields.text("listDbId");
    if (!id) return id.error();
    return {};
}

/// What is absent or null leaves `into` as it is.
result<void> read_facts(http::json_fields& fields, list_facts& into) {
    std::optional<std::string> name = into.name;
    std::optional<std::string> type = into.type;
    const std::pair<const char*, std::optional<std::string>*> texts[] = {
        {"listName", &name},
        {"listType", &type},
        {"listDescription", &into.description},
        {"listOwnerName", &into.owner_name},
        {"listOwnerPersonDbId", &into.owner_id},
        {"listSource", &into.source},
        {"commonCropName", &into.crop},
        {"programDbId", &into.program_id},
    };
    for (const auto& [member, where] : texts) {
        if (auto fine = read_text(fields, member, *where); !fine) return fine;
    }
    into.name = *name;
    into.type = *type;
    if (into.name.empty()) return bad("listName is required");
    if (into.type.empty()) return bad("listType is required");
    if (std::find(list_types.begin(), list_types.end(), into.type) == list_types.end()) {
        return bad(
            "listType must be one of germplasm, markers, variants, programs, trials, studies, "
            "observationUnits, observations, observationVariables, samples"
        );
    }
    const auto info = fields.free_object("additionalInfo");
    if (!info) return info.error();
    if (*info != nullptr) into.additional_info = json::serialize(**info);
    if (auto fine = read_references(fields, into); !fine) return fine;
    return read_own_members(fields);
}

// Bodies

/// Makes the lists of a body.
class list_maker : public list_body_sink {
 public:
    /// Of one request, since the store takes no other write meanwhile.
    static constexpr std::int64_t items_max = 5'000'000;

    list_maker(list_editor& edit, std::vector<std::string>& ids, std::vector<std::string>& warnings)
        : edit_(edit), ids_(ids), warnings_(warnings) {}

    result<void> begin_list() override {
        if (ids_.size() == lists_per_body_max) {
            return bad("one request may make 10000 lists at most");
        }
        ids_.push_back(new_uuid());
        list_ = edit_.create(ids_.back());
        return {};
    }
    result<void> begin_items() override { return {}; }
    result<void> item(std::string_view text) override {
        if (++items_ > items_max) return bad("one request may bring 5000000 items at most");
        edit_.add_item(list_, text);
        return {};
    }
    result<void> end_list(const json::object& object) override {
        http::json_fields fields(object);
        list_facts facts;
        if (auto fine = read_facts(fields, facts); !fine) {
            return bad("list " + std::to_string(ids_.size()) + ": " + fine.error().text);
        }
        edit_.describe(list_, facts);
        if (warnings_.empty()) warnings_ = ignored_fields(fields);  // of the first that has any
        return {};
    }

 private:
    list_editor& edit_;
    std::vector<std::string>& ids_;
    std::vector<std::string>& warnings_;
    std::int64_t list_ = -1;
    std::int64_t items_ = 0;
};

/// Changes one list that is there.
class list_changer : public list_body_sink {
 public:
    list_changer(list_editor& edit, kept_list list, std::vector<std::string>& warnings)
        : edit_(edit), list_(std::move(list)), warnings_(warnings) {}

    result<void> begin_list() override { return {}; }
    result<void> begin_items() override {
        edit_.clear_items(list_.number);
        return {};
    }
    result<void> item(std::string_view text) override {
        if (++items_ > list_maker::items_max) {
            return bad("one request may bring 5000000 items at most");
        }
        edit_.add_item(list_.number, text);
        return {};
    }
    result<void> end_list(const json::object& object) override {
        http::json_fields fields(object);
        if (auto fine = read_facts(fields, list_.facts); !fine) return fine;
        edit_.describe(list_.number, list_.facts);
        warnings_ = ignored_fields(fields);
        return {};
    }

 private:
    list_editor& edit_;
    std::int64_t items_ = 0;
    kept_list list_;
    std::vector<std::string>& warnings_;
};

// Answers

json::value optional_text(const std::optional<std::string>& text) {
    return text ? json::value(*text) : json::value(nullptr);
}

json::object to_json(const kept_list& list) {
    const auto& facts = list.facts;
    // Boost's own parser would be a bit off in some numbers.
    auto info = http::parse_json_object(facts.additional_info.value_or("{}")).value();
    return {
        {"additionalInfo", std::move(info)},
        {"commonCropName", optional_text(facts.crop)},
        {"dateCreated", utc_text_of_s(list.created_s)},
        {"dateModified", utc_text_of_s(list.modified_s)},
        {"externalReferences", external_references_json(facts.references)},
        {"listDbId", list.id},
        {"listDescription", optional_text(facts.description)},
        {"listName", facts.name},
        {"listOwnerName", optional_text(facts.owner_name)},
        {"listOwnerPersonDbId", optional_text(facts.owner_id)},
        {"listSize", list.size},
        {"listSource", optional_text(facts.source)},
        {"listType", facts.type},
        {"programDbId", optional_text(facts.program_id)},
    };
}

/// One list with its items, some thousands at a time.
class items_source : public streaming::body_source {
 public:
    items_source(
        store::list_store& lists,
        kept_list list,
        std::string head,
        std::uint64_t first,
        std::uint64_t end
    )
        : lists_(lists), list_(std::move(list)), head_(std::move(head)), at_(first), end_(end) {}

    result<progress> fill(text_buffer& out) override {
        constexpr std::uint64_t items_per_read = 1024;
        const std::size_t began = out.size();
        out.append(std::exchange(head_, {}));
        while (at_ < end_) {
            if (out.size() - began >= streaming::block_bytes / 2) return progress::more;
            const auto items = lists_.items(list_, at_, std::min(items_per_read, end_ - at_));
            if (!items) return items.error();
            if (items->empty()) return error{errc::file_replaced, "the list has become shorter"};
            for (const auto& item : *items) {  // some 128 KiB at most
                if (std::exchange(any_, true)) out.append(',');
                out.append(streaming::json_quoted(item));
            }
            at_ += items->size();
        }
        out.append("]}}\n");
        return progress::done;
    }

 private:
    store::list_store& lists_;
    kept_list list_;
    std::string head_;
    std::uint64_t at_;
    std::uint64_t end_;
    bool any_ = false;
};

/// Without a page all items, and no pagination that would make clients look for more of them.
result<http::response> details(
    const context& ctx, kept_list list, const list_page& page, std::vector<std::string> warnings
) {
    const auto size = static_cast<std::uint64_t>(list.size);
    std::uint64_t first = 0;
    std::uint64_t end = size;
    page_numbers numbers;
    if (page.page || page.size) {
        const auto window = plan_list(page, warnings);
        if (!window) return window.error();
        first = std::min(window->first, size);
        end = first + std::min(window->size, size - first);
        numbers = {window->number, window->size, size};
    }
    std::string head = "{";
    head.append(context_member());
    head += ",\"metadata\":" + json::serialize(metadata(pagination(numbers), warnings));
    std::string members = json::serialize(to_json(list));
    members.pop_back();
    head += ",\"result\":" + members + ",\"data\":[";
    http::response r;
    r.source = std::make_unique<items_source>(
        ctx.store->lists(), std::move(list), std::move(head), first, end
    );
    return r;
}

result<http::response> list_lists(
    const context& ctx,
    const http::request& request,
    const list_filter& wanted,
    const list_page& page,
    std::vector<std::string> warnings
) {
    const auto window = plan_list(page, warnings);
    if (!window) return window.error();
    const auto all = relations_now(ctx, request, warnings);
    auto found = ctx.store->lists().select(wanted.to_query(*all), window->first, window->size);
    if (!found) return found.error();
    if (found->total == 0 && wanted.any()) warnings.emplace_back("No list fits the filters");
    const std::size_t count = found->page.size();
    return list_response(
        *window,
        found->total,
        count,
        [lists = std::move(found->page)](std::size_t i) { return json::value(to_json(lists[i])); },
        warnings
    );
}

// Requests

result<http::response> create(const context& ctx, const http::request& request) {
    auto warnings = ignored_parameters(http::query(request));
    std::vector<std::string> ids;
    std::vector<std::string> ignored;
    const auto done = ctx.store->lists().change(now_s(), [&](list_editor& edit) -> result<void> {
        list_maker maker(edit, ids, ignored);
        list_body_reader reader(list_body_reader::shape::lists, maker);
        return read_body(request, reader);
    });
    if (!done) return done.error();
    warnings.insert(warnings.end(), ignored.begin(), ignored.end());
    store::list_query made;
    made.ids = ids;
    if (ids.empty()) made.ids = {""};
    auto lists = ctx.store->lists().select(made, 0, ids.size());
    if (!lists) return lists.error();
    const page_window all{0, std::max<std::uint64_t>(ids.size(), 1), 0};
    return list_response(all, std::move(lists->page), &to_json, warnings);
}

result<http::response> get_one(
    const context& ctx, const http::request& request, std::string_view id
) {
    http::query q(request);
    const auto page = read_list_page(q);
    if (!page) return page.error();
    auto list = ctx.store->lists().find(id);
    if (!list) return list.error();
    if (!*list) return no_list();
    return details(ctx, std::move(**list), *page, ignored_parameters(q));
}

/// PUT and the appending POSTs: the list as it is afterwards.
result<http::response> change(
    const context& ctx,
    const http::request& request,
    std::string_view id,
    list_body_reader::shape shape
) {
    auto warnings = ignored_parameters(http::query(request));
    std::vector<std::string> ignored;
    const auto done = ctx.store->lists().change(now_s(), [&](list_editor& edit) -> result<void> {
        auto list = edit.find(id);
        if (!list) return no_list();
        list_changer changer(edit, std::move(*list), ignored);
        list_body_reader reader(shape, changer);
        return read_body(request, reader);
    });
    if (!done) return done.error();
    warnings.insert(warnings.end(), ignored.begin(), ignored.end());
    auto list = ctx.store->lists().find(id);
    if (!list) return list.error();
    if (!*list) return no_list();
    return details(ctx, std::move(**list), {}, std::move(warnings));
}

void add_change_route(
    http::router& routes,
    const context& ctx,
    http::verb method,
    const std::string& rest,
    list_body_reader::shape shape
) {
    routes.add({
        .method = method,
        .pattern = "/brapi/v2/lists/{listDbId}" + rest,
        .scope = auth::scope::write,
        .beyond_data_sets = true,
        .blocking = true,
        .body_bytes_max = body_bytes_max,
        .body_on_disk = true,
        .handle = [&ctx, shape](
                      const auto& request, const auto& values
                  ) { return change(ctx, request, values[0], shape); },
    });
}

}  // namespace

void add_list_routes(http::router& routes, const context& ctx) {
    add_filtered_list(
        routes,
        ctx,
        "lists",
        [](auto& from) { return read_list_filter(from); },
        [&ctx](const auto& request, const auto& wanted, const list_page& page, auto warnings) {
            return list_lists(ctx, request, wanted, page, std::move(warnings));
        },
        about::side_store
    );
    routes.add({
        .method = http::verb::post,
        .pattern = "/brapi/v2/lists",
        .scope = auth::scope::write,
        .beyond_data_sets = true,
        .blocking = true,
        .body_bytes_max = body_bytes_max,
        .body_on_disk = true,
        .handle = [&ctx](const auto& request, const auto&) { return create(ctx, request); },
    });
    routes.add({
        .method = http::verb::get,
        .pattern = "/brapi/v2/lists/{listDbId}",
        .beyond_data_sets = true,
        .blocking = true,
        .handle = [&ctx](
                      const auto& request, const auto& values
                  ) { return get_one(ctx, request, values[0]); },
    });
    using shape = list_body_reader::shape;
    add_change_route(routes, ctx, http::verb::put, "", shape::list);
    add_change_route(routes, ctx, http::verb::post, "/items", shape::items);
    add_change_route(routes, ctx, http::verb::post, "/data", shape::items);
}

}  // namespace callstream::brapi
