#include "server/brapi/extract.hpp"

#include "tests/support/results.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace callstream::brapi {
namespace {

namespace json = boost::json;
using testing::has_value;

extract usual() {
    extract out;
    out.name = "a few";
    out.created = "2026-01-31T09:15:00Z";
    out.filter.variant_set_ids.add({"b", "a"});
    return out;
}

TEST(extract, comes_back_as_it_was_kept) {
    auto kept = usual();
    kept.depth = 3;
    kept.filter.call_set_ids = {"c", "a"};
    kept.filter.position_ranges = {"1:5-9"};
    kept.filter.counts.minor_frequency.min = 0.25;
    kept.filter.list_id = "l";
    kept.genotypes.expand_homozygotes = false;
    kept.genotypes.separator_phased = "";
    kept.genotypes.encoding = genotype::allele_encoding::bases;
    const auto back = read_extract(to_body(kept));
    ASSERT_TRUE(has_value(back));
    EXPECT_EQ(back->name, kept.name);
    EXPECT_EQ(back->created, kept.created);
    EXPECT_EQ(back->depth, 3);
    EXPECT_EQ(back->genotypes, kept.genotypes);
    EXPECT_EQ(back->filter.to_body(), kept.filter.to_body());
    EXPECT_EQ(back->sources(), (std::vector<std::string>{"a", "b"}));
}

TEST(extract, what_is_none_is_refused) {
    for (const auto* member : {"created", "depth", "filter", "genotypes", "variantSetName"}) {
        auto body = to_body(usual());
        body.erase(member);
        EXPECT_FALSE(read_extract(body).has_value()) << member;
        body[member] = json::array{1};
        EXPECT_FALSE(read_extract(body).has_value()) << member;
    }
}

}  // namespace
}  // namespace callstream::brapi
