// Checksums that name a sequence wherever it is stored: of its letters in upper case, without line
// ends (SAM specification, M5; GA4GH refget).
#pragma once

#include "engine/core/error.hpp"
#include "engine/reference/reference_file.hpp"

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

namespace callstream::reference {

struct sequence_digests {
    std::string md5;         ///< 32 lower-case hexadecimal digits
    std::string sha512t24u;  ///< 32 characters of base64url; refget writes `SQ.` before them
};

/// Reads the whole sequence, some 280 MB a second. `errc::unavailable` when stopped. Throws
/// damaged_file.
result<sequence_digests> digest_sequence(
    const std::shared_ptr<const reference_file>& file, std::size_t sequence, std::stop_token stop
);

/// MD5 of `bytes` as they are, in lower-case hexadecimal digits.
std::string md5_text(std::string_view bytes);

}  // namespace callstream::reference
