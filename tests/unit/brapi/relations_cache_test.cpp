#include "server/brapi/relations_cache.hpp"

#include "tests/support/brapi_server.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace callstream::brapi {
namespace {

/// Relations are made anew when files or what clients wrote changed, and for other rights.
TEST(relations_cache_test, all_requests_share_relations_while_nothing_changes) {
    testing::brapi_server server;
    testing::vcf_builder().samples({"S1"}).write_vcf_gz(server.folder() / "a.vcf.gz");
    server.start();
    const auto files = server.catalog().current();
    const auto wrote = std::make_shared<const written_snapshot>();
    relations_cache known;
    const auto first = known.of(files, wrote, true);
    EXPECT_EQ(known.of(files, wrote, true), first);
    const auto for_others = known.of(files, wrote, false);
    EXPECT_NE(for_others, first);
    EXPECT_FALSE(for_others->reaches_all());
    const auto more = known.of(files, std::make_shared<const written_snapshot>(), true);
    EXPECT_NE(more->what_was_written(), wrote);
    server.catalog().rescan();
    testing::vcf_builder().samples({"S2"}).write_vcf_gz(server.folder() / "b.vcf.gz");
    server.catalog().rescan();
    EXPECT_NE(known.of(server.catalog().current(), wrote, true)->snapshot(), files);
}

}  // namespace
}  // namespace callstream::brapi
