#include "server/streaming/compression.hpp"

#include "tests/support/bgzf_builder.hpp"
#include "tests/support/results.hpp"
#include "tests/support/sources.hpp"

#include <gtest/gtest.h>
#include <zstd.h>

#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace callstream::streaming {
namespace {

using testing::fails_with;
using testing::listed_source;

/// What is decodable of a stream, whether it has ended or not.
std::string unzstd(std::string_view packed) {
    const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(
        ZSTD_createDCtx(), &ZSTD_freeDCtx
    );
    std::string out;
    std::vector<char> piece(ZSTD_DStreamOutSize());
    ZSTD_inBuffer in{packed.data(), packed.size(), 0};
    for (;;) {
        ZSTD_outBuffer to{piece.data(), piece.size(), 0};
        const auto status = ZSTD_decompressStream(context.get(), &to, &in);
        if (ZSTD_isError(status) != 0) throw std::runtime_error(ZSTD_getErrorName(status));
        out.append(piece.data(), to.pos);
        if (in.pos == in.size && to.pos < to.size) return out;
    }
}

std::string decoded(coding c, std::string_view packed) {
    return c == coding::gzip ? testing::gunzip(packed) : unzstd(packed);
}

std::string noise(std::size_t size) {
    std::mt19937 random(7);
    std::string out(size, '\0');
    for (char& c : out) c = static_cast<char>(random());
    return out;
}

std::string calls(std::size_t size) {
    std::string out;
    for (int i = 0; out.size() < size; ++i)
        out += "{\"genotypeValue\":\"" + std::to_string(i) + "/1\"},";
    return out;
}

class compression_test : public ::testing::TestWithParam<coding> {};

TEST_P(compression_test, what_goes_in_comes_out) {
    for (const auto& text :
         {std::string(),
          std::string("x"),
          calls(300),
          calls(3'000'000),
          noise(1'000'000),
          std::string(5'000'000, 'a')}) {
        text_buffer out;
        make_encoder(GetParam())->encode(text, true, out);
        EXPECT_EQ(decoded(GetParam(), out.view()) == text, true) << text.size();
    }
}

TEST_P(compression_test, each_block_can_be_decoded_when_it_arrives) {
    const std::vector<std::string> blocks = {
        calls(1000), noise(300'000), "", "x", calls(262'144), std::string(400'000, 'z'), ""};
    const auto encoder = make_encoder(GetParam());
    text_buffer wire;
    std::string sent;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        encoder->encode(blocks[i], i + 1 == blocks.size(), wire);
        sent += blocks[i];
        ASSERT_EQ(decoded(GetParam(), wire.view()) == sent, true) << "after block " << i;
    }
}

TEST_P(compression_test, text_that_repeats_gets_much_smaller) {
    const std::string text = calls(262'144);
    text_buffer out;
    make_encoder(GetParam())->encode(text, true, out);
    EXPECT_LT(out.size(), text.size() / 4);
}

TEST_P(compression_test, the_output_is_appended) {
    text_buffer out;
    out.append("before");
    make_encoder(GetParam())->encode("text", true, out);
    ASSERT_TRUE(out.view().starts_with("before"));
    EXPECT_EQ(decoded(GetParam(), out.view().substr(6)), "text");
}

TEST_P(compression_test, a_source_is_coded_block_by_block) {
    block_pool pool(0);
    auto source = compressed(
        std::make_unique<listed_source>(std::vector<std::string>{calls(9000), "", calls(500)}),
        GetParam(),
        std::move(*pool.take())
    );
    text_buffer wire;
    std::string decodable;
    auto step = body_source::progress::more;
    int fills = 0;
    while (step == body_source::progress::more) {
        step = source->fill(wire).value();
        decodable = decoded(GetParam(), wire.view());
        EXPECT_TRUE(++fills > 1 || decodable == calls(9000));
    }
    EXPECT_EQ(decodable, calls(9000) + calls(500));
    EXPECT_EQ(fills, 3);
    source.reset();
    EXPECT_EQ(pool.in_use(), 0U) << "the scratch block was not returned";
}

TEST_P(compression_test, the_error_of_the_inner_source_comes_through) {
    block_pool pool(0);
    auto source = compressed(
        std::make_unique<testing::failing_source>(error{errc::forbidden, "no"}),
        GetParam(),
        std::move(*pool.take())
    );
    text_buffer wire;
    EXPECT_TRUE(fails_with(source->fill(wire), errc::forbidden));
}

INSTANTIATE_TEST_SUITE_P(
    codings,
    compression_test,
    ::testing::Values(coding::gzip, coding::zstd),
    [](const auto& one) { return std::string(coding_name(one.param)); }
);

TEST(compression, codings_have_the_names_of_http) {
    EXPECT_EQ(coding_name(coding::gzip), "gzip");
    EXPECT_EQ(coding_name(coding::zstd), "zstd");
    EXPECT_EQ(coding_name(coding::identity), "identity");
}

}  // namespace
}  // namespace callstream::streaming
