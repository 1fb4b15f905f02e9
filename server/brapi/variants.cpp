// GET /variants, /variants/{variantDbId} and /variantsets/{variantSetDbId}/variants, POST
// /search/variants: the records of the files.
#include "engine/catalog/variant_id.hpp"
#include "server/brapi/envelope.hpp"
#include "server/brapi/id_route.hpp"
#include "server/brapi/item_stream.hpp"
#include "server/brapi/routes.hpp"
#include "server/brapi/search.hpp"
#include "server/brapi/variant_writer.hpp"

#include <boost/json/serialize.hpp>

#include <memory>
#include <optional>

namespace callstream::brapi {
namespace json = boost::json;
namespace {

class variants_writer : public row_writer {
 public:
    explicit variants_writer(std::shared_ptr<const genotype_choice> chosen)
        : chosen_(std::move(chosen)) {}

    void enter(const hts::record& record, const variants::set_cursor& cursor, std::size_t part)
        override {
        if (!writer_ || part != part_)
            writer_.emplace(*chosen_->now, *chosen_->sets[part].set, chosen_->sets[part].id);
        part_ = part;
        record_ = &record;
        cursor_ = &cursor;
    }
    std::uint64_t write(
        text_buffer& out, std::uint64_t, std::uint64_t, std::size_t, char terminator
    ) override {
        writer_->write(out, *record_, *cursor_);
        out.append(terminator);
        return 1;
    }
    hts::wanted_fields wanted() const override { return hts::wanted_fields::none; }

 private:
    std::shared_ptr<const genotype_choice> chosen_;
    std::optional<variant_writer> writer_;
    std::size_t part_ = 0;
    const hts::record* record_ = nullptr;
    const variants::set_cursor* cursor_ = nullptr;
};

result<http::response> list_variants(
    const context& ctx,
    const http::request& request,
    const genotype_filter& wanted,
    const list_page& page,
    std::vector<std::string> warnings
) {
    auto items = read_item_request(request, page);
    if (!items) return items.error();
    auto chosen = choose_genotypes(ctx, request, wanted, warnings);
    if (!chosen) return chosen.error();
    items->warnings = std::move(warnings);
    const auto query = "variants\n" + json::serialize(wanted.to_body());
    auto parts = chosen->records();
    auto shared = std::make_shared<const genotype_choice>(std::move(*chosen));
    return stream_items(
        ctx,
        shared,
        std::move(parts),
        query,
        std::move(*items),
        std::make_unique<variants_writer>(shared),
        nullptr
    );
}

/// `narrow(filter)` leaves those that the path names, or says why there are none.
template <class Narrow>
result<http::response> get_variants(
    const context& ctx, const http::request& request, Narrow narrow
) {
    http::query q(request);
    auto wanted = read_genotype_filter(q);
    if (!wanted) return wanted.error();
    const auto page = read_token_page(q);
    if (!page) return page.error();
    const auto warnings = ignored_parameters(q);
    return with_current_files(*ctx.catalog, [&]() -> result<http::response> {
        if (auto done = narrow(*wanted); !done) return done.error();
        return list_variants(ctx, request, *wanted, *page, warnings);
    });
}

result<http::response> variants_of_variant_set(
    const context& ctx, const http::request& request, std::string_view id
) {
    return get_variants(ctx, request, [&](genotype_filter& filter) -> result<void> {
        if (auto there = check_variant_set(ctx, request, id); !there) return there;
        return take_from_path(filter.variant_set_ids, id, "variantSetDbId");
    });
}

struct found_variant {
    std::shared_ptr<const catalog::snapshot> now;
    const catalog::variant_set* set;
    variants::set_view view;
    std::uint64_t ordinal;

    variants::set_cursor cursor() const {
        return variants::set_cursor(view, hts::wanted_fields::none);
    }
};

/// By index and site table alone. Nothing when there is none; `errc::unavailable` while the files
/// of the set that the id names are not indexed.
result<std::optional<found_variant>> find_one(
    const context& ctx, const http::request& request, std::string_view id
) {
    auto now = visible(ctx, request);
    const auto set_id = catalog::variant_set_of_variant_id(id);
    const auto* set = set_id ? now->find_variant_set(*set_id) : nullptr;
    const auto place = set == nullptr ? std::nullopt : catalog::place_of_variant_id(id, set->id);
    if (!place) return std::optional<found_variant>();
    const variants::set_view view(set->files);
    const auto ordinal = variants::find_variant(view, *place);
    if (!ordinal) {
        if (ordinal.error().code == errc::unavailable) ctx.catalog->index_soon(set->files);
        return ordinal.error();
    }
    if (!*ordinal) return std::optional<found_variant>();
    return std::optional(found_variant{std::move(now), set, view, **ordinal});
}

/// The record before which the cursor stands.
http::response show_one(
    const http::request& request, const found_variant& found, variants::set_cursor& cursor
) {
    const auto* record = cursor.next();
    if (record == nullptr) throw damaged_file("the file ends before its index does");
    variant_writer writer(*found.now, *found.set, found.set->id);
    text_buffer text;
    writer.write(text, *record, cursor);
    if (!cursor.is_unchanged()) throw damaged_file("the file was changed in place");
    return single_text(text.view(), ignored_parameters(http::query(request)));
}

result<http::response> get_one(
    const context& ctx, const http::request& request, std::string_view id
) {
    return with_current_files(*ctx.catalog, [&]() -> result<http::response> {
        const auto found = find_one(ctx, request, id);
        if (!found) return found.error();
        if (!*found) {
            return error{errc::not_found, "there is no variant with this variantDbId"};
        }
        auto cursor = (*found)->cursor();
        if (auto moved = cursor.seek((*found)->ordinal); !moved) return moved.error();
        return show_one(request, **found, cursor);
    });
}

/// Where a cursor has the block of the record in memory, as after a variant nearby.
std::optional<http::response> get_one_at_once(
    const context& ctx, const http::request& request, std::string_view id
) {
    // To make a part of the catalog for others takes its time.
    if (!request.may->reaches_all()) return std::nullopt;
    const auto found = find_one(ctx, request, id);
    if (!found || !*found) return std::nullopt;
    auto cursor = (*found)->cursor();
    const auto moved = cursor.seek_in_memory((*found)->ordinal);
    if (!moved || !*moved) return std::nullopt;
    return show_one(request, **found, cursor);
}

}  // namespace

void add_variant_routes(http::router& routes, const context& ctx) {
    const std::vector<std::string> types = {"application/json", std::string(ndjson_type)};
    routes.add({
        .method = http::verb::get,
        .pattern = "/brapi/v2/variants",
        .blocking = true,
        .handle =
            [&ctx](const auto& request, const auto&) {
                const auto all = [](genotype_filter&) -> result<void> { return {}; };
                return get_variants(ctx, request, all);
            },
        .content_types = types,
    });
    add_id_route_at_once(routes, ctx, "/brapi/v2/variants/{variantDbId}", get_one, get_one_at_once);
    const auto* of_set = "/brapi/v2/variantsets/{variantSetDbId}/variants";
    add_id_route(routes, ctx, of_set, variants_of_variant_set, types);
    auto search = search_of(
        "variants",
        [](http::json_fields& fields) { return read_genotype_filter(fields); },
        [&ctx](const auto& request, const auto& wanted, const auto& page, const auto& warnings) {
            return with_current_files(*ctx.catalog, [&] {
                return list_variants(ctx, request, wanted, page, warnings);
            });
        }
    );
    search.by_token = true;
    search.content_types = types;
    add_search_routes(routes, ctx, std::move(search));
}

}  // namespace callstream::brapi
