#include "server/htsget/ticket_query.hpp"

#include "tests/support/requests.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace callstream::htsget {
namespace {

using testing::make_post;
using testing::make_request;

constexpr auto no_end = std::numeric_limits<std::int64_t>::max();

outcome<ticket_query> get(const std::string& query, data_kind kind = data_kind::variants) {
    return read_ticket_query(make_request("GET /x" + query), kind);
}
outcome<ticket_query> post(const std::string& body, data_kind kind = data_kind::variants) {
    return read_ticket_query(make_post("/x", body), kind);
}

/// `InvalidInput` where the name is left to the status.
std::string problem(const outcome<ticket_query>& read) {
    if (read) return "none";
    EXPECT_EQ(read.error().why.code, errc::bad_request);
    return read.error().name.empty() ? "InvalidInput" : read.error().name;
}

TEST(ticket_query, has_defaults) {
    const auto variants = get("");
    ASSERT_TRUE(variants);
    EXPECT_EQ(variants->format, data_format::vcf);
    EXPECT_FALSE(variants->header_only);
    EXPECT_TRUE(variants->regions.empty());
    EXPECT_EQ(get("", data_kind::reads)->format, data_format::bam);
    EXPECT_EQ(post("{}", data_kind::reads)->format, data_format::bam);
}

TEST(ticket_query, reads_formats_and_regions) {
    EXPECT_EQ(get("?format=BCF")->format, data_format::bcf);
    EXPECT_EQ(get("?format=CRAM", data_kind::reads)->format, data_format::cram);
    const std::pair<const char*, named_region> table[] = {
        {"?referenceName=1", {"1", 0, no_end}},
        {"?referenceName=1&start=5", {"1", 5, no_end}},
        {"?referenceName=1&end=5", {"1", 0, 5}},
        {"?referenceName=1&start=5&end=4294967295", {"1", 5, 4294967295}},
        {"?referenceName=1&start=5&end=5", {"1", 5, 5}},
        {"?referenceName=*", {"*", 0, no_end}},
    };
    for (const auto& [query, region] : table) {
        const auto read = get(query);
        ASSERT_TRUE(read) << query;
        EXPECT_EQ(read->regions, std::vector{region}) << query;
    }
    const auto many = post(
        R"({"format":"BCF","regions":[{"referenceName":"1","start":3},{"referenceName":"2","end":4}]})"
    );
    ASSERT_TRUE(many);
    EXPECT_EQ(many->regions, (std::vector<named_region>{{"1", 3, no_end}, {"2", 0, 4}}));
}

TEST(ticket_query, a_header_needs_no_more_than_a_format) {
    for (const char* query :
         {"?class=header", "?class=header&referenceName=na", "?class=header&start=9&end=1"}) {
        const auto read = get(query);
        ASSERT_TRUE(read) << query;
        EXPECT_TRUE(read->header_only);
        EXPECT_TRUE(read->regions.empty());
    }
    EXPECT_EQ(problem(get("?class=header&format=BAM")), "UnsupportedFormat");
    EXPECT_TRUE(post(R"({"class":"header","regions":[]})"));
}

TEST(ticket_query, mistakes_have_names) {
    const std::pair<const char*, const char*> table[] = {
        {"?format=BAM", "UnsupportedFormat"},
        {"?format=", "UnsupportedFormat"},
        {"?class=body", "InvalidInput"},
        {"?start=1", "InvalidInput"},
        {"?referenceName=", "InvalidInput"},
        {"?referenceName=1&start=1.5", "InvalidInput"},
        {"?referenceName=1&start=-1", "InvalidInput"},
        {"?referenceName=1&end=4294967296", "InvalidInput"},
        {"?referenceName=1&referenceName=2", "InvalidInput"},
        {"?referenceName=*&end=1", "InvalidInput"},
        {"?referenceName=1&start=2&end=1", "InvalidRange"},
        {"?tags=A,B&notags=C,B", "InvalidInput"},
    };
    for (const auto& [query, name] : table) EXPECT_EQ(problem(get(query)), name) << query;
    EXPECT_EQ(problem(get("?fields=QNAME,X", data_kind::reads)), "InvalidInput");
    EXPECT_EQ(problem(get("?fields=QNAME,SEQ&tags=&notags=NM", data_kind::reads)), "none");
    EXPECT_EQ(problem(post("[]")), "InvalidInput");
    EXPECT_EQ(problem(post(R"({"regions":[]})")), "InvalidInput");
    EXPECT_EQ(problem(post(R"({"regions":[{"end":3}]})")), "InvalidInput");
    EXPECT_EQ(
        problem(post(R"({"regions":[{"referenceName":"1","start":3,"end":2}]})")), "InvalidRange"
    );
    const auto both = make_post("/x?format=VCF", "{}");
    EXPECT_EQ(problem(read_ticket_query(both, data_kind::variants)), "InvalidInput");
}

}  // namespace
}  // namespace callstream::htsget
