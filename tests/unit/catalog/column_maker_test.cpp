#include "engine/catalog/column_maker.hpp"

#include "tests/support/vcf_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace callstream::catalog {
namespace {

using ::testing::HasSubstr;
using testing::many_records;

class column_maker_test : public ::testing::Test {
 protected:
    void SetUp() override { std::filesystem::create_directories(dir / "data"); }
    void start_catalog() {
        service =
            std::make_unique<catalog_service>(dir / "data", dir / "state", [](const auto&) {});
    }
    void start_maker() {
        maker = std::make_unique<column_maker>(
            *service,
            dir / "state",
            [this](const std::string& line) {
                const std::lock_guard lock(mutex_);
                log_ += line + "\n";
            }
        );
    }
    std::string log() {
        const std::lock_guard lock(mutex_);
        return log_;
    }
    /// Waits for what comes, and fails when it does not.
    template <class Condition>
    void wait_for(Condition condition) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (!condition() && std::chrono::steady_clock::now() < end) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        ASSERT_TRUE(condition()) << log();
    }
    bool all_have_columns() const {
        const auto now = service->current();
        const auto sets = now->variant_sets();
        return std::all_of(sets.begin(), sets.end(), [](const auto* set) {
            return set->files.front()->columns() != nullptr;
        });
    }
    std::filesystem::path columns_file() const {
        for (const auto& entry : std::filesystem::directory_iterator(dir / "state" / "index")) {
            if (entry.path().extension() == ".columns") return entry.path();
        }
        return {};
    }

    testing::temp_dir dir;
    std::unique_ptr<catalog_service> service;
    std::unique_ptr<column_maker> maker;

 private:
    std::mutex mutex_;
    std::string log_;
};

TEST_F(column_maker_test, makes_what_is_missing_behind_the_index_passes) {
    many_records(20).write_vcf_gz(dir / "data" / "a.vcf.gz");
    many_records(30).write_bcf(dir / "data" / "b.bcf");
    start_catalog();
    start_maker();
    wait_for([this] { return all_have_columns(); });
    EXPECT_THAT(log(), HasSubstr("the columns of a.vcf.gz are there"));
    EXPECT_THAT(log(), HasSubstr("the columns of b.bcf are there"));
}

TEST_F(column_maker_test, takes_up_files_that_come_later) {
    many_records(20).write_vcf_gz(dir / "data" / "a.vcf.gz");
    start_catalog();
    start_maker();
    wait_for([this] { return all_have_columns(); });
    many_records(30).write_bcf(dir / "data" / "b.bcf");
    service->rescan();
    wait_for([this] { return all_have_columns(); });
}

TEST_F(column_maker_test, columns_that_cannot_be_used_are_made_anew) {
    many_records(20).write_bcf(dir / "data" / "a.bcf");
    start_catalog();
    start_maker();
    wait_for([this] { return all_have_columns(); });
    maker.reset();
    service.reset();
    std::filesystem::resize_file(columns_file(), 100);
    start_catalog();
    service->wait_until_indexed();
    EXPECT_FALSE(all_have_columns());
    start_maker();
    wait_for([this] { return all_have_columns(); });
}

TEST_F(column_maker_test, a_file_of_which_none_can_be_made_holds_up_no_other) {
    many_records(20).write_bcf(dir / "data" / "a.bcf");
    many_records(30).write_bcf(dir / "data" / "b.bcf");
    start_catalog();
    service->wait_until_indexed();
    // The file is gone before its turn comes.
    std::filesystem::remove(dir / "data" / "a.bcf");
    start_maker();
    const auto has_columns = [this](const char* id) {
        const auto now = service->current();
        return now->find_variant_set(id)->files.front()->columns() != nullptr;
    };
    wait_for([&] { return has_columns("main~b"); });
    EXPECT_FALSE(has_columns("main~a"));
    wait_for([this] { return log().find("the columns of a.bcf") != std::string::npos; });
}

TEST_F(column_maker_test, ends_when_nothing_is_to_be_done) {
    start_catalog();
    start_maker();
    maker.reset();
    EXPECT_EQ(log(), "");
}

}  // namespace
}  // namespace callstream::catalog
