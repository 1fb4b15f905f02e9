// The checksums by which refget names a sequence.
#pragma once

#include "engine/reference/sequence_digest.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace callstream::refget {

/// One of the two is there.
struct sequence_id {
    std::string md5;         ///< 32 lower-case hexadecimal digits
    std::string sha512t24u;  ///< 32 characters of base64url

    bool names(const reference::sequence_digests& digests) const {
        return md5.empty() ? sha512t24u == digests.sha512t24u : md5 == digests.md5;
    }
};

/// An MD5, `SQ.` and a sha512t24u, or a TRUNC512 (48 hexadecimal digits), with or without what
/// refget 2.0 puts before them (`md5:`, `ga4gh:`, `trunc512:`); hexadecimal digits in any case.
/// Nothing for what can name no sequence.
std::optional<sequence_id> read_sequence_id(std::string_view text);

/// TRUNC512 is the same 24 bytes in hexadecimal.
std::string trunc512_of(std::string_view sha512t24u);

}  // namespace callstream::refget
