// Reading from htslib's BGZF stream with limits that htslib does not have.
#pragma once

#include "engine/hts/shared_blocks.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

struct BGZF;
struct kstring_t;

namespace callstream::hts {

/// What is read from: htslib's stream, and the blocks of those who read the same file meanwhile.
/// BGZF's own readers must not be used on it once it has had a block of somebody else. One thread
/// at a time.
struct bgzf_input {
    explicit bgzf_input(BGZF& from) : stream(from) {}

    BGZF& stream;
    std::shared_ptr<shared_blocks> others;  ///< may be null
    std::shared_ptr<const shared_blocks::block>
        held;  ///< the current one, if it is somebody else's
};

/// To be called between BGZF's own readers and those below, which must know where a block ends that
/// the former left half read.
void take_over(BGZF& stream);

/// The next line without its end (LF or CRLF) in `line`; false at the end of the file. Throws
/// damaged_file when the line has more than `limit` bytes or a block cannot be inflated,
/// std::runtime_error when the disk fails.
bool read_line(bgzf_input& in, kstring_t& line, std::size_t limit);

/// The same as a view that lives until the stream is read again: into the block where the line lies
/// in one, else into `several`.
bool read_line(bgzf_input& in, kstring_t& several, std::size_t limit, std::string_view& line);

/// What is left of the block at which the stream stands, after going on to the next one where
/// nothing is; empty at the end of the file. Lives until the stream is read again. Throws as above.
std::string_view bytes_ahead(bgzf_input& in);

/// Goes on behind `count` of them.
void pass_bytes(bgzf_input& in, std::size_t count);

/// Exactly `size` bytes; false at the end of the file, when there is none. Throws as `read_line`,
/// and when the file ends in between.
bool read_bytes(bgzf_input& in, void* into, std::size_t size);

/// Throws what the state of a stream that ended or failed calls for: an end without the BGZF
/// end-of-file block is damage.
void check_end(const BGZF& stream);

}  // namespace callstream::hts
