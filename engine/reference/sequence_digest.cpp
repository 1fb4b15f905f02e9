#include "engine/reference/sequence_digest.hpp"

#include "engine/core/base64url.hpp"
#include "engine/core/digest.hpp"

#include <string_view>
#include <vector>

namespace callstream::reference {
namespace {

/// Of the first 24 bytes, which fill 32 characters without padding.
std::string t24u(const std::string& digest) {
    return to_base64url(std::string_view(digest).substr(0, 24));
}

}  // namespace

result<sequence_digests> digest_sequence(
    const std::shared_ptr<const reference_file>& file, std::size_t sequence, std::stop_token stop
) {
    constexpr std::size_t piece_bytes = 64 * 1024;
    running_digest md5(running_digest::kind::md5);
    running_digest sha512(running_digest::kind::sha512);
    reference_cursor cursor(file);
    if (sequence >= file->sequences().size()) return error{errc::bad_request, "no such sequence"};
    const auto length = file->sequences()[sequence].length;
    if (auto turned = cursor.turn_to(sequence, 0, length, letter_case::upper); !turned) {
        return turned.error();
    }
    std::vector<char> piece(piece_bytes);
    while (const std::size_t count = cursor.read(piece)) {
        if (stop.stop_requested()) return error{errc::unavailable, "the server is stopping"};
        md5.add({piece.data(), count});
        sha512.add({piece.data(), count});
    }
    return sequence_digests{hex_of_bytes(md5.finish()), t24u(sha512.finish())};
}

std::string md5_text(std::string_view bytes) {
    return digest_text(running_digest::kind::md5, bytes);
}

}  // namespace callstream::reference
