// Reads straight from the files: search by pages, stream.
#include "server/genomics/read_choice.hpp"
#include "server/genomics/read_source.hpp"
#include "server/genomics/route.hpp"
#include "server/genomics/routes.hpp"
#include "server/genomics/streamed.hpp"
#include "server/genomics/wire.hpp"

#include <boost/json/serialize.hpp>

#include <limits>

namespace callstream::genomics {
namespace json = boost::json;
namespace {

constexpr page_limits pages{256, 2048};

/// What both messages have in common.
result<void> read_place(http::json_fields& body, wanted_reads& out) {
    auto reference = body.text("referenceName");
    if (!reference) return reference.error();
    out.reference = std::move(*reference).value_or("");
    const auto window = read_window(body);
    if (!window) return window.error();
    out.window = *window;
    const bool has_window = window->start0 != 0 || window->end0 != 0;
    if (has_window && (out.reference.empty() || out.reference == "*"))
        return error{errc::bad_request, "start and end want the referenceName of a reference"};
    return {};
}

struct search_reads {
    wanted_reads wanted;
    reads_page page;
};

/// The request without its page, in one spelling.
std::string query_of(const wanted_reads& wanted) {
    return "reads " + json::serialize(json::array{
                          json::array(wanted.sets.begin(), wanted.sets.end()),
                          json::array(wanted.groups.begin(), wanted.groups.end()),
                          wanted.reference,
                          wanted.window.start0,
                          wanted.window.end0});
}

result<search_reads> read_search_reads(const http::request& request) {
    const auto object = read_object(request);
    if (!object) return object.error();
    http::json_fields body(*object);
    search_reads out;
    auto sets = body.text_list("readGroupSetIds");
    if (!sets) return sets.error();
    auto groups = body.text_list("readGroupIds");
    if (!groups) return groups.error();
    out.wanted.sets = std::move(*sets);
    out.wanted.groups = std::move(*groups);
    if (auto fine = read_place(body, out.wanted); !fine) return fine.error();
    auto page = read_page(body);
    if (!page) return page.error();
    const auto size = page_size(page->size, pages.usual, pages.most);
    if (!size) return size.error();
    if (auto fine = refuse_unknown(body); !fine) return fine.error();
    if (out.wanted.sets.empty() == out.wanted.groups.empty())
        return error{errc::bad_request, "give readGroupSetIds or readGroupIds, one of them"};
    out.page = {*size, std::move(page->token), query_of(out.wanted)};
    return out;
}

result<http::response> search(const context& ctx, const http::request& request) {
    const auto asked = read_search_reads(request);
    if (!asked) return asked.error();
    return streamed(
        ctx,
        request,
        [&] { return choose_reads(ctx, request, asked->wanted); },
        [&](read_choice chosen, const field_mask& shown) {
            return page_of_reads(ctx, std::move(chosen), shown, asked->page);
        }
    );
}

/// Without totalShards, or with 0, there are no shards.
result<void> read_shard_of(http::json_fields& body, wanted_reads& out) {
    const auto shard = body.integer("shard");
    if (!shard) return shard.error();
    const auto total = body.integer("totalShards");
    if (!total) return total.error();
    const auto count = total->value_or(0);
    if (count < 0 || count > std::numeric_limits<std::int32_t>::max())
        return error{errc::bad_request, "totalShards must be a number of 32 bits, not negative"};
    const auto number = shard->value_or(0);
    const auto most = std::max<std::int64_t>(count, 1);
    if (number < 0 || number >= most)
        return error{errc::bad_request, "shard must be at least 0 and below totalShards"};
    out.shard = static_cast<std::uint32_t>(number);
    out.total_shards = static_cast<std::uint32_t>(most);
    return {};
}

result<wanted_reads> read_stream_reads(const http::request& request) {
    const auto object = read_object(request);
    if (!object) return object.error();
    http::json_fields body(*object);
    if (auto project = required_text(body, "projectId"); !project) return project.error();
    auto set = required_text(body, "readGroupSetId");
    if (!set) return set.error();
    wanted_reads out;
    out.sets.push_back(std::move(*set));
    if (auto fine = read_place(body, out); !fine) return fine.error();
    if (auto fine = read_shard_of(body, out); !fine) return fine.error();
    if (auto fine = refuse_unknown(body); !fine) return fine.error();
    return out;
}

result<http::response> stream(const context& ctx, const http::request& request) {
    const auto wanted = read_stream_reads(request);
    if (!wanted) return wanted.error();
    return streamed(
        ctx,
        request,
        [&] { return choose_reads(ctx, request, *wanted); },
        [&](read_choice chosen, const field_mask& shown) {
            return stream_of_reads(ctx, std::move(chosen), shown);
        }
    );
}

}  // namespace

void add_read_routes(http::router& routes, const context& ctx) {
    routes.add(route_of(http::verb::post, "/v1/reads/search", ctx, search));
    routes.add(route_of(http::verb::post, "/v1/reads:stream", ctx, stream));
}

}  // namespace callstream::genomics
