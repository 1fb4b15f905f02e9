#include "engine/catalog/scan.hpp"

#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <sys/stat.h>
#include <vector>

namespace callstream::catalog {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class scan_test : public ::testing::Test {
 protected:
    void touch(const std::string& relative) { testing::write_file(dir / relative, ""); }

    /// `relative -> data set / stem`, in the order of the result.
    std::vector<std::string> files() const {
        std::vector<std::string> out;
        for (const auto& f : scan(dir.path()).files) {
            out.push_back(f.relative + " -> " + f.data_set + " / " + f.stem);
        }
        return out;
    }
    std::vector<std::string> problems() const {
        std::vector<std::string> out;
        for (const auto& p : scan(dir.path()).problems) out.push_back(p.relative + " " + p.text);
        return out;
    }

    testing::temp_dir dir;
};

TEST_F(scan_test, an_empty_folder_has_nothing) {
    EXPECT_THAT(files(), IsEmpty());
    EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(scan_test, what_was_published_lies_as_if_in_the_folder) {
    testing::temp_dir state;
    const auto published = published_folder(state.path());
    const auto seen = [&] {
        std::vector<std::string> out;
        const auto found = scan(dir.path(), published);
        for (const auto& f : found.files) out.push_back(f.relative + " -> " + f.data_set);
        for (const auto& p : found.problems) out.push_back(p.relative + " " + p.text);
        return out;
    };
    touch("beans/a.bcf");
    EXPECT_THAT(seen(), ElementsAre("beans/a.bcf -> beans")) << "nothing was published";
    for (const char* name : {"beans/a.bcf", "beans/b.bcf", "peas/c.vcf.gz", "top.bcf"}) {
        testing::write_file(published / name, "");
    }
    EXPECT_THAT(
        seen(),
        ElementsAre(
            "beans/a.bcf -> beans",
            "beans/b.bcf -> beans",
            "peas/c.vcf.gz -> peas",
            "top.bcf -> main",
            "beans/a.bcf is published under a name that the folder has, too"
        )
    );
    EXPECT_EQ(scan(dir.path(), published).files[0].path, dir / "beans/a.bcf");
}

TEST_F(scan_test, files_are_told_by_their_ending) {
    for (const char* name : {"a.vcf.gz", "b.vcf.bgz", "c.bcf", "two.dots.vcf.gz"}) touch(name);
    for (const char* name :
         {"readme.txt",
          "a.vcf.gz.csi",
          "a.vcf.gz.tbi",
          "c.bcf.csi",
          "x.gz",
          "y.VCF.GZ",
          "bcf",
          ".bcf",
          ".vcf.gz",
          "vcf.gz"}) {
        touch(name);
    }
    EXPECT_THAT(
        files(),
        ElementsAre(
            "a.vcf.gz -> main / a",
            "b.vcf.bgz -> main / b",
            "c.bcf -> main / c",
            "two.dots.vcf.gz -> main / two.dots"
        )
    );
    EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(scan_test, nested_folders_are_data_sets) {
    for (const char* name : {"top.bcf", "wheat/a.bcf", "wheat/2020/a.bcf", "rye/empty/none.txt"}) {
        touch(name);
    }
    EXPECT_THAT(
        files(),
        ElementsAre(
            "top.bcf -> main / top",
            "wheat/2020/a.bcf -> wheat/2020 / a",
            "wheat/a.bcf -> wheat / a"
        )
    );
}

TEST_F(scan_test, names_with_a_leading_dot_are_skipped) {
    for (const char* name : {".hidden.bcf", ".git/a.bcf", "set/.partial.vcf.gz", ".x.vcf"}) {
        touch(name);
    }
    EXPECT_THAT(files(), IsEmpty());
    EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(scan_test, uncompressed_vcf_is_reported_with_the_cure) {
    touch("set/a.vcf");
    EXPECT_THAT(files(), IsEmpty());
    EXPECT_THAT(
        problems(),
        ElementsAre("set/a.vcf is not compressed; mend it with bgzip and bcftools index")
    );
}

TEST_F(scan_test, a_directory_with_the_name_of_a_file_is_reported) {
    fs::create_directory(dir / "x.bcf");
    fs::create_directories(dir / "set" / "y.vcf.gz");
    EXPECT_THAT(files(), IsEmpty());
    EXPECT_THAT(
        problems(),
        UnorderedElementsAre(
            "x.bcf is a directory with the name of a variant file; rename it",
            "set/y.vcf.gz is a directory with the name of a variant file; rename it"
        )
    );
}

TEST_F(scan_test, what_is_no_regular_file_is_reported) {
    ASSERT_EQ(::mkfifo((dir / "fifo.bcf").c_str(), 0600), 0);
    fs::create_symlink("nowhere", dir / "broken.vcf.gz");
    EXPECT_THAT(files(), IsEmpty());
    EXPECT_THAT(
        problems(),
        UnorderedElementsAre(
            "fifo.bcf is not a regular file", "broken.vcf.gz is not a regular file"
        )
    );
}

TEST_F(scan_test, a_folder_named_main_would_share_the_ids_of_the_top) {
    touch("main/a.bcf");
    touch("set/main/b.bcf");
    EXPECT_THAT(files(), ElementsAre("set/main/b.bcf -> set/main / b"));
    EXPECT_THAT(
        problems(), ElementsAre("main has the id of the files directly in the folder; rename it")
    );
}

TEST_F(scan_test, links_are_followed) {
    const testing::temp_dir elsewhere;
    testing::write_file(elsewhere / "deep" / "a.bcf", "");
    fs::create_symlink(elsewhere / "deep", dir / "linked");
    fs::create_symlink(elsewhere / "deep" / "a.bcf", dir / "b.bcf");
    EXPECT_THAT(files(), ElementsAre("b.bcf -> main / b", "linked/a.bcf -> linked / a"));
}

TEST_F(scan_test, loops_of_links_end) {
    touch("set/a.bcf");
    fs::create_symlink("..", dir / "set" / "up");
    fs::create_symlink(".", dir / "set" / "self");
    fs::create_symlink(dir.path(), dir / "set" / "root");
    EXPECT_THAT(files(), ElementsAre("set/a.bcf -> set / a"));
}

// Ids come from the path, so replicas must agree on it whatever order their disks list names in.
TEST_F(scan_test, of_several_names_of_one_folder_its_own_counts) {
    for (int i = 0; i < 12; ++i) {
        const auto n = std::to_string(i);
        touch("m" + n + "/x.bcf");
        fs::create_symlink("m" + n, dir / ("a" + n));
        fs::create_symlink("m" + n, dir / ("z" + n));
    }
    for (const auto& line : files()) EXPECT_EQ(line[0], 'm') << line;
    EXPECT_EQ(files().size(), 12U);
}

TEST_F(scan_test, of_several_links_to_one_folder_the_first_in_order_counts) {
    const testing::temp_dir elsewhere;
    testing::write_file(elsewhere / "x.bcf", "");
    for (const char* name : {"c", "a", "b"}) fs::create_symlink(elsewhere.path(), dir / name);
    EXPECT_THAT(files(), ElementsAre("a/x.bcf -> a / x"));
}

TEST_F(scan_test, a_root_that_cannot_be_read_throws) {
    touch("file");
    EXPECT_THROW(scan(dir / "absent"), fs::filesystem_error);
    EXPECT_THROW(scan(dir / "file"), fs::filesystem_error);
}

}  // namespace
}  // namespace callstream::catalog
