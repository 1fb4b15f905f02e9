// GET /v1/readgroupsets/{readGroupSetId}/coveragebuckets: how deeply reads cover their references.
#include "engine/catalog/reads_reference.hpp"
#include "engine/reads/coverage_service.hpp"
#include "server/genomics/read_group_sets.hpp"
#include "server/genomics/route.hpp"
#include "server/genomics/routes.hpp"
#include "server/genomics/wire.hpp"
#include "server/streaming/json_text.hpp"

#include <algorithm>

namespace callstream::genomics {
namespace json = boost::json;
namespace {

constexpr std::uint64_t usual_size = 1024;
constexpr std::uint64_t most_size = 2048;
constexpr std::chrono::seconds patience{30};

/// What was asked for, with its defaults.
struct coverage_request {
    std::optional<std::size_t> reference;  ///< position in the header
    reads::coverage_query query;
    std::optional<std::string> token;
    std::uint64_t size = usual_size;
    std::string canonical;
};

struct coverage_parameters {
    std::optional<std::string> reference;
    std::optional<std::int64_t> start;
    std::optional<std::int64_t> end;
    std::optional<std::int64_t> width;
    page_request page;
};

result<coverage_parameters> read_parameters(const http::request& request) {
    http::query q(request);
    coverage_parameters out;
    auto reference = q.filter("referenceName");
    if (!reference) return reference.error();
    out.reference = std::move(*reference);
    const std::pair<const char*, std::optional<std::int64_t>*> numbers[] = {
        {"start", &out.start}, {"end", &out.end}, {"targetBucketWidth", &out.width}};
    for (const auto& [name, into] : numbers) {
        const auto number = q.integer(name);
        if (!number) return number.error();
        if (*number && **number < 0)
            return error{errc::bad_request, std::string(name) + " must not be negative"};
        *into = *number;
    }
    auto page = read_page(q);
    if (!page) return page.error();
    out.page = std::move(*page);
    return out;
}

/// 0 stands for what is absent, as in proto3.
std::optional<std::int64_t> unless_zero(std::optional<std::int64_t> number) {
    return number.value_or(0) == 0 ? std::nullopt : number;
}

result<coverage_request> read_request(
    const http::request& request, const reads::sam_header& header, std::string_view id
) {
    auto asked = read_parameters(request);
    if (!asked) return asked.error();
    coverage_request out;
    const auto end = unless_zero(asked->end);
    if (!asked->reference && (unless_zero(asked->start) || end))
        return error{errc::bad_request, "start and end want referenceName"};
    out.query.width = unless_zero(asked->width).value_or(reads::whole_reference);
    if (asked->reference) {
        const auto at =
            std::find_if(header.references.begin(), header.references.end(), [&](const auto& r) {
                return r.name == *asked->reference;
            });
        if (at == header.references.end())
            return error{errc::not_found, "the read group set has no such reference"};
        out.reference = static_cast<std::size_t>(at - header.references.begin());
        out.query.reference = out.reference;
        const auto length = static_cast<std::int64_t>(at->length);
        out.query.start0 = asked->start.value_or(0);
        out.query.end0 = std::min(end.value_or(length), length);
        if (out.query.start0 > length || out.query.end0 < out.query.start0)
            return error{errc::bad_request, "the range lies outside of the reference"};
        // Without a width that of the range counts, if there is one.
        if (!unless_zero(asked->width) && (out.query.start0 > 0 || out.query.end0 < length))
            out.query.width = out.query.end0 - out.query.start0;
    }
    out.query.width = reads::coverage_width(out.query.width);
    const auto size = page_size(asked->page.size, usual_size, most_size);
    if (!size) return size.error();
    out.size = *size;
    out.token = std::move(asked->page.token);
    for (const auto& part :
         {std::string("coverage"),
          std::string(id),
          asked->reference.value_or(""),
          std::to_string(out.query.start0),
          std::to_string(out.query.end0),
          std::to_string(out.query.width)}) {
        out.canonical.append(part).append(1, '\n');
    }
    return out;
}

std::string token_text(const reads::coverage_place& place) {
    return std::to_string(place.reference) + " " + std::to_string(place.start0);
}

reads::coverage_place place_of(const std::string& text) {
    const auto space = text.find(' ');
    return {std::stoull(text.substr(0, space)), std::stoll(text.substr(space + 1))};
}

json::object to_json(const reads::coverage_bucket& bucket, const reads::sam_header& header) {
    return {
        {"meanCoverage", bucket.mean},
        {"range",
         {{"end", int64_text(bucket.end0)},
          {"referenceName", streaming::valid_utf8(header.references[bucket.reference].name)},
          {"start", int64_text(bucket.start0)}}},
    };
}

result<http::response> list(const context& ctx, const http::request& request, std::string_view id) {
    const auto now = visible(ctx, request);
    const auto set = find_read_group_set(*now, id);
    if (!set) return set.error();
    const auto& header = (*set)->file->header();
    const auto asked = read_request(request, header, id);
    if (!asked) return asked.error();
    const list_tokens tokens(*ctx.key, asked->canonical);
    const auto place = tokens.read(asked->token);
    if (!place) return place.error();
    reads::cram_decoding decoding;
    if (const auto* reference = catalog::reference_of(*now, **set))
        decoding.fasta = reference->fasta->path();
    const auto table = ctx.coverage->get({(*set)->file, (*set)->relative, decoding}, patience);
    if (!table) return table.error();
    const auto from = *place ? place_of(**place) : reads::coverage_place{};
    auto buckets = reads::list_buckets(**table, asked->query, from, asked->size + 1);
    std::string next;
    if (buckets.size() > asked->size) {
        buckets.pop_back();
        next = tokens.issue(token_text({buckets.back().reference, buckets.back().end0}));
    }
    json::array shown;
    for (const auto& bucket : buckets) shown.push_back(to_json(bucket, header));
    json::object out = {{"coverageBuckets", std::move(shown)}, {"nextPageToken", next}};
    // Left out where it is infinite.
    if (asked->query.width != reads::whole_reference)
        out.emplace("bucketWidth", int64_text(asked->query.width));
    return answer(request, std::move(out));
}

}  // namespace

void add_coverage_routes(http::router& routes, const context& ctx) {
    routes.add(
        route_of(http::verb::get, "/v1/readgroupsets/{readGroupSetId}/coveragebuckets", ctx, list)
    );
}

}  // namespace callstream::genomics
