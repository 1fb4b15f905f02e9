#include "server/brapi/envelope.hpp"

#include "tests/support/requests.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <string>

namespace callstream::brapi {
namespace {

namespace json = boost::json;

TEST(envelope, pagination_counts_a_part_as_a_page) {
    const json::value expected = {
        {"currentPage", 2}, {"page", 2}, {"pageSize", 10}, {"totalCount", 21}, {"totalPages", 3}};
    EXPECT_EQ(json::value(pagination({2, 10, 21})), expected);
    EXPECT_EQ(pagination({0, 10, 20}).at("totalPages"), 2);
    EXPECT_EQ(pagination({0, 0, 0}).at("totalPages"), 0);
}

TEST(envelope, metadata_puts_warnings_behind_the_good_news) {
    const auto made = metadata(pagination({}), {"one", "two"});
    const auto& status = made.at("status").as_array();
    ASSERT_EQ(status.size(), 3U);
    EXPECT_EQ(status[0].at("messageType"), "INFO");
    EXPECT_EQ(status[2], (json::value{{"message", "two"}, {"messageType", "WARNING"}}));
    EXPECT_TRUE(made.at("datafiles").as_array().empty());
}

TEST(envelope, a_single_object_stands_in_result) {
    const auto r = single({{"a", 1}}, {});
    const auto document = json::parse(r.body);
    EXPECT_EQ(document.at("result"), (json::value{{"a", 1}}));
    EXPECT_EQ(
        document.at("@context"), json::array{"https://brapi.org/jsonld/context/metadata.jsonld"}
    );
    EXPECT_EQ(document.at("metadata").at("pagination").at("pageSize"), 0);
}

TEST(envelope, every_parameter_that_nobody_asked_for_is_named) {
    const auto request = testing::make_request("GET /?known=1&a=1&b=2&a=3");
    http::query q(request);
    (void)q.text("known");
    const auto warnings = ignored_parameters(q);
    ASSERT_EQ(warnings.size(), 2U);
    EXPECT_EQ(warnings[0], "The parameter 'a' is not known here and was ignored");
}

}  // namespace
}  // namespace callstream::brapi
