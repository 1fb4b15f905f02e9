#include "engine/core/mapped_file.hpp"

#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>

namespace callstream {
namespace {

using testing::fails_with;
using testing::write_file;

class mapped_file_test : public ::testing::Test {
 protected:
    testing::temp_dir dir;
    std::filesystem::path path = dir / "mapped";
};

TEST_F(mapped_file_test, shows_the_whole_file) {
    const std::string content(100'000, 'x');
    write_file(path, content + "end");
    const auto file = mapped_file::open(path).value();
    EXPECT_EQ(file.bytes(), content + "end");
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(file.bytes().data()) % 4096, 0U);
}

TEST_F(mapped_file_test, an_empty_file_is_no_error) {
    write_file(path, "");
    EXPECT_TRUE(mapped_file::open(path).value().bytes().empty());
    EXPECT_TRUE(mapped_file().bytes().empty());
}

TEST_F(mapped_file_test, what_is_no_regular_file_is_refused) {
    EXPECT_TRUE(fails_with(mapped_file::open(path), errc::file_unusable));
    EXPECT_TRUE(fails_with(mapped_file::open(dir.path()), errc::file_unusable));
}

TEST_F(mapped_file_test, outlives_the_name_of_the_file) {
    write_file(path, "old");
    const auto file = mapped_file::open(path).value();
    testing::replace_file(path, "new");
    std::filesystem::remove(path);
    EXPECT_EQ(file.bytes(), "old");
}

TEST_F(mapped_file_test, moves_with_its_mapping) {
    write_file(path, "first");
    write_file(dir / "other", "second");
    auto first = mapped_file::open(path).value();
    const auto* place = first.bytes().data();
    auto moved = std::move(first);
    EXPECT_EQ(moved.bytes().data(), place);
    auto other = mapped_file::open(dir / "other").value();
    moved = std::move(other);
    EXPECT_EQ(moved.bytes(), "second");
}

}  // namespace
}  // namespace callstream
