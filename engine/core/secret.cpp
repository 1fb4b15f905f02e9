#include "engine/core/secret.hpp"

#include <openssl/rand.h>

#include <stdexcept>

namespace callstream {

std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    auto* into = reinterpret_cast<unsigned char*>(bytes.data());
    if (RAND_bytes(into, static_cast<int>(count)) != 1) throw std::runtime_error("no randomness");
    return bytes;
}

}  // namespace callstream
