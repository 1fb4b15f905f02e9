#include "engine/catalog/catalog_service.hpp"

#include "tests/support/vcf_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace callstream::catalog {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::many_records;

class catalog_service_test : public ::testing::Test {
 protected:
    void start() {
        service = std::make_unique<catalog_service>(
            dir / "data",
            dir / "state",
            [this](const std::string& line) {
                const std::lock_guard lock(mutex_);
                lines_.push_back(line);
            }
        );
    }
    std::vector<std::string> take_log() {
        const std::lock_guard lock(mutex_);
        return std::exchange(lines_, {});
    }
    const variant_set* find(const char* id) {
        current = service->current();
        return current->find_variant_set(id);
    }
    void SetUp() override { std::filesystem::create_directories(dir / "data"); }

    testing::temp_dir dir;
    std::mutex mutex_;
    std::vector<std::string> lines_;
    std::shared_ptr<const snapshot> current;
    std::unique_ptr<catalog_service> service;  // last: its thread writes to the log
};

TEST_F(catalog_service_test, serves_at_once_and_indexes_in_the_background) {
    for (const char* name : {"a.vcf.gz", "b.vcf.gz", "set/c.vcf.gz"}) {
        many_records(20).write_vcf_gz(dir / "data" / name);
    }
    start();
    EXPECT_EQ(service->current()->variant_sets().size(), 3U);
    service->wait_until_indexed();
    for (const auto* set : service->current()->variant_sets()) {
        EXPECT_NE(set->files.front()->index(), nullptr) << set->id;
    }
    EXPECT_EQ(service->indexing().waiting, 0U);
    EXPECT_EQ(service->indexing().bytes_left, 0U);
    EXPECT_THAT(take_log(), IsEmpty());
}

TEST_F(catalog_service_test, a_restart_finds_the_indexes_of_the_last_run) {
    many_records(20).write_vcf_gz(dir / "data" / "a.vcf.gz");
    start();
    service->wait_until_indexed();
    service.reset();
    start();
    service->wait_until_indexed();
    EXPECT_NE(find("main~a")->files.front()->index(), nullptr);
    EXPECT_EQ(find("main~a")->files.front()->bytes_done(), 0U) << "the file was read again";
}

TEST_F(catalog_service_test, a_rescan_keeps_unchanged_files_and_notices_replaced_ones) {
    many_records(2).write_vcf_gz(dir / "data" / "kept.vcf.gz");
    many_records(2).write_vcf_gz(dir / "data" / "replaced.vcf.gz");
    start();
    service->wait_until_indexed();
    const auto kept = find("main~kept")->files.front();
    testing::replace_file(dir / "data" / "replaced.vcf.gz", many_records(5).vcf_gz());
    service->rescan();
    service->wait_until_indexed();
    EXPECT_EQ(find("main~kept")->files.front(), kept);
    EXPECT_EQ(find("main~replaced")->files.front()->record_count().value(), 10U);
}

TEST_F(catalog_service_test, a_problem_is_said_once) {
    testing::write_file(dir / "data" / "bad.vcf.gz", "junk");
    start();
    EXPECT_THAT(take_log(), Contains(HasSubstr("not served: bad.vcf.gz is not compressed")));
    service->rescan();
    EXPECT_THAT(take_log(), IsEmpty());
    testing::write_file(dir / "data" / "worse.vcf", "junk");
    service->rescan();
    const auto lines = take_log();
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_THAT(lines[0], HasSubstr("worse.vcf"));
}

TEST_F(catalog_service_test, what_the_index_pass_finds_is_logged_and_not_served) {
    testing::vcf_builder()
        .record("1", 20, "GT", {"0/1", "0/0"})
        .record("1", 19, "GT", {"0/1", "0/0"})
        .write_vcf_gz(dir / "data" / "unsorted.vcf.gz");
    start();
    service->wait_until_indexed();
    EXPECT_EQ(find("main~unsorted"), nullptr);
    const auto lines = take_log();
    ASSERT_EQ(lines.size(), 1U) << ::testing::PrintToString(lines);
    EXPECT_THAT(lines[0], HasSubstr("unsorted.vcf.gz is not sorted"));
}

TEST_F(catalog_service_test, what_clients_changed_stays_over_rescans) {
    many_records(2).write_vcf_gz(dir / "data" / "a.vcf.gz");
    many_records(2).write_vcf_gz(dir / "data" / "beans" / "b.vcf.gz");
    start();
    service->wait_until_indexed();
    const auto plain = service->current();
    service->change(nullptr);
    service->change(std::make_shared<overlay>());
    EXPECT_EQ(service->current(), plain) << "nothing was changed";
    auto hidden = std::make_shared<overlay>();
    hidden->data_sets["beans"].hidden = true;
    service->change(hidden);
    EXPECT_EQ(find("beans~b"), nullptr);
    service->rescan();
    EXPECT_EQ(find("beans~b"), nullptr);
    const auto now = service->current();
    service->change(std::make_shared<overlay>(*hidden));
    EXPECT_EQ(service->current(), now) << "nothing new was said";
    service->change(nullptr);
    EXPECT_NE(find("beans~b"), nullptr);
    EXPECT_NE(find("main~a"), nullptr);
}

TEST_F(catalog_service_test, an_old_snapshot_outlives_the_rescan) {
    many_records(2).write_vcf_gz(dir / "data" / "a.vcf.gz");
    start();
    service->wait_until_indexed();
    const auto old = service->current();
    std::filesystem::remove(dir / "data" / "a.vcf.gz");
    service->rescan();
    EXPECT_EQ(find("main~a"), nullptr);
    EXPECT_NE(old->find_variant_set("main~a"), nullptr);
}

TEST_F(catalog_service_test, a_folder_that_vanished_throws_and_leaves_the_catalog_as_it_was) {
    many_records(2).write_vcf_gz(dir / "data" / "a.vcf.gz");
    start();
    std::filesystem::rename(dir / "data", dir / "moved");
    EXPECT_THROW(service->rescan(), std::filesystem::filesystem_error);
    EXPECT_NE(find("main~a"), nullptr);
}

TEST_F(
    catalog_service_test, an_index_folder_that_cannot_be_written_is_logged_and_calls_are_served
) {
    many_records(2).write_vcf_gz(dir / "data" / "a.vcf.gz");
    std::filesystem::create_directories(dir / "state" / "index");
    start();
    service->wait_until_indexed();
    std::filesystem::remove_all(dir / "state");
    testing::write_file(dir / "state", "a file where a folder should be");
    take_log();
    many_records(2).write_vcf_gz(dir / "data" / "b.vcf.gz");
    many_records(3).write_vcf_gz(dir / "data" / "c.vcf.gz");
    service->rescan();
    service->wait_until_indexed();
    EXPECT_THAT(take_log(), Contains(HasSubstr("the index pass of c.vcf.gz failed")));
    EXPECT_NE(find("main~c"), nullptr);
}

TEST_F(catalog_service_test, stopping_while_files_wait_ends_at_once) {
    for (int i = 0; i < 50; ++i) {
        many_records(50).write_vcf_gz(dir / "data" / (std::to_string(i) + ".vcf.gz"), 300);
    }
    start();
    for (const auto* set : service->current()->variant_sets()) service->index_soon(set->files);
    EXPECT_LE(service->indexing().waiting, 50U);
    service.reset();
}

}  // namespace
}  // namespace callstream::catalog
