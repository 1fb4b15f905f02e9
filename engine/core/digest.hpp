// Digests of bytes as they come.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace callstream {

/// Not thread-safe. Throws std::runtime_error where the library has no such digest.
class running_digest {
 public:
    enum class kind { md5, sha256, sha512 };
    explicit running_digest(kind k);

    void add(std::string_view bytes);
    /// The bytes of the digest; nothing may be added afterwards.
    std::string finish();

 private:
    struct destroy {
        void operator()(evp_md_ctx_st* context) const noexcept;
    };
    std::unique_ptr<evp_md_ctx_st, destroy> context_;
};

/// Two lower-case digits per byte.
std::string hex_of_bytes(std::string_view bytes);

/// The digest in hexadecimal.
std::string digest_text(running_digest::kind k, std::string_view bytes);

}  // namespace callstream
