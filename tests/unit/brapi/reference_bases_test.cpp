#include "tests/support/described_references.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace callstream::brapi {
namespace {

using ::testing::HasSubstr;

class reference_bases_test : public ::testing::Test {
 protected:
    void SetUp() override {
        testing::write_file(
            server.folder() / "a.fa",
            testing::fasta_text("1", letters) + testing::fasta_text("2", "ac\"g\\*-n")
        );
        std::transform(letters.begin(), letters.end(), letters.begin(), [](unsigned char c) {
            return static_cast<char>(std::toupper(c));
        });
        server.start();
    }
    testing::answer bases(const std::string& query, const std::string& id = "main~a~1") {
        return server.get("/brapi/v2/references/" + id + "/bases?" + query);
    }
    static std::string sequence(const testing::answer& a) {
        EXPECT_EQ(a.status, 200) << a.body;
        return std::string(a.json().at("result").at("sequence").as_string());
    }
    static std::string token(const testing::answer& a) {
        const auto document = a.json();
        const auto& next = document.at("result").at("nextPageToken");
        return next.is_null() ? "" : std::string(next.as_string());
    }

    testing::brapi_server server;
    std::string letters = testing::some_letters(700'000, 3);
};

TEST_F(reference_bases_test, bounds_are_zero_based_and_the_end_is_exclusive) {
    const auto size = letters.size();
    const auto text = [](std::size_t n) { return std::to_string(n); };
    const std::pair<std::string, std::string> table[] = {
        {"", letters},
        {"start=0&end=1", letters.substr(0, 1)},
        {"start=59&end=62", letters.substr(59, 3)},
        {"end=300000", letters.substr(0, 300'000)},
        {"start=" + text(size - 2), letters.substr(size - 2)},
        {"start=" + text(size - 2) + "&end=9000000000", letters.substr(size - 2)},
        {"start=5&end=5", ""},
        {"start=" + text(size), ""},
        {"start=" + text(size + 10) + "&end=" + text(size + 20), ""},
    };
    for (const auto& [query, wanted] : table) {
        const auto a = bases(query);
        EXPECT_EQ(sequence(a), wanted) << query;
        EXPECT_EQ(token(a), "") << query;
        const auto start = query.find("start=");
        const auto offset = start == std::string::npos ? 0 : std::stoll(query.substr(start + 6));
        EXPECT_EQ(a.json().at("result").at("offset"), offset) << query;
    }
}

TEST_F(reference_bases_test, pages_follow_each_other_to_the_end) {
    for (const std::string bounds : {"", "&start=100000&end=400007"}) {
        const auto whole = sequence(bases("pageSize=1000000" + bounds));
        for (const int size : {99'999, 262'144, 700'000}) {
            const auto query = "pageSize=" + std::to_string(size);
            auto page = bases(query + bounds);
            std::string all = sequence(page);
            while (!token(page).empty()) {
                page = bases(query + "&pageToken=" + token(page));
                const auto offset = page.json().at("result").at("offset").as_int64();
                EXPECT_EQ(offset, (bounds.empty() ? 0 : 100'000) + static_cast<long>(all.size()));
                all += sequence(page);
            }
            EXPECT_EQ(all, whole) << size << bounds;
        }
    }
}

TEST_F(reference_bases_test, letters_beyond_iupac_pass_and_the_json_stays_valid) {
    EXPECT_EQ(sequence(bases("", "main~a~2")), "AC\"G\\*-N");
}

TEST_F(reference_bases_test, what_makes_no_sense_is_400) {
    for (const char* query :
         {"start=-1",
          "end=-1",
          "start=2&end=1",
          "start=x",
          "pageSize=0",
          "pageSize=x",
          "pageToken=x",
          "pageToken=5"}) {
        EXPECT_EQ(bases(query).status, 400) << query;
    }
    EXPECT_EQ(bases("", "main~a~3").status, 404);
    EXPECT_THAT(bases("pageSize=100000001").body, HasSubstr("pageSize was reduced"));
}

TEST_F(reference_bases_test, a_token_is_good_for_its_own_walk_only) {
    const auto good = token(bases("start=10&end=30&pageSize=5"));
    EXPECT_EQ(sequence(bases("pageSize=5&pageToken=" + good)), letters.substr(15, 5));
    EXPECT_EQ(
        sequence(bases("pageSize=5&start=10&end=30&pageToken=" + good)), letters.substr(15, 5)
    );
    for (std::size_t i = 0; i < good.size(); ++i) {
        auto altered = good;
        altered[i] = altered[i] == 'A' ? 'B' : 'A';
        const auto a = bases("pageToken=" + altered);
        EXPECT_EQ(a.status, 400) << i;
        EXPECT_THAT(a.body, HasSubstr("pageToken")) << i;
    }
    const auto other = bases("pageToken=" + good, "main~a~2");
    EXPECT_EQ(other.status, 400);
    EXPECT_THAT(other.body, HasSubstr("belongs to another reference"));
    for (const char* bounds : {"&start=11", "&end=31"}) {
        const auto a = bases("pageToken=" + good + bounds);
        EXPECT_EQ(a.status, 400) << bounds;
        EXPECT_THAT(a.body, HasSubstr("another stretch"));
    }
}

TEST_F(reference_bases_test, a_token_survives_a_restart_and_not_a_new_file) {
    const auto good = token(bases("pageSize=5"));
    server.start();
    EXPECT_EQ(sequence(bases("pageSize=5&pageToken=" + good)), letters.substr(5, 5));
    const auto path = server.folder() / "a.fa";
    testing::replace_file(path, testing::fasta_text("1", "TTTTTTTTTT"));
    server.catalog().rescan();
    server.catalog().wait_until_indexed();
    const auto a = bases("pageToken=" + good);
    EXPECT_EQ(a.status, 400);
    EXPECT_THAT(a.body, HasSubstr("has been replaced"));
    EXPECT_EQ(sequence(bases("")), "TTTTTTTTTT");
}

TEST_F(reference_bases_test, a_replaced_file_is_noticed_without_being_told) {
    testing::replace_file(server.folder() / "a.fa", testing::fasta_text("1", "TTTTTTTTTT"));
    const auto a = bases("");
    if (a.status == 200) {
        EXPECT_EQ(sequence(a), "TTTTTTTTTT");
    } else {
        EXPECT_EQ(a.status, 503) << a.body;
        EXPECT_NE(a.field("Retry-After"), "");
    }
}

TEST_F(reference_bases_test, a_file_that_is_written_to_is_not_served_on) {
    const auto path = server.folder() / "a.fa";
    const auto now = server.catalog().current();
    const auto file = now->reference_sets().at(0).fasta->file();
    EXPECT_TRUE(file->is_unchanged());
    std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now());
    EXPECT_FALSE(file->is_unchanged());
}

}  // namespace
}  // namespace callstream::brapi
