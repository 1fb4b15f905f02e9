#include "server/brapi/reference_filter.hpp"

#include "tests/support/requests.hpp"
#include "tests/support/results.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <string>

namespace callstream::brapi {
namespace {

namespace json = boost::json;
using testing::error_text;
using testing::has_value;

result<reference_filter> of_body(const std::string& text) {
    const auto body = json::parse(text).as_object();
    http::json_fields fields(body);
    return read_reference_filter(fields);
}

result<reference_filter> of_query(const std::string& query) {
    const auto request = testing::make_request("GET /x?" + query);
    http::query q(request);
    return read_reference_filter(q);
}

TEST(reference_filter, parameters_and_fields_mean_the_same) {
    const std::pair<const char*, const char*> table[] = {
        {"referenceDbId=x", R"({"referenceDbIds":["x"]})"},
        {"referenceSetDbId=x", R"({"referenceSetDbIds":["x"]})"},
        {"accession=x", R"({"accessions":["x"]})"},
        {"md5checksum=x", R"({"md5checksums":["x"]})"},
        {"isDerived=true", R"({"isDerived":true})"},
        {"minLength=5", R"({"minLength":5})"},
        {"maxLength=5", R"({"maxLength":5})"},
        {"commonCropName=x", R"({"commonCropNames":["x"]})"},
        {"programDbId=x", R"({"programDbIds":["x"]})"},
        {"trialDbId=x", R"({"trialDbIds":["x"]})"},
        {"studyDbId=x", R"({"studyDbIds":["x"]})"},
        {"externalReferenceId=x", R"({"externalReferenceIds":["x"]})"},
        {"externalReferenceID=x", R"({"externalReferenceIDs":["x"]})"},
        {"externalReferenceSource=x", R"({"externalReferenceSources":["x"]})"},
    };
    for (const auto& [query, body] : table) {
        const auto asked = of_query(query);
        const auto searched = of_body(body);
        ASSERT_TRUE(has_value(asked));
        ASSERT_TRUE(has_value(searched));
        EXPECT_TRUE(asked->any()) << query;
        EXPECT_EQ(asked->to_body(), searched->to_body()) << query;
        EXPECT_EQ(asked->to_body().size(), 1U) << query;
    }
    EXPECT_FALSE(of_query("accession=&isDerived=&minLength=")->any());
    EXPECT_FALSE(of_body(R"({"accessions":[],"isDerived":null})")->any());
}

TEST(reference_filter, what_it_writes_it_reads) {
    const char* body =
        R"({"accessions":["a"],"trialNames":["t"],"isDerived":false,"maxLength":9,"minLength":2})";
    EXPECT_EQ(json::serialize(of_body(body)->to_body()), body);
}

TEST(reference_filter, what_is_no_value_is_named) {
    EXPECT_EQ(error_text(of_query("isDerived=maybe")), "isDerived must be true or false");
    EXPECT_EQ(error_text(of_query("minLength=x")), "minLength must be a whole number");
    EXPECT_EQ(error_text(of_body(R"({"maxLength":[]})")), "maxLength must be a whole number");
    EXPECT_EQ(error_text(of_body(R"({"accessions":[1]})")), "accessions must be an array of texts");
}

TEST(reference_set_filter, writes_what_it_reads) {
    const auto request = testing::make_request("GET /x?assemblyPUI=A&accession=b&studyDbId=");
    http::query q(request);
    const auto wanted = read_reference_set_filter(q);
    ASSERT_TRUE(has_value(wanted));
    EXPECT_TRUE(wanted->any());
    EXPECT_EQ(json::serialize(wanted->to_body()), R"({"accessions":["b"],"assemblyPUIs":["A"]})");
}

}  // namespace
}  // namespace callstream::brapi
