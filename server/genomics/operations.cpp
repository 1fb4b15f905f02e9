// Operations: exports and imports that run, have run or failed.
#include "server/genomics/operations.hpp"

#include "engine/core/clock.hpp"
#include "engine/core/parse.hpp"
#include "server/genomics/operation_runner.hpp"
#include "server/genomics/route.hpp"
#include "server/genomics/routes.hpp"
#include "server/genomics/wire.hpp"
#include "server/streaming/json_text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>

namespace callstream::genomics {
namespace json = boost::json;
namespace {

constexpr page_limits pages{256, 2048};

error no_operation() {
    return {errc::not_found, "there is no operation with this name"};
}

std::string time_or_empty(const std::optional<std::int64_t>& when) {
    return when ? utc_text_of_s(*when) : std::string();
}

json::array events_json(
    const store::kept_operation& operation, const std::optional<operation_progress>& progress
) {
    json::array events;
    if (!operation.started_s) return events;
    std::string what = "reading the file";
    if (progress && progress->bytes > 0) {
        const auto done = std::min(progress->bytes_done, progress->bytes);
        what += ": " + std::to_string(done * 100 / progress->bytes) + " % done";
    }
    events.push_back(
        {{"description", what},
         {"endTime", time_or_empty(operation.ended_s)},
         {"startTime", time_or_empty(operation.started_s)}}
    );
    return events;
}

/// Of one kind of operation: the messages of the document, and what it is about.
struct kind_of_operation {
    std::string_view name;
    const char* request;
    const char* response;
    const char* subject;  ///< member of the request whose id begins with that of the data set
};
constexpr std::array<kind_of_operation, 3> kinds = {{
    {"export", "ExportReadGroupSetRequest", nullptr, "readGroupSetId"},
    {"import reads", "ImportReadGroupSetsRequest", "ImportReadGroupSetsResponse", "datasetId"},
    {"import variants", "ImportVariantsRequest", "ImportVariantsResponse", "variantSetId"},
}};

const kind_of_operation& kind_of(const store::kept_operation& operation) {
    const auto at = std::find_if(kinds.begin(), kinds.end(), [&](const auto& kind) {
        return kind.name == operation.kind;
    });
    return at == kinds.end() ? kinds.front() : *at;
}

std::string type_named(const std::string& message) {
    return "type.googleapis.com/google.genomics.v1." + message;
}

std::string data_set_of(const store::kept_operation& operation) {
    const auto request = json::parse(operation.request).as_object();
    const std::string id(request.at(kind_of(operation).subject).as_string());
    return id.substr(0, id.find('~'));
}

json::object response_json(const store::kept_operation& operation) {
    const char* message = kind_of(operation).response;
    if (message == nullptr || operation.response.empty())
        return {{"@type", "type.googleapis.com/google.protobuf.Empty"}};
    auto out = json::parse(operation.response).as_object();
    out.emplace("@type", type_named(message));
    return out;
}

bool is_in_reach(const http::request& request, const store::kept_operation& operation) {
    const auto& reach = request.may->data_sets;
    return !reach || std::binary_search(reach->begin(), reach->end(), data_set_of(operation));
}

result<store::kept_operation> find(
    const context& ctx, const http::request& request, std::string_view id
) {
    auto found = ctx.store->operations().find(id);
    if (!found) return found.error();
    if (!*found || !is_in_reach(request, **found)) return no_operation();
    return std::move(**found);
}

result<http::response> get_one(
    const context& ctx, const http::request& request, std::string_view id
) {
    const auto found = find(ctx, request, id);
    if (!found) return found.error();
    return answer(request, to_json(*found, ctx.runner->progress(found->id)));
}

result<http::response> cancel(
    const context& ctx, const http::request& request, std::string_view id
) {
    if (auto fine = read_nothing(request); !fine) return fine.error();
    const auto found = find(ctx, request, id);
    if (!found) return found.error();
    ctx.runner->cancel(found->id);
    return answer(request, {});
}

// The filter of a list: `projectId = p AND createTime >= 1432140000 AND status = RUNNING`.

struct comparison {
    std::string_view name;
    std::string_view how;
    std::string_view value;
};

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

std::optional<comparison> read_comparison(std::string_view text) {
    for (const std::string_view how : {">=", "<=", "="}) {
        const auto at = text.find(how);
        if (at == std::string_view::npos) continue;
        return comparison{trimmed(text.substr(0, at)), how, trimmed(text.substr(at + how.size()))};
    }
    return std::nullopt;
}

error wrong_filter() {
    return {
        errc::bad_request,
        "filter wants projectId = P, and may have AND createTime >= SECONDS, AND createTime <= "
        "SECONDS, AND status = RUNNING, SUCCESS, FAILURE or CANCELED"};
}

result<void> apply(const comparison& one, store::operation_query& wanted) {
    if (one.name == "projectId" && one.how == "=") {
        wanted.project = one.value;
    } else if (one.name == "status" && one.how == "=") {
        wanted.state = store::operation_state_named(one.value);
        if (!wanted.state) return wrong_filter();
    } else if (one.name == "createTime" && one.how != "=") {
        const auto when = parse_integer<std::int64_t>(one.value);
        if (!when) return wrong_filter();
        (one.how == ">=" ? wanted.created_min_s : wanted.created_max_s) = *when;
    } else {
        return wrong_filter();
    }
    return {};
}

result<store::operation_query> read_filter(std::string_view text) {
    constexpr std::string_view conjunction = " AND ";
    store::operation_query wanted;
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find(conjunction, at), text.size());
        const auto one = read_comparison(text.substr(at, end - at));
        if (!one) return wrong_filter();
        if (auto fine = apply(*one, wanted); !fine) return fine.error();
        at = end + conjunction.size();
    }
    const auto is_word = wanted.project.find_first_of(" \t<>=") == std::string::npos;
    if (wanted.project.empty() || !is_word) return wrong_filter();
    return wanted;
}

result<http::response> list(const context& ctx, const http::request& request) {
    http::query q(request);
    const auto filter = q.filter("filter");
    if (!filter) return filter.error();
    const auto page = read_page(q);
    if (!page) return page.error();
    const auto wanted = read_filter(filter->value_or(""));
    if (!wanted) return wanted.error();
    const auto found = ctx.store->operations().select(*wanted);
    if (!found) return found.error();
    const auto each = [&](auto visit) {
        for (const auto& one : *found) {
            if (!is_in_reach(request, one)) continue;
            if (!visit(one.id, [&] { return to_json(one, ctx.runner->progress(one.id)); })) return;
        }
    };
    const list_tokens tokens(*ctx.key, "operations " + filter->value_or(""));
    auto listed = list_page(tokens, *page, pages, "operations", each);
    if (!listed) return listed.error();
    return answer(request, std::move(*listed));
}

}  // namespace

json::object to_json(
    const store::kept_operation& operation, const std::optional<operation_progress>& progress
) {
    json::object request = json::parse(operation.request).as_object();
    request.emplace("@type", type_named(kind_of(operation).request));
    const bool done = operation.state != store::operation_state::running;
    json::object out = {
        {"done", done},
        {"metadata",
         {{"@type", type_named("OperationMetadata")},
          {"clientId", ""},
          {"createTime", utc_text_of_s(operation.created_s)},
          {"endTime", time_or_empty(operation.ended_s)},
          {"events", events_json(operation, progress)},
          {"projectId", operation.project},
          {"request", std::move(request)},
          {"startTime", time_or_empty(operation.started_s)}}},
        {"name", "operations/" + operation.id},
    };
    // A time that is not there yet is left out: an empty text is none.
    auto& metadata = out.at("metadata").as_object();
    for (const char* name : {"endTime", "startTime"}) {
        if (metadata.at(name).as_string().empty()) metadata.erase(name);
    }
    for (auto& event : metadata.at("events").as_array()) {
        if (event.at("endTime").as_string().empty()) event.as_object().erase("endTime");
    }
    if (operation.state == store::operation_state::success) {
        out.emplace("response", response_json(operation));
    } else if (done) {
        out.emplace(
            "error",
            json::object{
                {"code", operation.error_code},
                {"details", json::array()},
                {"message", streaming::valid_utf8(operation.error_text)}}
        );
    }
    return out;
}

void add_operation_routes(http::router& routes, const context& ctx) {
    using http::verb;
    routes.add(route_of(verb::get, "/v1/operations", ctx, list));
    routes.add(route_of(verb::get, "/v1/operations/{operationId}", ctx, get_one));
    routes.add(writing_route(verb::post, "/v1/operations/{operationId}:cancel", ctx, cancel));
}

}  // namespace callstream::genomics
