#include "tests/support/brapi_server.hpp"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace callstream::brapi {
namespace {

namespace json = boost::json;
using texts = std::vector<std::string>;

class lists_test : public ::testing::Test {
 protected:
    void SetUp() override {
        testing::write_file(
            server.folder() / "beans" / "dataset.toml",
            "crop = \"bean\"\n[program]\nid = \"prog\"\nname = \"Beans for all\"\n"
        );
        testing::vcf_builder()
            .record("1", 5, "GT", {"0|1", "0|1"})
            .write_vcf_gz(server.folder() / "beans" / "p.vcf.gz");
        server.start();
    }
    /// The ids of new lists.
    texts create(const std::string& body) {
        const auto made = server.post("/brapi/v2/lists", body);
        EXPECT_EQ(made.status, 200) << made.body;
        return ids_of(made);
    }
    static texts ids_of(const testing::answer& listed) {
        texts ids;
        const auto answer = listed.json();
        for (const auto& list : answer.at("result").at("data").as_array()) {
            ids.emplace_back(list.at("listDbId").as_string());
        }
        return ids;
    }
    static std::string items_of(const testing::answer& one) {
        return json::serialize(one.json().at("result").at("data"));
    }
    json::object one(const std::string& id) {
        return server.get("/brapi/v2/lists/" + id).json().at("result").as_object();
    }
    static std::size_t warnings(const testing::answer& a) {
        return a.json().at("metadata").at("status").as_array().size() - 1;
    }

    testing::brapi_server server;
};

TEST_F(lists_test, come_back_as_they_were_sent) {
    const auto ids = create(R"([{
        "additionalInfo": {"n": 0.1, "deep": {"a": [1, null, "x"]}},
        "data": ["a", "b", "a"],
        "dateCreated": "2018-01-01T14:47:23-0600", "listSize": 99,
        "externalReferences": [
            {"referenceID": "doi:1", "referenceSource": "DOI"}, {"referenceId": "x"}],
        "listDescription": "d", "listName": "n \" '; --", "listOwnerName": "Bob",
        "listOwnerPersonDbId": "p", "listSource": "s", "listType": "germplasm",
        "commonCropName": "bean", "programDbId": "prog"}])");
    ASSERT_EQ(ids.size(), 1U);
    auto list = one(ids[0]);
    EXPECT_NE(list.at("dateCreated"), "2018-01-01T14:47:23-0600") << "the server knows better";
    EXPECT_EQ(list.at("dateCreated"), list.at("dateModified"));
    list.erase("dateCreated");
    list.erase("dateModified");
    const json::value expected = {
        {"additionalInfo", {{"n", 0.1}, {"deep", {{"a", {1, nullptr, "x"}}}}}},
        {"commonCropName", "bean"},
        {"externalReferences",
         {{{"referenceId", "doi:1"}, {"referenceID", "doi:1"}, {"referenceSource", "DOI"}},
          {{"referenceId", "x"}, {"referenceID", "x"}, {"referenceSource", ""}}}},
        {"listDbId", ids[0]},
        {"listDescription", "d"},
        {"listName", "n \" '; --"},
        {"listOwnerName", "Bob"},
        {"listOwnerPersonDbId", "p"},
        {"listSize", 3},
        {"listSource", "s"},
        {"listType", "germplasm"},
        {"programDbId", "prog"},
        {"data", {"a", "b", "a"}},
    };
    EXPECT_EQ(json::value(list), expected) << json::serialize(list);
}

TEST_F(lists_test, several_are_made_at_once_or_none) {
    const auto ids = create(
        R"([{"listName":"a","listType":"samples"},{"listType":"markers","data":[],"listName":"b"}])"
    );
    EXPECT_EQ(ids.size(), 2U);
    EXPECT_EQ(ids_of(server.get("/brapi/v2/lists")), ids);
    const auto refused = server.post(
        "/brapi/v2/lists", R"([{"listName":"c","listType":"samples"},{"listName":"d"}])"
    );
    EXPECT_EQ(refused.status, 400);
    EXPECT_NE(refused.body.find("list 2: listType is required"), std::string::npos);
    EXPECT_EQ(ids_of(server.get("/brapi/v2/lists")), ids);
    EXPECT_EQ(create(R"({"listName":"alone","listType":"samples"})").size(), 1U);
    EXPECT_EQ(create("[]").size(), 0U);
}

TEST_F(lists_test, are_changed_where_something_is_said) {
    const auto id = create(
        R"([{"listName":"a","listType":"samples","listSource":"s","data":["x"],
             "externalReferences":[{"referenceId":"r"}]}])"
    )[0];
    const auto path = "/brapi/v2/lists/" + id;
    const auto renamed = server.put(path + "/", R"({"listName":"b","listDescription":null})");
    EXPECT_EQ(renamed.status, 200) << renamed.body;
    const auto list = one(id);
    EXPECT_EQ(list.at("listName"), "b");
    EXPECT_EQ(list.at("listSource"), "s");
    EXPECT_EQ(list.at("externalReferences").as_array().size(), 1U);
    EXPECT_EQ(list.at("data"), (json::array{"x"}));
    EXPECT_EQ(
        items_of(server.put(path, R"({"data":["y","z"],"externalReferences":[]})")), R"(["y","z"])"
    );
    EXPECT_EQ(one(id).at("externalReferences"), json::array());
    EXPECT_EQ(items_of(server.put(path, R"({"data":[]})")), "[]");
    EXPECT_EQ(server.put(path, R"({"listType":"beans","data":["q"]})").status, 400);
    EXPECT_EQ(one(id).at("listSize"), 0);
}

TEST_F(lists_test, items_are_appended_by_both_names) {
    const auto id = create(R"([{"listName":"a","listType":"samples","data":["x"]}])")[0];
    const auto path = "/brapi/v2/lists/" + id;
    EXPECT_EQ(items_of(server.post(path + "/items", R"(["y","x"])")), R"(["x","y","x"])");
    EXPECT_EQ(items_of(server.post(path + "/data", R"(["z"])")), R"(["x","y","x","z"])");
    EXPECT_EQ(server.post(path + "/items", R"(["ok",5])").status, 400);
    EXPECT_EQ(one(id).at("listSize"), 4);
}

TEST_F(lists_test, items_are_paged_when_asked) {
    const auto id =
        create(R"([{"listName":"a","listType":"samples","data":["0","1","2","3","4"]}])")[0];
    const auto path = "/brapi/v2/lists/" + id;
    const auto page = server.get(path + "?page=1&pageSize=2");
    EXPECT_EQ(items_of(page), R"(["2","3"])");
    EXPECT_EQ(page.json().at("metadata").at("pagination").at("totalCount"), 5);
    EXPECT_EQ(page.json().at("metadata").at("pagination").at("totalPages"), 3);
    EXPECT_EQ(items_of(server.get(path + "?page=9&pageSize=2")), "[]");
    EXPECT_EQ(server.get(path).json().at("metadata").at("pagination").at("pageSize"), 0);
    EXPECT_EQ(server.get(path + "?pageSize=0").status, 400);
    const auto far = "?page=9223372036854775807&pageSize=100000";
    EXPECT_EQ(items_of(server.get(path + far)), "[]");
    EXPECT_EQ(ids_of(server.get(std::string("/brapi/v2/lists") + far)), texts{});
}

TEST_F(lists_test, a_long_list_is_streamed) {
    std::string body = R"([{"listName":"a","listType":"markers","data":[)";
    std::string expected = "[";
    for (int i = 0; i < 50'000; ++i) {
        const auto item = (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\"";
        body += item;
        expected += item;
    }
    const auto id = create(body + "]}]")[0];
    EXPECT_EQ(items_of(server.get("/brapi/v2/lists/" + id)), expected + "]");
}

TEST_F(lists_test, are_filtered) {
    const auto ids = create(
        R"([{"listName":"a","listType":"samples","listSource":"s","listOwnerName":"Bob",
             "listOwnerPersonDbId":"p","commonCropName":"bean","programDbId":"prog",
             "externalReferences":[{"referenceId":"r","referenceSource":"DOI"}]},
            {"listName":"b","listType":"markers"}])"
    );
    for (const char* parameter :
         {"listName=a",
          "listType=samples",
          "listSource=s",
          "listOwnerName=Bob",
          "listOwnerPersonDbId=p",
          "commonCropName=bean",
          "programDbId=prog",
          "programName=Beans%20for%20all",
          "externalReferenceId=r",
          "externalReferenceID=r",
          "externalReferenceSource=DOI"}) {
        const auto found = server.get(std::string("/brapi/v2/lists?") + parameter);
        EXPECT_EQ(ids_of(found), texts{ids[0]}) << parameter;
        EXPECT_EQ(warnings(found), 0U) << parameter;
    }
    EXPECT_EQ(ids_of(server.get("/brapi/v2/lists?listDbId=" + ids[1])), texts{ids[1]});
    for (const char* parameter :
         {"listName=A",
          "listType=beans",
          "programName=nobody",
          "programName=Beans%20for%20all&programDbId=x",
          "dateCreatedRangeEnd=2020-01-01",
          "dateModifiedRangeStart=2999-01-01T00:00:00Z"}) {
        const auto found = server.get(std::string("/brapi/v2/lists?") + parameter);
        EXPECT_EQ(ids_of(found), texts{}) << parameter;
        EXPECT_EQ(warnings(found), 1U) << parameter;
    }
    EXPECT_EQ(server.get("/brapi/v2/lists?dateCreatedRangeEnd=yesterday").status, 400);
}

TEST_F(lists_test, are_searched_by_what_the_search_kept) {
    const auto ids =
        create(R"([{"listName":"a","listType":"samples"},{"listName":"b","listType":"markers"}])");
    for (const auto& [body, expected] : std::vector<std::pair<std::string, texts>>{
             {"{}", ids},
             {R"({"listType":"samples"})", {ids[0]}},
             {R"({"listType":"samples","listTypes":["markers"]})", ids},
             {R"({"listNames":["b"],"dateCreatedRangeStart":"2020-01-01"})", {ids[1]}},
             {R"({"listDbIds":[")" + ids[0] +
                  R"("],"dateModifiedRangeEnd":"2020-01-01T00:00:00.5+0100"})",
              {}}}) {
        const auto posted = server.post("/brapi/v2/search/lists", body);
        ASSERT_EQ(posted.status, 202) << posted.body;
        const std::string kept(posted.json().at("result").at("searchResultsDbId").as_string());
        EXPECT_EQ(ids_of(server.get("/brapi/v2/search/lists/" + kept)), expected) << body;
    }
}

TEST_F(lists_test, of_samples_and_germplasm_choose_call_sets) {
    testing::write_file(
        server.folder() / "wheat" / "samples.tsv",
        "sample\tsampleDbId\tgermplasmDbId\nA\ts1\tg1\nB\ts2\tg2\nC\ts3\tg3\n"
    );
    testing::vcf_builder()
        .samples({"A", "B", "C"})
        .write_vcf_gz(server.folder() / "wheat" / "w.vcf.gz");
    server.catalog().rescan();
    const auto ids = create(
        R"([{"listName":"a","listType":"samples","data":["s1","s9"]},
            {"listName":"b","listType":"germplasm","data":["g3"]},
            {"listName":"c","listType":"markers","data":["m"]},
            {"listName":"d","listType":"samples"}])"
    );
    const auto names = [](const testing::answer& found) {
        std::string out;
        const auto answer = found.json();
        for (const auto& c : answer.at("result").at("data").as_array()) {
            out += c.at("callSetName").as_string();
        }
        return out;
    };
    const std::string path = "/brapi/v2/callsets?listDbId=";
    EXPECT_EQ(names(server.get(path + ids[0])), "A");
    EXPECT_EQ(names(server.get(path + ids[1])), "C");
    EXPECT_EQ(names(server.get(path + ids[1] + "&callSetName=A")), "");
    EXPECT_EQ(names(server.get(path + ids[3])), "") << "nobody is in it";
    EXPECT_EQ(names(server.get(path + "nobody")), "");
    const auto refused = server.get(path + ids[2]);
    EXPECT_EQ(refused.status, 400);
    EXPECT_NE(refused.body.find("a list of markers"), std::string::npos);
    const auto body = R"({"listDbIds":[")" + ids[0] + R"(",")" + ids[1] + R"("]})";
    const auto found = server.post("/brapi/v2/search/callsets", body, {"Prefer: respond-sync"});
    EXPECT_EQ(names(found), "AC");
}

TEST_F(lists_test, what_makes_no_sense_is_refused) {
    const auto id = create(R"([{"listName":"a","listType":"samples"}])")[0];
    const std::string rest = R"("listName":"a","listType":"samples")";
    const std::pair<std::string, std::string> table[] = {
        {"", "incomplete"},
        {R"([{"listType":"samples"}])", "listName is required"},
        {R"([{"listName":"","listType":"samples"}])", "listName is required"},
        {R"([{"listName":"a","listType":"beans"}])", "listType must be one of"},
        {R"([{"listName":5,"listType":"samples"}])", "listName must be a text"},
        {R"([{"listName":"a\u0000","listType":"samples"}])", "zero byte"},
        {"[{" + rest + R"(,"dateCreated":"yesterday"}])", "dateCreated"},
        {"[{" + rest + R"(,"listSize":"many"}])", "listSize"},
        {"[{" + rest + R"(,"additionalInfo":5}])", "additionalInfo"},
        {"[{" + rest + R"(,"externalReferences":{}}])", "externalReferences"},
        {"[{" + rest + R"(,"externalReferences":[5]}])", "externalReferences"},
        {"[{" + rest + R"(,"externalReferences":[{"referenceId":"a","referenceID":"b"}]}])",
         "agree"},
    };
    for (const auto& [body, why] : table) {
        const auto refused = server.post("/brapi/v2/lists", body);
        EXPECT_EQ(refused.status, 400) << body;
        EXPECT_NE(refused.body.find(why), std::string::npos) << body << refused.body;
    }
    EXPECT_EQ(server.post("/brapi/v2/search/lists", R"({"listNames":["a\u0000"]})").status, 400);
    EXPECT_EQ(server.get("/brapi/v2/lists/nobody").status, 404);
    EXPECT_EQ(server.put("/brapi/v2/lists/nobody", "{}").status, 404);
    EXPECT_EQ(server.post("/brapi/v2/lists/nobody/items", "[]").status, 404);
    EXPECT_EQ(ids_of(server.get("/brapi/v2/lists")), texts{id});
}

}  // namespace
}  // namespace callstream::brapi
