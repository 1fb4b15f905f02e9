#include "server/htsget/block_request.hpp"

#include "engine/paging/signed_text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace callstream::htsget {
namespace {

const paging::signing_key& key() {
    static const paging::signing_key k(std::string(32, 'k'));
    return k;
}

block_request some_block() {
    block_request block{data_kind::reads, data_format::cram, block_part::header_file};
    block.id = "main~r";
    block.fingerprint = "\"1234\"";
    block.expires_s = 1'800'000'000;
    block.regions = {{"HLA-A*01:01", 5, 9}, {"*"}};
    return block;
}

TEST(block_request, comes_back_as_it_was_signed) {
    for (const auto& block : {some_block(), block_request{}}) {
        const auto text = sign(key(), block);
        EXPECT_EQ(
            text.find_first_not_of(
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
            ),
            std::string::npos
        );
        EXPECT_EQ(open_signed(key(), text), block);
    }
}

TEST(block_request, is_nothing_with_another_key_or_purpose_or_one_changed_character) {
    const auto text = sign(key(), some_block());
    EXPECT_FALSE(open_signed(paging::signing_key(std::string(32, 'l')), text));
    EXPECT_FALSE(open_signed(key(), paging::sign_text(key(), "page", "0\n0\n0\na\nb\n1")));
    EXPECT_FALSE(open_signed(key(), ""));
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        auto changed = text;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(open_signed(key(), changed)) << i;
    }
}

}  // namespace
}  // namespace callstream::htsget
