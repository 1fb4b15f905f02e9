// Lists of metadata: paged by number, written item by item as the client takes them.
#pragma once

#include "engine/core/text_buffer.hpp"
#include "server/http/query.hpp"
#include "server/http/response.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace callstream::brapi {

/// As asked for; what is absent is the first page of the usual size.
struct list_page {
    std::optional<std::int64_t> page;
    std::optional<std::int64_t> size;
    std::optional<std::string> token = std::nullopt;  ///< only where pages have tokens
};

/// `page` and `pageSize` of a GET.
result<list_page> read_list_page(http::query& q);
/// Those and `pageToken`.
result<list_page> read_token_page(http::query& q);

/// Which items of a list a page has.
struct page_window {
    std::uint64_t number = 0;
    std::uint64_t size = 0;
    std::uint64_t first = 0;  ///< 0-based; may lie behind the end
};

/// Sizes above 100,000 are reduced, which adds a warning. `errc::bad_request` for a page that
/// cannot be.
result<page_window> plan_list(const list_page& page, std::vector<std::string>& warnings);

/// Makes the item with this number on the page. Runs on worker threads, while the answer is taken;
/// keeps alive what it needs.
using make_item = std::function<boost::json::value(std::size_t)>;

/// Writes that item as JSON; for long lists of small ones. Is called with ascending numbers.
using write_item = std::function<void(text_buffer&, std::size_t)>;

/// The answer: `total` items in the list, `count` of them on this page.
http::response list_response(
    const page_window& window,
    std::uint64_t total,
    std::size_t count,
    make_item make,
    const std::vector<std::string>& warnings
);
http::response list_response(
    const page_window& window,
    std::uint64_t total,
    std::size_t count,
    write_item write,
    const std::vector<std::string>& warnings
);

/// The page of a list that is in memory as a whole. `to_json` makes one item of an element.
template <class Item, class ToJson>
http::response list_response(
    const page_window& window,
    std::vector<Item> all,
    ToJson to_json,
    const std::vector<std::string>& warnings
) {
    const std::uint64_t total = all.size();
    const std::uint64_t first = window.first < total ? window.first : total;
    const auto count =
        static_cast<std::size_t>(window.size < total - first ? window.size : total - first);
    return list_response(
        window,
        total,
        count,
        [all = std::move(all), first, to_json](std::size_t i) {
            return boost::json::value(to_json(all[static_cast<std::size_t>(first) + i]));
        },
        warnings
    );
}

}  // namespace callstream::brapi
