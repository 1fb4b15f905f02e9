#include "server/genomics/multipart.hpp"

#include "tests/support/results.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace callstream::genomics {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* type = "multipart/mixed; boundary=\"==b\"";

std::vector<std::string> bodies(const std::string& body, const std::string& of = type) {
    std::vector<std::string> out;
    const auto parts = read_multipart(of, body, 10);
    EXPECT_TRUE(testing::has_value(parts)) << body;
    if (!parts) return out;
    for (const auto& part : *parts) out.emplace_back(part.body);
    return out;
}

TEST(multipart_test, parts_stand_between_boundaries) {
    EXPECT_THAT(
        bodies("--==b\r\nA: 1\r\n\r\none\r\n--==b\r\n\r\ntwo\r\n--==b--\r\n"),
        ElementsAre("one", "two")
    );
    EXPECT_THAT(bodies("--==b\nA: 1\n\none\n--==b\n\ntwo\n--==b--"), ElementsAre("one", "two"))
        << "as Python ends lines";
    EXPECT_THAT(
        bodies("before\n--==b \t\r\n\r\none\n\r\n--==b-- \r\nbehind\r\n--==b\r\n\r\nthree"),
        ElementsAre("one\n")
    ) << "blanks behind a boundary, and what is around";
    EXPECT_THAT(bodies("--==b\r\n\r\n--==bc\r\n --==b\r\n-==b\r\n--==b--"), SizeIs(1))
        << "lines that are none";
    EXPECT_THAT(bodies("--==b\r\n\r\n\r\n--==b--"), ElementsAre(""));
    EXPECT_THAT(bodies("--==b\r\nA: 1\r\n--==b--"), ElementsAre(""));
    EXPECT_THAT(bodies("--x\n\n1\n--x--", "multipart/mixed;a=b; BOUNDARY=x ; c=d"), SizeIs(1));
}

TEST(multipart_test, fields_have_names_and_values) {
    const auto parts =
        read_multipart(type, "--==b\r\nContent-ID: <a + 1>\r\nb:\t2 \r\nB: 3\r\n\r\n--==b--", 1);
    ASSERT_TRUE(testing::has_value(parts));
    const auto& part = parts->front();
    EXPECT_EQ(part.field("content-id"), "<a + 1>");
    EXPECT_EQ(part.field("b"), "2") << "the first of two";
    EXPECT_EQ(part.field("c"), "");
    EXPECT_THAT(part.fields, SizeIs(3));
}

struct bad_body {
    const char* what;
    std::string type;
    std::string body;
};

TEST(multipart_test, refuses_what_is_not_in_parts) {
    const std::string fine = "--==b\r\n\r\nx\r\n--==b--";
    std::string fields = "--==b\r\n";
    for (int i = 0; i < 65; ++i) fields += "a: b\r\n";
    const std::vector<bad_body> cases = {
        {"nothing", type, ""},
        {"no boundary", type, "x"},
        {"no part", type, "--==b--"},
        {"no end", type, "--==b\r\n\r\nx\r\n--==b\r\n"},
        {"an end of another boundary", type, "--==b\r\n\r\nx\r\n--==c--"},
        {"too many parts", type, "--==b\r\n\r\n--==b\r\n\r\n--==b\r\n\r\n--==b--"},
        {"a field without a colon", type, "--==b\r\nabc\r\n\r\nx\r\n--==b--"},
        {"a field without a name", type, "--==b\r\n: a\r\n\r\nx\r\n--==b--"},
        {"a field on two lines", type, "--==b\r\na: b\r\n c\r\n\r\nx\r\n--==b--"},
        {"a blank in a name", type, "--==b\r\na b: c\r\n\r\nx\r\n--==b--"},
        {"a byte 0 in a name", type, std::string("--==b\r\na\0: c\r\n\r\n--==b--", 22)},
        {"too many fields", type, fields + "\r\n--==b--"},
        {"no parameter", "multipart/mixed", fine},
        {"another parameter", "multipart/mixed; charset=utf-8", fine},
        {"an empty boundary", "multipart/mixed; boundary=", fine},
        {"an empty boundary in quotes", "multipart/mixed; boundary=\"\"", fine},
        {"one quote", "multipart/mixed; boundary=\"==b", fine},
        {"two boundaries", "multipart/mixed; boundary==b; boundary==b", fine},
        {"a boundary that ends in a blank", "multipart/mixed; boundary=\"==b \"", fine},
        {"marks that no boundary has", "multipart/mixed; boundary=\"=\\b\"", fine},
        {"a long boundary", "multipart/mixed; boundary=" + std::string(71, 'b'), fine},
    };
    for (const auto& [what, of, body] : cases)
        EXPECT_TRUE(testing::fails_with(read_multipart(of, body, 2), errc::bad_request)) << what;
}

TEST(multipart_test, whatever_comes_is_parts_or_refused) {
    const std::vector<std::string> pieces = {
        "--==b", "--", "\r\n", "\n", "\r", ":", " ", "a", "--==b--", std::string(1, '\0'), "\xff"};
    std::mt19937 random(7);
    int parsed = 0;
    for (int i = 0; i < 20'000; ++i) {
        std::string body = "--==b\n";
        for (auto left = random() % 24; left > 0; --left) body += pieces[random() % pieces.size()];
        if (random() % 2 == 0) body += "\n--==b--";
        const auto parts = read_multipart(type, body, 3);
        if (!parts) continue;
        ++parsed;
        ASSERT_THAT(*parts, ::testing::Not(IsEmpty()));
        for (const auto& part : *parts) {
            ASSERT_LE(part.body.size(), body.size());
            ASSERT_EQ(part.body.find("\n--==b\n"), std::string_view::npos);
        }
    }
    EXPECT_GT(parsed, 1000);
}

}  // namespace
}  // namespace callstream::genomics
