// 64- and 128-bit hashes for fingerprints and checks (XXH3). Not for secrets: tokens are signed in
// `engine/paging`.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace callstream {

struct hash128 {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    bool operator==(const hash128&) const = default;
};

std::uint64_t hash64(std::string_view bytes);

/// Hashes bytes that come in pieces; the result does not depend on where they were cut.
class running_hash {
 public:
    running_hash();
    ~running_hash();
    running_hash(running_hash&&) noexcept;
    running_hash& operator=(running_hash&&) noexcept;

    void add(const void* bytes, std::size_t size);
    hash128 value() const;

 private:
    struct state;
    std::unique_ptr<state> state_;
};

/// Lower-case hexadecimal, 16 digits.
std::string hex_text(std::uint64_t value);

}  // namespace callstream
