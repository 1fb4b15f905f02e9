#include "engine/reference/sequence_digest.hpp"

#include "engine/core/base64url.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace callstream::reference {
namespace {

class running_digest {
 public:
    explicit running_digest(const EVP_MD* kind) : context_(EVP_MD_CTX_new()) {
        check(context_ != nullptr && EVP_DigestInit_ex(context_.get(), kind, nullptr) == 1);
    }
    void add(std::string_view bytes) {
        check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
    }
    std::vector<std::uint8_t> finish() {
        std::vector<std::uint8_t> digest(EVP_MAX_MD_SIZE);
        unsigned size = 0;
        check(EVP_DigestFinal_ex(context_.get(), digest.data(), &size) == 1);
        digest.resize(size);
        return digest;
    }

 private:
    struct destroy {
        void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
    };
    static void check(bool done) {
        if (!done) throw std::runtime_error("a digest cannot be computed");
    }
    std::unique_ptr<EVP_MD_CTX, destroy> context_;
};

std::string hex(const std::vector<std::uint8_t>& bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : bytes) (text += digits[byte >> 4]) += digits[byte & 15];
    return text;
}

/// Of the first 24 bytes, which fill 32 characters without padding.
std::string t24u(const std::vector<std::uint8_t>& digest) {
    return to_base64url({reinterpret_cast<const char*>(digest.data()), 24});
}

}  // namespace

result<sequence_digests> digest_sequence(
    const std::shared_ptr<const reference_file>& file, std::size_t sequence, std::stop_token stop
) {
    constexpr std::size_t piece_bytes = 64 * 1024;
    running_digest md5(EVP_md5());
    running_digest sha512(EVP_sha512());
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
    return sequence_digests{hex(md5.finish()), t24u(sha512.finish())};
}

std::string md5_text(std::string_view bytes) {
    running_digest md5(EVP_md5());
    md5.add(bytes);
    return hex(md5.finish());
}

}  // namespace callstream::reference
