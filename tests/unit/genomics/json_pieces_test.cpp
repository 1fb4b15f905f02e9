#include "server/genomics/json_pieces.hpp"

#include "server/http/json_body.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <string>

namespace callstream::genomics {
namespace {

std::string shown(std::string_view text, std::size_t elements_max = 100) {
    const auto cut = cut_array(text, "a", elements_max);
    std::string out;
    for (const auto element : cut.elements) out.append(element).append("|");
    return out + " " + cut.rest;
}

TEST(json_pieces_test, elements_and_the_rest) {
    EXPECT_EQ(
        shown(R"({"a":[{"b":1},{"c":[2,3]}],"r":"x"})"), R"({"b":1}|{"c":[2,3]}| {"a":[],"r":"x"})"
    );
    EXPECT_EQ(shown(R"({"a":[ ]})"), R"( {"a":[]})");
    EXPECT_EQ(shown(R"({"r":1})"), R"( {"r":1})");
    EXPECT_EQ(
        shown(R"({"r":{"a":[1]},"a" : [{"x":"],}\"{"}]})"),
        R"({"x":"],}\"{"}| {"r":{"a":[1]},"a" : []})"
    );
    EXPECT_EQ(shown(R"({"x":"a","r":[1,2]})"), R"( {"x":"a","r":[1,2]})");
}

/// Whatever is not JSON, or has the member twice, must show in one of the pieces.
TEST(json_pieces_test, what_is_no_json_leaves_a_piece_that_is_none) {
    for (const std::string text :
         {R"({"a":[{},]})",
          R"({"a":[{}})",
          R"({"a":[{}}})",
          R"({"a":[{}]]})",
          R"({"a":[{})",
          R"({"a":[,{}]})",
          R"({"a":[{}] "b":1})",
          R"({"a":[{}]}})",
          R"({"a":[{"x":]}]})",
          R"({"a":["x)",
          R"({"a":[{}]}x)",
          R"([{"a":[{}]}])",
          R"("a":[{}])",
          R"({"a":[1]})",
          R"({"a":[[{}]]})",
          R"({"a":[{]}])",
          "",
          R"({"a":["\)"}) {
        const auto cut = cut_array(text, "a", 100);
        bool fine = http::parse_json_object(cut.rest).has_value();
        for (const auto element : cut.elements)
            fine = fine && http::parse_json_object(std::string(element)).has_value();
        EXPECT_FALSE(fine) << text;
    }
    EXPECT_FALSE(http::parse_json_object(cut_array(R"({"a":[{}],"a":[{}]})", "a", 9).rest));
}

TEST(json_pieces_test, it_stops_at_too_many) {
    EXPECT_EQ(cut_array(R"({"a":[1,2,3,4,5,6]})", "a", 2).elements.size(), 3U);
}

}  // namespace
}  // namespace callstream::genomics
