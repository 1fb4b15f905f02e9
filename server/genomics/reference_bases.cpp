// GET /v1/references/{referenceId}/bases: the letters of a stretch, page by page.
#include "engine/catalog/reference_item.hpp"
#include "engine/core/parse.hpp"
#include "server/genomics/route.hpp"
#include "server/genomics/routes.hpp"
#include "server/genomics/wire.hpp"

#include <algorithm>

namespace callstream::genomics {
namespace json = boost::json;
using catalog::reference_item;
namespace {

constexpr page_limits pages{200'000, 10'000'000};  // letters

/// 0-based, half-open, within the sequence.
struct stretch {
    std::uint64_t start0 = 0;
    std::uint64_t end0 = 0;
};

struct bases_request {
    genomics::window window;
    page_request page;
};

result<bases_request> read_request(const http::request& request) {
    http::query q(request);
    bases_request out;
    const auto window = read_window(q);
    if (!window) return window.error();
    out.window = *window;
    auto page = read_page(q);
    if (!page) return page.error();
    out.page = std::move(*page);
    return out;
}

stretch within(const window& asked, std::uint64_t length) {
    const auto end = asked.end0 == 0 ? length : static_cast<std::uint64_t>(asked.end0);
    const auto end0 = std::min(end, length);
    return {std::min(static_cast<std::uint64_t>(asked.start0), end0), end0};
}

result<std::string> letters_of(const reference_item& item, const stretch& wanted) {
    std::string out(wanted.end0 - wanted.start0, '\0');
    reference::reference_cursor cursor(item.file);
    const auto turned =
        cursor.turn_to(item.sequence, wanted.start0, wanted.end0, reference::letter_case::upper);
    if (!turned) return turned.error();
    std::size_t have = 0;
    while (have < out.size()) {
        const auto got = cursor.read({out.data() + have, out.size() - have});
        if (got == 0) throw damaged_file("a sequence is shorter than its index says");
        have += got;
    }
    // Behind the reading: letters count only if they were those of the file.
    if (!item.file->is_unchanged()) throw damaged_file("the file was changed in place");
    return out;
}

result<http::response> bases(
    const context& ctx, const http::request& request, const reference_item& item
) {
    const auto asked = read_request(request);
    if (!asked) return asked.error();
    const auto size = page_size(asked->page.size, pages.usual, pages.most);
    if (!size) return size.error();
    const auto all = within(asked->window, item.entry().length);
    const list_tokens tokens(
        *ctx.key,
        "bases " + item.id() + " " + item.set->fasta->key() + " " + std::to_string(all.start0) +
            " " + std::to_string(all.end0)
    );
    const auto place = tokens.read(asked->page.token);
    if (!place) return place.error();
    // A token that we signed holds a number within the stretch.
    stretch part = all;
    if (*place) part.start0 = parse_integer<std::uint64_t>(**place).value_or(all.end0);
    part.end0 = part.start0 + std::min(*size, all.end0 - part.start0);
    auto letters = letters_of(item, part);
    if (!letters) return letters.error();
    return answer(
        request,
        {{"offset", int64_text(static_cast<std::int64_t>(part.start0))},
         {"sequence", std::move(*letters)},
         {"nextPageToken",
          part.end0 < all.end0 ? tokens.issue(std::to_string(part.end0)) : std::string()}}
    );
}

result<http::response> get_bases(
    const context& ctx, const http::request& request, std::string_view id
) {
    return with_current_files(*ctx.catalog, [&]() -> result<http::response> {
        const auto now = visible(ctx, request);
        const auto item = catalog::find_current_reference(*now, id);
        if (!item) return item.error();
        return bases(ctx, request, *item);
    });
}

}  // namespace

void add_reference_bases_routes(http::router& routes, const context& ctx) {
    routes.add(route_of(http::verb::get, "/v1/references/{referenceId}/bases", ctx, get_bases));
}

}  // namespace callstream::genomics
