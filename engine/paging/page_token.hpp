// Page tokens: where a walk stands, signed. A token is self-contained, so it survives restarts and
// works on every replica that has the same bytes and the same key. It carries no rights.
#pragma once

#include "engine/core/error.hpp"
#include "engine/core/hash.hpp"
#include "engine/paging/signing_key.hpp"
#include "engine/variants/item_walk.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace callstream::paging {

/// What a token is bound to. A token is good only where all of it agrees.
struct token_scope {
    std::uint64_t query = 0;        ///< hash of the canonical query, paging parameters left out
    std::uint64_t variant_set = 0;  ///< hash of the variant sets' ids
    std::uint64_t provisional = 0;  ///< fingerprints of their bytes, see variants::set_view
    std::uint64_t content = 0;      ///< 0 while the index pass has not run
    std::uint32_t overlay_generation = 0;
};

/// Where the page starts: an item's place, or, when that is not `exact`, its number alone, which
/// the ordinal index turns into a place.
struct token_position {
    variants::item_place place = {};
    bool exact = false;
    std::uint64_t number = 0;  ///< among all items of the query

    static token_position at_number(std::uint64_t number) { return {{}, false, number}; }
};

/// Signs and reads tokens. Immutable and thread-safe.
class token_signer {
 public:
    /// `secret` is the content of a key file, at least 16 bytes.
    explicit token_signer(std::string_view secret) : key_(secret) {}
    explicit token_signer(signing_key key) : key_(key) {}

    /// See `signing_key::from_file`.
    static result<token_signer> from_file(const std::filesystem::path& path, bool create);

    std::string issue(const token_scope& scope, const token_position& position) const;

    /// `errc::bad_request` with the reason: damaged, not ours, another query, another file, or a
    /// file that was replaced.
    result<token_position> read(std::string_view token, const token_scope& scope) const;

    /// What else leaves the server is signed with the same key.
    const signing_key& key() const noexcept { return key_; }

 private:
    signing_key key_;
};

}  // namespace callstream::paging
