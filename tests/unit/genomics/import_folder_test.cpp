#include "server/genomics/import_folder.hpp"

#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/test_data.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace callstream::genomics {
namespace {

namespace fs = std::filesystem;
using testing::fails_with;
using testing::has_value;

class import_folder_test : public ::testing::Test {
 protected:
    import_folder_test() {
        for (const char* name : {"a.bam", "b.bam"}) testing::write_file(root / name, name);
        fs::create_directories(root / "folder.bam");
    }

    /// With copies of both files, called as they are.
    void copy_both(import_folder& folder) {
        for (const char* name : {"a.bam", "b.bam"}) {
            reads::pass_progress progress;
            EXPECT_TRUE(has_value(folder.copy(root, name, name, progress, {})));
        }
    }
    const std::vector<import_folder::renamed> both = {{"a.bam", "one.bam"}, {"b.bam", "two.bam"}};

    testing::temp_dir dir;
    const fs::path root = dir / "root";
    const fs::path state = dir / "state";
    const fs::path home = dir / "state" / "published" / "d";
};

TEST_F(import_folder_test, gives_names_and_goes) {
    {
        import_folder folder(state, "x");
        copy_both(folder);
        ASSERT_TRUE(has_value(folder.publish(home, both)));
    }
    EXPECT_TRUE(fs::is_empty(state / "imports"));
    EXPECT_EQ(testing::read_file(home / "one.bam"), "a.bam");
    EXPECT_EQ(testing::read_file(home / "two.bam"), "b.bam");
    import_folder::remove_all(state);
    EXPECT_TRUE(fs::exists(home / "one.bam")) << "what has ended stays";
}

TEST_F(import_folder_test, gives_all_names_or_none) {
    testing::write_file(home / "two.bam", "another");
    import_folder folder(state, "x");
    copy_both(folder);
    EXPECT_TRUE(fails_with(folder.publish(home, both), errc::conflict));
    EXPECT_FALSE(fs::exists(home / "one.bam"));
    EXPECT_EQ(testing::read_file(home / "two.bam"), "another");
}

TEST_F(import_folder_test, takes_back_what_a_killed_import_named) {
    std::optional<import_folder> killed(std::in_place, state, "x");
    copy_both(*killed);
    ASSERT_TRUE(has_value(killed->publish(home, both)));
    // As it lies there when nobody could clear it away.
    fs::create_directories(state / "imports" / "y");
    for (const auto& one : fs::directory_iterator(state / "imports" / "x"))
        fs::create_hard_link(one.path(), state / "imports" / "y" / one.path().filename());
    killed.reset();
    fs::remove(home / "two.bam");
    testing::write_file(home / "two.bam", "somebody else's");

    import_folder::remove_all(state);
    EXPECT_FALSE(fs::exists(state / "imports"));
    EXPECT_FALSE(fs::exists(home / "one.bam"));
    EXPECT_EQ(testing::read_file(home / "two.bam"), "somebody else's");
}

TEST_F(import_folder_test, copies_regular_files_alone) {
    import_folder folder(state, "x");
    reads::pass_progress progress;
    EXPECT_TRUE(fails_with(folder.copy(root, "folder.bam", "c", progress, {}), errc::bad_request));
    EXPECT_TRUE(fails_with(folder.copy(root, "nobody.bam", "c", progress, {}), errc::not_found));
}

}  // namespace
}  // namespace callstream::genomics
