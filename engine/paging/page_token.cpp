#include "engine/paging/page_token.hpp"

#include "engine/core/base64url.hpp"

#include <cstring>

namespace callstream::paging {
namespace {

constexpr std::uint8_t format_version = 2;

// Integers are little-endian in memory and on the wire; replicas are of one kind.
struct __attribute__((packed)) token_bytes {
    std::uint8_t version = format_version;
    std::uint8_t exact = 0;
    std::uint16_t unused = 0;
    std::uint32_t file = 0;
    std::uint32_t overlay_generation = 0;
    std::uint64_t query = 0;
    std::uint64_t variant_set = 0;
    std::uint64_t provisional = 0;
    std::uint64_t content = 0;
    std::uint64_t number = 0;
    std::uint64_t part_first = 0;
    std::uint64_t file_first = 0;
    std::uint64_t ordinal = 0;
    std::uint64_t virtual_offset = 0;
    std::uint32_t duplicate = 0;
    std::uint32_t check = 0;
    std::uint32_t part = 0;
    std::uint32_t within = 0;
    std::uint32_t unused_too = 0;
    std::uint8_t signature[signature_bytes] = {};
};
constexpr std::size_t signed_bytes = sizeof(token_bytes) - signature_bytes;
static_assert(sizeof(token_bytes) % 3 == 0);  // so that a token's length tells its size

std::string_view bytes_of(const token_bytes& t, std::size_t size) {
    return {reinterpret_cast<const char*>(&t), size};
}

error refuse(std::string why) {
    return {errc::bad_request, "pageToken " + std::move(why)};
}

}  // namespace

result<token_signer> token_signer::from_file(const std::filesystem::path& path, bool create) {
    auto key = signing_key::from_file(path, create);
    if (!key) return key.error();
    return token_signer(std::move(*key));
}

std::string token_signer::issue(const token_scope& scope, const token_position& position) const {
    token_bytes t;
    t.exact = position.exact ? 1 : 0;
    const auto& row = position.place.row;
    t.number = position.number;
    t.part = position.place.part;
    t.part_first = position.place.part_first;
    t.within = position.place.within;
    t.file = row.file;
    t.overlay_generation = scope.overlay_generation;
    t.query = scope.query;
    t.variant_set = scope.variant_set;
    t.provisional = scope.provisional;
    t.content = scope.content;
    t.file_first = row.file_first;
    t.ordinal = row.point.ordinal;
    t.virtual_offset = row.point.virtual_offset;
    t.duplicate = row.point.duplicate;
    t.check = row.point.check;
    const signature s = key_.sign(bytes_of(t, signed_bytes));
    std::memcpy(t.signature, s.data(), s.size());
    return to_base64url(bytes_of(t, sizeof t));
}

result<token_position> token_signer::read(std::string_view token, const token_scope& scope) const {
    constexpr std::size_t token_chars = sizeof(token_bytes) / 3 * 4;
    token_bytes t;
    if (token.size() != token_chars) {
        return refuse(
            "is damaged: it has " + std::to_string(token.size()) + " characters instead of " +
            std::to_string(token_chars) + "; send it exactly as it was received"
        );
    }
    const auto bytes = from_base64url(token);
    if (!bytes) return refuse("is damaged: it has characters that no token has");
    const std::string_view all(*bytes);
    if (!key_.verify(all.substr(0, signed_bytes), all.substr(signed_bytes))) {
        return refuse("was altered, or was signed with another server's token key");
    }
    std::memcpy(&t, all.data(), sizeof t);
    if (t.version != format_version) return refuse("was made by another version of callstream");
    if (t.variant_set != scope.variant_set) return refuse("belongs to another file");
    if (t.query != scope.query) {
        return refuse("belongs to another query: path and parameters must be those it came from");
    }
    const bool both_indexed = t.content != 0 && scope.content != 0;
    const bool same_bytes =
        t.provisional == scope.provisional && (!both_indexed || t.content == scope.content);
    if (!same_bytes) return refuse("is stale: the file has been replaced; start again without it");
    if (t.overlay_generation != scope.overlay_generation) {
        return refuse("is stale: what is shown of the file has changed; start again without it");
    }
    const variants::resume_point point{t.ordinal, t.virtual_offset, t.duplicate, t.check};
    const variants::set_place row{t.file, t.file_first, point};
    return token_position{{t.part, t.part_first, row, t.within}, t.exact != 0, t.number};
}

}  // namespace callstream::paging
