#include "server/genomics/field_mask.hpp"

#include "tests/support/results.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <string>

namespace callstream::genomics {
namespace {

namespace json = boost::json;
using testing::fails_with;

std::string cut(std::string_view mask, std::string_view text) {
    auto value = json::parse(text);
    field_mask::parse(mask).value().apply(value);
    return json::serialize(value);
}

TEST(field_mask_test, leaves_what_was_asked_for) {
    constexpr auto page =
        R"({"sets":[{"id":"1","name":"a","x":{"y":1,"z":2}},{"id":"2"}],"next":"t"})";
    EXPECT_EQ(cut("next", page), R"({"next":"t"})");
    EXPECT_EQ(cut("sets(id)", page), R"({"sets":[{"id":"1"},{"id":"2"}]})");
    EXPECT_EQ(cut("sets/id,next", page), R"({"sets":[{"id":"1"},{"id":"2"}],"next":"t"})");
    EXPECT_EQ(cut("sets(x/z)", page), R"({"sets":[{"x":{"z":2}},{}]})");
    EXPECT_EQ(cut("sets(id),sets(name)", page), R"({"sets":[{"id":"1","name":"a"},{"id":"2"}]})");
    EXPECT_EQ(cut("sets(id),sets", page), cut("sets", page)) << "the whole wins";
    EXPECT_EQ(cut("*/id", page), R"({"sets":[{"id":"1"},{"id":"2"}],"next":"t"})");
    EXPECT_EQ(cut("nothing", page), "{}");
}

TEST(field_mask_test, tells_writers_what_to_write) {
    const field_mask all;
    EXPECT_TRUE(all.has("anything"));
    EXPECT_TRUE(all.of("anything")->has("in it"));
    const auto mask = field_mask::parse("sets(id,x/y),*/z,next").value();
    EXPECT_TRUE(mask.has("next"));
    EXPECT_TRUE(mask.of("next")->has("whatever it holds"));
    EXPECT_TRUE(mask.of("sets")->has("id"));
    EXPECT_TRUE(mask.of("sets")->has("z"));
    EXPECT_FALSE(mask.of("sets")->has("name"));
    EXPECT_TRUE(mask.of("sets")->of("x")->has("y"));
    EXPECT_FALSE(mask.of("sets")->of("x")->has("w"));
    EXPECT_FALSE(mask.of("other")->has("id"));
    EXPECT_FALSE(field_mask::parse("sets").value().has("next"));
}

TEST(field_mask_test, refuses_what_is_no_mask) {
    for (const std::string text :
         {"", "a,", ",a", "a(", "a(b", "a)", "a()", "a/", "/a", "a b", "a(b))", "a//b"})
        EXPECT_TRUE(fails_with(field_mask::parse(text), errc::bad_request)) << text;
    std::string deep;
    for (int i = 0; i < 40; ++i) deep += "a(";
    EXPECT_TRUE(fails_with(field_mask::parse(deep + "b"), errc::bad_request));
}

TEST(field_mask_test, an_update_mask_is_read_in_both_cases) {
    const std::vector<std::string> all = {"name", "sourceUri", "info"};
    using names = std::vector<std::string>;
    EXPECT_EQ(read_update_mask("", all).value(), all);
    EXPECT_EQ(read_update_mask("sourceUri,name", all).value(), (names{"sourceUri", "name"}));
    EXPECT_EQ(read_update_mask("source_uri", all).value(), names{"sourceUri"});
    for (const auto* text : {"id", "name,", ",", "name, info", "info.x", "*"})
        EXPECT_TRUE(fails_with(read_update_mask(text, all), errc::bad_request)) << text;
}

}  // namespace
}  // namespace callstream::genomics
