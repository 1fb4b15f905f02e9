#include "server/brapi/references.hpp"

#include "tests/support/described_references.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace callstream::brapi {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

constexpr const char* acgt_md5 = "f1f8f4bf413b16ad135722aa4591043e";

class references_test : public testing::described_references {
 protected:
    std::string list(const std::string& query) {
        return found("/brapi/v2/references?" + query, "referenceDbId");
    }
    std::string search(const std::string& body) {
        return searched("/brapi/v2/search/references", body, "referenceDbId");
    }
    json::value one(const std::string& id) {
        const auto a = server.get("/brapi/v2/references/" + id);
        EXPECT_EQ(a.status, 200) << a.body;
        return a.json().at("result");
    }
};

TEST_F(references_test, every_sequence_is_listed_and_every_parameter_counts) {
    const std::string both = "maize~b~c1 maize~b~c.3A2";
    const std::string all = both + " main~plain~1";
    const std::pair<std::string, std::string> table[] = {
        {"", all},
        {"referenceDbId=maize~b~c.3A2", "maize~b~c.3A2"},
        {"referenceSetDbId=maize~b", both},
        {"accession=B.1", "maize~b~c1"},
        {"accession=b.1", ""},
        {std::string("md5checksum=") + acgt_md5, "maize~b~c1"},
        {"md5checksum=F1F8F4BF413B16AD135722AA4591043E", ""},
        {"isDerived=true", "maize~b~c1"},
        {"isDerived=false", "maize~b~c.3A2"},
        {"minLength=5", "maize~b~c.3A2 main~plain~1"},
        {"maxLength=5", "maize~b~c1 main~plain~1"},
        {"minLength=5&maxLength=5", "main~plain~1"},
        {"commonCropName=corn", "maize~b~c1"},
        {"commonCropName=maize", "maize~b~c.3A2"},
        {"programDbId=p", both},
        {"programDbId=main", "main~plain~1"},
        {"trialDbId=t", both},
        {"studyDbId=s", both},
        {"studyDbId=t", ""},
        {"externalReferenceId=y", "maize~b~c1"},
        {"externalReferenceID=y", "maize~b~c1"},
        {"externalReferenceSource=X", "maize~b~c1"},
        {"externalReferenceId=y&externalReferenceSource=X", ""},
        {"page=1&pageSize=2", "main~plain~1"},
        {"page=-1", "400"},
        {"pageSize=0", "400"},
        {"minLength=x", "400"},
        {"isDerived=x", "400"},
    };
    for (const auto& [query, wanted] : table) EXPECT_EQ(list(query), wanted) << query;
}

TEST_F(references_test, every_field_of_a_search_counts) {
    const std::string both = "maize~b~c1 maize~b~c.3A2";
    const std::pair<std::string, std::string> table[] = {
        {R"({})", both + " main~plain~1"},
        {R"({"accessions":["A.1","C.1"]})", both},
        {R"({"commonCropNames":["corn"]})", "maize~b~c1"},
        {R"({"externalReferenceIDs":["x"]})", "maize~b~c1"},
        {R"({"externalReferenceIds":["x"],"externalReferenceSources":["X"]})", "maize~b~c1"},
        {R"({"externalReferenceSources":["none"]})", ""},
        {R"({"germplasmDbIds":["g2"]})", "maize~b~c1"},
        {R"({"germplasmNames":["G1"]})", "maize~b~c1"},
        {R"({"germplasmNames":["g1"]})", ""},
        {R"({"isDerived":false})", "maize~b~c.3A2"},
        {R"({"maxLength":4})", "maize~b~c1"},
        {R"({"minLength":6})", "maize~b~c.3A2"},
        {std::string(R"({"md5checksums":[")") + acgt_md5 + "\"]}", "maize~b~c1"},
        {R"({"programDbIds":["p"]})", both},
        {R"({"programNames":["P"]})", both},
        {R"({"referenceDbIds":["main~plain~1","maize~b~c1"]})", "maize~b~c1 main~plain~1"},
        {R"({"referenceSetDbIds":["main~plain"]})", "main~plain~1"},
        {R"({"studyDbIds":["s"]})", both},
        {R"({"studyNames":["S"]})", both},
        {R"({"trialDbIds":["t"]})", both},
        {R"({"trialNames":["T"]})", both},
        {R"({"page":1,"pageSize":1})", "maize~b~c.3A2"},
        {R"({"isDerived":"x"})", "400"},
    };
    for (const auto& [body, wanted] : table) EXPECT_EQ(search(body), wanted) << body;
}

TEST_F(references_test, a_search_is_kept_for_later) {
    const auto kept = server.post("/brapi/v2/search/references", R"({"minLength":6})");
    ASSERT_EQ(kept.status, 202);
    const std::string id(kept.json().at("result").at("searchResultsDbId").as_string());
    EXPECT_EQ(found("/brapi/v2/search/references/" + id, "referenceDbId"), "maize~b~c.3A2");
}

TEST_F(references_test, one_shows_all_that_is_known_of_it) {
    const auto wanted = json::parse(R"({
        "additionalInfo": {"k": "v"}, "commonCropName": "corn",
        "externalReferences": [
            {"referenceId": "x", "referenceID": "x", "referenceSource": "X"},
            {"referenceId": "y", "referenceID": "y", "referenceSource": "Y"}],
        "isDerived": true, "length": 4, "md5checksum": "f1f8f4bf413b16ad135722aa4591043e",
        "referenceDbId": "maize~b~c1", "referenceName": "c1",
        "referenceSetDbId": "maize~b", "referenceSetName": "b",
        "sourceAccessions": ["A.1", "B.1"], "sourceDivergence": 5E-1,
        "sourceGermplasm": [
            {"germplasmDbId": "g1", "germplasmName": "G1"},
            {"germplasmDbId": "g2", "germplasmName": "G2"}],
        "sourceURI": "http://u", "species": {"term": "Zea", "termURI": "T:1"}})");
    EXPECT_EQ(one("maize~b~c1"), wanted);
    EXPECT_EQ(one("maize~b~c.3A2").at("additionalInfo").at("additionalInfo"), "a note");
    const auto plain = one("main~plain~1");
    for (const char* name :
         {"commonCropName", "isDerived", "sourceDivergence", "sourceURI", "species"}) {
        EXPECT_TRUE(plain.at(name).is_null()) << name;
    }
    EXPECT_EQ(plain.at("length"), 5);
}

TEST_F(references_test, what_is_not_there_is_404) {
    for (const char* id :
         {"x", "main~plain", "main~plain~2", "main~none~1", "maize~b~c%3A2", "~~"}) {
        EXPECT_EQ(server.get(std::string("/brapi/v2/references/") + id).status, 404) << id;
    }
}

TEST_F(references_test, a_set_without_its_index_is_announced_and_waited_for) {
    server.break_indexing();
    testing::write_file(server.folder() / "new.fa", ">n\nACGT\n");
    server.catalog().rescan();
    server.catalog().wait_until_indexed();
    const auto all = server.get("/brapi/v2/references");
    EXPECT_THAT(all.body, HasSubstr("1 reference sets are still being indexed"));
    const auto one = server.get("/brapi/v2/references/main~new~n");
    EXPECT_EQ(one.status, 503);
    EXPECT_NE(one.field("Retry-After"), "");
    EXPECT_EQ(list("md5checksum=x"), "503");
    EXPECT_EQ(search(R"({"md5checksums":["x"]})"), "503");
    EXPECT_EQ(list("md5checksum=x&studyDbId=s"), "") << "the new one could not fit anyway";
}

TEST(reference_item, declares_its_md5_until_that_of_the_letters_is_known) {
    const testing::temp_dir dir;
    testing::write_file(dir / "d" / "a.fa", ">1\nACGT\n>2\nAC\n");
    testing::write_file(dir / "d" / "references.tsv", "name\tmd5checksum\n1\tabc\n");
    const auto now = catalog::snapshot::make(catalog::scan(dir.path()), nullptr);
    const auto& set = now->reference_sets().at(0);
    ASSERT_TRUE(set.fasta->make_index(dir / "state", {}));
    EXPECT_TRUE(awaits_digests(set));
    EXPECT_EQ(catalog::find_reference(*now, "d~a~1")->md5(), "abc");
    EXPECT_EQ(catalog::find_reference(*now, "d~a~2")->md5(), "");
    ASSERT_TRUE(set.digests->make_index(dir / "state", {}));
    EXPECT_FALSE(awaits_digests(set));
    EXPECT_EQ(catalog::find_reference(*now, "d~a~1")->md5(), acgt_md5);
}

}  // namespace
}  // namespace callstream::brapi
