// The Range field and the preconditions of one file (RFC 9110, sections 13 and 14).
#pragma once

#include "engine/core/file.hpp"
#include "server/http/request.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace callstream::http {

/// Bytes `first` to `end`, which is not one of them.
struct byte_range {
    std::uint64_t first = 0;
    std::uint64_t end = 0;

    std::uint64_t size() const noexcept { return end - first; }
    bool operator==(const byte_range&) const = default;
};

enum class range_kind {
    absent,         ///< none, other units, or several ranges
    malformed,      ///< not what the grammar has
    reversed,       ///< ends before it begins
    satisfiable,    ///< `range` lies within the file
    unsatisfiable,  ///< nothing of it lies within the file
};

struct wanted_range {
    range_kind kind = range_kind::absent;
    byte_range range = {};

    bool operator==(const wanted_range&) const = default;
};

/// What a Range field asks of a body of `size` bytes. A last byte behind the end means the end. For
/// files all but the last two kinds are ignored.
/// Several ranges are ignored, so that the whole body is the answer, which every client has to be
/// ready for; nothing that reads genome files sends them.
wanted_range read_range(std::string_view field, std::uint64_t size);

/// A strong entity tag with its quotes: of device, inode, size and time in nanoseconds.
std::string entity_tag_of(const file_identity& file);
std::string last_modified_of(const file_identity& file);

/// `Content-Range: bytes FIRST-LAST/SIZE`, or `bytes */SIZE` without a range.
std::string content_range(std::optional<byte_range> range, std::uint64_t size);

/// How a GET or HEAD of a file is to be answered.
struct file_answer {
    int status = 200;  ///< 200, 206, 304, 412 or 416
    byte_range range;  ///< for 200 and 206
};

/// Weighs If-Match, If-Unmodified-Since, If-None-Match, If-Modified-Since, If-Range and Range in
/// the order of RFC 9110, section 13.2.2.
file_answer judge(const request& asked, const file_identity& file);

}  // namespace callstream::http
