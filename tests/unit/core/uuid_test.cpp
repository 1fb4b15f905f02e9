#include "engine/core/uuid.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <set>

namespace callstream {
namespace {

TEST(uuid, is_random_and_says_so) {
    const std::regex form("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    std::set<std::string> all;
    for (int i = 0; i < 1000; ++i) {
        const auto id = new_uuid();
        EXPECT_TRUE(std::regex_match(id, form)) << id;
        all.insert(id);
    }
    EXPECT_EQ(all.size(), 1000U);
}

}  // namespace
}  // namespace callstream
