// A body that is made piece by piece, when the socket asks for more. So an answer of 10 GB costs
// the memory of one of 1 MB.
#pragma once

#include "engine/core/error.hpp"
#include "engine/core/text_buffer.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace callstream::streaming {

class deflate_writer;

/// About what `fill` should add per call: large enough for one system call to be cheap, small
/// enough to stay in the L2 cache between rendering and sending.
constexpr std::size_t block_bytes = 256 * 1024;

/// Called on a worker thread, by one thread at a time, never after it reported the end.
class body_source {
 public:
    body_source() = default;
    body_source(const body_source&) = delete;
    body_source& operator=(const body_source&) = delete;
    virtual ~body_source() = default;

    enum class progress { more, done };

    /// Appends about `block_bytes` to `out`, which may hold something already. Overshoots by at
    /// most one item. An error of the first call becomes an error answer; later the status is sent
    /// already, so an error or an exception (damaged_file) cuts the connection.
    virtual result<progress> fill(text_buffer& out) = 0;

    /// Bytes of the whole body, for a source that knows before it made them.
    virtual std::optional<std::uint64_t> length() const { return std::nullopt; }

    /// What every cell ends with, where the text is mostly cells one behind the other: those are
    /// compressed as such.
    virtual std::optional<char> cell_end() const { return std::nullopt; }

    /// Whether the source knows where its text repeats itself, and had better write it compressed
    /// on its own: by `fill_deflated` in place of `fill`, with the same results, until `out` is
    /// full. Asked before the first of them; may look at what comes, and throw as they do.
    virtual bool deflates() { return false; }
    virtual result<progress> fill_deflated(deflate_writer&) { return progress::done; }
};

}  // namespace callstream::streaming
