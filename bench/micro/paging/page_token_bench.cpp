// Page tokens: issuing and reading one, beside the signature alone.
#include "engine/paging/page_token.hpp"

#include <benchmark/benchmark.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace {

using callstream::paging::token_position;
using callstream::paging::token_scope;
using callstream::paging::token_signer;

constexpr std::string_view secret = "a secret that is long enough to be one";
constexpr token_scope scope{
    .query = 1, .variant_set = 2, .provisional = 3, .content = 4, .overlay_generation = 5};
constexpr token_position position{
    .place =
        {.row =
             {.point =
                  {.ordinal = 123456, .virtual_offset = 7890123456, .duplicate = 1, .check = 42}}},
    .exact = true};

void report(benchmark::State& state, std::size_t size) {
    state.SetItemsProcessed(state.iterations());
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(size));
}

void token_issue(benchmark::State& state) {
    const token_signer signer(secret);
    std::size_t size = 0;
    for (auto _ : state) {
        const std::string token = signer.issue(scope, position);
        benchmark::DoNotOptimize(token.data());
        size = token.size();
    }
    report(state, size);
}
BENCHMARK(token_issue);

void token_read(benchmark::State& state) {
    const token_signer signer(secret);
    const std::string token = signer.issue(scope, position);
    for (auto _ : state) {
        const auto read = signer.read(token, scope);
        if (!read) throw std::runtime_error(read.error().text);
        benchmark::DoNotOptimize(read->place.row.point.ordinal);
    }
    report(state, token.size());
}
BENCHMARK(token_read);

void hmac_sha256_alone(benchmark::State& state) {
    const token_signer signer(secret);
    const std::string token = signer.issue(scope, position);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    const auto* message = reinterpret_cast<const unsigned char*>(token.data());
    for (auto _ : state) {
        unsigned size = 0;
        HMAC(EVP_sha256(), secret.data(), 32, message, token.size(), digest.data(), &size);
        benchmark::DoNotOptimize(digest.data());
    }
    report(state, token.size());
}
BENCHMARK(hmac_sha256_alone);

}  // namespace
