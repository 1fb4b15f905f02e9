#include "server/brapi/callset_filter.hpp"

#include "tests/support/requests.hpp"
#include "tests/support/results.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace callstream::brapi {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using testing::error_text;
using testing::has_value;

result<callset_filter> of_body(const std::string& text) {
    const auto body = json::parse(text).as_object();
    http::json_fields fields(body);
    return read_callset_filter(fields);
}

result<callset_filter> of_query(const std::string& query) {
    const auto request = testing::make_request("GET /x?" + query);
    http::query q(request);
    return read_callset_filter(q);
}

TEST(criterion, fits_any_of_its_texts_exactly) {
    criterion c;
    EXPECT_FALSE(c.wanted());
    EXPECT_TRUE(c.fits("anything"));
    c.add({"b", "a", "b"});
    c.add({"c"});
    EXPECT_TRUE(c.wanted());
    EXPECT_THAT(c.texts(), ElementsAre("a", "b", "c"));
    for (const char* text : {"a", "b", "c"}) EXPECT_TRUE(c.fits(text)) << text;
    for (const char* text : {"", "A", "ab", "d"}) EXPECT_FALSE(c.fits(text)) << text;
}

TEST(callset_filter, parameters_and_fields_mean_the_same) {
    for (const char* name :
         {"callSetDbId",
          "callSetName",
          "variantSetDbId",
          "sampleDbId",
          "germplasmDbId",
          "externalReferenceId",
          "externalReferenceID",
          "externalReferenceSource"}) {
        const auto asked = of_query(std::string(name) + "=x");
        const auto searched = of_body("{\"" + std::string(name) + "s\":[\"x\"]}");
        ASSERT_TRUE(has_value(asked));
        ASSERT_TRUE(has_value(searched));
        EXPECT_TRUE(asked->any()) << name;
        EXPECT_EQ(asked->to_body(), searched->to_body()) << name;
    }
}

TEST(callset_filter, every_field_of_the_specification_is_known_and_restricts) {
    for (const char* name :
         {"callSetDbIds",
          "callSetNames",
          "commonCropNames",
          "externalReferenceIDs",
          "externalReferenceIds",
          "externalReferenceSources",
          "germplasmDbIds",
          "germplasmNames",
          "programDbIds",
          "programNames",
          "sampleDbIds",
          "sampleNames",
          "studyDbIds",
          "studyNames",
          "trialDbIds",
          "trialNames",
          "variantSetDbIds"}) {
        const auto f = of_body("{\"" + std::string(name) + "\":[\"x\"]}");
        ASSERT_TRUE(has_value(f));
        EXPECT_TRUE(f->any()) << name;
        catalog::variant_set set;
        set.id = "a";
        set.data_set_id = "b";
        const bool of_call_sets = std::string_view(name).starts_with("callSet") ||
                                  std::string_view(name).starts_with("sample");
        EXPECT_EQ(f->fits(set), of_call_sets) << name;
    }
}

TEST(callset_filter, a_study_is_a_data_set) {
    catalog::variant_set set;
    set.id = "wheat~a";
    set.data_set_id = "wheat";
    EXPECT_TRUE(of_body(R"({"studyDbIds":["barley","wheat"]})")->fits(set));
    EXPECT_FALSE(of_body(R"({"studyDbIds":["barley"]})")->fits(set));
    EXPECT_TRUE(of_body(R"({"studyDbIds":["wheat"],"variantSetDbIds":["wheat~a"]})")->fits(set));
    EXPECT_FALSE(of_body(R"({"studyDbIds":["wheat"],"variantSetDbIds":["wheat~b"]})")->fits(set));
}

TEST(callset_filter, nothing_and_empty_lists_restrict_nothing) {
    EXPECT_FALSE(of_query("callSetDbId=&germplasmDbId=")->any());
    EXPECT_FALSE(of_body("{}")->any());
    EXPECT_FALSE(of_body(R"({"callSetDbIds":[],"germplasmDbIds":["",""],"trialDbIds":null})")->any()
    );
}

TEST(callset_filter, has_one_spelling_per_meaning) {
    const auto a =
        of_body(R"({"sampleDbIds":["y","x","y",""],"callSetDbIds":"z","trialDbIds":[]})");
    const auto b = of_body(R"({"callSetDbIds":["z"],"sampleDbIds":["x","y"]})");
    EXPECT_EQ(json::serialize(a->to_body()), R"({"callSetDbIds":["z"],"sampleDbIds":["x","y"]})");
    EXPECT_EQ(json::serialize(a->to_body()), json::serialize(b->to_body()));
    const auto both = of_body(R"({"externalReferenceIDs":["old"],"externalReferenceIds":["new"]})");
    EXPECT_EQ(json::serialize(both->to_body()), R"({"externalReferenceIds":["new","old"]})");
}

TEST(callset_filter, what_is_no_list_of_texts_is_named) {
    EXPECT_EQ(error_text(of_body(R"({"trialDbIds":[5]})")), "trialDbIds must be an array of texts");
    EXPECT_EQ(error_text(of_query("callSetName=a&callSetName=b")), "callSetName is given twice");
}

}  // namespace
}  // namespace callstream::brapi
