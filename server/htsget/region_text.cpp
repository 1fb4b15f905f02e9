// GET /region/{variantSetId}.vcf?chr=&start=&end=&samples=: the variants of a region as VCF text,
// what igv.js calls a service.
#include "engine/catalog/contig_finder.hpp"
#include "server/htsget/routes.hpp"
#include "server/htsget/variant_blocks.hpp"
#include "server/http/json_body.hpp"
#include "server/http/query.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

namespace callstream::htsget {
namespace {

/// Browsers send places on the screen: 471743.35. They mean every base that is partly seen.
result<std::optional<std::int64_t>> read_bound(http::query& q, const char* name, bool up) {
    constexpr double most = 4e18;
    const auto value = q.number(name);
    if (!value) return value.error();
    if (!*value) return std::optional<std::int64_t>();
    const double whole = up ? std::ceil(**value) : std::floor(**value);
    return std::optional<std::int64_t>(static_cast<std::int64_t>(std::clamp(whole, 0.0, most)));
}

result<std::optional<named_region>> read_region(http::query& q) {
    auto contig = q.filter("chr");
    if (!contig) return contig.error();
    const auto start = read_bound(q, "start", false);
    if (!start) return start.error();
    const auto end = read_bound(q, "end", true);
    if (!end) return end.error();
    if (!*contig) {
        if (!*start && !*end) return std::optional<named_region>();
        return error{errc::bad_request, "start and end need a chr"};
    }
    named_region region{std::move(**contig)};
    region.begin0 = start->value_or(region.begin0);
    region.end0 = end->value_or(region.end0);
    if (region.begin0 > region.end0) {
        return error{errc::bad_request, "start must not be behind end"};
    }
    return std::optional<named_region>(std::move(region));
}

/// By names or ids, in the order in which they are asked for.
result<std::vector<std::uint32_t>> read_columns(
    const catalog::variant_set& set, const std::string& list
) {
    std::vector<std::uint32_t> out;
    const auto known = visible_columns(set);
    for (std::size_t at = 0; at <= list.size();) {
        const auto end = std::min(list.find(',', at), list.size());
        const auto wanted = list.substr(at, end - at);
        at = end + 1;
        if (wanted.empty()) continue;
        const auto found = std::find_if(known.begin(), known.end(), [&](auto column) {
            const catalog::call_set one{&set, column};
            return one.name() == wanted || one.id() == wanted;
        });
        if (found == known.end()) {
            return error{
                errc::bad_request, "the variant set has no sample " + http::shown_name(wanted)};
        }
        if (std::find(out.begin(), out.end(), *found) == out.end()) out.push_back(*found);
    }
    return out;
}

result<http::response> get_text(
    const context& ctx, const http::request& request, std::string_view id
) {
    http::query q(request);
    auto region = read_region(q);
    if (!region) return region.error();
    const auto samples = q.filter("samples");
    if (!samples) return samples.error();
    const auto now = ctx.view->of(*request.may);
    const auto source = find_variants(*now, id);
    if (!source) return error{errc::not_found, "there is no variant set with this id"};
    if (*region) {
        catalog::contig_finder contigs(*source->set, source->view);
        auto name = contigs.find((*region)->name);
        if (!name) {
            return error{
                errc::not_found,
                "the variant set has no contig " + http::shown_name((*region)->name)};
        }
        (*region)->name = std::move(*name);
    }
    auto columns = *samples ? read_columns(*source->set, **samples)
                            : result<std::vector<std::uint32_t>>(visible_columns(*source->set));
    if (!columns) return columns.error();
    auto body = open_text(*source, *region, *columns);
    if (!body) {
        if (body.error().code == errc::unavailable) ctx.catalog->index_soon(source->set->files);
        return body.error();
    }
    http::response r;
    r.content_type = "text/plain; charset=utf-8";
    r.version = request.path + " " + fingerprint_of(*source);
    for (const auto& [name, value] : request.parameters) r.version += "\n" + name + "=" + value;
    r.source = std::move(*body);
    return r;
}

}  // namespace

void add_region_routes(http::router& routes, const context& ctx) {
    routes.add({
        .method = http::verb::get,
        .pattern = "/region/{variantSetId}.vcf",
        .blocking = true,
        .handle = [&ctx](
                      const auto& request, const auto& values
                  ) { return get_text(ctx, request, values[0]); },
        .content_types = {"text/plain"},
    });
}

}  // namespace callstream::htsget
