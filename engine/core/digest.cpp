#include "engine/core/digest.hpp"

#include <openssl/evp.h>

#include <stdexcept>

namespace callstream {
namespace {

const EVP_MD* algorithm(running_digest::kind k) {
    switch (k) {
        case running_digest::kind::md5:
            return EVP_md5();
        case running_digest::kind::sha256:
            return EVP_sha256();
        case running_digest::kind::sha512:
            return EVP_sha512();
    }
    return nullptr;
}

void check(bool done) {
    if (!done) throw std::runtime_error("a digest cannot be computed");
}

}  // namespace

void running_digest::destroy::operator()(evp_md_ctx_st* context) const noexcept {
    EVP_MD_CTX_free(context);
}

running_digest::running_digest(kind k) : context_(EVP_MD_CTX_new()) {
    check(context_ != nullptr && EVP_DigestInit_ex(context_.get(), algorithm(k), nullptr) == 1);
}

void running_digest::add(std::string_view bytes) {
    check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

std::string running_digest::finish() {
    std::string digest(EVP_MAX_MD_SIZE, '\0');
    unsigned size = 0;
    auto* into = reinterpret_cast<unsigned char*>(digest.data());
    check(EVP_DigestFinal_ex(context_.get(), into, &size) == 1);
    digest.resize(size);
    return digest;
}

std::string hex_of_bytes(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        (text += digits[byte >> 4]) += digits[byte & 15];
    }
    return text;
}

std::string digest_text(running_digest::kind k, std::string_view bytes) {
    running_digest digest(k);
    digest.add(bytes);
    return hex_of_bytes(digest.finish());
}

}  // namespace callstream
