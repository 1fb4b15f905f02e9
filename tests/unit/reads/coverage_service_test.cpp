#include "engine/reads/coverage_service.hpp"

#include "tests/support/reads_builder.hpp"
#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace callstream::reads {
namespace {

using namespace std::chrono_literals;
using testing::bam_record_bytes;
using testing::fails_with;
using testing::has_value;

class coverage_service_test : public ::testing::Test {
 protected:
    coverage_service::request wanted(const std::string& name, const std::string& records) {
        testing::write_file(
            dir / name,
            testing::bgzf_file(testing::bam_header_bytes("", {{"a", 10'000}}) + records, 200)
        );
        return {reads_file::open(dir / name).value(), name, {}};
    }
    static std::string read_at(std::int32_t pos0) {
        testing::bam_read read;
        read.pos0 = pos0;
        read.cigar = {{4, 'M'}};
        read.bases = 4;
        return bam_record_bytes(read);
    }
    coverage_service make(unsigned waiters = 1) {
        return {dir / "coverage", waiters, [this](const auto& line) {
                    const std::lock_guard lock(mutex);
                    logged.push_back(line);
                }};
    }

    testing::temp_dir dir;
    std::mutex mutex;
    std::vector<std::string> logged;
};

TEST_F(coverage_service_test, makes_a_table_once_and_finds_it_after_a_restart) {
    const auto file = wanted("x.bam", read_at(1) + read_at(3000));
    {
        auto service = make();
        const auto table = service.get(file, 30s);
        ASSERT_TRUE(has_value(table));
        EXPECT_EQ((*table)->references().size(), 1U);
        EXPECT_EQ(service.get(file, 30s).value(), *table);
        EXPECT_EQ(service.count().made, 1U);
    }
    EXPECT_EQ(logged.size(), 2U) << "begun and done";
    auto service = make();
    ASSERT_TRUE(has_value(service.get(file, 30s)));
    EXPECT_EQ(logged.size(), 2U) << "it lay in the folder";
}

TEST_F(coverage_service_test, whoever_has_no_patience_may_come_again) {
    const auto file = wanted("x.bam", read_at(1));
    auto service = make(0);
    const auto first = service.get(file, 30s);
    EXPECT_TRUE(first || fails_with(first, errc::unavailable));
    for (int i = 0; i < 500 && !service.get(file, 0s); ++i) std::this_thread::sleep_for(10ms);
    EXPECT_TRUE(has_value(service.get(file, 0s)));
    EXPECT_EQ(service.count().waiting, 0U);
}

TEST_F(coverage_service_test, a_file_that_has_none_is_refused_each_time) {
    auto service = make();
    const auto unsorted = wanted("u.bam", read_at(3000) + read_at(1));
    for (int i = 0; i < 2; ++i)
        EXPECT_TRUE(fails_with(service.get(unsorted, 30s), errc::file_unusable));
    const auto damaged = wanted("d.bam", read_at(1).substr(0, 20));
    EXPECT_TRUE(fails_with(service.get(damaged, 30s), errc::file_unusable));
    EXPECT_EQ(service.count().failed, 2U);
    EXPECT_TRUE(has_value(service.get(wanted("g.bam", read_at(1)), 30s)));
}

}  // namespace
}  // namespace callstream::reads
