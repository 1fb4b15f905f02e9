// GET /callsets/{callSetDbId}/calls: the document, its formats and what is refused. Paging has a
// file of its own.
#include "tests/support/brapi_server.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace callstream::brapi {
namespace {

namespace json = boost::json;
using testing::answer;
using ::testing::HasSubstr;
using testing::many_records;
using testing::vcf_builder;

constexpr const char* calls_of_s1 = "/brapi/v2/callsets/main~a~s1/calls";
const std::string ndjson = "Accept: application/x-ndjson";

class calls_test : public ::testing::Test {
 protected:
    void serve(const vcf_builder& file) {
        file.write_vcf_gz(server.folder() / "a.vcf.gz");
        server.start();
    }
    answer get(const std::string& query = "", std::vector<std::string> fields = {}) {
        return server.get(calls_of_s1 + query, std::move(fields));
    }
    std::vector<std::string> genotypes(const std::string& query) {
        std::vector<std::string> out;
        const auto document = get(query).json();
        for (const auto& call : document.at("result").at("data").as_array()) {
            out.emplace_back(call.at("genotypeValue").as_string());
        }
        return out;
    }

    testing::brapi_server server;
};

vcf_builder mixed() {
    return vcf_builder()
        .record("1", 5, "GT", {"0/0", "0/0"})
        .record("1", 6, "GT", {"0|1", "0/0"})
        .record("2", 7, "GT", {"./.", "0/0"})
        .record("2", 8, "GT", {"./1", "0/0"});
}

TEST_F(calls_test, the_document_has_every_part_of_a_brapi_answer) {
    serve(mixed());
    const auto a = get();
    ASSERT_EQ(a.status, 200) << a.body;
    EXPECT_EQ(a.field("Content-Type"), "application/json");
    const auto document = a.json();
    EXPECT_EQ(document.at("@context").as_array().size(), 1U);
    const auto& result = document.at("result");
    EXPECT_EQ(result.at("expandHomozygotes"), true);
    EXPECT_EQ(result.at("sepPhased"), "|");
    EXPECT_EQ(result.at("sepUnphased"), "/");
    EXPECT_EQ(result.at("unknownString"), ".");
    ASSERT_EQ(result.at("data").as_array().size(), 4U);
    const auto& call = result.at("data").at(1);
    EXPECT_EQ(call.at("callSetDbId"), "main~a~s1");
    EXPECT_EQ(call.at("callSetName"), "s1");
    EXPECT_EQ(call.at("variantSetDbId"), "main~a");
    EXPECT_EQ(call.at("variantSetName"), "a");
    EXPECT_EQ(call.at("variantDbId"), "main~a~1~6~1");
    EXPECT_EQ(call.at("genotypeValue"), "0|1");
    const auto& metadata = document.at("metadata");
    EXPECT_TRUE(metadata.at("datafiles").as_array().empty());
    EXPECT_EQ(metadata.at("status").at(0).at("messageType"), "INFO");
    const auto& pages = metadata.at("pagination");
    EXPECT_EQ(pages.at("currentPage"), 0);
    EXPECT_EQ(pages.at("page"), 0);
    EXPECT_EQ(pages.at("pageSize"), 1000);
    EXPECT_EQ(pages.at("totalCount"), 4);
    EXPECT_EQ(pages.at("totalPages"), 1);
    EXPECT_TRUE(pages.at("nextPageToken").is_null());
    EXPECT_TRUE(pages.at("prevPageToken").is_null());
    EXPECT_TRUE(pages.at("currentPageToken").is_string());
}

TEST_F(calls_test, genotypes_are_written_as_the_parameters_say) {
    serve(mixed());
    using strings = std::vector<std::string>;
    EXPECT_EQ(genotypes(""), (strings{"0/0", "0|1", ".", "./1"}));
    EXPECT_EQ(genotypes("?expandHomozygotes=false"), (strings{"0", "0|1", ".", "./1"}));
    EXPECT_EQ(
        genotypes("?unknownString=-&sepPhased=~&sepUnphased=%7C"),
        (strings{"0|0", "0~1", "-", "-|1"})
    );
    EXPECT_EQ(genotypes("?sepUnphased=&unknownString="), (strings{"00", "0|1", "", "1"}));
    EXPECT_EQ(genotypes("?sepUnphased=empty_string"), (strings{"00", "0|1", ".", ".1"}));
    const auto result = get("?unknownString=%22N%5C&expandHomozygotes=FALSE").json().at("result");
    EXPECT_EQ(result.at("unknownString"), "\"N\\");
    EXPECT_EQ(result.at("expandHomozygotes"), false);
}

TEST_F(calls_test, each_sample_has_its_own_calls) {
    vcf_builder()
        .samples({"first", "second one"})
        .record("1", 5, "GT", {"0/0", "1/1"})
        .write_vcf_gz(server.folder() / "wheat" / "a.vcf.gz");
    server.start();
    const auto calls = server.get("/brapi/v2/callsets/wheat~a~second.20one/calls").json();
    const auto& call = calls.at("result").at("data").at(0);
    EXPECT_EQ(call.at("genotypeValue"), "1/1");
    EXPECT_EQ(call.at("callSetName"), "second one");
}

TEST_F(calls_test, a_parameter_that_nobody_knows_is_a_warning) {
    serve(mixed());
    const auto a = get("?pagesize=2&callFormat=x%22y&pageSize=2");
    ASSERT_EQ(a.status, 200);
    const auto document = a.json();
    const auto& status = document.at("metadata").at("status").as_array();
    ASSERT_EQ(status.size(), 3U) << json::serialize(status);
    EXPECT_EQ(status[1].at("messageType"), "WARNING");
    EXPECT_THAT(std::string(status[1].at("message").as_string()), HasSubstr("'pagesize'"));
    EXPECT_THAT(std::string(status[2].at("message").as_string()), HasSubstr("'callFormat'"));
}

TEST_F(calls_test, parameters_that_make_no_sense_are_400_by_name) {
    serve(mixed());
    const std::pair<const char*, const char*> table[] = {
        {"?page=-1", "page must be 0 or more"},
        {"?pageSize=0", "pageSize must be 1 or more"},
        {"?pageSize=-1", "pageSize must be 1 or more"},
        {"?pageSize=ten", "pageSize must be a whole number"},
        {"?page=1.5", "page must be a whole number"},
        {"?pageSize=9223372036854775808", "pageSize must be a whole number"},
        {"?expandHomozygotes=maybe", "expandHomozygotes must be true or false"},
        {"?pageSize=1&pageSize=1", "pageSize is given twice"},
        {"?sepPhased=a&sepPhased=b", "sepPhased is given twice"},
        {"?pageToken=99999999999999999999", "pageToken is too large"},
        {"?pageToken=abc", "pageToken is damaged"},
    };
    for (const auto& [query, words] : table) {
        const auto a = get(query);
        EXPECT_EQ(a.status, 400) << query;
        EXPECT_THAT(a.body, HasSubstr(words)) << query;
    }
}

TEST_F(calls_test, a_call_set_that_is_not_there_is_404) {
    serve(mixed());
    for (const char* id :
         {"main~a~s3",
          "main~a",
          "other",
          "main~b~s1",
          "main~a~s1%20",
          "%7E",
          "..%2F..%2Fetc",
          "%C3%BC"}) {
        const auto a = server.get(std::string("/brapi/v2/callsets/") + id + "/calls");
        EXPECT_EQ(a.status, 404) << id;
        EXPECT_THAT(a.body, HasSubstr("there is no call set")) << id;
    }
}

TEST_F(calls_test, what_calls_do_not_come_as_is_406) {
    serve(mixed());
    EXPECT_EQ(get("", {"Accept: text/csv"}).status, 406);
    EXPECT_EQ(get("", {"Accept: application/json;q=0"}).status, 406);
    EXPECT_EQ(get("", {"Accept: text/csv, */*;q=0.1"}).status, 200);
}

TEST_F(calls_test, ndjson_is_a_head_line_the_calls_and_a_last_line) {
    serve(mixed());
    const auto a = get("?sepPhased=~&odd=1", {ndjson});
    ASSERT_EQ(a.status, 200);
    EXPECT_EQ(a.field("Content-Type"), "application/x-ndjson");
    const auto lines = a.lines();
    ASSERT_EQ(lines.size(), 6U);
    EXPECT_EQ(lines[0].at("metadata").at("pagination").at("totalCount"), 4);
    EXPECT_EQ(lines[0].at("metadata").at("status").as_array().size(), 2U);
    EXPECT_EQ(lines[0].at("result").at("sepPhased"), "~");
    EXPECT_EQ(lines[2].at("genotypeValue"), "0~1");
    EXPECT_EQ(lines[5], (json::value{{"complete", true}, {"count", 4}}));
}

TEST_F(calls_test, both_forms_have_the_same_calls) {
    serve(many_records(50));
    const auto document = get("?pageSize=1000").json();
    const auto lines = get("", {ndjson}).lines();
    const auto& data = document.at("result").at("data").as_array();
    ASSERT_EQ(data.size(), 100U);
    ASSERT_EQ(lines.size(), 102U);
    for (std::size_t i = 0; i < data.size(); ++i) EXPECT_EQ(lines[i + 1], data[i]);
}

TEST_F(calls_test, a_file_without_records_has_no_calls) {
    serve(vcf_builder());
    const auto document = get().json();
    EXPECT_TRUE(document.at("result").at("data").as_array().empty());
    EXPECT_EQ(document.at("metadata").at("pagination").at("totalCount"), 0);
    EXPECT_EQ(document.at("metadata").at("pagination").at("totalPages"), 0);
    EXPECT_EQ(get("", {ndjson}).lines().size(), 2U);
    EXPECT_EQ(get("?page=5").status, 200);
}

TEST_F(calls_test, an_answer_of_many_blocks_is_whole) {
    serve(many_records(2000));
    const auto a = get("?pageSize=100000");
    EXPECT_EQ(a.field("Transfer-Encoding"), "chunked");
    EXPECT_EQ(a.cut, "");
    EXPECT_GT(a.body.size(), 3 * streaming::block_bytes);
    EXPECT_EQ(a.json().at("result").at("data").as_array().size(), 4000U);
    EXPECT_EQ(server.metrics().calls_streamed, 4000U);
}

TEST_F(calls_test, damage_in_the_middle_cuts_the_answer_and_never_completes_it) {
    server.start();
    server.break_indexing();  // the index pass would refuse the file
    const auto path = server.folder() / "a.vcf.gz";
    many_records(2000).write_vcf_gz(path, 5000);
    testing::run_tool("bcftools index " + path.string());
    std::string bytes = testing::read_file(path);
    bytes[bytes.size() - 200] ^= 0x10;
    testing::write_file(path, bytes);
    server.catalog().rescan();
    const auto a = get("?pageSize=100000");
    EXPECT_EQ(a.status, 200);
    EXPECT_NE(a.cut, "");
    EXPECT_THAT(a.body, ::testing::Not(HasSubstr("\"metadata\"")));
}

}  // namespace
}  // namespace callstream::brapi
