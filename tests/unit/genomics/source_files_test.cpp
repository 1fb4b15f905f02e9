#include "server/genomics/source_files.hpp"

#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/test_data.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

namespace callstream::genomics {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using names = std::vector<std::string>;

class source_files_test : public ::testing::Test {
 protected:
    source_files_test() {
        for (const char* name :
             {"root/a.vcf.gz", "root/b/c1.bam", "root/b/c2.bam", "root/b/.d.bam"})
            testing::write_file(dir / name, name);
        testing::write_file(dir / "secret.bam", "secret");
        fs::create_directories(root / "e.bam");
        fs::create_symlink(dir / "secret.bam", root / "link.bam");
        fs::create_directory_symlink(dir.path(), root / "up");
        ::mkfifo((root / "pipe.bam").c_str(), 0600);
    }
    names found(const names& uris) {
        names out;
        const auto all = find_sources(root, uris);
        EXPECT_TRUE(testing::has_value(all));
        if (!all) return out;
        for (const auto& one : *all) out.push_back(one.name);
        return out;
    }

    testing::temp_dir dir;
    fs::path root = dir / "root";
};

TEST_F(source_files_test, uris_name_files_below_the_folder) {
    EXPECT_THAT(found({"file:a.vcf.gz"}), ElementsAre("a.vcf.gz"));
    EXPECT_THAT(
        found({"gs://b/c1.bam", "file:///b/c1.bam", "file:b/c1.bam"}), ElementsAre("b/c1.bam")
    );
    EXPECT_THAT(found({"gs://b/*.bam"}), ElementsAre("b/c1.bam", "b/c2.bam")) << "no hidden one";
    EXPECT_THAT(found({"file:*/c[1].b?m", "file:*.gz"}), ElementsAre("a.vcf.gz", "b/c1.bam"));
    EXPECT_THAT(found({"file:b/.d.bam"}), ElementsAre("b/.d.bam"));
    EXPECT_THAT(found({"file:*"}), ElementsAre("a.vcf.gz")) << "no folder, link or pipe";
    EXPECT_EQ(find_sources(root, {"file:a.vcf.gz"})->front().bytes, 13U);
    EXPECT_TRUE(testing::has_value(open_source(root, "b/c1.bam")));
}

TEST_F(source_files_test, nothing_leads_out_of_the_folder) {
    for (const char* uri :
         {"file:../secret.bam",
          "file:b/../../secret.bam",
          "file:up/secret.bam",
          "file:link.bam",
          "gs://up/secret.bam",
          "file:////secret.bam",
          "file:/secret.bam",
          "file:./a.vcf.gz",
          "file:b//c1.bam",
          "file:",
          "file:b/",
          "gs://",
          "gs://a.vcf.gz",
          "a.vcf.gz",
          "http://b/c1.bam",
          "",
          "file:**/c1.bam",
          "file:b/**",
          "file:e.bam",
          "file:pipe.bam"}) {
        const auto refused = find_sources(root, {uri});
        ASSERT_FALSE(refused) << uri;
        EXPECT_THAT(refused.error().code, ::testing::AnyOf(errc::bad_request, errc::not_found))
            << uri;
        EXPECT_EQ(refused.error().text.find(dir.path().string()), std::string::npos);
    }
    EXPECT_TRUE(testing::fails_with(find_sources(root, {"file:*/secret.bam"}), errc::not_found));
    EXPECT_TRUE(testing::fails_with(find_sources(root, {"file:none.bam"}), errc::not_found));
    EXPECT_TRUE(testing::fails_with(find_sources(root, {}), errc::bad_request));
    EXPECT_TRUE(testing::fails_with(find_sources(dir / "none", {"file:a"}), errc::unavailable));
    EXPECT_FALSE(open_source(root, "up/secret.bam"));
    EXPECT_FALSE(open_source(root, "link.bam"));
}

TEST_F(source_files_test, a_thousand_files_are_enough) {
    for (int i = 0; i < 1001; ++i) testing::write_file(root / "m" / std::to_string(i), "");
    EXPECT_TRUE(testing::fails_with(find_sources(root, {"file:m/*"}), errc::bad_request));
}

}  // namespace
}  // namespace callstream::genomics
