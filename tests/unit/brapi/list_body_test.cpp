#include "server/brapi/list_body.hpp"

#include "tests/support/results.hpp"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace callstream::brapi {
namespace {

using shape = list_body_reader::shape;
using testing::error_text;
using testing::has_value;

/// Writes down what it is told.
class recorder : public list_body_sink {
 public:
    result<void> begin_list() override { return add("("); }
    result<void> begin_items() override { return add("["); }
    result<void> begin_object_of(std::string_view key) override {
        return add(std::string(key) + ":");
    }
    result<void> item(std::string_view text) override {
        if (text == "stop") return error{errc::not_found, "stopped"};
        return add("<" + std::string(text) + ">");
    }
    result<void> end_list(const boost::json::object& facts) override {
        return add(boost::json::serialize(facts) + ")");
    }
    std::string told;

 private:
    result<void> add(const std::string& what) {
        told += what;
        return {};
    }
};

result<std::string> read(shape expected, std::string_view text, std::size_t piece = 1000) {
    recorder sink;
    list_body_reader reader(expected, sink);
    for (std::size_t at = 0; at < text.size(); at += piece) {
        if (auto fine = reader.add(text.substr(at, piece)); !fine) return fine.error();
    }
    if (auto fine = reader.finish(); !fine) return fine.error();
    return sink.told;
}

TEST(list_body_test, is_told_in_its_order_however_it_is_cut) {
    const std::tuple<shape, std::string, std::string> table[] = {
        {shape::lists, R"([])", ""},
        {shape::lists, R"([{}])", "({})"},
        {shape::lists, R"({"a":1})", R"(({"a":1}))"},
        {shape::lists,
         R"([{"listName":"x","data":["a","b"],"listType":"samples"},{"data":[]}])",
         R"(([<a><b>{"listName":"x","listType":"samples"})([{}))"},
        {shape::lists, R"([{"data":null,"a":null}])", R"(({"a":null}))"},
        {shape::list, R"( {"data":["a"]} )", "([<a>{})"},
        {shape::list,
         R"({"additionalInfo":{"data":["deep",[1,{"data":2}]],"x":{}}})",
         R"(({"additionalInfo":{"data":["deep",[1,{"data":2}]],"x":{}}}))"},
        {shape::list,
         R"({"n":[1,-2,18446744073709551615,0.1,1.5e300,true,false,null,"\u00e4\n"]})",
         "({\"n\":[1,-2,18446744073709551615,1E-1,1.5E300,true,false,null,\"\xc3\xa4\\n\"]})"},
        {shape::items, R"(["a","","\u00e4","a"])", "<a><><\xc3\xa4><a>"},
        {shape::items, "[]\n", ""},
        {shape::object, R"({"data":["a"],"b":{"c":1}})", R"(({"data":["a"],"b":{"c":1}}))"},
        {shape::objects, "[]", ""},
        {shape::objects, R"([{"data":{"a":1}},{}])", R"(({"data":{"a":1}})({}))"},
        {shape::objects, R"({"data":null})", R"(({"data":null}))"},
        {shape::objects_by_key, "{}", ""},
        {shape::objects_by_key,
         R"({"data":{"data":["a"]},"y":{"z":{}}})",
         R"(data:({"data":["a"]})y:({"z":{}}))"},
    };
    for (const auto& [expected, text, told] : table) {
        for (const std::size_t piece : {1U, 2U, 3U, 1000U}) {
            const auto got = read(expected, text, piece);
            ASSERT_TRUE(has_value(got)) << text << piece;
            EXPECT_EQ(*got, told) << text << piece;
        }
    }
}

TEST(list_body_test, what_is_wrong_is_said) {
    const std::string deep(40, '[');
    const std::string long_item(list_item_bytes_max + 1, 'x');
    const std::string long_text(list_facts_bytes_max + 1, 'x');
    std::string many = "[{\"a\":[1";
    for (int i = 0; i < 100'000; ++i) many += ",1";
    std::string hollow = "[{\"a\":[[]";
    for (int i = 0; i < 50'000; ++i) hollow += i % 2 == 0 ? ",{}" : ",\"\"";
    const std::tuple<shape, std::string, std::string> table[] = {
        {shape::lists, hollow, "1 MiB"},
        {shape::lists, "", "incomplete"},
        {shape::lists, "  ", "incomplete"},
        {shape::lists, "[{\"a\":1}", "incomplete"},
        {shape::lists, "[1]", "array of lists"},
        {shape::lists, "\"x\"", "array of lists"},
        {shape::lists, "[[{}]]", "array of lists"},
        {shape::lists, "[{}] x", "behind its end"},
        {shape::lists, "[{}][{}]", "behind its end"},
        {shape::lists, "[{\"a\":1,\"a\":2}]", "'a' twice"},
        {shape::lists, "[{\"data\":[],\"data\":[]}]", "'data' twice"},
        {shape::lists, "[{\"a\":{\"b\":1,\"b\":2}}]", "'b' twice"},
        {shape::lists, "[{\"data\":\"x\"}]", "no array of texts"},
        {shape::lists, "[{\"data\":{}}]", "no array of texts"},
        {shape::lists, "[{\"data\":[1]}]", "no text"},
        {shape::lists, "[{\"data\":[null]}]", "no text"},
        {shape::lists, "[{\"data\":[[]]}]", "no text"},
        {shape::lists, "[{\"data\":[{}]}]", "no text"},
        {shape::lists, "[{\"data\":[\"" + long_item + "\"]}]", "65536"},
        {shape::lists, "[{\"data\":[\"a\\u0000\"]}]", "zero byte"},
        {shape::lists, "[{\"a\":\"" + long_text + "\"}]", "1 MiB"},
        {shape::lists, "[{\"a\":" + deep, "deeper than 32"},
        {shape::lists, many, "1 MiB"},
        {shape::lists, "[{\"data\":[\"\xff\"]}]", "not valid JSON"},
        {shape::lists, "[{a:1}]", "not valid JSON"},
        {shape::lists, "[{\"a\":1e999}]", "64 bits"},
        {shape::list, "[]", "JSON object"},
        {shape::list, "5", "JSON object"},
        {shape::items, "{}", "array of texts"},
        {shape::items, "\"x\"", "array of texts"},
        {shape::items, "[1]", "no text"},
        {shape::items, "[\"stop\"]", "stopped"},
        {shape::object, "[]", "JSON object"},
        {shape::objects, "[1]", "array of objects"},
        {shape::objects, "[[]]", "array of objects"},
        {shape::objects, "[{\"data\":1,\"data\":2}]", "'data' twice"},
        {shape::objects, "[{\"a\":\"" + long_text + "\"}]", "1 MiB"},
        {shape::objects, many, "an object of more than 1 MiB"},
        {shape::objects_by_key, "[]", "objects by id"},
        {shape::objects_by_key, "{\"a\":1}", "objects by id"},
        {shape::objects_by_key, "{\"a\":[]}", "objects by id"},
        {shape::objects_by_key, "{\"a\":{},\"a\":{}}", "'a' twice"},
        {shape::objects_by_key, "{\"a\":{\"b\":1,\"b\":2}}", "'b' twice"},
        {shape::objects_by_key, "{\"a\":{}", "incomplete"},
    };
    for (const auto& [expected, text, why] : table) {
        for (const std::size_t piece : {1U, 7U, 100'000U}) {
            if (piece < 100'000 && text.size() > 10'000) continue;
            const auto got = read(expected, text, piece);
            EXPECT_NE(error_text(got).find(why), std::string::npos)
                << text.substr(0, 60) << ": " << error_text(got);
        }
    }
}

}  // namespace
}  // namespace callstream::brapi
