// Nothing passes for signed that was not signed here, and what was comes back as it went out. The
// first byte says what the rest is.
#include "engine/paging/page_token.hpp"

#include "engine/paging/signed_text.hpp"
#include "tests/fuzz/support/fuzz_input.hpp"

#include <algorithm>
#include <array>
#include <fuzzer/FuzzedDataProvider.h>

namespace callstream::fuzzing {
namespace {

const paging::token_signer& signer() {
    static const paging::token_signer made("a secret of enough bytes");
    return made;
}
constexpr std::string_view purpose = "fuzz/1";

const paging::token_scope& issued_scope() {
    static const paging::token_scope scope{11, 22, 33, 44, 55};
    return scope;
}

const std::array<std::string, 3>& issued_tokens() {
    static const std::array<std::string, 3> tokens = {
        signer().issue(issued_scope(), paging::token_position::at_number(0)),
        signer().issue(issued_scope(), {{0, 0, {0, 0, {7, 1234 << 16 | 56, 2, 99}}, 3}, true, 0}),
        signer().issue(
            issued_scope(), {{2, 9, {2, 1000, {~0ULL, ~0ULL, ~0U, ~0U}}, ~0U}, true, ~0ULL}
        ),
    };
    return tokens;
}

const std::string& issued_text() {
    static const std::string text =
        paging::sign_text(signer().key(), purpose, "{\"callSetDbIds\":[\"a\",\"b\"]}");
    return text;
}

void check_token(std::string_view token) {
    const auto& known = issued_tokens();
    const bool accepted = signer().read(token, issued_scope()).has_value();
    const bool issued = std::find(known.begin(), known.end(), token) != known.end();
    require(accepted == issued, "a token is accepted if and only if it was issued", token);
}

void check_signed_text(std::string_view text) {
    const bool opened = paging::open_signed_text(signer().key(), purpose, text).has_value();
    require(opened == (text == issued_text()), "a text is opened only if it was signed", text);
    require(
        !paging::open_signed_text(signer().key(), "fuzz/2", text),
        "a text is good for its own purpose only",
        text
    );
}

/// Every two bytes are a place and what is put there.
std::string edited(std::string text, std::string_view edits) {
    for (std::size_t i = 0; i + 1 < edits.size() && !text.empty(); i += 2) {
        text[static_cast<unsigned char>(edits[i]) % text.size()] = edits[i + 1];
    }
    return text;
}

bool same(const paging::token_position& a, const paging::token_position& b) {
    return a.place == b.place && a.exact == b.exact && a.number == b.number;
}

void check_round_trip(std::string_view bytes) {
    FuzzedDataProvider from(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    const auto u64 = [&] { return from.ConsumeIntegral<std::uint64_t>(); };
    const auto u32 = [&] { return from.ConsumeIntegral<std::uint32_t>(); };
    const paging::token_scope scope{u64(), u64(), u64(), u64(), u32()};
    const paging::token_position position{
        {u32(), u64(), {u32(), u64(), {u64(), u64(), u32(), u32()}}, u32()},
        from.ConsumeBool(),
        u64()};
    const std::string token = signer().issue(scope, position);
    const auto read = signer().read(token, scope);
    require(read.has_value() && same(*read, position), "a token says what it was issued for");
    for (const auto part :
         {&paging::token_scope::query,
          &paging::token_scope::variant_set,
          &paging::token_scope::provisional}) {
        auto other = scope;
        other.*part += 1 + u64() / 2;
        require(!signer().read(token, other), "a token is bound to its scope");
    }
    auto newer = scope;
    ++newer.overlay_generation;
    require(!signer().read(token, newer), "a token is bound to its overlay");
    require(!paging::open_signed_text(signer().key(), purpose, token), "a token is no text");

    const std::string text = from.ConsumeRemainingBytesAsString();
    const auto opened = paging::open_signed_text(
        signer().key(), purpose, paging::sign_text(signer().key(), purpose, text)
    );
    require(opened == text, "a signed text comes back as it was");
}

}  // namespace
}  // namespace callstream::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace callstream::fuzzing;
    auto rest = text_of(data, size);
    if (rest.empty()) return 0;
    const char kind = rest.front();
    rest.remove_prefix(1);
    switch (kind) {
        case 't':
            check_token(rest);
            break;
        case 's':
            check_signed_text(rest);
            break;
        case '0':
        case '1':
        case '2':
            check_token(edited(issued_tokens()[static_cast<std::size_t>(kind - '0')], rest));
            break;
        case 'e':
            check_signed_text(edited(issued_text(), rest));
            break;
        case 'r':
            check_round_trip(rest);
            break;
        default:
            break;
    }
    return 0;
}
