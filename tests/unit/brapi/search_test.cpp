#include "tests/support/brapi_server.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace callstream::brapi {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using strings = std::vector<std::string>;

constexpr const char* path = "/brapi/v2/search/callsets";

class search_test : public ::testing::Test {
 protected:
    void SetUp() override {
        testing::vcf_builder()
            .samples({"s1", "s 2", "s3"})
            .write_vcf_gz(server.folder() / "a.vcf.gz");
        testing::vcf_builder()
            .samples({"s1", "x"})
            .write_vcf_gz(server.folder() / "wheat" / "b.vcf.gz");
        server.start();
    }
    /// The id of a search that is accepted.
    std::string id_of(const std::string& body) {
        const auto a = server.post(path, body);
        EXPECT_EQ(a.status, 202) << a.body;
        return std::string(a.json().at("result").at("searchResultsDbId").as_string());
    }
    testing::answer results(const std::string& id, const std::string& query = "") {
        return server.get(path + ("/" + id) + query);
    }
    strings found(const testing::answer& a) {
        EXPECT_EQ(a.status, 200) << a.body;
        strings out;
        const auto document = a.json();
        for (const auto& c : document.at("result").at("data").as_array()) {
            out.emplace_back(c.at("callSetDbId").as_string());
        }
        return out;
    }
    strings search(const std::string& body) { return found(results(id_of(body))); }

    testing::brapi_server server;
};

TEST_F(search_test, a_search_is_kept_and_its_results_are_those_of_the_list) {
    const auto accepted = server.post(path, "{}");
    EXPECT_EQ(accepted.status, 202);
    const auto document = accepted.json();
    EXPECT_EQ(document.at("result").as_object().size(), 1U);
    for (const char* name : {"currentPage", "pageSize", "totalCount", "totalPages"}) {
        EXPECT_EQ(document.at("metadata").at("pagination").at(name), 0) << name;
    }
    EXPECT_EQ(results(id_of("{}")).json(), server.get("/brapi/v2/callsets").json());
}

TEST_F(search_test, lists_are_alternatives_and_all_of_them_must_fit) {
    EXPECT_THAT(search(R"({"callSetNames":["s1"]})"), ElementsAre("main~a~s1", "wheat~b~s1"));
    EXPECT_THAT(
        search(R"({"sampleNames":["s1","x"],"studyDbIds":["wheat"]})"),
        ElementsAre("wheat~b~s1", "wheat~b~x")
    );
    EXPECT_THAT(
        search(R"({"callSetDbIds":["main~a~s.202","wheat~b~x","none"]})"),
        ElementsAre("main~a~s.202", "wheat~b~x")
    );
    EXPECT_THAT(search(R"({"sampleDbIds":["wheat~b~x"],"variantSetDbIds":["main~a"]})"), IsEmpty());
    EXPECT_THAT(search(R"({"callSetNames":["S1"]})"), IsEmpty());
    EXPECT_THAT(search(R"({"germplasmNames":["s1"]})"), IsEmpty()) << "files do not know any";
    EXPECT_EQ(search(R"({"callSetNames":[],"trialDbIds":[""],"programDbIds":null})").size(), 5U);
}

TEST_F(search_test, the_page_of_the_body_is_what_the_results_begin_with) {
    const auto id = id_of(R"({"page":1,"pageSize":"2"})");
    EXPECT_THAT(found(results(id)), ElementsAre("main~a~s3", "wheat~b~s1"));
    EXPECT_THAT(found(results(id, "?page=2")), ElementsAre("wheat~b~x"));
    EXPECT_THAT(found(results(id, "?page=0&pageSize=1")), ElementsAre("main~a~s1"));
    EXPECT_EQ(results(id).json().at("metadata").at("pagination").at("totalPages"), 3);
    EXPECT_EQ(results(id, "?page=-1").status, 400);
    EXPECT_EQ(results(id, "?pageSize=x").status, 400);
}

TEST_F(search_test, whoever_prefers_it_gets_the_results_at_once) {
    const auto a = server.post(path, R"({"callSetNames":["x"],"y":1})", {"Prefer: respond-sync"});
    EXPECT_THAT(found(a), ElementsAre("wheat~b~x"));
    EXPECT_EQ(a.field("Preference-Applied"), "respond-sync");
    EXPECT_THAT(a.body, HasSubstr("'y' is not known"));
    EXPECT_EQ(server.post(path, "{}", {"Prefer: wait=5, Respond-Sync"}).status, 200);
    EXPECT_EQ(server.post(path, "{}", {"Prefer: respond-async"}).status, 202);
    EXPECT_EQ(server.post(path, R"({"pageSize":0})", {"Prefer: respond-sync"}).status, 400);
}

TEST_F(search_test, the_same_search_has_the_same_id_and_needs_no_memory) {
    const auto id = id_of(R"({"callSetNames":["s1","x"],"sampleNames":["x"]})");
    EXPECT_EQ(id_of(R"({"sampleNames":["x","x"],"callSetNames":["x","s1"],"z":0})"), id);
    EXPECT_EQ(
        id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
        std::string::npos
    );
    server.start();  // anew, over the same files and with the same key
    EXPECT_THAT(found(results(id)), ElementsAre("wheat~b~x"));
}

TEST_F(search_test, an_id_that_is_not_ours_is_404) {
    const auto id = id_of(R"({"callSetNames":["s1"]})");
    for (const auto& other :
         {std::string("x"),
          id + "A",
          id.substr(1),
          id.substr(0, id.size() - 1),
          "A" + id.substr(1),
          std::string(3000, 'A'),
          id + "%20"}) {
        const auto status = results(other).status;
        EXPECT_EQ(status, 404) << other;
    }
}

TEST_F(search_test, what_the_body_has_too_much_is_named) {
    const auto a =
        server.post(std::string(path) + "?fast=1", R"({"callSetNam":["x"],"pageToken":0})");
    EXPECT_EQ(a.status, 202);
    for (const char* name :
         {"The field 'callSetNam'", "The field 'pageToken'", "parameter 'fast'"}) {
        EXPECT_THAT(a.body, HasSubstr(name));
    }
    std::string many = "{\"f0\":0";
    for (int i = 1; i < 1000; ++i) many += ",\"f" + std::to_string(i) + "\":0";
    const auto named = server.post(path, many + "}");
    EXPECT_THAT(named.body, HasSubstr("980 more fields"));
    EXPECT_LT(named.body.size(), 5000U);
}

TEST_F(search_test, what_makes_no_sense_is_400) {
    for (const char* body :
         {"",
          "[]",
          "{",
          R"({"page":-1})",
          R"({"pageSize":0})",
          R"({"pageSize":"many"})",
          R"({"callSetDbIds":[1]})",
          R"({"callSetDbIds":{"a":"b"}})",
          R"({"page":0,"page":1})"}) {
        EXPECT_EQ(server.post(path, body).status, 400) << body;
    }
}

TEST_F(search_test, a_search_too_long_for_an_id_is_kept) {
    json::array names;
    for (int i = 0; i < 1000; ++i) names.emplace_back("sample" + std::to_string(i));
    names.emplace_back("x");
    json::object search;
    search.emplace("callSetNames", names);
    search.emplace("pageSize", 7);
    const auto body = json::serialize(search);
    const auto id = id_of(body);
    EXPECT_LT(id.size(), 200U);
    EXPECT_EQ(id_of(body), id) << "the same search has the same id";
    const auto answer = results(id);
    EXPECT_THAT(found(answer), ElementsAre("wheat~b~x"));
    EXPECT_EQ(answer.json().at("metadata").at("pagination").at("pageSize"), 7);
    EXPECT_THAT(found(server.post(path, body, {"Prefer: respond-sync"})), ElementsAre("wheat~b~x"));
}

TEST_F(search_test, the_longest_search_that_is_its_own_id_and_the_next) {
    const auto body = [](std::size_t bytes) {
        return "{\"callSetNames\":[\"" + std::string(bytes - 21, 'x') + "\"]}";
    };
    EXPECT_EQ(id_of(body(1520)).size(), 2048U);
    EXPECT_THAT(search(body(1520)), IsEmpty());
    EXPECT_LT(id_of(body(1521)).size(), 200U);
    EXPECT_THAT(search(body(1521)), IsEmpty());
}

TEST_F(search_test, is_announced) {
    const auto calls = server.get("/brapi/v2/serverinfo").json().at("result").at("calls");
    strings services;
    for (const auto& c : calls.as_array()) services.push_back(json::serialize(c));
    EXPECT_THAT(
        services,
        ::testing::Contains(
            AllOf(HasSubstr("\"methods\":[\"POST\"]"), HasSubstr("\"service\":\"search/callsets\""))
        )
    );
    EXPECT_THAT(
        services,
        ::testing::Contains(HasSubstr("\"service\":\"search/callsets/{searchResultsDbId}\""))
    );
}

}  // namespace
}  // namespace callstream::brapi
