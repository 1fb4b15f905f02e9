// Content codings: gzip (ISA-L) and zstd, block by block, each block decodable when it arrives.
#pragma once

#include "server/streaming/block_pool.hpp"
#include "server/streaming/body_source.hpp"
#include "server/streaming/fill_ahead.hpp"

#include <memory>
#include <optional>
#include <string_view>

namespace callstream::streaming {

enum class coding { identity, gzip, zstd };

std::string_view coding_name(coding c);

/// Compresses a stream. Not thread-safe.
class encoder {
 public:
    virtual ~encoder() = default;
    /// Appends the coded form of `text` to `out`, flushed so that it can be decoded up to here.
    /// With `last` the stream is closed. Throws std::runtime_error.
    virtual void encode(std::string_view text, bool last, text_buffer& out) = 0;
};

/// For gzip and zstd.
std::unique_ptr<encoder> make_encoder(coding c);

/// `inner`, compressed, or written compressed by itself. `scratch` holds what inner made until it
/// is coded. With a second block, and somebody who runs jobs, the next piece is made while the last
/// one is coded.
std::unique_ptr<body_source> compressed(
    std::unique_ptr<body_source> inner,
    coding c,
    block scratch,
    std::optional<block> ahead = std::nullopt,
    run_elsewhere run = nullptr
);

}  // namespace callstream::streaming
