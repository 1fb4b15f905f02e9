// GET /references/{referenceDbId}/bases: the letters of a sequence, streamed, paged by token.
#include "engine/core/parse.hpp"
#include "engine/paging/signed_text.hpp"
#include "server/brapi/envelope.hpp"
#include "server/brapi/references.hpp"
#include "server/brapi/routes.hpp"
#include "server/streaming/json_text.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace callstream::brapi {
using catalog::reference_item;
namespace json = boost::json;
namespace {

constexpr std::int64_t page_bases = 1'000'000;
constexpr std::int64_t page_bases_max = 100'000'000;
constexpr std::string_view token_purpose = "references/bases/1";
constexpr std::size_t token_chars_max = 8192;

error bad(std::string why) {
    return {errc::bad_request, std::move(why)};
}

/// What the client asked for; bounds are 0-based, the end is exclusive.
struct bases_request {
    std::optional<std::int64_t> start;
    std::optional<std::int64_t> end;
    std::optional<std::string> token;
    std::uint64_t size = page_bases;
    std::vector<std::string> warnings;
};

result<bases_request> read_request(const http::request& request) {
    bases_request out;
    http::query q(request);
    const auto start = q.integer("start");
    if (!start) return start.error();
    const auto end = q.integer("end");
    if (!end) return end.error();
    auto token = q.filter("pageToken");
    if (!token) return token.error();
    const auto size = q.integer("pageSize");
    if (!size) return size.error();
    if (start->value_or(0) < 0) return bad("start must be 0 or more; bases are counted from 0");
    if (end->value_or(0) < 0) return bad("end must be 0 or more");
    if (*end && start->value_or(0) > **end) return bad("start must not be behind end");
    if (size->value_or(1) < 1) return bad("pageSize must be 1 or more");
    out.warnings = ignored_parameters(q);
    if (size->value_or(1) > page_bases_max) {
        out.warnings.push_back("pageSize was reduced to " + std::to_string(page_bases_max));
    }
    out.start = *start;
    out.end = *end;
    out.token = std::move(*token);
    out.size = static_cast<std::uint64_t>(std::min(size->value_or(page_bases), page_bases_max));
    return out;
}

/// A stretch of which the pages are parts, and where the page begins.
struct walk_place {
    std::uint64_t start0 = 0;
    std::uint64_t end0 = 0;
    std::uint64_t at = 0;
};

/// Within the sequence; behind its end nothing is left.
walk_place clamped(const bases_request& asked, std::uint64_t length) {
    walk_place place;
    const auto start = static_cast<std::uint64_t>(asked.start.value_or(0));
    const auto end = asked.end ? static_cast<std::uint64_t>(*asked.end) : length;
    place.end0 = std::min(end, length);
    place.start0 = place.at = std::min(start, place.end0);
    return place;
}

/// Tokens: reference, its file, and the numbers of the place, a line each.
std::string token_of(const context& ctx, const reference_item& item, const walk_place& place) {
    std::string text = item.id() + '\n' + item.set->fasta->key();
    for (const auto number : {place.start0, place.end0, place.at}) {
        text += '\n' + std::to_string(number);
    }
    return paging::sign_text(ctx.tokens->key(), token_purpose, text);
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

result<walk_place> read_token(
    const context& ctx, const bases_request& asked, const reference_item& item
) {
    const auto& token = *asked.token;
    const auto text = token.size() <= token_chars_max
                          ? paging::open_signed_text(ctx.tokens->key(), token_purpose, token)
                          : std::nullopt;
    if (!text) {
        return bad(
            "pageToken was altered, belongs to another service, or was signed with another "
            "server's token key; send it exactly as it was received"
        );
    }
    const auto lines = lines_of(*text);  // five, because we signed them
    if (lines[0] != item.id()) return bad("pageToken belongs to another reference");
    if (lines[1] != item.set->fasta->key()) {
        return bad("pageToken is stale: the file has been replaced; start again without it");
    }
    const auto number = [&](std::size_t line) {
        return parse_integer<std::uint64_t>(lines[line]).value_or(0);
    };
    const walk_place place{number(2), number(3), number(4)};
    const auto again = clamped(asked, item.entry().length);
    const bool other_start = asked.start && again.start0 != place.start0;
    const bool other_end = asked.end && again.end0 != place.end0;
    if (!other_start && !other_end) return place;
    return bad("pageToken belongs to another stretch: leave start and end out, or as they were");
}

/// Whether letters, which are no control characters, are not all their own JSON.
bool needs_escapes(std::string_view letters) {
    return letters.find('"') != std::string_view::npos ||
           letters.find('\\') != std::string_view::npos;
}

/// Letters of one page, a block at a time.
class bases_source : public streaming::body_source {
 public:
    bases_source(const reference_item& item, std::string head)
        : file_(item.file), cursor_(item.file), head_(std::move(head)) {}

    result<void> turn_to(std::size_t sequence, std::uint64_t start0, std::uint64_t end0) {
        return cursor_.turn_to(sequence, start0, end0, reference::letter_case::upper);
    }

    result<progress> fill(text_buffer& out) override {
        out.append(std::exchange(head_, {}));
        const auto count =
            static_cast<std::size_t>(std::min<std::uint64_t>(cursor_.left(), piece_bytes));
        char* letters = out.prepare(count);
        const std::size_t got = cursor_.read({letters, count});
        // Behind the reading: letters count only if they were those of the file.
        if (!file_->is_unchanged()) throw damaged_file("the file was changed in place");
        if (needs_escapes({letters, got})) {
            out.append(streaming::json_escaped(std::string(letters, got)));
        } else {
            out.commit(letters + got);
        }
        if (cursor_.left() > 0) return progress::more;
        out.append("\"}}\n");
        return progress::done;
    }

 private:
    static constexpr std::size_t piece_bytes = streaming::block_bytes - 4096;  // beside the head

    std::shared_ptr<const reference::reference_file> file_;
    reference::reference_cursor cursor_;
    std::string head_;
};

/// All of the answer before the letters.
std::string head_of(const json::value& next, std::uint64_t offset, const bases_request& asked) {
    std::string head = "{";
    head.append(context_member());
    head += ",\"metadata\":" + json::serialize(metadata(pagination({}), asked.warnings));
    head += ",\"result\":{\"nextPageToken\":" + json::serialize(next);
    return head + ",\"offset\":" + std::to_string(offset) + ",\"sequence\":\"";
}

/// Of the letters, which are those of the file as it is now.
std::string version_of(const reference_item& item, const walk_place& place, std::uint64_t end0) {
    const auto& file = item.file->identity();
    std::string out = item.id();
    for (const auto number : {file.device, file.inode, file.size, place.at, end0}) {
        out.append(" ").append(std::to_string(number));
    }
    return out + " " + std::to_string(file.mtime_ns);
}

result<http::response> answer(
    const context& ctx, const bases_request& asked, const reference_item& item
) {
    const auto place = asked.token ? read_token(ctx, asked, item)
                                   : result<walk_place>(clamped(asked, item.entry().length));
    if (!place) return place.error();
    const std::uint64_t end0 = place->at + std::min(asked.size, place->end0 - place->at);
    json::value next;
    if (end0 < place->end0) next = token_of(ctx, item, {place->start0, place->end0, end0});
    // Where a client asked for letters behind the end, it is told so by the place it asked for.
    const auto start = static_cast<std::uint64_t>(asked.start.value_or(0));
    const std::uint64_t offset = asked.token ? place->at : std::max(start, place->at);
    const std::string head = head_of(next, offset, asked);
    auto source = std::make_unique<bases_source>(item, head);
    if (auto turned = source->turn_to(item.sequence, place->at, end0); !turned) {
        return turned.error();
    }
    http::response r;
    r.version = head + version_of(item, *place, end0);
    r.source = std::move(source);
    return r;
}

result<http::response> bases(
    const context& ctx, const http::request& request, std::string_view id
) {
    const auto asked = read_request(request);
    if (!asked) return asked.error();
    return with_current_files(*ctx.catalog, [&]() -> result<http::response> {
        const auto now = visible(ctx, request);
        const auto item = catalog::find_current_reference(*now, id);
        if (!item) return item.error();
        return answer(ctx, *asked, *item);
    });
}

}  // namespace

void add_reference_bases_routes(http::router& routes, const context& ctx) {
    routes.add({
        .method = http::verb::get,
        .pattern = "/brapi/v2/references/{referenceDbId}/bases",
        .blocking = true,
        .handle = [&ctx](
                      const auto& request, const auto& values
                  ) { return bases(ctx, request, values[0]); },
    });
}

}  // namespace callstream::brapi
