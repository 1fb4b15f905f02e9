// Pages of GET /callsets/{callSetDbId}/calls, by token and by number.
#include "tests/support/brapi_server.hpp"

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
using strings = std::vector<std::string>;

const std::string ndjson = "Accept: application/x-ndjson";

class calls_paging : public ::testing::Test {
 protected:
    void serve(int per_contig = 10) {
        many_records(per_contig).write_vcf_gz(path, 500);
        server.start();
    }
    answer get(const std::string& query, const std::string& sample = "s1", strings fields = {}) {
        return server.get("/brapi/v2/callsets/main~a~" + sample + "/calls" + query, fields);
    }
    static strings ids(const json::value& document) {
        strings out;
        for (const auto& call : document.at("result").at("data").as_array()) {
            out.emplace_back(call.at("variantDbId").as_string());
        }
        return out;
    }
    static json::object pages(const json::value& document) {
        return document.at("metadata").at("pagination").as_object();
    }
    /// "" for null.
    static std::string token(const json::value& document, const std::string& which) {
        const auto& value = document.at("metadata").at("pagination").at(which + "PageToken");
        return value.is_null() ? "" : std::string(value.as_string());
    }
    strings all() { return ids(get("?pageSize=1000").json()); }

    testing::brapi_server server;
    std::filesystem::path path = server.folder() / "a.vcf.gz";
};

TEST_F(calls_paging, walking_by_token_meets_every_call_once) {
    serve();
    const strings whole = all();
    ASSERT_EQ(whole.size(), 20U);
    for (const int size : {1, 3, 7, 19, 20, 21}) {
        strings walked;
        std::string next;
        int count = 0;
        do {
            const auto query = "?pageSize=" + std::to_string(size) + "&pageToken=" + next;
            const auto document = get(query).json();
            for (auto& id : ids(document)) walked.push_back(std::move(id));
            next = token(document, "next");
            ASSERT_LE(++count, 25);
        } while (!next.empty());
        EXPECT_EQ(walked, whole) << size;
        EXPECT_EQ(count, (20 + size - 1) / size) << "there was an empty page, or a missing one";
    }
}

TEST_F(calls_paging, walking_by_number_gives_the_same_pages) {
    serve();
    const strings whole = all();
    strings walked;
    for (int page = 0; page < 3; ++page) {
        const auto document = get("?pageSize=7&page=" + std::to_string(page)).json();
        for (auto& id : ids(document)) walked.push_back(std::move(id));
        EXPECT_EQ(pages(document).at("currentPage"), page);
        EXPECT_EQ(pages(document).at("totalPages"), 3);
        const auto digits = get("?pageSize=7&pageToken=" + std::to_string(page)).json();
        EXPECT_EQ(ids(digits), ids(document));
    }
    EXPECT_EQ(walked, whole);
}

TEST_F(calls_paging, a_page_behind_the_end_is_empty_however_far) {
    serve();
    for (const char* query :
         {"?page=1",
          "?pageSize=20&page=1",
          "?page=9223372036854775807&pageSize=9223372036854775807"}) {
        const auto document = get(query).json();
        EXPECT_TRUE(ids(document).empty()) << query;
        EXPECT_EQ(pages(document).at("totalCount"), 20) << query;
        EXPECT_EQ(token(document, "next"), "") << query;
    }
}

TEST_F(calls_paging, the_previous_token_leads_back) {
    serve();
    const auto first = get("?pageSize=6").json();
    const auto second = get("?pageSize=6&pageToken=" + token(first, "next")).json();
    const auto back = get("?pageSize=6&pageToken=" + token(second, "prev")).json();
    EXPECT_EQ(ids(back), ids(first));
    EXPECT_EQ(token(back, "prev"), "");
    const auto behind = get("?pageSize=6&page=9").json();
    const auto last = get("?pageSize=6&pageToken=" + token(behind, "prev")).json();
    const strings whole = all();
    EXPECT_EQ(ids(last), strings(whole.end() - 2, whole.end()))
        << "the last page, not the last six";
}

TEST_F(calls_paging, the_current_token_repeats_the_page) {
    serve();
    for (const char* query : {"?pageSize=6", "?pageSize=6&page=1", "?pageSize=6&page=3"}) {
        const auto page = get(query).json();
        const auto again = get("?pageSize=6&pageToken=" + token(page, "current")).json();
        EXPECT_EQ(ids(again), ids(page)) << query;
    }
}

TEST_F(calls_paging, the_page_size_may_change_from_page_to_page) {
    serve();
    const strings whole = all();
    const auto first = get("?pageSize=6").json();
    const auto rest = get("?pageSize=100&pageToken=" + token(first, "next")).json();
    EXPECT_EQ(ids(rest), strings(whole.begin() + 6, whole.end()));
}

TEST_F(calls_paging, a_token_wins_over_a_page_number) {
    serve();
    const auto first = get("?pageSize=6").json();
    const auto both = get("?pageSize=6&page=0&pageToken=" + token(first, "next")).json();
    EXPECT_EQ(ids(both), ids(get("?pageSize=6&page=1").json()));
}

TEST_F(calls_paging, a_token_is_good_only_for_its_own_query) {
    many_records(10).write_vcf_gz(server.folder() / "b.vcf.gz");
    serve();
    const std::string next = token(get("?pageSize=6").json(), "next");
    const auto use = [&](const std::string& query, const std::string& sample = "s1") {
        return get("?pageToken=" + next + query, sample);
    };
    EXPECT_EQ(use("").status, 200);
    EXPECT_EQ(use("&sepPhased=%7C").status, 200) << "the default spelt out is the same query";
    EXPECT_THAT(use("", "s2").body, HasSubstr("belongs to another query"));
    EXPECT_THAT(use("&sepPhased=x").body, HasSubstr("belongs to another query"));
    EXPECT_THAT(use("&expandHomozygotes=false").body, HasSubstr("belongs to another query"));
    const auto other = server.get("/brapi/v2/callsets/main~b~s1/calls?pageToken=" + next);
    EXPECT_EQ(other.status, 400);
    EXPECT_THAT(other.body, HasSubstr("belongs to another file"));
}

TEST_F(calls_paging, a_token_of_a_replaced_file_is_stale) {
    serve();
    const std::string next = token(get("?pageSize=6").json(), "next");
    testing::replace_file(path, many_records(11).vcf_gz());
    server.catalog().rescan();
    server.catalog().wait_until_indexed();
    const auto a = get("?pageToken=" + next);
    EXPECT_EQ(a.status, 400);
    EXPECT_THAT(a.body, HasSubstr("is stale"));
}

TEST_F(calls_paging, a_replaced_file_is_noticed_by_the_next_request) {
    serve();
    EXPECT_EQ(all().size(), 20U);
    testing::replace_file(path, many_records(12).vcf_gz());
    const auto at_once = get("?pageSize=1000");
    if (at_once.status == 200) {
        EXPECT_EQ(ids(at_once.json()).size(), 24U);
    } else {
        EXPECT_EQ(at_once.status, 503) << "not indexed yet";
        EXPECT_NE(at_once.field("Retry-After"), "");
    }
    server.catalog().wait_until_indexed();
    EXPECT_EQ(all().size(), 24U);
}

TEST_F(calls_paging, without_any_index_the_count_is_not_known_yet) {
    server.start();
    server.break_indexing();
    many_records(10).write_vcf_gz(path);
    server.catalog().rescan();
    server.catalog().wait_until_indexed();
    const auto first = get("?pageSize=15").json();
    EXPECT_TRUE(pages(first).at("totalCount").is_null());
    EXPECT_TRUE(pages(first).at("totalPages").is_null());
    const auto lines = get("", "s1", {ndjson}).lines();
    EXPECT_TRUE(pages(lines[0]).at("pageSize").is_null()) << "to the end, wherever that is";
    const auto second = get("?pageSize=15&pageToken=" + token(first, "next")).json();
    EXPECT_EQ(ids(second).size(), 5U);
    EXPECT_EQ(pages(second).at("totalCount"), 20) << "the end was seen";
    EXPECT_EQ(token(second, "next"), "");
    const auto by_number = get("?pageSize=15&page=1");
    EXPECT_EQ(by_number.status, 503);
    EXPECT_EQ(by_number.field("Retry-After"), "1");
    EXPECT_THAT(by_number.body, HasSubstr("being indexed"));
}

TEST_F(calls_paging, an_index_of_another_file_never_ends_a_walk) {
    server.start();
    server.break_indexing();
    many_records(3).write_vcf_gz(path);
    testing::run_tool("bcftools index " + path.string());
    many_records(10).write_vcf_gz(path);
    std::filesystem::last_write_time(
        path.string() + ".csi",
        std::filesystem::file_time_type::clock::now() + std::chrono::hours(1)
    );
    server.catalog().rescan();
    server.catalog().wait_until_indexed();
    strings walked;
    std::string next;
    do {
        const auto page = get("?pageSize=4&pageToken=" + next).json();
        const auto here = ids(page);
        walked.insert(walked.end(), here.begin(), here.end());
        next = token(page, "next");
    } while (!next.empty());
    EXPECT_EQ(walked.size(), 20U);
}

TEST_F(calls_paging, with_the_index_of_bcftools_alone_tokens_work_and_numbers_wait) {
    server.start();
    server.break_indexing();
    many_records(10).write_vcf_gz(path, 500);
    testing::run_tool("bcftools index " + path.string());
    server.catalog().rescan();
    server.catalog().wait_until_indexed();
    const auto first = get("?pageSize=15").json();
    EXPECT_EQ(pages(first).at("totalCount"), 20);
    const auto second = get("?pageSize=15&pageToken=" + token(first, "next")).json();
    EXPECT_EQ(ids(first).size() + ids(second).size(), 20U);
    const auto numbered = get("?pageSize=15&page=1");
    EXPECT_EQ(numbered.status, 503);
    EXPECT_THAT(numbered.body, HasSubstr("nextPageToken"));
}

TEST_F(calls_paging, an_ndjson_page_ends_with_the_token_of_the_next) {
    serve();
    const auto lines = get("?pageSize=6", "s1", {ndjson}).lines();
    ASSERT_EQ(lines.size(), 9U);
    EXPECT_TRUE(lines[0].at("metadata").at("pagination").at("nextPageToken").is_null());
    EXPECT_EQ(lines[8].at("count"), 6);
    const auto next = std::string(lines[7].at("nextPageToken").as_string());
    EXPECT_EQ(next, token(get("?pageSize=6").json(), "next"));
    const auto rest = get("?pageToken=" + next, "s1", {ndjson}).lines();
    ASSERT_EQ(rest.size(), 16U);
    EXPECT_EQ(rest[15].at("count"), 14);
    EXPECT_FALSE(rest[14].as_object().contains("nextPageToken"));
}

TEST_F(calls_paging, a_long_ndjson_answer_has_tokens_on_the_way) {
    serve(33'000);
    const auto lines = get("", "s1", {ndjson}).lines();
    ASSERT_EQ(lines.size(), 66'000U + 3);
    const auto& checkpoint = lines[65'537].as_object();
    ASSERT_TRUE(checkpoint.contains("nextPageToken"));
    const auto next = std::string(checkpoint.at("nextPageToken").as_string());
    const auto rest = get("?pageToken=" + next, "s1", {ndjson}).lines();
    EXPECT_EQ(rest.size(), 66'000U - 65'536 + 2);
    EXPECT_EQ(rest[1], lines[65'538]);
}

}  // namespace
}  // namespace callstream::brapi
