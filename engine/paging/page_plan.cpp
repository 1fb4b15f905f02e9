#include "engine/paging/page_plan.hpp"

#include "engine/core/parse.hpp"

#include <limits>

namespace callstream::paging {

result<page_request> plan_request(
    std::optional<std::int64_t> page,
    std::optional<std::int64_t> size,
    std::optional<std::string> token
) {
    if (token && token->empty()) token.reset();
    if (token && is_all_digits(*token)) {
        page = parse_integer<std::int64_t>(*token);
        if (!page) return error{errc::bad_request, "pageToken is too large for a page number"};
        token.reset();
    }
    if (page && *page < 0) {
        return error{errc::bad_request, "page must be 0 or more; pages are counted from 0"};
    }
    if (size && *size < 1) return error{errc::bad_request, "pageSize must be 1 or more"};
    if (token) page.reset();
    return page_request{page, size, std::move(token)};
}

std::uint64_t first_item(std::int64_t page, std::int64_t size) {
    std::uint64_t first = 0;
    const bool overflow = __builtin_mul_overflow(
        static_cast<std::uint64_t>(page), static_cast<std::uint64_t>(size), &first
    );
    return overflow ? std::numeric_limits<std::uint64_t>::max() : first;
}

std::uint64_t page_count(std::uint64_t total, std::uint64_t size) {
    return total / size + (total % size != 0 ? 1 : 0);
}

}  // namespace callstream::paging
