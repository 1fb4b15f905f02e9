// Answers that walk over reads, made while they are sent: a page of them, a stream.
#pragma once

#include "server/genomics/context.hpp"
#include "server/genomics/field_mask.hpp"
#include "server/genomics/read_choice.hpp"
#include "server/streaming/body_source.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace callstream::genomics {

struct reads_page {
    std::uint64_t reads;  ///< at most
    std::optional<std::string> token;
    std::string query;  ///< the request in one spelling, without its page
};

/// `{"alignments":[...],"nextPageToken":"..."}`; `shown` is of that. `errc::bad_request` for a
/// token that does not fit, errors of `record_walk::open`. The context outlives both.
result<std::unique_ptr<streaming::body_source>> page_of_reads(
    const context& ctx, read_choice chosen, const field_mask& shown, reads_page page
);

/// `[{"alignments":[...]},...]`, a message for each block; `shown` is of a message.
result<std::unique_ptr<streaming::body_source>> stream_of_reads(
    const context& ctx, read_choice chosen, const field_mask& shown
);

}  // namespace callstream::genomics
