#include "server/http/request_head.hpp"

#include "tests/support/requests.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace callstream::http {
namespace {

using testing::head_text;
using testing::make_request;
using strings = std::vector<std::string>;

/// 0 for a head that is taken.
int status_of_head(const std::string& head) {
    const auto parsed = parse_request_head(head);
    return parsed ? 0 : parsed.error().status;
}
int status_of_fields(const strings& field_lines, const std::string& version = "HTTP/1.1") {
    return status_of_head(head_text("GET /x " + version, field_lines));
}
int status_of_target(const std::string& target) {
    return status_of_head(head_text("GET " + target + " HTTP/1.1"));
}

TEST(request_head, a_plain_request_is_taken) {
    const auto parsed = parse_request_head(
        head_text("GET /a/b?x=1&y=2 HTTP/1.1", {"Host: h:80", "ACCEPT: text/plain"})
    );
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->method, verb::get);
    EXPECT_EQ(parsed->path, "/a/b");
    EXPECT_EQ(parsed->segments, (strings{"a", "b"}));
    using pairs = std::vector<std::pair<std::string, std::string>>;
    EXPECT_EQ(parsed->parameters, (pairs{{"x", "1"}, {"y", "2"}}));
    EXPECT_EQ(parsed->field("accept"), "text/plain");
    EXPECT_TRUE(parsed->http_1_1);
    EXPECT_TRUE(parsed->keep_alive);
}

TEST(request_head, framing_that_two_parsers_may_read_in_two_ways_is_refused) {
    const std::pair<strings, int> table[] = {
        {{"Host: h", "Transfer-Encoding: chunked"}, 411},
        {{"Host: h", "Transfer-Encoding: gzip"}, 411},
        {{"Host: h", "Transfer-Encoding: identity"}, 411},
        {{"Host: h", "Transfer-Encoding: xchunked"}, 411},
        {{"Host: h", "Transfer-Encoding: chunked, gzip"}, 411},
        {{"Host: h", "Transfer-Encoding: gzip", "Content-Length: 5"}, 411},
        {{"Host: h", "Transfer-Encoding: chunked", "Content-Length: 5"}, 400},
        {{"Host: h", "Content-Length: 5", "Transfer-Encoding: chunked"}, 400},
        {{"Host: h", "Content-Length: 5", "Content-Length: 5"}, 400},
        {{"Host: h", "Content-Length: 0", "Content-Length: 0"}, 400},
        {{"Host: h", "Content-Length: 5", "Content-Length: 6"}, 400},
        {{"Host: h", "Content-Length: +5"}, 400},
        {{"Host: h", "Content-Length: -1"}, 400},
        {{"Host: h", "Content-Length: 0x5"}, 400},
        {{"Host: h", "Content-Length: 99999999999999999999"}, 400},
        {{"Host: h", "Content-Length: 5"}, 400},
        {{"Host: h", "Content-Length: 5, 5"}, 400},
        {{"Host: h", "Content-Length:"}, 400},
        {{"Host: h", "Content-Length: 0"}, 0},
    };
    for (const auto& [fields, status] : table) {
        EXPECT_EQ(status_of_fields(fields), status) << ::testing::PrintToString(fields);
    }
    EXPECT_NE(status_of_fields({"Transfer-Encoding: chunked"}, "HTTP/1.0"), 0);
    EXPECT_NE(status_of_fields({"Transfer-Encoding: identity"}, "HTTP/1.0"), 0);
}

TEST(request_head, a_body_is_announced_by_one_decimal_number) {
    const std::pair<const char*, std::uint64_t> taken[] = {
        {"0", 0}, {"5", 5}, {"007", 7}, {"18446744073709551615", ~0ULL}};
    for (const auto& [text, bytes] : taken) {
        const auto r = make_request("POST /x", {std::string("Content-Length: ") + text});
        EXPECT_EQ(r.body_bytes, bytes) << text;
        EXPECT_EQ(r.body, "");
    }
    for (const char* text :
         {"",
          "+5",
          "-1",
          "0x5",
          "5, 5",
          "5,6",
          "5 5",
          "1e3",
          "5.0",
          "five",
          "18446744073709551616",
          "99999999999999999999"}) {
        const auto head =
            head_text("POST /x HTTP/1.1", {"Host: h", std::string("Content-Length: ") + text});
        EXPECT_EQ(status_of_head(head), 400) << text;
    }
    EXPECT_EQ(make_request("POST /x").body_bytes, 0U);
}

TEST(request_head, only_methods_that_send_something_have_a_body) {
    for (const char* method : {"GET", "HEAD", "OPTIONS", "DELETE"}) {
        const std::string line = std::string(method) + " /x HTTP/1.1";
        EXPECT_EQ(status_of_head(head_text(line, {"Host: h", "Content-Length: 1"})), 400) << method;
        EXPECT_EQ(status_of_head(head_text(line, {"Host: h", "Content-Length: 0"})), 0) << method;
    }
    for (const char* method : {"POST", "PUT", "PATCH", "FOOBAR"}) {
        const std::string line = std::string(method) + " /x HTTP/1.1";
        EXPECT_EQ(status_of_head(head_text(line, {"Host: h", "Content-Length: 1"})), 0) << method;
    }
}

TEST(request_head, the_one_expectation_there_is_is_understood) {
    const auto post = [](const std::string& version, const strings& fields) {
        return parse_request_head(head_text("POST /x " + version, fields));
    };
    const auto waits = post("HTTP/1.1", {"Host: h", "Expect: 100-Continue"});
    ASSERT_TRUE(waits);
    EXPECT_TRUE(waits->expects_continue);
    EXPECT_FALSE(post("HTTP/1.1", {"Host: h"})->expects_continue);
    EXPECT_FALSE(post("HTTP/1.0", {"Expect: 100-continue"})->expects_continue);
    EXPECT_FALSE(post("HTTP/1.0", {"Expect: tea"})->expects_continue);
    for (const char* value : {"tea", "100-continue, tea", "100"}) {
        const auto r = post("HTTP/1.1", {"Host: h", std::string("Expect: ") + value});
        ASSERT_FALSE(r) << value;
        EXPECT_EQ(r.error().status, 417) << value;
    }
    EXPECT_EQ(
        post("HTTP/1.1", {"Host: h", "Expect: 100-continue", "Expect: 100-continue"})
            .error()
            .status,
        417
    );
}

TEST(request_head, exactly_one_host_is_needed_in_http_1_1) {
    EXPECT_EQ(status_of_fields({}), 400);
    EXPECT_EQ(status_of_fields({"Host:"}), 400);
    EXPECT_EQ(status_of_fields({"Host: a", "Host: b"}), 400);
    EXPECT_EQ(status_of_fields({"Host: a", "hOST: a"}), 400);
    EXPECT_EQ(status_of_fields({"hOsT: a"}), 0);
    EXPECT_EQ(status_of_fields({}, "HTTP/1.0"), 0);
    EXPECT_EQ(status_of_fields({"Host: a", "Host: a"}, "HTTP/1.0"), 400);
}

TEST(request_head, the_host_is_one) {
    const auto status = [](const std::string& host) {
        const auto parsed = parse_request_head(head_text("GET / HTTP/1.1", {"Host: " + host}));
        return parsed ? 200 : parsed.error().status;
    };
    for (const char* host :
         {"h", "my_host", "example.org", "example.org:8080", "127.0.0.1:80", "[::1]:8080", "a%20b"})
        EXPECT_EQ(status(host), 200) << host;
    for (const char* host :
         {"\xEB h",
          "\xC3\xA9",
          "a b",
          "a/b",
          "u@h",
          "u:p@h",
          "h:x",
          "h?q",
          "<h>",
          "a\"b",
          "h\\",
          "[::1"})
        EXPECT_EQ(status(host), 400) << host;
    EXPECT_TRUE(parse_request_head(head_text("GET / HTTP/1.0", {"Host: "})));
}

TEST(request_head, lines_that_are_no_fields_are_refused) {
    EXPECT_EQ(status_of_fields({"Host: h", "X-Folded: a\r\n b"}), 400);
    EXPECT_EQ(status_of_fields({"Host: h", "X-Folded: a\r\n\tb"}), 400);
    EXPECT_EQ(status_of_fields({" Host: h"}), 400);
    EXPECT_EQ(status_of_fields({"Host : h"}), 400);
    EXPECT_EQ(status_of_fields({"Host: h", "no colon"}), 400);
    EXPECT_EQ(status_of_fields({"Host: h", ": no name"}), 400);
    EXPECT_EQ(status_of_fields({"Host: h", std::string("X: a\0b", 6)}), 400);
    EXPECT_EQ(status_of_fields({"Host: h", "X: a\nY: b"}), 400);
    EXPECT_EQ(status_of_fields({"Host: h", "X: a\rY: b"}), 400);
}

TEST(request_head, other_versions_are_refused) {
    for (const char* version : {"HTTP/2.0", "HTTP/0.9", "HTTP/1.2", "HTTP/9.9"}) {
        EXPECT_EQ(status_of_head(head_text(std::string("GET / ") + version)), 505) << version;
    }
    for (const char* version : {"HTTP/1", "HTTP/1.10", "http/1.1", "HTTPS/1.1", ""}) {
        EXPECT_NE(status_of_head(head_text(std::string("GET / ") + version)), 0) << version;
    }
}

TEST(request_head, bytes_that_are_no_request_are_refused) {
    const std::string heads[] = {
        "\r\n\r\n",
        "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",

        "GET  / HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /\r\n\r\n",
        "\x16\x03\x01\x02\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\n",
        "",
        " GET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "G@T / HTTP/1.1\r\nHost: h\r\n\r\n"};
    for (const auto& head : heads) EXPECT_EQ(status_of_head(head), 400) << head;
    // A bare line feed is read as a part of the version.
    EXPECT_NE(status_of_head("GET / HTTP/1.1\nHost: h\n\r\n\r\n"), 0);
}

TEST(request_head, targets_that_are_no_path_are_refused) {
    for (const char* target : {"http://evil/x", "HTTP://evil/x",
                               "evil:80",       "x",
                               "?x=1",          "",
                               "/a#frag",       "/#",
                               "/a?x#y",        "/\xC3\xBC",
                               "/a?x=\xFF",     "/%00",
                               "/a%00b",        "/?x=%00",
                               "/?%00=x",       "/%",
                               "/%4",           "/%GG",
                               "/?x=%zz",       "/%FF",
                               "/?x=%C3",       "/?%C3=1",
                               "/a\x7f",        "/a\tb",
                               "/a\x01"}) {
        EXPECT_EQ(status_of_target(target), 400) << target;
    }
}

TEST(request_head, the_asterisk_is_a_target_of_options_only) {
    EXPECT_EQ(status_of_head(head_text("OPTIONS * HTTP/1.1")), 0);
    EXPECT_EQ(status_of_target("*"), 400);
}

TEST(request_head, a_target_longer_than_8_kib_is_refused) {
    EXPECT_EQ(status_of_target("/" + std::string(target_bytes_max - 1, 'x')), 0);
    EXPECT_EQ(status_of_target("/" + std::string(target_bytes_max, 'x')), 414);
}

TEST(request_head, methods_are_told_apart) {
    const std::pair<const char*, verb> table[] = {
        {"GET", verb::get},
        {"HEAD", verb::head},
        {"OPTIONS", verb::options},
        {"POST", verb::post},
        {"PUT", verb::put},
        {"PATCH", verb::patch},
        {"DELETE", verb::delete_},
        {"TRACE", verb::other},
        {"FOOBAR", verb::other},
        {"get", verb::other},
        {"PROPFIND", verb::other}};
    for (const auto& [method, expected] : table) {
        EXPECT_EQ(make_request(std::string(method) + " /").method, expected) << method;
    }
}

TEST(request_head, segments_are_decoded_one_by_one) {
    const std::pair<const char*, strings> table[] = {
        {"/", {}},
        {"/a", {"a"}},
        {"/a/", {"a"}},
        {"/a/b/", {"a", "b"}},
        {"/a//b", {"a", "", "b"}},
        {"/a%2Fb/c", {"a/b", "c"}},
        {"/M%C3%BCller%20x", {"M\xC3\xBCller x"}},
        {"/a+b", {"a+b"}},
        {"/a%2Bb%25", {"a+b%"}},
        {"/..%2f../x", {"../..", "x"}},
        {"/a~b.c-d_e", {"a~b.c-d_e"}},
        {"/a:b@c!$&'()*,;=", {"a:b@c!$&'()*,;="}},
        {"/%252F", {"%2F"}},
    };
    for (const auto& [target, segments] : table) {
        EXPECT_EQ(make_request(std::string("GET ") + target).segments, segments) << target;
    }
}

TEST(request_head, parameters_are_decoded_and_keep_their_order) {
    using pairs = std::vector<std::pair<std::string, std::string>>;
    const std::pair<const char*, pairs> table[] = {
        {"/", {}},
        {"/?a=1&b=2&a=3", {{"a", "1"}, {"b", "2"}, {"a", "3"}}},
        {"/?s=a+b", {{"s", "a b"}}},
        {"/?s=a%2Bb%26c%3Dd", {{"s", "a+b&c=d"}}},
        {"/?a=b=c", {{"a", "b=c"}}},
        {"/?empty=", {{"empty", ""}}},
        {"/?flag", {{"flag", ""}}},
        {"/?s=%7C&t=/?", {{"s", "|"}, {"t", "/?"}}},
        {"/?na%20me=1", {{"na me", "1"}}},
    };
    for (const auto& [target, parameters] : table) {
        EXPECT_EQ(make_request(std::string("GET ") + target).parameters, parameters) << target;
    }
}

TEST(request_head, characters_that_people_type_without_encoding_are_taken_or_refused_not_lost) {
    for (const char c : {'|', '"', '<', '>', '\\', '^', '`', '{', '}', '[', ']'}) {
        const auto parsed =
            parse_request_head(head_text(std::string("GET /?sepPhased=") + c + " HTTP/1.1"));
        if (!parsed) {
            EXPECT_EQ(parsed.error().status, 400) << c;
        } else {
            EXPECT_EQ(parsed->parameters.at(0).second, std::string(1, c));
        }
    }
}

TEST(request_head, a_post_below_v1_may_mean_another_method) {
    const auto meant = [](const char* line, const char* method, const char* length = "0") {
        const auto parsed = parse_request_head(head_text(
            line,
            {"Host: x",
             std::string("X-HTTP-Method-Override: ") + method,
             std::string("Content-Length: ") + length}
        ));
        if (!parsed) return std::to_string(parsed.error().status);
        return std::string(verb_text(parsed->method)) + (parsed->query_in_body ? " ?" : "");
    };
    EXPECT_EQ(meant("POST /v1/datasets HTTP/1.1", "GET"), "GET");
    EXPECT_EQ(meant("POST /v1/datasets HTTP/1.1", "get", "5"), "GET ?");
    EXPECT_EQ(meant("POST /v1/datasets/7 HTTP/1.1", "PATCH", "5"), "PATCH");
    EXPECT_EQ(meant("POST /v1/datasets/7 HTTP/1.1", "DELETE"), "DELETE");
    EXPECT_EQ(meant("POST /v1/datasets/7 HTTP/1.1", "DELETE", "5"), "400");
    EXPECT_EQ(meant("POST /v1/datasets/7 HTTP/1.1", "TRACE"), "400");
    EXPECT_EQ(meant("POST /v1/datasets/7 HTTP/1.1", ""), "POST");
    EXPECT_EQ(meant("GET /v1/datasets/7 HTTP/1.1", "DELETE"), "GET") << "only a POST";
    EXPECT_EQ(meant("POST /brapi/v2/lists HTTP/1.1", "GET"), "POST") << "only there";
    EXPECT_EQ(meant("POST /v1x HTTP/1.1", "GET"), "POST");
}

TEST(request_head, a_query_may_come_as_a_form) {
    const auto form = parse_form("a=1&b=x%20y&b=");
    ASSERT_TRUE(form);
    const std::vector<std::pair<std::string, std::string>> wanted = {
        {"a", "1"}, {"b", "x y"}, {"b", ""}};
    EXPECT_EQ(*form, wanted);
    EXPECT_TRUE(parse_form("")->empty());
    for (const char* wrong : {"a=%", "a=%FF", "a=%00", "a b", "#", "a=\r"})
        EXPECT_FALSE(parse_form(wrong)) << wrong;
}

TEST(request_head, fields_of_one_name_are_joined) {
    const auto request = make_request("GET /", {"Accept: a/b", "X-Y: 1", "accept:  c/d "});
    EXPECT_EQ(request.field("accept"), "a/b, c/d");
    EXPECT_EQ(request.field("x-y"), "1");
    EXPECT_EQ(request.field("absent"), "");
}

TEST(request_head, the_connection_stays_open_as_the_version_and_the_client_want) {
    const auto keeps = [](const std::string& version, strings fields) {
        fields.push_back("Host: h");
        return parse_request_head(head_text("GET / " + version, fields))->keep_alive;
    };
    EXPECT_TRUE(keeps("HTTP/1.1", {}));
    EXPECT_FALSE(keeps("HTTP/1.1", {"Connection: close"}));
    EXPECT_FALSE(keeps("HTTP/1.0", {}));
    EXPECT_TRUE(keeps("HTTP/1.0", {"Connection: keep-alive"}));
    EXPECT_FALSE(parse_request_head(head_text("GET / HTTP/1.0"))->http_1_1);
}

TEST(request_head, a_refusal_does_not_repeat_what_the_client_sent) {
    const auto parsed = parse_request_head(head_text("GET /<script>\xFF HTTP/1.1"));
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().text.find("script"), std::string::npos);
}

}  // namespace
}  // namespace callstream::http
