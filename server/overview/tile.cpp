// GET /overview/{variantSetDbId}/tile: a grid of bytes, the call sets in rows and the variants in
// columns. Variants are chosen by number or by place, call sets by number.
#include "engine/variants/dose_tile.hpp"
#include "server/overview/routes.hpp"
#include "server/overview/subject.hpp"

#include <algorithm>

namespace callstream::overview {
namespace {

constexpr std::int64_t side_max = 1024;
constexpr std::int64_t usual_side = 256;

struct tile_request {
    variants::ordinal_range variants;
    variants::ordinal_range call_sets;  // numbers among those that are listed
    std::int64_t rows = usual_side;
    std::int64_t columns = usual_side;
    std::optional<std::int64_t> alike_to;
};

/// `start` and `end` of numbers below `count`, all of them when neither is given.
result<variants::ordinal_range> read_range(
    http::query& q, const std::string& of, std::uint64_t count
) {
    const auto most = static_cast<std::int64_t>(count);
    const auto start = read_number(q, (of + "Start").c_str(), {0, 0, most});
    if (!start) return start.error();
    // Pages ask for whole tiles, also where the set ends within one.
    const auto end = q.integer(of + "End");
    if (!end) return end.error();
    const auto last = std::min(end->value_or(most), most);
    if (*start >= last) {
        return error{
            errc::bad_request,
            of + "Start to " + of + "End must hold one of the " + std::to_string(count) +
                ", counted from 0"};
    }
    return variants::ordinal_range{
        static_cast<std::uint64_t>(*start), static_cast<std::uint64_t>(last)};
}

result<variants::ordinal_range> read_variants(http::query& q, const subject& of) {
    const auto stretch = read_stretch(q, of);
    if (!stretch) return stretch.error();
    if (!*stretch) return read_range(q, "variant", of.records);
    for (const auto* name : {"variantStart", "variantEnd"}) {
        const auto number = q.filter(name);
        if (!number) return number.error();
        if (*number) return error{errc::bad_request, "say contig or variantStart, not both"};
    }
    auto found = variants::ordinals_in(of.view, **stretch);
    if (found && found->first == found->end) {
        return error{errc::not_found, "there is no variant in this stretch"};
    }
    return found;
}

result<tile_request> read_tile(http::query& q, const subject& of, std::uint64_t call_sets) {
    tile_request out;
    if (call_sets == 0) return error{errc::not_found, "the variant set has no call sets"};
    const auto variants = read_variants(q, of);
    if (!variants) return variants.error();
    out.variants = *variants;
    const auto rows_of = read_range(q, "callSet", call_sets);
    if (!rows_of) return rows_of.error();
    out.call_sets = *rows_of;
    const std::pair<const char*, std::int64_t*> sides[] = {
        {"rows", &out.rows}, {"columns", &out.columns}};
    for (const auto& [name, side] : sides) {
        const auto value = read_number(q, name, {usual_side, 1, side_max});
        if (!value) return value.error();
        *side = *value;
    }
    const auto alike = q.integer("alikeTo");
    if (!alike) return alike.error();
    out.alike_to = *alike;
    if (out.alike_to &&
        (*out.alike_to < 0 || *out.alike_to >= static_cast<std::int64_t>(call_sets)))
        return error{errc::bad_request, "alikeTo is the number of a call set, counted from 0"};
    if (auto known = refuse_unknown(q); !known) return known.error();
    return out;
}

/// A grid cannot have more of either than there are.
variants::dose_window window_of(
    const tile_request& asked, const std::vector<std::uint32_t>& columns
) {
    variants::dose_window w;
    w.first = asked.variants.first;
    w.end = asked.variants.end;
    const auto at = [&](std::uint64_t n) {
        return columns.begin() + static_cast<std::ptrdiff_t>(n);
    };
    w.samples.assign(at(asked.call_sets.first), at(asked.call_sets.end));
    const auto side = [](std::int64_t wanted, std::uint64_t there) {
        return static_cast<std::uint32_t>(std::min(static_cast<std::uint64_t>(wanted), there));
    };
    w.rows = side(asked.rows, w.samples.size());
    w.columns = side(asked.columns, w.end - w.first);
    if (asked.alike_to) w.alike_to = columns[static_cast<std::size_t>(*asked.alike_to)];
    return w;
}

std::string text_of(const variants::ordinal_range& range) {
    return std::to_string(range.first) + "-" + std::to_string(range.end);
}

result<http::response> answer(
    const context& ctx, const http::request& request, std::string_view id
) {
    const auto of = find_subject(ctx, request, id);
    if (!of) return of.error();
    const auto columns = of->columns();
    http::query q(request);
    const auto asked = read_tile(q, *of, columns.size());
    if (!asked) return asked.error();
    const auto window = window_of(*asked, columns);
    auto tile = variants::make_dose_tile(of->view, window);
    if (!tile) return tile.error();
    http::response r;
    r.content_type = "application/octet-stream";
    r.fields = {
        {"X-Tile-Rows", std::to_string(window.rows)},
        {"X-Tile-Columns", std::to_string(window.columns)},
        {"X-Tile-Variants", text_of(asked->variants)},
        {"X-Tile-Call-Sets", text_of(asked->call_sets)},
        {"X-Tile-Step", std::to_string(tile->step)},
        {"X-Tile-Call-Set-Step", std::to_string(tile->sample_step)},
        {"X-Tile-Source", tile->from_columns ? "columns" : "records"}};
    r.body.assign(tile->cells.begin(), tile->cells.end());
    return r;
}

}  // namespace

void add_tile_route(http::router& routes, const context& ctx) {
    routes.add({
        .method = http::verb::get,
        .pattern = "/overview/{variantSetDbId}/tile",
        .blocking = true,
        .handle =
            [&ctx](const auto& request, const auto& values) {
                return with_current_files(*ctx.catalog, [&] {
                    return answer(ctx, request, values[0]);
                });
            },
        .content_types = {"application/octet-stream"},
    });
}

}  // namespace callstream::overview
