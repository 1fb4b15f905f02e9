#include "server/page/routes.hpp"

#include "server/page/assets.hpp"
#include "tests/support/brapi_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace callstream::page {
namespace {

using ::testing::HasSubstr;

class page_test : public ::testing::Test {
 protected:
    void SetUp() override { server.start(); }

    testing::brapi_server server;
};

TEST_F(page_test, programs_get_a_word_and_browsers_the_page) {
    const std::vector<std::pair<std::string, std::string>> rows = {
        {"*/*", "text/plain; charset=utf-8"},
        {"application/json", "text/plain; charset=utf-8"},
        {"text/html", "text/html; charset=utf-8"},
        {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
         "text/html; charset=utf-8"},
    };
    for (const auto& [accept, type] : rows) {
        const auto a = server.get("/", {"Accept: " + accept});
        EXPECT_EQ(a.status, 200) << accept;
        EXPECT_EQ(a.field("Content-Type"), type) << accept;
    }
    EXPECT_THAT(server.get("/").body, HasSubstr("/brapi/v2/serverinfo"));
}

TEST_F(page_test, nothing_from_elsewhere_may_run_in_it) {
    const auto a = server.get("/", {"Accept: text/html"});
    EXPECT_THAT(a.field("Content-Security-Policy"), HasSubstr("default-src 'self'"));
    EXPECT_THAT(a.field("Content-Security-Policy"), HasSubstr("frame-ancestors 'none'"));
    for (const auto& file : assets()) {
        if (file.name.starts_with("igv.")) continue;  // not ours
        EXPECT_EQ(file.text.find("https:"), file.text.npos) << file.name;
        EXPECT_EQ(file.text.find("unsafe"), file.text.npos) << file.name;
    }
}

TEST_F(page_test, the_document_of_igv_alone_may_make_styles) {
    for (const auto& file : assets()) {
        if (file.name == "index.html") continue;
        const auto a = server.get("/page/" + std::string(file.name));
        const auto policy = a.field("Content-Security-Policy");
        const bool is_framed = file.name == "genome.html";
        EXPECT_THAT(policy, HasSubstr("default-src 'self'")) << file.name;
        EXPECT_EQ(policy.find("script-src"), policy.npos) << file.name;
        EXPECT_EQ(policy.find("style-src 'self' 'unsafe-inline'") != policy.npos, is_framed)
            << file.name;
        EXPECT_EQ(policy.find("connect-src 'self' blob:;") != policy.npos, is_framed) << file.name;
        EXPECT_EQ(policy.find("frame-ancestors 'self'") != policy.npos, is_framed) << file.name;
    }
}

TEST_F(page_test, its_files_are_there_and_told_apart_by_their_tags) {
    for (const auto& file : assets()) {
        if (file.name == "index.html") continue;
        const auto target = "/page/" + std::string(file.name);
        const auto a = server.get(target);
        EXPECT_EQ(a.body, file.text) << target;
        const auto tag = a.field("ETag");
        EXPECT_EQ(server.get(target, {"If-None-Match: " + tag}).status, 304) << target;
    }
    EXPECT_EQ(server.get("/page/other.js").status, 404);
}

}  // namespace
}  // namespace callstream::page
