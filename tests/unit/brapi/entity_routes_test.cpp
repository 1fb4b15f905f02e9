#include "tests/support/brapi_server.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace callstream::brapi {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using table = std::vector<std::pair<const char*, const char*>>;

/// Three data sets. `barley` and `wheat` are described and share a program, a germplasm and a
/// sample, of which they say different things; `barley` names the study of `wheat`, and one of its
/// own. Nothing is said of `main`.
class entities : public ::testing::Test {
 protected:
    void SetUp() override {
        const auto folder = server.folder();
        testing::vcf_builder().samples({"S1", "S2"}).write_vcf_gz(folder / "plain.vcf.gz");
        testing::vcf_builder()
            .samples({"S1", "S2", "S3"})
            .write_vcf_gz(folder / "barley" / "a.vcf.gz");
        testing::vcf_builder().samples({"S1"}).write_vcf_gz(folder / "wheat" / "b.vcf.gz");
        testing::write_file(
            folder / "barley" / "dataset.toml",
            "crop = \"barley\"\n[program]\nid = \"p\"\nname = \"P\"\n"
            "[trial]\nid = \"t\"\nname = \"T\"\n[study]\nid = \"s\"\nname = \"S\"\n"
            "[contact]\nname = \"Ada\"\nemail = \"ada@example.org\"\n"
        );
        testing::write_file(
            folder / "barley" / "samples.tsv",
            "sample\tsampleDbId\tsampleName\tgermplasmDbId\tgermplasmName\tstudyDbId\t"
            "externalReferenceId\texternalReferenceSource\ttissue\n"
            "S1\tid1\tN1\tg1\tG1\t\ta;b\tX;Y\tleaf\n"
            "S9\tid9\tN9\tg9\tG9\t\t\t\t\n"
            "S2\tid2\t\tg2\t\tother\tb\tX\t\n"
            "S3\t\tN3\tg1\tG1\tunnamed\t\t\t\n"
        );
        testing::write_file(
            folder / "wheat" / "dataset.toml",
            "crop = \"wheat\"\n[program]\nid = \"p\"\nname = \"Not P\"\n"
            "[study]\nid = \"other\"\nname = \"Other\"\ntype = \"field\"\n"
        );
        testing::write_file(
            folder / "wheat" / "samples.tsv",
            "sample\tsampleDbId\tsampleName\tgermplasmDbId\tgermplasmName\n"
            "S1\tid1\tNot N1\tg1\tNot G1\n"
        );
        server.start();
    }
    json::value get(const std::string& target) {
        const auto a = server.get("/brapi/v2/" + target);
        EXPECT_EQ(a.status, 200) << target << ": " << a.body;
        return a.json();
    }
    json::value one(const std::string& target) { return get(target).at("result"); }
    static std::string ids(const json::value& answer, const std::string& id_name) {
        std::string out;
        for (const auto& entity : answer.at("result").at("data").as_array()) {
            out += (out.empty() ? "" : " ") + std::string(entity.at(id_name).as_string());
        }
        return out;
    }
    /// That each query of `/path` lists these ids.
    void expect_lists(const std::string& path, const std::string& id_name, const table& rows) {
        for (const auto& [query, wanted] : rows) {
            EXPECT_EQ(ids(get(path + "?" + query), id_name), wanted) << path << "?" << query;
        }
    }
    testing::brapi_server server;
};

TEST_F(entities, crops_are_those_that_are_named) {
    testing::write_file(server.folder() / "z" / "dataset.toml", "crop = \"barley\"\n");
    server.catalog().rescan();
    const auto all = get("commoncropnames");
    EXPECT_EQ(all.at("result").at("data"), (json::array{"barley", "wheat"}));
    EXPECT_EQ(all.at("metadata").at("pagination").at("totalCount"), 2);
    const auto second = get("commoncropnames?pageSize=1&page=1");
    EXPECT_EQ(second.at("result").at("data"), json::array{"wheat"});
    EXPECT_EQ(server.get("/brapi/v2/commoncropnames?page=-1").status, 400);
}

TEST_F(entities, programs_are_listed) {
    expect_lists(
        "programs",
        "programDbId",
        {{"", "p main"},
         {"programDbId=main", "main"},
         {"programName=P", "p"},
         {"programName=Not+P", ""},
         {"commonCropName=barley", "p"},
         {"commonCropName=wheat", "p"},
         {"germplasmDbId=g2", "p"},
         {"externalReferenceId=a", ""},
         {"pageSize=1&page=1", "main"}}
    );
}

TEST_F(entities, the_first_data_set_names_a_program) {
    const auto p = one("programs/p");
    EXPECT_EQ(p.at("programName"), "P");
    EXPECT_EQ(p.at("commonCropName"), "barley");
    EXPECT_EQ(p.at("objective"), nullptr);
    EXPECT_EQ(one("programs/main").at("programName"), "main");
    EXPECT_EQ(one("programs/main").at("commonCropName"), nullptr);
}

TEST_F(entities, trials_are_listed) {
    expect_lists(
        "trials",
        "trialDbId",
        {{"", "t main wheat"},
         {"trialDbId=t", "t"},
         {"trialName=T", "t"},
         {"programDbId=p", "t wheat"},
         {"programName=P", "t wheat"},
         {"studyDbId=other", "t wheat"},
         {"studyDbId=unnamed", "t"},
         {"commonCropName=wheat", "wheat"},
         {"programDbId=p&commonCropName=wheat", "wheat"},
         {"trialDbId=T", ""}}
    );
}

TEST_F(entities, a_trial_shows_its_program_and_contact) {
    const auto t = one("trials/t");
    EXPECT_EQ(t.at("trialName"), "T");
    EXPECT_EQ(t.at("programDbId"), "p");
    EXPECT_EQ(t.at("programName"), "P");
    EXPECT_EQ(one("trials/wheat").at("programName"), "P") << "a program has one name";
    ASSERT_THAT(t.at("contacts").as_array(), SizeIs(1));
    const auto& contact = t.at("contacts").at(0);
    EXPECT_EQ(contact.at("contactDbId"), "barley");
    EXPECT_EQ(contact.at("email"), "ada@example.org");
    EXPECT_EQ(contact.at("instituteName"), nullptr);
    EXPECT_THAT(one("trials/main").at("contacts").as_array(), SizeIs(0));
}

TEST_F(entities, studies_are_listed) {
    expect_lists(
        "studies",
        "studyDbId",
        {{"", "s main other unnamed"},
         {"studyDbId=unnamed", "unnamed"},
         {"studyName=Other", "other"},
         {"studyName=unnamed", "unnamed"},
         {"studyType=field", "other"},
         {"studyType=genotype", "s main unnamed"},
         {"trialDbId=t", "s other unnamed"},
         {"trialName=T", "s other unnamed"},
         {"programDbId=main", "main"},
         {"germplasmDbId=g2", "other"},
         {"germplasmDbId=g1", "s other unnamed"},
         {"germplasmDbId=g1&trialDbId=t", "s unnamed"},
         {"commonCropName=barley&studyName=S", "s"},
         {"externalReferenceSource=X", ""}}
    );
}

TEST_F(entities, a_study_shows_its_trial) {
    const auto s = one("studies/s");
    EXPECT_EQ(s.at("studyName"), "S");
    EXPECT_EQ(s.at("studyType"), "genotype");
    EXPECT_EQ(s.at("trialDbId"), "t");
    EXPECT_EQ(s.at("contacts").at(0).at("name"), "Ada");
    // What wheat says of its study counts before what barley's samples say of it.
    const auto other = one("studies/other");
    EXPECT_EQ(other.at("studyName"), "Other");
    EXPECT_EQ(other.at("studyType"), "field");
    EXPECT_EQ(other.at("trialDbId"), "wheat");
    EXPECT_EQ(other.at("commonCropName"), "wheat");
    const auto unnamed = one("studies/unnamed");
    EXPECT_EQ(unnamed.at("studyName"), "unnamed");
    EXPECT_EQ(unnamed.at("trialName"), "T");
    EXPECT_EQ(unnamed.at("commonCropName"), "barley");
}

TEST_F(entities, germplasm_is_listed) {
    expect_lists(
        "germplasm",
        "germplasmDbId",
        {{"", "g1 g9 g2"},
         {"germplasmDbId=g2", "g2"},
         {"germplasmName=G1", "g1"},
         {"germplasmName=Not+G1", ""},
         {"germplasmName=g2", "g2"},
         {"studyDbId=other", "g1 g2"},
         {"studyDbId=s", "g1 g9"},
         {"sampleDbId=id9", "g9"},
         {"commonCropName=wheat", "g1"},
         {"trialDbId=t&commonCropName=wheat", ""},
         {"externalReferenceId=a", ""}}
    );
}

TEST_F(entities, germplasm_shows_what_is_known) {
    const auto g = one("germplasm/g1");
    EXPECT_EQ(g.at("germplasmName"), "G1");
    EXPECT_EQ(g.at("defaultDisplayName"), "G1");
    EXPECT_EQ(g.at("commonCropName"), "barley");
    EXPECT_EQ(g.at("germplasmPUI"), nullptr);
    EXPECT_THAT(g.at("externalReferences").as_array(), SizeIs(0)) << "those are the sample's";
    EXPECT_EQ(one("germplasm/g2").at("germplasmName"), "g2");
}

TEST_F(entities, samples_are_listed) {
    expect_lists(
        "samples",
        "sampleDbId",
        {{"", "id1 id9 id2 barley~a~S3 main~plain~S1 main~plain~S2"},
         {"sampleDbId=barley~a~S3", "barley~a~S3"},
         {"sampleName=N3", "barley~a~S3"},
         {"sampleName=S2", "id2 main~plain~S2"},
         {"sampleName=Not+N1", ""},
         {"germplasmDbId=g1", "id1 barley~a~S3"},
         {"germplasmName=G1", "id1 barley~a~S3"},
         {"studyDbId=other", "id1 id2"},
         {"studyDbId=main", "main~plain~S1 main~plain~S2"},
         {"trialDbId=wheat", "id1"},
         {"programDbId=p", "id1 id9 id2 barley~a~S3"},
         {"commonCropName=wheat", "id1"},
         {"externalReferenceId=b", "id1 id2"},
         {"externalReferenceID=b&externalReferenceSource=X", "id2"},
         {"externalReferenceSource=Y", "id1"},
         {"pageSize=2&page=2", "main~plain~S1 main~plain~S2"}}
    );
}

TEST_F(entities, a_sample_shows_its_links) {
    const auto s = one("samples/id1");
    EXPECT_EQ(s.at("sampleName"), "N1");
    EXPECT_EQ(s.at("germplasmDbId"), "g1");
    EXPECT_EQ(s.at("studyDbId"), "s");
    EXPECT_EQ(s.at("trialDbId"), "t");
    EXPECT_EQ(s.at("programDbId"), "p");
    EXPECT_EQ(s.at("additionalInfo").at("tissue"), "leaf");
    EXPECT_EQ(s.at("externalReferences").at(1).at("referenceSource"), "Y");
    const auto listed = one("samples/barley~a~S3");
    EXPECT_EQ(listed.at("sampleName"), "N3");
    EXPECT_EQ(listed.at("germplasmDbId"), "g1");
    const auto plain = one("samples/main~plain~S1");
    EXPECT_EQ(plain.at("sampleName"), "S1");
    EXPECT_EQ(plain.at("germplasmDbId"), nullptr);
    EXPECT_EQ(plain.at("studyDbId"), "main");
}

TEST_F(entities, that_are_not_there_are_404) {
    for (const char* target :
         {"programs/P",
          "trials/p",
          "studies/S",
          "germplasm/G1",
          "germplasm/main",
          "samples/S1",
          "samples/barley~a~S1"}) {
        EXPECT_EQ(server.get(std::string("/brapi/v2/") + target).status, 404) << target;
    }
}

TEST_F(entities, samples_of_files_that_wait_for_their_index_may_come) {
    get("samples");  // the store is open, whatever becomes of its folder
    server.break_indexing();
    const auto folder = server.folder() / "rye";
    for (const char* contig : {"1", "2"}) {
        testing::vcf_builder()
            .record(contig, 5, "GT", {"0/1", "1/1"})
            .write_vcf_gz(folder / (std::string("panel.chr") + contig + ".vcf.gz"));
    }
    server.catalog().rescan();
    ASSERT_THAT(server.catalog().current()->waiting(), SizeIs(2));
    EXPECT_EQ(server.get("/brapi/v2/samples/rye~panel~s1").status, 503);
    EXPECT_EQ(server.get("/brapi/v2/samples/oats~panel~s1").status, 404);
    EXPECT_EQ(server.get("/brapi/v2/studies/rye~panel~s1").status, 404);
    EXPECT_THAT(
        json::serialize(get("samples").at("metadata").at("status")),
        HasSubstr("2 files are still being indexed")
    );
}

TEST_F(entities, filters_without_an_answer_and_unknown_ones_are_named) {
    const auto status = [this](const std::string& target) {
        return json::serialize(get(target).at("metadata").at("status"));
    };
    EXPECT_THAT(status("studies?studyDbId=x"), HasSubstr("No study fits the filters"));
    EXPECT_THAT(status("studies?active=true"), HasSubstr("No study fits the filters"));
    EXPECT_THAT(status("studies?sortBy=x"), HasSubstr("'sortBy' is not known here"));
    EXPECT_EQ(server.get("/brapi/v2/studies?active=maybe").status, 400);
    EXPECT_THAT(status("studies/s?colour=red"), HasSubstr("'colour' is not known here"));
    EXPECT_THAT(status("studies"), ::testing::Not(HasSubstr("WARNING")));
    EXPECT_EQ(server.get("/brapi/v2/studies?studyDbId=a&studyDbId=b").status, 400);
}

TEST_F(entities, are_searched_with_lists_of_what_they_are_filtered_by) {
    const struct {
        const char* path;
        const char* id_name;
        const char* body;
        const char* wanted;
    } rows[] = {
        {"programs", "programDbId", R"({"programDbIds":["p","x"]})", "p"},
        {"programs", "programDbId", R"({"commonCropNames":["wheat","rice"]})", "p"},
        {"trials", "trialDbId", R"({"studyNames":["S","main"]})", "t main"},
        {"trials", "trialDbId", R"({"programNames":["P"],"pageSize":1})", "t"},
        {"studies", "studyDbId", R"({"studyTypes":["field","x"]})", "other"},
        {"studies", "studyDbId", R"({"germplasmNames":["g2"]})", "other"},
        {"germplasm", "germplasmDbId", R"({"studyDbIds":["unnamed","other"]})", "g1 g2"},
        {"samples", "sampleDbId", R"({"germplasmNames":["G9","g2"]})", "id9 id2"},
        {"samples", "sampleDbId", R"({"externalReferenceIDs":["a"]})", "id1"},
        {"samples",
         "sampleDbId",
         R"({"sampleNames":[]})",
         "id1 id9 id2 barley~a~S3 main~plain~S1 main~plain~S2"},
    };
    for (const auto& row : rows) {
        const auto path = std::string("/brapi/v2/search/") + row.path;
        const auto at_once = server.post(path, row.body, {"Prefer: respond-sync"});
        EXPECT_EQ(ids(at_once.json(), row.id_name), row.wanted) << row.path << row.body;
        const auto kept = server.post(path, row.body);
        ASSERT_EQ(kept.status, 202) << kept.body;
        const auto id = kept.json().at("result").at("searchResultsDbId");
        const auto later = get(std::string("search/") + row.path + "/" + id.as_string().c_str());
        EXPECT_EQ(ids(later, row.id_name), row.wanted) << row.path << row.body;
    }
}

TEST_F(entities, a_search_is_of_one_kind) {
    const auto kept = server.post("/brapi/v2/search/studies", "{}").json();
    const std::string id = kept.at("result").at("searchResultsDbId").as_string().c_str();
    EXPECT_EQ(server.get("/brapi/v2/search/studies/" + id).status, 200);
    EXPECT_EQ(server.get("/brapi/v2/search/trials/" + id).status, 404);
    EXPECT_EQ(server.post("/brapi/v2/search/trials", R"({"trialDbIds":[1]})").status, 400);
}

}  // namespace
}  // namespace callstream::brapi
