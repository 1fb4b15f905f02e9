#include "engine/hts/gzip.hpp"

#include "engine/core/error.hpp"
#include "tests/support/allocation_watch.hpp"
#include "tests/support/bgzf_builder.hpp"
#include "tests/support/damage.hpp"

#include <gtest/gtest.h>

#include <string>

namespace callstream::hts {
namespace {

std::string inflated(const std::string& bytes, std::size_t limit = 1 << 20) {
    return inflate_gzip({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, limit);
}

TEST(gzip_test, members_follow_each_other) {
    const std::string text = std::string(200'000, 'A') + "C";
    EXPECT_EQ(inflated(testing::bgzf_block("ACGT")), "ACGT");
    EXPECT_EQ(inflated(testing::bgzf_file(text, 50'000)), text);
    EXPECT_EQ(inflated(testing::bgzf_file(text, 50'000), text.size()), text);
    EXPECT_EQ(inflated(testing::eof_block()), "");
}

TEST(gzip_test, nothing_beyond_the_limit_is_made) {
    std::string bomb;
    const std::string zeros = testing::bgzf_block(std::string(65'280, '\0'));
    for (int i = 0; i < 2000; ++i) bomb += zeros;
    const testing::allocation_watch watch;
    EXPECT_THROW(inflated(bomb), damaged_file);
    EXPECT_LT(watch.largest(), 3U << 20);
    EXPECT_THROW(inflated(testing::bgzf_block("ACGT"), 3), damaged_file);
}

TEST(gzip_test, damage_is_noticed) {
    const std::string whole = testing::bgzf_block("ACGTTTGACAGGAT");
    EXPECT_THROW(inflated(""), damaged_file);
    EXPECT_THROW(inflated("ACGT"), damaged_file);
    EXPECT_THROW(inflated(whole + "x"), damaged_file);
    testing::for_each_truncation(whole, [](const std::string& cut) {
        EXPECT_THROW(inflated(cut), damaged_file) << cut.size();
    });
    testing::for_each_flip(whole, 3000, 1, [](const std::string& changed) {
        try {
            EXPECT_EQ(inflated(changed), "ACGTTTGACAGGAT");
        } catch (const damaged_file&) {
        }
    });
}

}  // namespace
}  // namespace callstream::hts
