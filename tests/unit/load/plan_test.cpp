#include "server/load/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace callstream::load {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(server_url, is_taken_apart) {
    const auto plain = parse_server_url("http://127.0.0.1:8080").value();
    EXPECT_EQ(plain.host, "127.0.0.1");
    EXPECT_EQ(plain.port, 8080);
    EXPECT_EQ(plain.base, "/brapi/v2");
    EXPECT_FALSE(plain.tls);
    EXPECT_EQ(plain.authority(), "127.0.0.1:8080");

    const auto whole = parse_server_url("https://example.org/data/brapi/v2/").value();
    EXPECT_TRUE(whole.tls);
    EXPECT_EQ(whole.port, 443);
    EXPECT_EQ(whole.base, "/data/brapi/v2");
    EXPECT_EQ(whole.authority(), "example.org");

    const auto v6 = parse_server_url("http://[::1]:81/").value();
    EXPECT_EQ(v6.host, "::1");
    EXPECT_EQ(v6.authority(), "[::1]:81");
}

TEST(server_url, refuses_what_is_none) {
    for (const char* text :
         {"",
          "localhost:80",
          "ftp://a/",
          "http://",
          "http://a:0/",
          "http://a:99999/",
          "http://a/?b=c",
          "http://me:secret@a/",
          "http://a b/"}) {
        EXPECT_FALSE(parse_server_url(text)) << text;
    }
}

TEST(percent_encoded, leaves_what_is_plain) {
    EXPECT_EQ(percent_encoded("main~panel-1_x.y"), "main~panel-1_x.y");
    EXPECT_EQ(percent_encoded("a/b c?&\xE9"), "a%2Fb%20c%3F%26%E9");
}

TEST(spread, takes_first_and_last_and_some_between) {
    EXPECT_THAT(spread(0, 5), ElementsAre());
    EXPECT_THAT(spread(5, 0), ElementsAre());
    EXPECT_THAT(spread(100, 1), ElementsAre(0));
    EXPECT_THAT(spread(3, 10), ElementsAre(0, 1, 2));
    EXPECT_THAT(spread(101, 5), ElementsAre(0, 25, 50, 75, 100));
}

TEST(request_head, says_what_is_wanted) {
    const auto url = parse_server_url("http://example.org:81").value();
    plan_options options;
    EXPECT_EQ(
        request_head(url, options, "/x", false),
        "GET /x HTTP/1.1\r\nHost: example.org:81\r\nUser-Agent: callstream-bench\r\n"
        "Accept: application/json\r\nAccept-Encoding: identity\r\n\r\n"
    );
    options.token = "secret";
    options.gzip = true;
    const auto head = request_head(url, options, "/x", true);
    EXPECT_THAT(head, HasSubstr("Accept: application/x-ndjson\r\n"));
    EXPECT_THAT(head, HasSubstr("Accept-Encoding: gzip\r\n"));
    EXPECT_THAT(head, HasSubstr("Authorization: Bearer secret\r\n"));
}

}  // namespace
}  // namespace callstream::load
