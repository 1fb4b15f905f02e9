#include "server/brapi/entity_writes.hpp"

#include "engine/core/uuid.hpp"
#include "server/brapi/entity_fields.hpp"
#include "server/brapi/envelope.hpp"
#include "server/brapi/list_body.hpp"
#include "server/brapi/listing.hpp"

#include <boost/json/serialize.hpp>

#include <optional>
#include <utility>

namespace callstream::brapi {
namespace json = boost::json;
namespace {

using kind_ptr = std::shared_ptr<const entity_kind>;

constexpr std::uint64_t bodies_bytes_max = 64 << 20;
constexpr std::uint64_t metadata_bytes_max = list_facts_bytes_max;
constexpr std::size_t entities_per_body_max = 100'000;

error bad(std::string why) {
    return {errc::bad_request, std::move(why)};
}

/// Writes over what is kept: null takes a member away.
result<std::string> merged(const std::optional<store::kept_entity>& before, json::object sent) {
    json::object body;
    if (before) {
        auto kept = http::parse_json_object(before->body);
        if (!kept) return error{errc::storage_damaged, "the side store holds what is no entity"};
        body = std::move(*kept);
    }
    for (auto& [name, value] : sent) {
        if (value.is_null()) {
            body.erase(name);
        } else {
            body[name] = std::move(value);
        }
    }
    auto text = json::serialize(body);
    if (text.size() > list_facts_bytes_max) return bad("it would have more than 1 MiB");
    return text;
}

/// What clients echo of our answers. The id is no member of a body: that of a new entity is the
/// server's own.
result<json::object> without_id(entity_type type, const json::object& sent, std::string_view id) {
    const auto* named = sent.if_contains(id_field_of(type));
    if (named == nullptr || id.empty()) return sent;
    if (!named->is_null() && *named != json::value(id)) {
        return bad(std::string(id_field_of(type)) + " must be that of the entity to be changed");
    }
    auto out = sent;
    out.erase(id_field_of(type));
    return out;
}

/// A name is needed where no file can give one, and cannot be empty anywhere.
result<void> check_name(entity_type type, const json::object& sent, bool is_made, bool is_new) {
    const auto field = name_field_of(type);
    const auto* name = sent.if_contains(field);
    const bool is_empty = name != nullptr && name->is_string() && name->get_string().empty();
    const bool is_missing = name == nullptr ? is_new : is_made && name->is_null();
    if (is_empty || is_missing) return bad(std::string(field) + " is required");
    return {};
}

/// Writes the entities of one body as they are read.
class entity_writer : public list_body_sink {
 public:
    entity_writer(const entity_kind& kind, store::entity_editor& edit) : kind_(kind), edit_(edit) {}

    std::vector<std::string> ids;       ///< in the order of the body
    std::vector<std::string> of_files;  ///< of those ids: files must make them
    std::vector<std::string> warnings;  ///< of the first that has any

    result<void> begin_list() override {
        ++count_;
        if (count_ > entities_per_body_max) {
            return bad("one request may write 100000 entities at most");
        }
        return {};
    }
    result<void> begin_items() override { return {}; }
    result<void> item(std::string_view /*text*/) override { return {}; }
    result<void> begin_object_of(std::string_view id) override {
        id_ = std::string(id);
        return {};
    }
    result<void> end_list(const json::object& sent) override {
        auto done = write(sent);
        if (!done && done.error().code == errc::bad_request) {
            return bad(place() + ": " + done.error().text);
        }
        id_.reset();
        return done;
    }

    /// For a body that does not say it.
    void set_id(std::string_view id) { id_ = std::string(id); }

 private:
    result<void> write(const json::object& sent) {
        const bool is_new = !id_;
        const auto given = without_id(kind_.type, sent, id_.value_or(""));
        if (!given) return given.error();
        std::vector<std::string> unknown;
        auto members = read_entity(kind_.type, *given, unknown);
        if (!members) return members.error();
        if (warnings.empty()) warnings = ignored_fields(unknown);
        const std::string id = is_new ? new_uuid() : *id_;
        const auto before = is_new ? std::nullopt : edit_.find(name_of(kind_.type), id);
        const bool is_made = is_new || (before && before->made);
        if (auto fine = check_name(kind_.type, *members, is_made, is_new); !fine) return fine;
        auto body = merged(before, std::move(*members));
        if (!body) return body.error();
        edit_.put({kind_.name(), id, std::move(*body), is_made});
        ids.push_back(id);
        if (!is_made) of_files.push_back(id);
        return {};
    }

    std::string place() const {
        return kind_.name() + " " +
               (id_ ? "'" + http::shown_name(*id_) + "'" : std::to_string(count_));
    }

    const entity_kind& kind_;
    store::entity_editor& edit_;
    std::size_t count_ = 0;
    std::optional<std::string> id_;  // of the entity that comes; nothing: it is new
};

/// That files make all of these.
result<void> check_ids(
    const entity_kind& kind, const relations& all, const std::vector<std::string>& ids
) {
    if (ids.empty()) return {};
    const auto found = find_entities(kind, all, ids);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (found[i]) continue;
        auto why = no_entity(kind, all, ids[i]);
        if (why.code == errc::not_found) why.text += " '" + http::shown_name(ids[i]) + "'";
        return why;
    }
    return {};
}

struct outcome {
    std::vector<std::string> ids;
    std::vector<std::string> warnings;
};

/// All of the body or nothing.
result<outcome> write(
    const context& ctx,
    const http::request& request,
    const entity_kind& kind,
    list_body_reader::shape shape,
    std::optional<std::string_view> id
) {
    outcome out;
    out.warnings = ignored_parameters(http::query(request));
    std::vector<std::string> ignored;
    const auto all = relations_now(ctx, request, ignored);  // writing changes no file
    const auto done = ctx.store->entities().change([&](store::entity_editor& edit) -> result<void> {
        entity_writer writer(kind, edit);
        if (id) writer.set_id(*id);
        list_body_reader reader(shape, writer);
        if (auto fine = read_body(request, reader); !fine) return fine;
        if (auto fine = check_ids(kind, *all, writer.of_files); !fine) return fine;
        out.ids = std::move(writer.ids);
        auto& more = writer.warnings;
        out.warnings.insert(out.warnings.end(), more.begin(), more.end());
        return {};
    });
    if (!done) return done.error();
    return out;
}

/// The entities that were written, as they are now.
result<http::response> show_all(
    const context& ctx, const http::request& request, const kind_ptr& kind, outcome wrote
) {
    const auto all = relations_now(ctx, request, wrote.warnings);
    std::vector<link> found;
    for (auto& first : find_entities(*kind, *all, wrote.ids)) {
        if (first) found.push_back(std::move(*first));
    }
    const page_window window{0, std::max<std::uint64_t>(found.size(), 1), 0};
    return list_response(
        window,
        std::move(found),
        [all, kind](const link& first) { return shown_entity(*kind, *all, first); },
        wrote.warnings
    );
}

result<http::response> write_many(
    const context& ctx,
    const http::request& request,
    const kind_ptr& kind,
    list_body_reader::shape shape
) {
    auto wrote = write(ctx, request, *kind, shape, std::nullopt);
    if (!wrote) return wrote.error();
    return show_all(ctx, request, kind, std::move(*wrote));
}

result<http::response> write_one(
    const context& ctx, const http::request& request, const kind_ptr& kind, std::string_view id
) {
    auto wrote = write(ctx, request, *kind, list_body_reader::shape::object, id);
    if (!wrote) return wrote.error();
    const auto all = relations_now(ctx, request, wrote->warnings);
    const auto first = find_entities(*kind, *all, wrote->ids).front();
    if (!first) return no_entity(*kind, *all, id);
    return single(shown_entity(*kind, *all, *first), wrote->warnings);
}

/// Returns the warnings.
result<std::vector<std::string>> write_metadata(
    const context& ctx, const http::request& request, entity_type type, std::string_view id
) {
    const auto sent = http::parse_json_object(request.body);
    if (!sent) return sent.error();
    const auto given = without_id(type, *sent, id);
    if (!given) return given.error();
    std::vector<std::string> unknown;
    const auto members = read_entity(type, *given, unknown);
    if (!members) return members.error();
    auto warnings = ignored_parameters(http::query(request));
    for (auto& line : ignored_fields(unknown)) warnings.push_back(std::move(line));
    const auto done = ctx.store->entities().change([&](store::entity_editor& edit) -> result<void> {
        auto body = merged(edit.find(name_of(type), id), *members);
        if (!body) return body.error();
        edit.put({std::string(name_of(type)), std::string(id), std::move(*body)});
        return {};
    });
    if (!done) return done.error();
    return warnings;
}

http::route writing_route(http::verb method, std::string pattern) {
    http::route route;
    route.method = method;
    route.pattern = std::move(pattern);
    route.scope = auth::scope::write;
    route.blocking = true;
    return route;
}

}  // namespace

void add_entity_writes(http::router& routes, const context& ctx, const kind_ptr& kind) {
    using shape = list_body_reader::shape;
    const auto add = [&](http::verb method, const std::string& rest, auto handle) {
        auto route = writing_route(method, "/brapi/v2/" + kind->path + rest);
        // An entity may be of several data sets, or of none.
        route.beyond_data_sets = true;
        route.body_bytes_max = bodies_bytes_max;
        route.body_on_disk = true;
        route.handle = std::move(handle);
        routes.add(std::move(route));
    };
    add(http::verb::post, "", [&ctx, kind](const auto& request, const auto&) {
        return write_many(ctx, request, kind, shape::objects);
    });
    add(http::verb::put, "", [&ctx, kind](const auto& request, const auto&) {
        return write_many(ctx, request, kind, shape::objects_by_key);
    });
    const auto id = "/{" + std::string(id_field_of(kind->type)) + "}";
    add(http::verb::put, id, [&ctx, kind](const auto& request, const auto& values) {
        return write_one(ctx, request, kind, values[0]);
    });
}

void add_metadata_write(http::router& routes, const context& ctx, metadata_route of) {
    auto route = writing_route(http::verb::put, of.pattern);
    route.body_bytes_max = metadata_bytes_max;
    route.handle = [&ctx, of = std::move(of)](
                       const http::request& request, const auto& values
                   ) -> result<http::response> {
        if (auto found = of.find(request, values[0]); !found) return found.error();
        auto warnings = write_metadata(ctx, request, of.type, values[0]);
        if (!warnings) return warnings.error();
        auto shown = of.show(request, values[0], *warnings);
        if (!shown) return shown.error();
        return single(std::move(*shown), *warnings);
    };
    routes.add(std::move(route));
}

}  // namespace callstream::brapi
