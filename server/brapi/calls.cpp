// GET /callsets/{callSetDbId}/calls: the calls of one call set, streamed, as one JSON document or
// as NDJSON, paged by token or by number.
#include "engine/core/hash.hpp"
#include "engine/paging/page_plan.hpp"
#include "engine/variants/selected_cursor.hpp"
#include "server/brapi/call_writer.hpp"
#include "server/brapi/callsets.hpp"
#include "server/brapi/envelope.hpp"
#include "server/brapi/listed.hpp"
#include "server/brapi/routes.hpp"
#include "server/brapi/variant_id.hpp"
#include "server/http/negotiation.hpp"
#include "server/streaming/json_text.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <limits>

namespace callstream::brapi {
namespace json = boost::json;
namespace {

constexpr std::string_view ndjson_type = "application/x-ndjson";
constexpr std::uint64_t calls_per_checkpoint = 65'536;

/// What the client asked for, complete with defaults.
struct calls_request {
    genotype::genotype_format format;
    paging::page_request page;
    std::string list_id;  ///< of a list that chooses; empty: all calls
    bool ndjson = false;
    std::vector<std::string> warnings;

    /// NDJSON needs no pages: without a size it goes on to the end.
    bool unpaged() const { return ndjson && !page.page && !page.size; }
};

/// `empty_string` is how BrAPI 1 spelled a separator without characters; it is still understood.
result<void> read_text(http::query& q, std::string_view name, std::string& into) {
    auto value = q.text(name);
    if (!value) return value.error();
    if (*value) into = **value == "empty_string" ? "" : std::move(**value);
    return {};
}

result<calls_request> read_request(const http::request& request) {
    constexpr std::array<std::string_view, 2> offers = {"application/json", ndjson_type};
    const auto type = http::pick_media_type(request.field("accept"), offers);
    if (!type) {
        return error{
            errc::not_acceptable, "calls come as application/json or application/x-ndjson"};
    }
    calls_request out;
    out.ndjson = *type == ndjson_type;
    http::query q(request);
    const auto expand = q.boolean("expandHomozygotes");
    if (!expand) return expand.error();
    out.format.expand_homozygotes = expand->value_or(true);
    const std::array<std::pair<const char*, std::string*>, 3> texts = {{
        {"unknownString", &out.format.unknown},
        {"sepPhased", &out.format.separator_phased},
        {"sepUnphased", &out.format.separator_unphased},
    }};
    for (const auto& [name, into] : texts) {
        if (auto read = read_text(q, name, *into); !read) return read.error();
    }
    auto list = q.filter("listDbId");
    if (!list) return list.error();
    out.list_id = std::move(*list).value_or("");
    const auto page = q.integer("page");
    if (!page) return page.error();
    const auto size = q.integer("pageSize");
    if (!size) return size.error();
    auto token = q.text("pageToken");
    if (!token) return token.error();
    auto plan = paging::plan_request(*page, *size, std::move(*token));
    if (!plan) return plan.error();
    out.page = std::move(*plan);
    out.warnings = ignored_parameters(q);
    return out;
}

/// Equal for requests that walk the same calls in the same form; paging is left out. `list_version`
/// is 0 where no list chooses.
std::uint64_t query_hash(
    std::string_view call_set_id,
    const genotype::genotype_format& format,
    std::uint64_t list_version
) {
    std::string canonical = "callsets/calls";
    const std::string_view parts[] = {
        call_set_id, format.unknown, format.separator_phased, format.separator_unphased};
    for (const auto part : parts) {
        canonical.append(1, '\n').append(std::to_string(part.size())).append(1, ':').append(part);
    }
    canonical.append(format.expand_homozygotes ? "\nexpanded" : "\ncollapsed");
    if (list_version != 0) canonical.append("\nlist ").append(std::to_string(list_version));
    return hash64(canonical);
}

/// A walk over the calls of one call set from one place on, as one answer.
struct calls_walk {
    variants::selected_cursor cursor;
    paging::token_scope scope;
    std::uint64_t first = 0;  ///< number within the walk
    std::uint64_t size = 0;   ///< most calls in this answer
    /// To be shown; only the end of the files ends a walk. Unchecked before the index pass.
    std::optional<std::uint64_t> total = std::nullopt;
};

class calls_source : public streaming::body_source {
 public:
    calls_source(const context& ctx, calls_walk walk, call_writer writer, calls_request request)
        : ctx_(ctx),
          walk_(std::move(walk)),
          writer_(std::move(writer)),
          request_(std::move(request)) {}

    result<progress> fill(text_buffer& out) override {
        const std::size_t limit = out.size() + streaming::block_bytes;
        const std::uint64_t before = written_;
        if (!begun_) begin(out);
        while (record_ != nullptr && written_ < walk_.size && out.size() < limit) write_call(out);
        // Behind the reading: what was rendered counts only if the bytes were those of the file.
        if (!walk_.cursor.at().is_unchanged()) throw damaged_file("the file was changed in place");
        ctx_.calls_streamed->fetch_add(written_ - before, std::memory_order_relaxed);
        if (record_ != nullptr && written_ < walk_.size) return progress::more;
        end(out);
        return progress::done;
    }

 private:
    void begin(text_buffer& out) {
        begun_ = true;
        advance();
        begun_behind_end_ = record_ == nullptr && walk_.first >= walk_.total.value_or(0);
        current_token_ = record_ != nullptr ? token_here() : token_at(walk_.first);
        if (request_.ndjson) {
            out.append("{\"metadata\":");
            out.append(json::serialize(meta(json::value(nullptr))));
            out.append(",\"result\":{");
            append_format(out);
            out.append("}}\n");
            return;
        }
        out.append('{');
        out.append(context_member());
        out.append(",\"result\":{");
        append_format(out);
        out.append(",\"data\":[");
    }

    void write_call(text_buffer& out) {
        if (request_.ndjson) {
            const bool checkpoint = written_ > 0 && written_ % calls_per_checkpoint == 0;
            if (checkpoint) append_token_line(out);
        } else if (written_ > 0) {
            out.append(',');
        }
        writer_.write(out, *record_, walk_.cursor.at());
        if (request_.ndjson) out.append('\n');
        ++written_;
        advance();
    }

    /// The metadata of a JSON answer comes last, because only then is it known where the next page
    /// starts in the file.
    void end(text_buffer& out) {
        if (request_.ndjson) {
            if (record_ != nullptr) append_token_line(out);
            out.append("{\"complete\":true,\"count\":");
            out.append(std::to_string(written_));
            out.append("}\n");
            return;
        }
        const json::value next =
            record_ != nullptr ? json::value(token_here()) : json::value(nullptr);
        out.append("]},\"metadata\":");
        out.append(json::serialize(meta(next)));
        out.append("}\n");
    }

    void advance() {
        record_ = walk_.cursor.next();
        if (record_ == nullptr) walk_.total = walk_.cursor.count_at_end();
    }

    void append_format(text_buffer& out) const {
        const auto& f = request_.format;
        out.append("\"expandHomozygotes\":");
        out.append(f.expand_homozygotes ? "true" : "false");
        out.append(",\"sepPhased\":" + streaming::json_quoted(f.separator_phased));
        out.append(",\"sepUnphased\":" + streaming::json_quoted(f.separator_unphased));
        out.append(",\"unknownString\":" + streaming::json_quoted(f.unknown));
    }

    void append_token_line(text_buffer& out) const {
        out.append("{\"nextPageToken\":\"");
        out.append(token_here());
        out.append("\"}\n");
    }

    std::string token_here() const {
        return ctx_.tokens->issue(walk_.scope, {.place = walk_.cursor.at().here(), .exact = true});
    }
    std::string token_at(std::uint64_t number) const {
        const auto ordinal = walk_.cursor.ordinal_of(number);
        return ctx_.tokens->issue(walk_.scope, paging::token_position::at_ordinal(ordinal));
    }

    json::object meta(const json::value& next) const {
        const auto asked = request_.page.page;
        const std::uint64_t page =
            asked ? static_cast<std::uint64_t>(*asked) : walk_.first / walk_.size;
        const std::uint64_t total = walk_.total.value_or(0);
        const std::uint64_t size =
            request_.unpaged() ? std::max<std::uint64_t>(total, 1) : walk_.size;
        json::object pages = pagination({page, size, total});
        if (!walk_.total) pages["totalCount"] = pages["totalPages"] = nullptr;
        if (!walk_.total && request_.unpaged()) pages["pageSize"] = nullptr;
        pages["currentPageToken"] = current_token_;
        pages["nextPageToken"] = next;
        pages["prevPageToken"] =
            walk_.first == 0 ? json::value(nullptr) : json::value(token_at(previous_page()));
        return metadata(std::move(pages), request_.warnings);
    }

    /// First number of the page before this one; from behind the end, of the last page.
    std::uint64_t previous_page() const {
        if (!begun_behind_end_) return walk_.first - std::min(walk_.first, walk_.size);
        const std::uint64_t total = walk_.total.value_or(0);
        return total == 0 ? 0 : (total - 1) / walk_.size * walk_.size;
    }

    const context& ctx_;
    calls_walk walk_;
    call_writer writer_;
    calls_request request_;
    const hts::record* record_ = nullptr;  // the next call to write
    std::string current_token_;
    std::uint64_t written_ = 0;
    bool begun_ = false;
    bool begun_behind_end_ = false;  // there is no record `first`
};

/// Moves to where the answer starts: the token's place, the page's first call, or the beginning.
result<void> start(const context& ctx, const calls_request& request, calls_walk& walk) {
    if (!request.page.token) {
        const std::int64_t size = request.page.size.value_or(paging::default_page_size);
        walk.first = paging::first_item(request.page.page.value_or(0), size);
        return walk.cursor.seek(walk.first);
    }
    const auto told = ctx.tokens->read(*request.page.token, walk.scope);
    if (!told) return told.error();
    walk.first = walk.cursor.number_of(told->place.ordinal());
    if (!told->exact) return walk.cursor.seek(walk.first);
    const auto resumed = walk.cursor.resume(told->place);
    if (!resumed) return resumed.error();
    if (*resumed) return {};
    return error{
        errc::bad_request,
        "pageToken is stale: the file has been replaced; start again without it"};
}

/// The variants of a set that the items of a list mean: by their ids, or by their names.
variants::named_variants wanted_of(
    const std::vector<std::string>& items, const catalog::variant_set& set
) {
    variants::named_variants wanted;
    for (const auto& item : items) {
        if (auto place = place_of_variant_id(item, set.id)) wanted.places.push_back(*place);
        wanted.names.push_back(item);
    }
    return wanted;
}

/// The calls that are wanted.
struct choice {
    std::shared_ptr<const variants::selection> records;  ///< null: all
    std::uint64_t list_version = 0;                      ///< 0: no list chose
};

/// A list of samples or germplasm chooses all calls of a call set or none.
result<choice> choose(
    const context& ctx,
    const listed& list,
    const relations& all,
    const catalog::call_set& call_set,
    const variants::set_view& view
) {
    choice chosen{nullptr, list.version};
    if (list.call_sets) {
        if (!callset_filter::is_listed(*list.call_sets, all, call_set))
            chosen.records = std::make_shared<const variants::selection>();
        return chosen;
    }
    const auto& set = *call_set.set;
    const auto key = hash64(
        set.id + "/" + std::to_string(list.version) + "/" +
        std::to_string(view.content_fingerprint())
    );
    auto found = ctx.selections->get(key, [&] {
        return variants::select_variants(view, {.named = {wanted_of(*list.variants, set)}});
    });
    if (!found) return found.error();
    chosen.records = std::move(*found);
    return chosen;
}

/// Sees to it that waiting helps where it is what the error asks for.
error unavailable_until_indexed(const context& ctx, const catalog::variant_set& set, error why) {
    if (why.code == errc::unavailable) ctx.catalog->index_soon(set.files);
    return why;
}

result<http::response> answer(
    const context& ctx,
    const http::request& asked,
    calls_request request,
    std::string_view call_set_id
) {
    const auto now = visible(ctx, asked);
    const auto call_set = now->find_call_set(call_set_id);
    if (!call_set) return no_call_set(*now, call_set_id);
    const auto& set = *call_set->set;
    const variants::set_view view(set.files);
    choice chosen;
    if (call_set->created() != nullptr) {
        chosen.records = std::make_shared<const variants::selection>();
    } else if (!request.list_id.empty()) {
        auto list = read_listed(ctx, asked, request.list_id);
        if (!list) return list.error();
        if (!*list) {
            request.warnings.emplace_back("There is no list with this listDbId");
            list->emplace().variants.emplace();
        }
        auto made = choose(ctx, **list, relations(now), *call_set, view);
        if (!made) return unavailable_until_indexed(ctx, set, made.error());
        chosen = std::move(*made);
    }
    calls_walk walk{
        .cursor = variants::selected_cursor(variants::set_cursor(view), chosen.records),
        .scope = {}};
    walk.scope.query = query_hash(call_set_id, request.format, chosen.list_version);
    walk.scope.variant_set = hash64(set.id);
    walk.scope.provisional = view.provisional_fingerprint();
    walk.scope.content = view.content_fingerprint();
    walk.scope.overlay_generation = set.overlay_generation();
    walk.total = chosen.records ? chosen.records->size() : view.record_count();
    walk.size =
        request.unpaged()
            ? std::numeric_limits<std::uint64_t>::max()
            : static_cast<std::uint64_t>(request.page.size.value_or(paging::default_page_size));
    if (auto moved = start(ctx, request, walk); !moved)
        return unavailable_until_indexed(ctx, set, moved.error());
    const call_origin origin{call_set->id(), call_set->name(), set.id, set.name};
    http::response r;
    r.content_type = request.ndjson ? ndjson_type : "application/json";
    r.source = std::make_unique<calls_source>(
        ctx, std::move(walk), call_writer(origin, request.format, call_set->column), request
    );
    return r;
}

result<http::response> calls_of_call_set(
    const context& ctx, const http::request& request, std::string_view call_set_id
) {
    const auto wanted = read_request(request);
    if (!wanted) return wanted.error();
    auto made = answer(ctx, request, *wanted, call_set_id);
    if (made || made.error().code != errc::file_replaced) return made;
    ctx.catalog->rescan();
    return answer(ctx, request, *wanted, call_set_id);
}

}  // namespace

void add_call_routes(http::router& routes, const context& ctx) {
    routes.add({
        .method = http::verb::get,
        .pattern = "/brapi/v2/callsets/{callSetDbId}/calls",
        .blocking = true,
        .handle = [&ctx](
                      const auto& request, const auto& values
                  ) { return calls_of_call_set(ctx, request, values[0]); },
        .content_types = {"application/json", std::string(ndjson_type)},
    });
}

}  // namespace callstream::brapi
