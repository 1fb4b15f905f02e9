#include "server/http/json_body.hpp"

#include "tests/support/results.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace callstream::http {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using testing::error_text;
using testing::has_value;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using strings = std::vector<std::string>;

json::object parsed(const std::string& text) {
    auto object = parse_json_object(text);
    EXPECT_TRUE(has_value(object)) << text;
    return std::move(*object);
}

std::string repeated(const std::string& text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += text;
    return out;
}

/// An object whose innermost value is `depth` levels deep.
std::string nested(std::size_t depth) {
    return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
}

TEST(json_body, an_object_comes_back_as_it_was) {
    for (const char* text :
         {"{}",
          R"({"a":1,"b":-5,"c":"x","d":true,"e":null,"f":[1,"y",{"g":[]}],"h":{"i":{}}})",
          R"({"least":-9223372036854775808,"most":18446744073709551615})",
          R"({"":"empty name","tab\tin":"\u0001\"\\"})",
          "{\"\xC3\xBC\":\"\xF0\x9F\x8C\xBE\"}"}) {
        EXPECT_EQ(parsed(text), json::parse(text)) << text;
    }
    EXPECT_EQ(parsed(" \r\n\t{ \"a\" : 1 }\n "), json::parse("{\"a\":1}"));
    EXPECT_EQ(parsed(R"({"a":"\ud83c\udf3e"})").at("a"), "\xF0\x9F\x8C\xBE");
    EXPECT_EQ(parsed(R"({"a":1.5e3})").at("a"), 1500.0);
}

TEST(json_body, what_is_not_one_object_is_refused_with_the_reason) {
    const std::string digits(100'000, '9');
    const std::pair<std::string, const char*> table[] = {
        {"", "empty"},
        {" \r\n", "empty"},
        {std::string("\0", 1), "not valid JSON"},
        {"null", "must be a JSON object"},
        {"[]", "must be a JSON object"},
        {"[{}]", "must be a JSON object"},
        {"5", "must be a JSON object"},
        {"\"x\"", "must be a JSON object"},
        {"{", "not valid JSON"},
        {"{\"a\":1", "not valid JSON"},
        {"{\"a\"}", "not valid JSON"},
        {"{a:1}", "not valid JSON"},
        {"{'a':1}", "not valid JSON"},
        {"{\"a\":1,}", "not valid JSON"},
        {"{\"a\":[1,]}", "not valid JSON"},
        {"{\"a\":undefined}", "not valid JSON"},
        {"{\"a\":NaN}", "not valid JSON"},
        {"{\"a\":Infinity}", "not valid JSON"},
        {"{\"a\":-Infinity}", "number"},
        {"{}x", "not valid JSON"},
        {"{}{}", "not valid JSON"},
        {"{} // why", "not valid JSON"},
        {std::string("{}\0", 3), "not valid JSON"},
        {"\xEF\xBB\xBF{}", "not valid JSON"},
        {"{\"a\":01}", "number"},
        {"{\"a\":+1}", "not valid JSON"},
        {"{\"a\":.5}", "not valid JSON"},
        {"{\"a\":5.}", "number"},
        {"{\"a\":0x10}", "number"},
        {"{\"a\":18446744073709551616}", "number"},
        {"{\"a\":-9223372036854775809}", "number"},
        {"{\"a\":" + digits + "}", "number"},
        {"{\"a\":1e400}", "number"},
        {"{\"a\":\"x}", "string"},
        {"{\"a\":\"\\x\"}", "string"},
        {"{\"a\":\"\\u12\"}", "string"},
        {"{\"a\":\"line\nbreak\"}", "string"},
        {"{\"a\":\"\xFF\"}", "not UTF-8"},
        {"{\"a\":\"\xC0\xAF\"}", "not UTF-8"},
        {"{\"a\":\"\xED\xA0\x80\"}", "not UTF-8"},
        {"{\"\xC3\":1}", "not UTF-8"},
        {R"({"a":"\ud800"})", "string"},
        {R"({"a":"\udc00"})", "string"},
        {R"({"\udc00":1})", "string"},
        {R"({"a":["\ude00 x"]})", "string"},
    };
    for (const auto& [text, why] : table) {
        const auto object = parse_json_object(text);
        ASSERT_FALSE(object.has_value()) << text;
        EXPECT_EQ(object.error().code, errc::bad_request);
        EXPECT_THAT(object.error().text, HasSubstr(why)) << text.substr(0, 100);
        EXPECT_LT(object.error().text.size(), 200U);
    }
}

TEST(json_body, a_member_with_two_values_is_named) {
    EXPECT_EQ(
        error_text(parse_json_object(R"({"page":1,"x":{},"page":2})")),
        "the request body has the member 'page' twice, with different values"
    );
    EXPECT_THAT(
        error_text(parse_json_object(R"({"a":[{"b":{"c":1,"c":"1"}}]})")), HasSubstr("'c'")
    );
    EXPECT_THAT(error_text(parse_json_object("{\"a\":1,\"\\u0061\":2}")), HasSubstr("'a'"));
    EXPECT_THAT(error_text(parse_json_object(R"({"a":[1,2],"a":[2,1]})")), HasSubstr("'a'"));
    EXPECT_TRUE(has_value(parse_json_object(R"({"a":{"a":1},"A":2})")));
    const std::string name(100'000, 'n');
    const auto twice = parse_json_object("{\"" + name + "\":1,\"" + name + "\":2}");
    EXPECT_LT(error_text(twice).size(), 200U);
}

TEST(json_body, a_member_that_says_twice_the_same_counts_once) {
    const auto body =
        parsed(R"({"page":0,"a":[{"b":1}],"pageSize":10,"page":0,"a":[{"b":1}],"page":0})");
    EXPECT_EQ(body.size(), 3U);
    EXPECT_EQ(body.at("page"), 0);
}

TEST(json_body, depth_has_an_end) {
    EXPECT_TRUE(has_value(parse_json_object(nested(2))));
    EXPECT_TRUE(has_value(parse_json_object(nested(json_depth_max))));
    for (const std::size_t depth :
         {json_depth_max + 1, std::size_t{1000}, std::size_t{1'000'000}}) {
        EXPECT_EQ(
            error_text(parse_json_object(nested(depth))),
            "the request body is nested deeper than 32 levels"
        );
    }
    const std::string objects = repeated("{\"a\":", 1'000'000) + "1" + repeated("}", 1'000'000);
    EXPECT_THAT(error_text(parse_json_object(objects)), HasSubstr("deeper than 32"));
}

TEST(json_body, large_and_small_bodies_take_turns) {
    const std::string long_text(1'000'000, 'x');
    for (int round = 0; round < 3; ++round) {
        EXPECT_EQ(parsed("{\"a\":\"" + long_text + "\"}").at("a").as_string().size(), 1'000'000U);
        EXPECT_EQ(
            parsed("{\"a\":[" + repeated("0,", 100'000) + "0]}").at("a").as_array().size(), 100'001U
        );
        EXPECT_EQ(parsed("{\"a\":1}").at("a"), 1);
        EXPECT_FALSE(parse_json_object(nested(40)).has_value());
    }
}

TEST(json_body, many_members_cost_no_more_than_few_each) {
    std::string text = "{";
    for (int i = 0; i < 50'000; ++i) text += "\"k" + std::to_string(i) + "\":0,";
    EXPECT_EQ(parsed(text + "\"last\":1}").size(), 50'001U);
    EXPECT_THAT(error_text(parse_json_object(text + "\"k777\":1}")), HasSubstr("'k777'"));
}

TEST(json_body, a_body_without_room_behind_it_is_read_all_the_same) {
    std::string tight = "{\"a\":\"" + std::string(56, 'x') + "\"}";
    tight.shrink_to_fit();
    EXPECT_EQ(parsed(tight).at("a").as_string().size(), 56U);
}

class json_fields_test : public ::testing::Test {
 protected:
    json::object object = parsed(R"({
        "text": "x", "empty": "", "nothing": null, "yes": true, "number": 5, "less": -7,
        "digits": "12", "real": 1e3, "half": 0.5, "huge": 1e300, "most": 18446744073709551615,
        "list": ["a", "", "b"], "empties": ["", ""], "none": [], "mixed": ["a", 1],
        "holes": ["a", null], "inner": {"n": 1, "extra": 2, "list": 5}})");
    json_fields fields{object};
};

TEST_F(json_fields_test, texts) {
    EXPECT_EQ(*fields.text("text"), "x");
    EXPECT_EQ(*fields.text("empty"), "") << "not the same as absent";
    EXPECT_EQ(*fields.text("nothing"), std::nullopt);
    EXPECT_EQ(*fields.text("absent"), std::nullopt);
    EXPECT_EQ(error_text(fields.text("number")), "number must be a text");
    EXPECT_EQ(error_text(fields.text("list")), "list must be a text");
}

TEST_F(json_fields_test, lists) {
    EXPECT_THAT(*fields.text_list("list"), ElementsAre("a", "b"));
    EXPECT_THAT(*fields.text_list("text"), ElementsAre("x"));
    for (const char* name : {"empties", "none", "empty", "nothing", "absent"}) {
        EXPECT_THAT(*fields.text_list(name), IsEmpty()) << name;
    }
    for (const char* name : {"mixed", "holes", "number", "inner"}) {
        EXPECT_EQ(
            error_text(fields.text_list(name)), std::string(name) + " must be an array of texts"
        );
    }
}

TEST_F(json_fields_test, integers) {
    EXPECT_EQ(*fields.integer("number"), 5);
    EXPECT_EQ(*fields.integer("less"), -7);
    EXPECT_EQ(*fields.integer("digits"), 12);
    EXPECT_EQ(*fields.integer("real"), 1000);
    EXPECT_EQ(*fields.integer("nothing"), std::nullopt);
    EXPECT_EQ(*fields.integer("absent"), std::nullopt);
    for (const char* name : {"text", "empty", "half", "huge", "most", "yes", "list"}) {
        EXPECT_EQ(error_text(fields.integer(name)), std::string(name) + " must be a whole number");
    }
}

TEST_F(json_fields_test, booleans) {
    EXPECT_EQ(*fields.boolean("yes"), true);
    EXPECT_EQ(*fields.boolean("absent"), std::nullopt);
    EXPECT_EQ(error_text(fields.boolean("text")), "text must be true or false");
}

TEST_F(json_fields_test, objects_name_their_members_with_their_own_name) {
    auto inner = fields.object("inner");
    ASSERT_TRUE(has_value(inner));
    ASSERT_TRUE(*inner);
    EXPECT_EQ(*(*inner)->integer("n"), 1);
    EXPECT_EQ(error_text((*inner)->text_list("list")), "inner.list must be an array of texts");
    EXPECT_THAT((*inner)->unknown(), ElementsAre("inner.extra"));
    EXPECT_FALSE(*fields.object("absent"));
    EXPECT_EQ(error_text(fields.object("text")), "text must be an object");
}

TEST_F(json_fields_test, what_nobody_asked_for_is_unknown) {
    const auto few = parsed(R"({"b":1,"a":null,"c":[]})");
    json_fields f(few);
    EXPECT_THAT(f.unknown(), ElementsAre("b", "a", "c"));
    f.integer("b").value();
    f.text("z").value();
    EXPECT_THAT(f.unknown(), ElementsAre("a", "c"));
}

TEST(shown_name, is_short_and_whole_characters) {
    EXPECT_EQ(shown_name("page"), "page");
    EXPECT_EQ(shown_name(std::string(64, 'x')), std::string(64, 'x'));
    EXPECT_EQ(shown_name(std::string(65, 'x')), std::string(64, 'x') + "...");
    const std::string wide = std::string(63, 'x') + "\xC3\xBC";
    EXPECT_EQ(shown_name(wide), std::string(63, 'x') + "...");
}

}  // namespace
}  // namespace callstream::http
