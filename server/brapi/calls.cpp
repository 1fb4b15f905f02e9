// Calls of call sets, variant sets and variants, GET /calls and POST /search/calls: all the same
// walk over what a filter chose, variant after variant in the order of the file, call sets in that
// of the header or as asked for.
#include "server/brapi/call_deflater.hpp"
#include "server/brapi/call_writer.hpp"
#include "server/brapi/callsets.hpp"
#include "server/brapi/column_choice.hpp"
#include "server/brapi/envelope.hpp"
#include "server/brapi/extract.hpp"
#include "server/brapi/genotype_form.hpp"
#include "server/brapi/id_route.hpp"
#include "server/brapi/item_stream.hpp"
#include "server/brapi/routes.hpp"
#include "server/brapi/search.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace callstream::brapi {
namespace json = boost::json;
namespace {

/// What calls are wanted, and how they are to look.
struct calls_query {
    genotype_filter filter;
    call_form form;

    /// In one spelling per meaning.
    json::object to_body() const {
        json::object body = filter.to_body();
        add_genotype_format(body, form.format);
        if (form.members == all_call_members) return body;
        json::array names;
        for_each_member([&](std::string_view name) { names.emplace_back(name); });
        body.emplace("callFields", std::move(names));
        return body;
    }

    template <class Each>
    void for_each_member(Each each) const {
        for (std::uint32_t bit = 1; bit <= form.members; bit <<= 1) {
            if ((form.members & bit) != 0) each(name_of(static_cast<call_member>(bit)));
        }
    }
};

result<std::uint32_t> members_of(const std::vector<std::string>& names) {
    if (names.empty()) return all_call_members;
    std::uint32_t members = 0;
    for (const auto& name : names) {
        const auto member = find_call_member(name);
        if (!member) {
            return error{
                errc::bad_request,
                "callFields names no field of a Call: " + http::shown_name(name)};
        }
        members |= static_cast<std::uint32_t>(*member);
    }
    return members;
}

result<std::vector<std::string>> member_names(http::query& q) {
    return read_comma_list(q, "callFields");
}
result<std::vector<std::string>> member_names(http::json_fields& body) {
    return body.text_list("callFields");
}

/// `variant_set` is what the path names, if it names one.
template <class From>
result<calls_query> read_calls_query(
    const context& ctx, const http::request& request, From& from, std::string_view variant_set = {}
) {
    calls_query out;
    auto filter = read_genotype_filter(from);
    if (!filter) return filter.error();
    out.filter = std::move(*filter);
    criterion sets = out.filter.variant_set_ids;
    if (!variant_set.empty()) sets.add({std::string(variant_set)});
    auto format = read_genotype_format(from, usual_genotypes(ctx, request, sets));
    if (!format) return format.error();
    out.form.format = std::move(*format);
    const auto names = member_names(from);
    if (!names) return names.error();
    const auto members = members_of(*names);
    if (!members) return members.error();
    out.form.members = *members;
    return out;
}

/// One writer per variant set, made when the walk comes to it.
class calls_writer : public row_writer {
 public:
    /// The rows of a part have the columns that are chosen, in that order, where `narrowed` says
    /// so, else all that the file has.
    calls_writer(
        std::shared_ptr<const genotype_choice> chosen, call_form form, std::vector<bool> narrowed
    )
        : chosen_(std::move(chosen)), form_(std::move(form)), narrowed_(std::move(narrowed)) {}

    void enter(const hts::record& record, const variants::set_cursor& cursor, std::size_t part)
        override {
        if (!writer_ || part != part_) enter_part(part);
        writer_->enter(record, cursor);
        entered_ = true;
    }
    std::uint64_t write(
        text_buffer& out,
        std::uint64_t first,
        std::uint64_t most,
        std::size_t enough,
        char terminator
    ) override {
        return writer_->write(out, first, most, enough, terminator);
    }
    /// Where calls have values of other fields, ISA-L is as fast over their text, and compresses
    /// better.
    bool deflates() const override {
        return writer_->keys_of_rests().has_value() &&
               std::all_of(chosen_->sets.begin(), chosen_->sets.end(), [](const auto& set) {
                   return set.columns.size() <= call_deflater::call_sets_max;
               });
    }
    std::uint64_t deflate(
        streaming::deflate_writer& out,
        std::uint64_t first,
        std::uint64_t most,
        char terminator,
        bool owed
    ) override {
        if (!deflater_) deflater_.emplace(*writer_, terminator);
        if (entered_) deflater_->enter();
        entered_ = false;
        return deflater_->write(out, first, most, owed);
    }
    hts::wanted_fields wanted() const override { return fields_needed(form_); }
    void append_members(text_buffer& out) const override {
        append_genotype_format(out, form_.format);
        out.append(',');
    }

 private:
    void enter_part(std::size_t part) {
        part_ = part;
        deflater_.reset();
        const auto& chosen = chosen_->sets[part];
        writer_.emplace(chosen.id, chosen.name, form_);
        std::uint32_t number = 0;
        for (const auto column : chosen.columns) {
            const catalog::call_set c{chosen.set, column};
            writer_->add_call_set(c.id(), c.name(), narrowed_[part] ? number++ : column);
        }
    }

    std::shared_ptr<const genotype_choice> chosen_;
    call_form form_;
    std::vector<bool> narrowed_;  // by part
    std::optional<call_writer> writer_;
    std::optional<call_deflater> deflater_;  // of `writer_`
    bool entered_ = false;                   // a row that the deflater does not know of
    std::size_t part_ = 0;
};

result<http::response> answer(
    const context& ctx,
    const http::request& request,
    const calls_query& wanted,
    const list_page& page,
    std::vector<std::string> warnings
) {
    auto items = read_item_request(request, page);
    if (!items) return items.error();
    auto chosen = choose_genotypes(ctx, request, wanted.filter, warnings);
    if (!chosen) return chosen.error();
    items->warnings = std::move(warnings);
    const auto query = "calls\n" + json::serialize(wanted.to_body());
    auto parts = chosen->calls();
    std::vector<bool> narrowed;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        parts[i].columns = columns_for(chosen->sets[i], wanted.form);
        narrowed.push_back(parts[i].columns != nullptr);
    }
    auto shared = std::make_shared<const genotype_choice>(std::move(*chosen));
    return stream_items(
        ctx,
        shared,
        std::move(parts),
        query,
        std::move(*items),
        std::make_unique<calls_writer>(shared, wanted.form, std::move(narrowed)),
        ctx.calls_streamed
    );
}

/// `narrow(query)` leaves of all calls those that the path names, or says why there are none.
template <class Narrow>
result<http::response> get_calls(
    const context& ctx,
    const http::request& request,
    Narrow narrow,
    std::string_view variant_set = {}
) {
    http::query q(request);
    auto wanted = read_calls_query(ctx, request, q, variant_set);
    if (!wanted) return wanted.error();
    const auto page = read_token_page(q);
    if (!page) return page.error();
    const auto warnings = ignored_parameters(q);
    const auto once = [&]() -> result<http::response> {
        if (auto done = narrow(wanted->filter); !done) return done.error();
        return answer(ctx, request, *wanted, *page, warnings);
    };
    return with_current_files(*ctx.catalog, once);
}

result<http::response> calls_of_call_set(
    const context& ctx, const http::request& request, std::string_view id
) {
    return get_calls(ctx, request, [&](genotype_filter& filter) -> result<void> {
        const auto now = visible(ctx, request);
        if (!now->find_call_set(id)) return no_call_set(*now, id);
        criterion ids;
        ids.add(filter.call_set_ids);
        filter.call_set_ids = {std::string(id)};
        return take_from_path(ids, id, "callSetDbId");
    });
}

result<http::response> calls_of_variant_set(
    const context& ctx, const http::request& request, std::string_view id
) {
    const auto narrow = [&](genotype_filter& filter) -> result<void> {
        if (auto there = check_variant_set(ctx, request, id); !there) return there;
        return take_from_path(filter.variant_set_ids, id, "variantSetDbId");
    };
    return get_calls(ctx, request, narrow, id);
}

result<http::response> calls_of_variant(
    const context& ctx, const http::request& request, std::string_view id
) {
    return get_calls(ctx, request, [&](genotype_filter& filter) -> result<void> {
        if (auto there = check_variant(ctx, request, id); !there) return there.error();
        return take_from_path(filter.variant_ids, id, "variantDbId");
    });
}

}  // namespace

void add_call_routes(http::router& routes, const context& ctx) {
    const std::vector<std::string> types = {"application/json", std::string(ndjson_type)};
    const std::string base = "/brapi/v2/";
    add_id_route(routes, ctx, base + "callsets/{callSetDbId}/calls", calls_of_call_set, types);
    add_id_route(routes, ctx, base + "variants/{variantDbId}/calls", calls_of_variant, types);
    add_id_route(
        routes, ctx, base + "variantsets/{variantSetDbId}/calls", calls_of_variant_set, types
    );
    routes.add({
        .method = http::verb::get,
        .pattern = "/brapi/v2/calls",
        .blocking = true,
        .handle =
            [&ctx](const auto& request, const auto&) {
                return get_calls(ctx, request, [](genotype_filter&) -> result<void> { return {}; });
            },
        .content_types = types,
    });
    auto search = search_of(
        "calls",
        [&ctx](const http::request& request, http::json_fields& fields) {
            return read_calls_query(ctx, request, fields);
        },
        [&ctx](const auto& request, const auto& wanted, const auto& page, const auto& warnings) {
            return with_current_files(*ctx.catalog, [&] {
                return answer(ctx, request, wanted, page, warnings);
            });
        }
    );
    search.by_token = true;
    search.content_types = types;
    add_search_routes(routes, ctx, std::move(search));
}

}  // namespace callstream::brapi
