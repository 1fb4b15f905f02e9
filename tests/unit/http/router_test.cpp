#include "server/http/router.hpp"

#include "tests/support/requests.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace callstream::http {
namespace {

using testing::make_request;
using strings = std::vector<std::string>;

class router_test : public ::testing::Test {
 protected:
    void SetUp() override {
        add(verb::get, "/");
        add(verb::get, "/sets");
        add(verb::get, "/sets/{id}");
        add(verb::get, "/sets/{id}/calls");
        add(verb::get, "/{kind}/{id}/notes/{note}");
        add(verb::post, "/sets");
        add(verb::post, "/sets:merge");
        add(verb::post, "/sets/{id}:undelete");
        add(verb::post, "/search");
    }
    void add(verb method, std::string pattern) {
        routes.add({.method = method, .pattern = std::move(pattern), .handle = {}});
    }
    /// The pattern with the values of its placeholders; "none" without a route.
    std::string found(const std::string& method_and_target) const {
        const auto request = make_request(method_and_target);
        const auto match = routes.find(request);
        if (match.found == nullptr) return "none";
        std::string out = match.found->pattern;
        for (const auto value : match.values) out.append(" ").append(value);
        return out;
    }
    strings allowed(const std::string& method_and_target) const {
        return routes.find(make_request(method_and_target)).allow;
    }

    router routes;
};

TEST_F(router_test, placeholders_take_one_segment_each) {
    EXPECT_EQ(found("GET /"), "/");
    EXPECT_EQ(found("GET /sets"), "/sets");
    EXPECT_EQ(found("GET /sets/"), "/sets");
    EXPECT_EQ(found("GET /sets/7"), "/sets/{id} 7");
    EXPECT_EQ(found("GET /sets/7/calls"), "/sets/{id}/calls 7");
    EXPECT_EQ(found("GET /sets/a%2Fb/calls"), "/sets/{id}/calls a/b");
    EXPECT_EQ(found("GET /x/7/notes/8"), "/{kind}/{id}/notes/{note} x 7 8");
    EXPECT_EQ(found("GET /sets/%7Bid%7D"), "/sets/{id} {id}");
}

TEST_F(router_test, a_verb_may_stand_behind_a_colon) {
    EXPECT_EQ(found("POST /sets:merge"), "/sets:merge");
    EXPECT_EQ(found("POST /sets/7:undelete"), "/sets/{id}:undelete 7");
    EXPECT_EQ(found("POST /sets/7%3Aundelete"), "/sets/{id}:undelete 7");
    EXPECT_EQ(found("POST /sets/7:other"), "none");
    EXPECT_EQ(found("GET /sets/7:undelete"), "/sets/{id} 7:undelete");
}

TEST_F(router_test, paths_without_a_route_are_not_found) {
    for (const char* path :
         {"/other",
          "/Sets",
          "/sets/7/other",
          "/sets/7/calls/8",
          "//sets",
          "/set",
          "/setss",
          "/sets%2F7/calls"}) {
        EXPECT_EQ(found(std::string("GET ") + path), "none") << path;
    }
    EXPECT_TRUE(allowed("GET /other").empty());
}

TEST_F(router_test, the_method_belongs_to_the_route) {
    EXPECT_EQ(found("POST /sets"), "/sets");
    EXPECT_EQ(routes.find(make_request("POST /sets")).found->method, verb::post);
    EXPECT_EQ(routes.find(make_request("GET /sets")).found->method, verb::get);
    EXPECT_EQ(found("POST /sets/7"), "none");
    EXPECT_EQ(found("GET /search"), "none");
    EXPECT_EQ(found("FOOBAR /sets"), "none");
}

TEST_F(router_test, head_is_answered_by_the_route_of_get) {
    EXPECT_EQ(found("HEAD /sets/7"), "/sets/{id} 7");
    EXPECT_EQ(routes.find(make_request("HEAD /sets")).found->method, verb::get);
    EXPECT_EQ(found("HEAD /search"), "none");
}

TEST_F(
    router_test, the_methods_of_a_path_are_listed_where_it_does_not_take_the_one_that_was_asked
) {
    const strings all = {"GET", "HEAD", "POST", "OPTIONS"};
    for (const char* method : {"GET", "HEAD", "POST", "DELETE", "FOOBAR", "OPTIONS"}) {
        const bool is_taken = found(std::string(method) + " /sets") != "none";
        EXPECT_EQ(allowed(std::string(method) + " /sets"), is_taken ? strings{} : all) << method;
    }
    EXPECT_EQ(allowed("PUT /search"), (strings{"POST", "OPTIONS"}));
    EXPECT_EQ(allowed("PUT /sets/7"), (strings{"GET", "HEAD", "OPTIONS"}));
}

TEST_F(router_test, of_two_routes_that_fit_the_first_one_answers) {
    add(verb::get, "/{anything}");
    EXPECT_EQ(found("GET /sets"), "/sets");
    EXPECT_EQ(found("GET /other"), "/{anything} other");
}

TEST_F(router_test, routes_are_numbered_in_their_order) {
    for (std::size_t i = 0; i < routes.routes().size(); ++i) {
        EXPECT_EQ(routes.number_of(routes.routes()[i]), i);
    }
}

}  // namespace
}  // namespace callstream::http
