#include "server/http/exchange.hpp"

#include "tests/support/answers.hpp"
#include "tests/support/bgzf_builder.hpp"
#include "tests/support/sources.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace callstream::http {
namespace {

using testing::answer;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using strings = std::vector<std::string>;

/// A router of routes that do exactly what a test wants of them.
class exchange_test : public ::testing::Test {
 protected:
    void SetUp() override {
        add("/small", [] { return with_body("small"); });
        add("/large", [] { return with_body(std::string(5000, 'x')); });
        add("/streamed", [] {
            return with_source<testing::listed_source>(strings{"one,", "two,", "three"});
        });
        add("/short", [] { return with_source<testing::listed_source>(strings{"all at once"}); });
        add("/refusing", []() -> result<response> { return error{errc::forbidden, "not you"}; });
        add("/busy", []() -> result<response> { return error{errc::unavailable, "later"}; });
        add("/throwing", []() -> result<response> {
            throw std::runtime_error("cannot open /srv/secret/file.bcf");
        });
        add("/fails-first", [] {
            return with_source<testing::failing_source>(error{errc::not_found, "gone"});
        });
        add("/damaged-first", [] { return with_source<testing::throwing_source>(); });
        routes.add({
            .method = verb::post,
            .pattern = "/echo",
            .body_bytes_max = 100,
            .handle = [](const request& r, const auto&) { return with_body("got " + r.body); },
        });
    }

    static result<response> with_body(std::string text) {
        response r;
        r.body = std::move(text);
        return r;
    }
    template <class Source, class... Args>
    static result<response> with_source(Args... args) {
        response r;
        r.source = std::make_unique<Source>(std::move(args)...);
        return r;
    }
    void add(std::string pattern, std::function<result<response>()> make) {
        routes.add({.pattern = std::move(pattern), .handle = [make](const auto&, const auto&) {
                        return make();
                    }});
    }
    answer ask(const std::string& method_and_target, strings field_lines = {}) {
        return testing::run(context, testing::make_request(method_and_target, field_lines));
    }
    answer get(const std::string& path, strings field_lines = {}) {
        return ask("GET " + path, std::move(field_lines));
    }

    router routes;
    streaming::block_pool blocks{64 * streaming::block_bytes};
    strings log;
    exchange_context context{&routes, &blocks, [this](const std::string& s) { log.push_back(s); }};
};

TEST_F(exchange_test, a_body_in_memory_is_sent_with_its_length) {
    const auto a = get("/small");
    EXPECT_EQ(a.status, 200);
    EXPECT_TRUE(a.head.starts_with("HTTP/1.1 200 OK\r\n")) << a.head;
    EXPECT_TRUE(a.head.ends_with("\r\n\r\n")) << a.head;
    EXPECT_EQ(a.body, "small");
    EXPECT_EQ(a.field("Content-Length"), "5");
    EXPECT_EQ(a.field("Content-Type"), "application/json");
    EXPECT_EQ(a.field("Transfer-Encoding"), "");
    EXPECT_EQ(a.field("Content-Encoding"), "");
    EXPECT_EQ(a.field("Connection"), "keep-alive");
}

TEST_F(exchange_test, a_source_is_sent_in_chunks_unless_its_first_block_is_all) {
    const auto streamed = get("/streamed");
    EXPECT_EQ(streamed.body, "one,two,three");
    EXPECT_EQ(streamed.field("Transfer-Encoding"), "chunked");
    EXPECT_EQ(streamed.field("Content-Length"), "");
    const auto short_one = get("/short");
    EXPECT_EQ(short_one.body, "all at once");
    EXPECT_EQ(short_one.field("Content-Length"), "11");
    EXPECT_EQ(short_one.field("Transfer-Encoding"), "");
}

TEST_F(exchange_test, a_source_that_knows_its_length_is_sent_with_it) {
    add("/measured", [] {
        response r;
        r.source = std::make_unique<testing::measured_source>(strings{"one,", "two,", "three"}, 13);
        return r;
    });
    for (const auto* target : {"GET /measured", "HEAD /measured"}) {
        const auto a = ask(target);
        EXPECT_EQ(a.field("Content-Length"), "13") << target;
        EXPECT_EQ(a.field("Transfer-Encoding"), "") << target;
    }
    EXPECT_EQ(get("/measured").body, "one,two,three");
    // Nobody knows how long it is then.
    const auto compressed = ask("GET /measured", {"Accept-Encoding: gzip"});
    EXPECT_EQ(compressed.field("Content-Encoding"), "gzip");
    EXPECT_NE(compressed.field("Content-Length"), "13");
}

TEST_F(exchange_test, http_1_0_gets_no_chunks) {
    auto request = testing::make_request("GET /streamed");
    request.http_1_1 = false;
    const auto a = testing::run(context, std::move(request));
    EXPECT_EQ(a.field("Transfer-Encoding"), "");
    EXPECT_EQ(a.body, "one,two,three");
}

TEST_F(exchange_test, a_path_that_is_not_there_is_404) {
    const auto a = get("/nothing");
    EXPECT_EQ(a.status, 404);
    EXPECT_THAT(a.body, HasSubstr("there is nothing at this path"));
    EXPECT_EQ(ask("OPTIONS /nothing").status, 404);
    EXPECT_EQ(ask("DELETE /nothing").status, 404);
}

TEST_F(exchange_test, a_known_method_of_another_path_is_405_and_an_unknown_one_501) {
    for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
        const auto a = ask(std::string(method) + " /small");
        EXPECT_EQ(a.status, 405) << method;
        EXPECT_EQ(a.field("Allow"), "GET, HEAD, OPTIONS");
    }
    EXPECT_EQ(ask("FOOBAR /small").status, 501);
    EXPECT_EQ(ask("TRACE /small").status, 501);
}

TEST_F(exchange_test, options_says_what_a_path_takes_and_lets_browsers_in) {
    const auto a = ask("OPTIONS /small");
    EXPECT_EQ(a.status, 204);
    EXPECT_EQ(a.body, "");
    EXPECT_EQ(a.field("Allow"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(a.field("Access-Control-Allow-Origin"), "*");
    EXPECT_EQ(a.field("Access-Control-Allow-Methods"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(a.field("Content-Type"), "");
    EXPECT_EQ(a.field("Content-Length"), "");
    EXPECT_EQ(ask("OPTIONS *").status, 204);
}

TEST_F(exchange_test, head_has_the_fields_of_get_and_the_session_leaves_out_the_body) {
    exchange e(context, testing::make_request("HEAD /large"));
    e.prepare();
    EXPECT_TRUE(e.head_only());
    EXPECT_EQ(e.head(true), get("/large").head);
    exchange streamed(context, testing::make_request("HEAD /streamed"));
    streamed.prepare();
    EXPECT_EQ(streamed.head(true), get("/streamed").head);
    EXPECT_EQ(ask("HEAD /nothing").status, 404);
}

/// A blocking route whose quick way does what it is told.
class at_once_test : public exchange_test {
 protected:
    void SetUp() override {
        exchange_test::SetUp();
        routes.add({
            .method = verb::get,
            .pattern = "/quick",
            .blocking = true,
            .at_once = [this](const auto&, const auto&) { return at_once(); },
            .handle =
                [this](const auto&, const auto&) {
                    ++handled;
                    return with_body("slowly");
                },
        });
    }
    exchange prepared(const std::string& method_and_target, strings field_lines = {}) {
        exchange e(context, testing::make_request(method_and_target, std::move(field_lines)));
        done = e.prepare_at_once();
        return e;
    }
    static std::optional<response> quickly() {
        auto made = with_body("quickly");
        return std::move(*made);
    }

    std::function<std::optional<response>()> at_once = quickly;
    int handled = 0;
    bool done = false;
};

TEST_F(at_once_test, what_is_known_needs_no_worker) {
    const auto e = prepared("GET /quick");
    EXPECT_TRUE(done);
    EXPECT_EQ(e.status(), 200);
    EXPECT_EQ(e.body(), "quickly");
    EXPECT_EQ(handled, 0);
    EXPECT_TRUE(prepared("HEAD /quick").complete());
}

TEST_F(at_once_test, its_answer_has_a_tag_as_any_other) {
    const auto tag = get("/quick").field("ETag");
    EXPECT_NE(tag, "");
    EXPECT_EQ(prepared("GET /quick", {"If-None-Match: " + tag}).status(), 304);
}

TEST_F(at_once_test, where_it_would_wait_the_handler_answers) {
    at_once = []() -> std::optional<response> { return std::nullopt; };
    auto e = prepared("GET /quick");
    EXPECT_FALSE(done);
    EXPECT_TRUE(e.blocking());
    EXPECT_EQ(handled, 0);
    e.prepare();
    EXPECT_EQ(e.body(), "slowly");
    EXPECT_EQ(handled, 1);
}

TEST_F(at_once_test, what_it_throws_is_logged_and_no_other_try_is_made) {
    at_once = []() -> std::optional<response> { throw std::runtime_error("/srv/secret"); };
    const auto e = prepared("GET /quick");
    EXPECT_TRUE(done);
    EXPECT_EQ(e.status(), 500);
    EXPECT_THAT(e.body(), Not(HasSubstr("secret")));
}

TEST_F(at_once_test, other_routes_and_refusals_have_none) {
    for (const char* target : {"GET /small", "GET /nothing", "PUT /quick", "OPTIONS /quick"}) {
        prepared(target);
        EXPECT_FALSE(done) << target;
    }
}

TEST_F(exchange_test, the_error_of_a_handler_is_the_answer) {
    const auto refused = get("/refusing");
    EXPECT_EQ(refused.status, 403);
    EXPECT_THAT(refused.body, HasSubstr("not you"));
    EXPECT_EQ(refused.field("Retry-After"), "");
    const auto busy = get("/busy");
    EXPECT_EQ(busy.status, 503);
    EXPECT_EQ(busy.field("Retry-After"), "1");
    EXPECT_THAT(get("/refusing", {"Accept: text/plain"}).field("Content-Type"), HasSubstr("plain"));
}

TEST_F(exchange_test, an_exception_is_logged_and_answered_without_details) {
    const auto a = get("/throwing");
    EXPECT_EQ(a.status, 500);
    EXPECT_THAT(a.body, Not(HasSubstr("secret")));
    EXPECT_THAT(a.head, Not(HasSubstr("secret")));
    EXPECT_THAT(log, Contains(HasSubstr("/throwing: cannot open /srv/secret/file.bcf")));
}

TEST_F(exchange_test, an_error_of_the_first_block_is_an_answer_with_its_status) {
    for (const strings& fields : {strings{}, strings{"Accept-Encoding: gzip"}}) {
        const auto a = get("/fails-first", fields);
        EXPECT_EQ(a.status, 404);
        EXPECT_THAT(a.body, HasSubstr("gone"));
        EXPECT_THAT(a.body, Not(HasSubstr("half an item")));
        EXPECT_EQ(a.field("Content-Encoding"), "");
        EXPECT_EQ(a.field("Content-Length"), std::to_string(a.body.size()));
    }
    EXPECT_EQ(blocks.in_use(), 0U);
}

TEST_F(exchange_test, damage_found_in_the_first_block_is_a_plain_500) {
    for (const strings& fields : {strings{}, strings{"Accept-Encoding: gzip"}}) {
        const auto a = get("/damaged-first", fields);
        EXPECT_EQ(a.status, 500);
        EXPECT_THAT(a.body, HasSubstr("something went wrong"));
        EXPECT_EQ(a.field("Content-Encoding"), "") << "but the body is not coded";
        EXPECT_EQ(a.field("Content-Length"), std::to_string(a.body.size()));
    }
    EXPECT_EQ(log.size(), 2U);
}

TEST_F(exchange_test, bodies_worth_it_are_coded_as_the_client_likes) {
    const auto large = get("/large", {"Accept-Encoding: gzip"});
    EXPECT_EQ(large.field("Content-Encoding"), "gzip");
    EXPECT_EQ(testing::gunzip(large.body), std::string(5000, 'x'));
    EXPECT_EQ(large.field("Content-Length"), std::to_string(large.body.size()));
    const auto streamed = get("/streamed", {"Accept-Encoding: gzip, deflate"});
    EXPECT_EQ(streamed.field("Content-Encoding"), "gzip");
    EXPECT_EQ(testing::gunzip(streamed.body), "one,two,three");
    EXPECT_EQ(get("/large", {"Accept-Encoding: gzip, zstd"}).field("Content-Encoding"), "zstd");
    EXPECT_EQ(get("/small", {"Accept-Encoding: gzip"}).field("Content-Encoding"), "");
    EXPECT_EQ(get("/large").field("Content-Encoding"), "");
    EXPECT_THAT(large.field("Vary"), HasSubstr("Accept-Encoding"));
}

TEST_F(exchange_test, errors_are_not_coded) {
    const std::string text(5000, 'x');
    add("/long-refusal", [text]() -> result<response> { return error{errc::forbidden, text}; });
    const auto a = get("/long-refusal", {"Accept-Encoding: gzip"});
    EXPECT_EQ(a.field("Content-Encoding"), "");
    EXPECT_THAT(a.body, HasSubstr(text));
}

TEST_F(exchange_test, a_spent_budget_is_503_and_later_all_is_well) {
    {
        streaming::block_pool little(0);
        exchange_context tight{&routes, &little, context.log_problem};
        const auto first = little.take();
        // One block is left: enough without coding, not enough with it.
        EXPECT_EQ(testing::run(tight, testing::make_request("GET /streamed")).status, 200);
        const auto coded =
            testing::run(tight, testing::make_request("GET /streamed", {"Accept-Encoding: gzip"}));
        EXPECT_EQ(coded.status, 503);
        EXPECT_EQ(coded.field("Content-Encoding"), "");
        EXPECT_NE(coded.field("Retry-After"), "");
        const auto second = little.take();
        const auto busy = testing::run(tight, testing::make_request("GET /streamed"));
        EXPECT_EQ(busy.status, 503);
        EXPECT_EQ(busy.field("Retry-After"), "1");
        EXPECT_THAT(busy.body, HasSubstr("too many answers"));
        EXPECT_EQ(testing::run(tight, testing::make_request("GET /small")).status, 200);
        EXPECT_EQ(little.in_use(), 2U);
    }
    EXPECT_EQ(get("/streamed").status, 200);
}

TEST_F(exchange_test, no_block_stays_out_after_an_answer) {
    for (const char* path :
         {"/small",
          "/large",
          "/streamed",
          "/short",
          "/fails-first",
          "/damaged-first",
          "/throwing"}) {
        get(path);
        get(path, {"Accept-Encoding: zstd"});
        ask(std::string("HEAD ") + path, {"Accept-Encoding: gzip"});
        EXPECT_EQ(blocks.in_use(), 0U) << path;
    }
}

TEST_F(exchange_test, the_handler_gets_the_body) {
    const auto a = testing::run(context, testing::make_post("/echo", "{}"));
    EXPECT_EQ(a.status, 200);
    EXPECT_EQ(a.body, "got {}");
    EXPECT_EQ(testing::run(context, testing::make_request("POST /echo")).body, "got ");
}

TEST_F(exchange_test, what_is_wrong_with_a_body_is_known_before_it_is_read) {
    struct {
        const char* what;
        const char* method_and_target;
        strings fields;
        int status;
    } const table[] = {
        {"no such path", "POST /nothing", {}, 404},
        {"another method", "POST /small", {}, 405},
        {"an unknown method", "BREW /echo", {}, 501},
        {"too long", "POST /echo", {"Content-Length: 101", "Content-Type: application/json"}, 413},
        {"endless", "POST /echo", {"Content-Length: 18446744073709551615"}, 413},
        {"no type", "POST /echo", {}, 415},
        {"a form", "POST /echo", {"Content-Type: application/x-www-form-urlencoded"}, 415},
        {"Latin-1", "POST /echo", {"Content-Type: application/json; charset=latin1"}, 415},
        {"packed", "POST /echo", {"Content-Type: application/json", "Content-Encoding: gzip"}, 415},
    };
    for (const auto& row : table) {
        strings fields = row.fields;
        const bool announced = !fields.empty() && fields[0].starts_with("Content-Length");
        if (!announced) fields.push_back("Content-Length: 5");
        exchange e(context, testing::make_request(row.method_and_target, fields));
        EXPECT_FALSE(e.wants_body()) << row.what;
        EXPECT_FALSE(e.blocking()) << row.what;
        e.prepare();
        EXPECT_EQ(e.status(), row.status) << row.what;
        EXPECT_TRUE(e.body_unread()) << row.what << ": what follows is not a request";
    }
}

TEST_F(exchange_test, a_body_that_was_read_leaves_the_connection_usable) {
    exchange e(
        context,
        testing::make_request("POST /echo", {"Content-Length: 2", "Content-Type: application/json"})
    );
    EXPECT_TRUE(e.wants_body());
    EXPECT_TRUE(e.body_unread());
    body_budget budget(100);
    e.take_body("{}", *budget.take(66));
    EXPECT_FALSE(e.body_unread());
    EXPECT_EQ(budget.in_use(), 66U);
    e.prepare();
    EXPECT_EQ(budget.in_use(), 0U) << "the handler has read it";
    EXPECT_EQ(e.asked().body, "");
    EXPECT_FALSE(exchange(context, testing::make_request("POST /nothing")).body_unread());
}

TEST_F(exchange_test, a_body_that_did_not_come_is_answered_instead) {
    for (const int status : {408, 503}) {
        exchange e(
            context,
            testing::make_request(
                "POST /echo", {"Content-Length: 2", "Content-Type: application/json"}
            )
        );
        e.refuse(status, "not as it should");
        e.prepare();
        EXPECT_EQ(e.status(), status);
        EXPECT_TRUE(e.body_unread());
        EXPECT_EQ(e.head(false).find("Retry-After: 1") != std::string::npos, status == 503);
    }
}

TEST_F(exchange_test, a_browser_is_told_the_methods_of_the_path) {
    const auto a = ask("OPTIONS /echo");
    EXPECT_EQ(a.field("Allow"), "POST, OPTIONS");
    EXPECT_EQ(a.field("Access-Control-Allow-Methods"), "POST, OPTIONS");
    EXPECT_THAT(a.field("Access-Control-Allow-Headers"), HasSubstr("Content-Type"));
}

TEST_F(exchange_test, a_refused_head_is_answered_and_closes) {
    auto e = exchange::refused(context, 400, "the request is not valid HTTP/1.1");
    e.prepare();
    EXPECT_EQ(e.status(), 400);
    EXPECT_TRUE(e.complete());
    EXPECT_FALSE(e.head_only());
    EXPECT_THAT(std::string(e.body()), HasSubstr("not valid HTTP/1.1"));
    EXPECT_THAT(e.head(false), HasSubstr("Connection: close\r\n"));
}

}  // namespace
}  // namespace callstream::http
