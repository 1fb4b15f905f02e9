// From paging parameters to a place: which item a page starts with and how many it has.
#pragma once

#include "engine/core/error.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace callstream::paging {

/// As the client asked; every part may be absent.
struct page_request {
    std::optional<std::int64_t> page;  ///< 0-based
    std::optional<std::int64_t> size;
    std::optional<std::string> token;  ///< an opaque token; never empty, never all digits
};

constexpr std::int64_t default_page_size = 1000;

/// An all-digit token is a page number, an empty one counts as absent; any other wins over `page`.
/// `errc::bad_request` for a negative page and for a size below 1.
result<page_request> plan_request(
    std::optional<std::int64_t> page,
    std::optional<std::int64_t> size,
    std::optional<std::string> token
);

/// First item of a page by number; saturates instead of overflowing, so a page far behind the end
/// is simply empty.
std::uint64_t first_item(std::int64_t page, std::int64_t size);

/// ceil(total / size).
std::uint64_t page_count(std::uint64_t total, std::uint64_t size);

}  // namespace callstream::paging
