#include "server/http/error_response.hpp"

#include "tests/support/requests.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <utility>

namespace callstream::http {
namespace {

TEST(error_response, every_code_has_its_status) {
    const std::pair<errc, int> table[] = {
        {errc::bad_request, 400},
        {errc::forbidden, 403},
        {errc::not_found, 404},
        {errc::not_acceptable, 406},
        {errc::unavailable, 503},
        {errc::file_replaced, 503},
        {errc::file_unusable, 500},
        {errc::precondition, 400},
        {errc::conflict, 409},
        {errc::not_offered, 501},
    };
    for (const auto& [code, status] : table) EXPECT_EQ(status_of(code), status);
}

TEST(error_response, is_the_json_string_that_brapi_clients_expect) {
    const auto r = error_response(404, "there is no \"x\"", {});
    EXPECT_EQ(r.status, 404);
    EXPECT_EQ(r.content_type, "application/json");
    const std::string text(boost::json::parse(r.body).as_string());
    const std::regex form(R"re(ERROR - \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ - there is no "x")re");
    EXPECT_TRUE(std::regex_match(text, form)) << text;
}

TEST(error_response, is_an_object_of_htsget_below_its_path) {
    const std::pair<int, const char*> table[] = {
        {400, "InvalidInput"},
        {401, "InvalidAuthentication"},
        {403, "PermissionDenied"},
        {404, "NotFound"},
        {405, "InvalidInput"},
        {413, "PayloadTooLarge"},
        {500, "InternalError"},
        {503, "Unavailable"}};
    const auto form = form_of(testing::make_request("GET /htsget/reads/x"));
    for (const auto& [status, name] : table) {
        const auto r = error_response(status, "say \"why\"", form);
        EXPECT_EQ(r.status, status);
        const auto body = boost::json::parse(r.body).as_object().at("htsget").as_object();
        EXPECT_EQ(body.at("error").as_string(), name);
        EXPECT_EQ(body.at("message").as_string(), "say \"why\"");
    }
}

TEST(error_response, is_plain_text_for_those_who_prefer_it) {
    const auto r = error_response(400, "say \"what\"", {.accept = "text/plain"});
    EXPECT_EQ(r.content_type, "text/plain; charset=utf-8");
    EXPECT_TRUE(r.body.starts_with("ERROR - ")) << r.body;
    EXPECT_TRUE(r.body.ends_with(" - say \"what\"\n")) << r.body;
}

TEST(error_response, is_json_for_everybody_else) {
    for (const char* accept :
         {"*/*", "application/json", "text/csv", "application/x-ndjson", ";;"}) {
        EXPECT_EQ(error_response(400, "x", {.accept = accept}).content_type, "application/json")
            << accept;
    }
}

TEST(error_response, is_an_object_below_v1) {
    using testing::make_request;
    EXPECT_FALSE(form_of(make_request("GET /brapi/v2/x")).google);
    EXPECT_FALSE(form_of(make_request("GET /v10/x")).google);
    const auto form = form_of(make_request("GET /v1/x", {"Accept: text/plain"}));
    const std::pair<error, std::string> table[] = {
        {{errc::bad_request, "a \"b\""},
         R"({"code":400,"message":"a \"b\"","status":"INVALID_ARGUMENT"})"},
        {{errc::precondition, "x"}, R"({"code":400,"message":"x","status":"FAILED_PRECONDITION"})"},
        {{errc::unauthorized, "x"}, R"({"code":401,"message":"x","status":"UNAUTHENTICATED"})"},
        {{errc::forbidden, "x"}, R"({"code":403,"message":"x","status":"PERMISSION_DENIED"})"},
        {{errc::not_found, "x"}, R"({"code":404,"message":"x","status":"NOT_FOUND"})"},
        {{errc::conflict, "x"}, R"({"code":409,"message":"x","status":"ALREADY_EXISTS"})"},
        {{errc::file_unusable, "x"}, R"({"code":500,"message":"x","status":"INTERNAL"})"},
        {{errc::not_offered, "x"}, R"({"code":501,"message":"x","status":"UNIMPLEMENTED"})"},
        {{errc::unavailable, "x"}, R"({"code":503,"message":"x","status":"UNAVAILABLE"})"},
        {{errc::storage_full, "x"}, R"({"code":507,"message":"x","status":"RESOURCE_EXHAUSTED"})"},
    };
    for (const auto& [e, shown] : table) {
        const auto r = error_response(e, form);
        EXPECT_EQ(r.body, "{\"error\":" + shown + "}\n");
        EXPECT_EQ(r.content_type, "application/json");
    }
}

TEST(error_response, says_when_to_try_again_only_if_that_helps) {
    using namespace std::chrono_literals;
    const auto busy = error_response(error{errc::unavailable, "busy", 7s}, {});
    ASSERT_EQ(busy.fields.size(), 1U);
    EXPECT_EQ(busy.fields[0], (std::pair<std::string, std::string>{"Retry-After", "7"}));
    EXPECT_EQ(error_response(error{errc::file_replaced, "x"}, {}).fields.size(), 1U);
    EXPECT_TRUE(error_response(error{errc::bad_request, "x"}, {}).fields.empty());
}

TEST(error_response, every_status_in_use_has_a_reason_phrase) {
    for (const int status :
         {200, 204, 400, 403, 404, 405, 406, 408, 411, 413, 414, 431, 500, 501, 503, 505}) {
        EXPECT_NE(reason_phrase(status), "Status") << status;
    }
    EXPECT_EQ(reason_phrase(599), "Status");
}

}  // namespace
}  // namespace callstream::http
