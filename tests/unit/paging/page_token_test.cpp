#include "engine/paging/page_token.hpp"

#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <set>
#include <string>

namespace callstream::paging {
namespace {

using testing::error_text;
using testing::fails_with;
using testing::has_value;

constexpr std::string_view letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const token_signer& signer() {
    static const token_signer made("a secret of enough bytes");
    return made;
}

token_scope some_scope() {
    return {
        .query = 11, .variant_set = 22, .provisional = 33, .content = 44, .overlay_generation = 5};
}

token_position some_position() {
    return {
        .place =
            {.part = 3,
             .part_first = 2'000,
             .row =
                 {.file = 9,
                  .file_first = 1'000,
                  .point =
                      {.ordinal = 123'456'789'012,
                       .virtual_offset = ~0ULL,
                       .duplicate = 3,
                       .check = 77}},
             .within = 65'537},
        .exact = true,
        .number = 12};
}

std::string refusal_under(const token_scope& scope) {
    return error_text(signer().read(signer().issue(some_scope(), some_position()), scope));
}

TEST(page_token, a_position_comes_back_as_it_was) {
    const auto max32 = std::numeric_limits<std::uint32_t>::max();
    const token_position table[] = {
        some_position(),
        {},
        token_position::at_number(~0ULL),
        {.place =
             {.part = max32,
              .part_first = ~0ULL,
              .row =
                  {.file = max32,
                   .file_first = ~0ULL,
                   .point =
                       {.ordinal = ~0ULL, .virtual_offset = 0, .duplicate = max32, .check = max32}},
              .within = max32},
         .exact = false},
    };
    for (const auto& position : table) {
        const auto read = signer().read(signer().issue(some_scope(), position), some_scope());
        ASSERT_TRUE(has_value(read));
        EXPECT_EQ(read->place, position.place);
        EXPECT_EQ(read->exact, position.exact);
        EXPECT_EQ(read->number, position.number);
    }
}

TEST(page_token, needs_no_percent_encoding_and_is_never_taken_for_a_page_number) {
    const std::string token = signer().issue(some_scope(), some_position());
    EXPECT_EQ(token.find_first_not_of(letters), std::string::npos) << token;
    EXPECT_NE(token.find_first_not_of("0123456789"), std::string::npos) << token;
}

TEST(page_token, every_single_changed_character_is_refused) {
    const std::string token = signer().issue(some_scope(), some_position());
    for (std::size_t at = 0; at < token.size(); ++at) {
        for (const char c : letters) {
            if (c == token[at]) continue;
            std::string other = token;
            other[at] = c;
            ASSERT_TRUE(fails_with(signer().read(other, some_scope()), errc::bad_request))
                << at << c;
        }
    }
}

TEST(page_token, characters_of_no_token_are_refused) {
    const std::string token = signer().issue(some_scope(), some_position());
    for (const char c : {'=', '+', '/', ' ', '%', '.', '\0', '\xC3'}) {
        std::string other = token;
        other[50] = c;
        EXPECT_EQ(
            error_text(signer().read(other, some_scope())),
            "pageToken is damaged: it has characters that no token has"
        );
    }
}

TEST(page_token, every_other_length_is_refused) {
    const std::string token = signer().issue(some_scope(), some_position());
    for (std::size_t size = 0; size < token.size(); ++size) {
        ASSERT_TRUE(
            fails_with(signer().read(token.substr(0, size), some_scope()), errc::bad_request)
        );
    }
    for (const auto& longer : {token + "A", "A" + token, token + token, token + "="}) {
        EXPECT_TRUE(fails_with(signer().read(longer, some_scope()), errc::bad_request));
    }
    EXPECT_EQ(
        error_text(signer().read("short", some_scope())),
        "pageToken is damaged: it has 5 characters instead of 160; send it exactly as it was "
        "received"
    );
}

TEST(page_token, the_token_of_another_key_is_refused) {
    const token_signer other("another secret of enough bytes");
    const auto read = signer().read(other.issue(some_scope(), some_position()), some_scope());
    EXPECT_EQ(
        error_text(read), "pageToken was altered, or was signed with another server's token key"
    );
}

TEST(page_token, the_same_secret_makes_the_same_signer_elsewhere) {
    const token_signer replica("a secret of enough bytes");
    const auto token = replica.issue(some_scope(), some_position());
    EXPECT_EQ(token, signer().issue(some_scope(), some_position()));
}

TEST(page_token, each_way_to_be_out_of_place_has_its_own_words) {
    token_scope other_file = some_scope();
    other_file.variant_set = 0;
    token_scope other_query = some_scope();
    other_query.query = 0;
    token_scope replaced = some_scope();
    replaced.provisional = 0;
    token_scope rewritten = some_scope();
    rewritten.content = 45;
    token_scope relabelled = some_scope();
    relabelled.overlay_generation = 6;
    EXPECT_EQ(refusal_under(some_scope()), "");
    EXPECT_EQ(refusal_under(other_file), "pageToken belongs to another file");
    EXPECT_EQ(
        refusal_under(other_query),
        "pageToken belongs to another query: path and parameters must be those it came from"
    );
    const auto stale = "pageToken is stale: the file has been replaced; start again without it";
    EXPECT_EQ(refusal_under(replaced), stale);
    EXPECT_EQ(refusal_under(rewritten), stale);
    EXPECT_EQ(
        refusal_under(relabelled),
        "pageToken is stale: what is shown of the file has changed; start again without it"
    );
}

TEST(page_token, a_content_fingerprint_that_is_not_known_yet_is_no_obstacle) {
    token_scope not_indexed = some_scope();
    not_indexed.content = 0;
    const auto before = signer().issue(not_indexed, some_position());
    const auto after = signer().issue(some_scope(), some_position());
    EXPECT_TRUE(has_value(signer().read(before, not_indexed)));
    EXPECT_TRUE(has_value(signer().read(before, some_scope())));
    EXPECT_TRUE(has_value(signer().read(after, not_indexed)));
    not_indexed.provisional = 34;
    EXPECT_TRUE(fails_with(signer().read(after, not_indexed), errc::bad_request));
}

TEST(page_token, a_key_file_is_made_once_and_kept) {
    const testing::temp_dir dir;
    const auto path = dir / "token.key";
    const auto first = token_signer::from_file(path, true);
    ASSERT_TRUE(has_value(first));
    const std::string key = testing::read_file(path);
    EXPECT_EQ(key.size(), 32U);
    EXPECT_EQ(
        std::filesystem::status(path).permissions(),
        std::filesystem::perms::owner_read | std::filesystem::perms::owner_write
    );
    const auto second = token_signer::from_file(path, true);
    EXPECT_EQ(testing::read_file(path), key);
    EXPECT_EQ(first->issue(some_scope(), {}), second->issue(some_scope(), {}));
    const auto other = token_signer::from_file(dir / "other.key", true);
    EXPECT_NE(first->issue(some_scope(), {}), other->issue(some_scope(), {}));
}

TEST(page_token, an_unusable_key_file_is_refused) {
    const testing::temp_dir dir;
    testing::write_file(dir / "short", std::string(15, 'k'));
    testing::write_file(dir / "long", std::string(5000, 'k'));
    testing::write_file(dir / "enough", std::string(16, 'k'));
    EXPECT_TRUE(fails_with(token_signer::from_file(dir / "absent", false), errc::bad_request));
    EXPECT_TRUE(fails_with(token_signer::from_file(dir.path(), true), errc::bad_request));
    EXPECT_TRUE(fails_with(token_signer::from_file(dir / "long", false), errc::bad_request));
    EXPECT_EQ(
        error_text(token_signer::from_file(dir / "short", true)),
        "the token key file holds fewer than 16 bytes"
    );
    EXPECT_TRUE(has_value(token_signer::from_file(dir / "enough", false)));
    EXPECT_FALSE(std::filesystem::exists(dir / "absent"));
}

}  // namespace
}  // namespace callstream::paging
