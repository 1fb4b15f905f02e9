// Which variants a request means, and which of their calls.
#pragma once

#include "engine/paging/page_token.hpp"
#include "engine/variants/item_walk.hpp"
#include "engine/variants/selection.hpp"
#include "server/genomics/context.hpp"
#include "server/genomics/wire.hpp"
#include "server/http/request.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::genomics {

/// Of SearchVariantsRequest and StreamVariantsRequest.
struct wanted_variants {
    std::optional<std::string> variant_set;  ///< its id; nothing: those of the call sets
    std::vector<std::string> call_sets;      ///< ids; none: all
    std::string name;                        ///< empty: any
    std::string reference;                   ///< its name
    genomics::window window;                 ///< on it
};

/// What is wanted of one variant set.
struct chosen_variants {
    const catalog::variant_set* set = nullptr;
    variants::set_view view;
    std::shared_ptr<const variants::selection> selected;  ///< null: all
    std::vector<std::uint32_t> columns;                   ///< whose calls, in their order
};

/// Immutable. Sets in which nothing can be wanted are not in it.
struct variant_choice {
    std::shared_ptr<const catalog::snapshot> now;  ///< what the sets point into
    std::vector<chosen_variants> sets;

    std::vector<variants::walk_part> parts() const;
    /// What page tokens are bound to, beside the request in one spelling.
    paging::token_scope scope(std::string_view query) const;
};

/// `errc::not_found` for a set that is not there, `errc::bad_request` for call sets of another
/// variant set, `errc::unavailable` while a file is not indexed, and then sees to it that it will
/// be. A reference that no file has leaves nothing, as Google's server did it.
result<variant_choice> choose_variants(
    const context& ctx, const http::request& request, const wanted_variants& wanted
);

/// The variant with this id, as a set of one. Errors likewise.
result<variant_choice> choose_variant(
    const context& ctx, const http::request& request, std::string_view id
);

}  // namespace callstream::genomics
