#include "engine/variants/neighbour_index.hpp"

#include "tests/support/results.hpp"
#include "tests/support/vcf_builder.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <sys/stat.h>

namespace callstream::variants {
namespace {

using testing::error_text;
using testing::many_records;
using testing::write_file;

class neighbour_index_test : public ::testing::Test {
 protected:
    neighbour_index_test() { many_records(30).write_vcf_gz(data); }

    void index(const std::string& kind) {
        testing::run_tool("bcftools index -f " + kind + " " + data.string());
    }
    std::filesystem::path beside(const char* ending) const { return data.string() + ending; }
    auto find() const { return find_neighbour_indexes(data, identity_of(data).value()); }
    auto usable() const { return usable_neighbour_index(data, identity_of(data).value()); }
    std::string problem() const { return error_text(find().at(0).content); }

    testing::temp_dir dir;
    std::filesystem::path data = dir / "x.vcf.gz";
};

TEST_F(neighbour_index_test, none_is_found_where_there_is_none) {
    EXPECT_TRUE(find().empty());
    EXPECT_FALSE(usable());
}

TEST_F(neighbour_index_test, both_kinds_are_found_and_a_csi_goes_first) {
    index("-t");
    ASSERT_EQ(find().size(), 1U);
    EXPECT_EQ(find()[0].path, beside(".tbi"));
    EXPECT_EQ(usable()->format, hts::index_format::tbi);
    index("-c");
    ASSERT_EQ(find().size(), 2U);
    EXPECT_EQ(usable()->format, hts::index_format::csi);
    EXPECT_EQ(usable()->records(), 60U);
}

TEST_F(neighbour_index_test, a_bad_one_does_not_hide_a_good_one) {
    index("-t");
    write_file(beside(".csi"), "junk");
    ASSERT_EQ(find().size(), 2U);
    EXPECT_NE(problem(), "");
    EXPECT_EQ(usable()->format, hts::index_format::tbi);
}

TEST_F(neighbour_index_test, one_that_is_older_than_its_file_is_not_used) {
    index("-c");
    const auto now = std::filesystem::last_write_time(data);
    std::filesystem::last_write_time(beside(".csi"), now - std::chrono::seconds(2));
    EXPECT_EQ(problem(), "is older than its data file");
    EXPECT_FALSE(usable());
}

TEST_F(neighbour_index_test, times_are_compared_in_whole_seconds) {
    index("-c");
    const std::chrono::sys_seconds second{std::chrono::seconds{1'700'000'000}};
    const auto whole = std::chrono::file_clock::from_sys(second);
    std::filesystem::last_write_time(data, whole + std::chrono::milliseconds(900));
    std::filesystem::last_write_time(beside(".csi"), whole);
    EXPECT_TRUE(usable());
}

TEST_F(neighbour_index_test, one_of_a_larger_file_is_not_used) {
    many_records(3000).write_vcf_gz(dir / "large.vcf.gz");
    testing::run_tool("bcftools index " + (dir / "large.vcf.gz").string());
    std::filesystem::copy(dir / "large.vcf.gz.csi", beside(".csi"));
    EXPECT_NE(problem(), "");
    EXPECT_FALSE(usable());
}

TEST_F(neighbour_index_test, what_is_no_regular_file_is_told_and_not_waited_for) {
    ASSERT_EQ(::mkfifo(beside(".csi").c_str(), 0600), 0);
    EXPECT_EQ(problem(), "is not a regular file");
    std::filesystem::remove(beside(".csi"));
    std::filesystem::create_directory(beside(".csi"));
    EXPECT_EQ(problem(), "is not a regular file");
    EXPECT_FALSE(usable());
    std::filesystem::remove(beside(".csi"));
    std::filesystem::create_symlink("/nonexistent", beside(".csi"));
    EXPECT_TRUE(find().empty());
}

TEST_F(neighbour_index_test, a_truncated_one_is_an_error_and_no_exception) {
    index("-c");
    const std::string whole = testing::read_file(beside(".csi"));
    for (std::size_t size = 0; size + testing::eof_block().size() < whole.size(); ++size) {
        write_file(beside(".csi"), whole.substr(0, size));
        ASSERT_NE(problem(), "") << size;
    }
}

}  // namespace
}  // namespace callstream::variants
