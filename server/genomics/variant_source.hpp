// Answers that walk over variants: a page of them, a stream, a single one. Made while they are
// sent, and within a variant call by call, so that one of a million calls costs a block.
#pragma once

#include "engine/paging/page_token.hpp"
#include "server/genomics/context.hpp"
#include "server/genomics/field_mask.hpp"
#include "server/genomics/variant_choice.hpp"
#include "server/streaming/body_source.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace callstream::genomics {

/// How much a page has at most. The last variant may exceed `calls`, when it is the only one.
struct variant_page {
    std::uint64_t variants;
    std::uint64_t calls;
    std::optional<std::string> token;
    std::string query;  ///< the request in one spelling, without its page
};

/// `{"variants":[...],"nextPageToken":"..."}`; `shown` is of that. `errc::bad_request` for a token
/// that does not fit. The context outlives all of these.
result<std::unique_ptr<streaming::body_source>> page_of_variants(
    const context& ctx, variant_choice chosen, const field_mask& shown, const variant_page& page
);

/// `[{"variants":[...]},...]`, a message for each block; `shown` is of a message.
result<std::unique_ptr<streaming::body_source>> stream_of_variants(
    const context& ctx, variant_choice chosen, const field_mask& shown
);

/// The first one that is chosen, itself.
result<std::unique_ptr<streaming::body_source>> single_variant(
    const context& ctx, variant_choice chosen, const field_mask& shown
);

}  // namespace callstream::genomics
