// GET /callsets/{callSetDbId}/calls: the calls of one call set, streamed, as one JSON document or
// as NDJSON, paged by token or by number.
#include "engine/core/hash.hpp"
#include "engine/paging/page_plan.hpp"
#include "server/brapi/call_writer.hpp"
#include "server/brapi/callsets.hpp"
#include "server/brapi/envelope.hpp"
#include "server/brapi/routes.hpp"
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

/// Equal for requests that walk the same calls in the same form; paging is left out.
std::uint64_t query_hash(std::string_view call_set_id, const genotype::genotype_format& format) {
    std::string canonical = "callsets/calls";
    const std::string_view parts[] = {
        call_set_id, format.unknown, format.separator_phased, format.separator_unphased};
    for (const auto part : parts) {
        canonical.append(1, '\n').append(std::to_string(part.size())).append(1, ':').append(part);
    }
    canonical.append(format.expand_homozygotes ? "\nexpanded" : "\ncollapsed");
    return hash64(canonical);
}

/// A walk over the calls of one call set from one place on, as one answer.
struct calls_walk {
    variants::set_cursor cursor;
    paging::token_scope scope;
    std::uint64_t first = 0;  ///< ordinal
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
        if (!walk_.cursor.is_unchanged()) throw damaged_file("the file was changed in place");
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
        writer_.write(out, *record_, walk_.cursor);
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
        if (record_ == nullptr) walk_.total = walk_.cursor.records_at_end();
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
        return ctx_.tokens->issue(walk_.scope, {.place = walk_.cursor.here(), .exact = true});
    }
    std::string token_at(std::uint64_t ordinal) const {
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

    /// First ordinal of the page before this one; from behind the end, of the last page.
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

/// Where the answer starts: the token's place, the page's first ordinal, or the beginning.
result<paging::token_position> start_of(
    const context& ctx, const calls_request& request, const paging::token_scope& scope
) {
    if (request.page.token) return ctx.tokens->read(*request.page.token, scope);
    const std::int64_t size = request.page.size.value_or(paging::default_page_size);
    return paging::token_position::at_ordinal(
        paging::first_item(request.page.page.value_or(0), size)
    );
}

result<void> move_to(calls_walk& walk, const paging::token_position& start) {
    if (!start.exact) return walk.cursor.seek(walk.first);
    const auto resumed = walk.cursor.resume(start.place);
    if (!resumed) return resumed.error();
    if (*resumed) return {};
    return error{
        errc::bad_request,
        "pageToken is stale: the file has been replaced; start again without it"};
}

result<http::response> answer(
    const context& ctx,
    const std::shared_ptr<const catalog::snapshot>& now,
    const calls_request& request,
    std::string_view call_set_id
) {
    const auto call_set = now->find_call_set(call_set_id);
    if (!call_set) return no_call_set(*now, call_set_id);
    const auto& set = *call_set->set;
    const variants::set_view view(set.files);
    calls_walk walk{.cursor = variants::set_cursor(view), .scope = {}};
    walk.scope.query = query_hash(call_set_id, request.format);
    walk.scope.variant_set = hash64(set.id);
    walk.scope.provisional = view.provisional_fingerprint();
    walk.scope.content = view.content_fingerprint();
    const auto start = start_of(ctx, request, walk.scope);
    if (!start) return start.error();
    walk.first = start->place.ordinal();
    walk.total = view.record_count();
    walk.size =
        request.unpaged()
            ? std::numeric_limits<std::uint64_t>::max()
            : static_cast<std::uint64_t>(request.page.size.value_or(paging::default_page_size));
    if (auto moved = move_to(walk, *start); !moved) {
        if (moved.error().code == errc::unavailable) ctx.catalog->index_soon(set.files);
        return moved.error();
    }
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
    auto made = answer(ctx, visible(ctx, request), *wanted, call_set_id);
    if (made || made.error().code != errc::file_replaced) return made;
    ctx.catalog->rescan();
    return answer(ctx, visible(ctx, request), *wanted, call_set_id);
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
