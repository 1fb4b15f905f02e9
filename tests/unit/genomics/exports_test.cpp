#include "server/genomics/exports.hpp"

#include "engine/store/sqlite_store.hpp"
#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace callstream::genomics {
namespace {

namespace fs = std::filesystem;
using testing::fails_with;
using testing::has_value;

TEST(export_target, lies_below_the_folder_for_exports) {
    EXPECT_EQ(export_target("/x", "file:a.bam").value(), fs::path("/x/a.bam"));
    EXPECT_EQ(export_target("/x", "gs://bucket/a.bam").value(), fs::path("/x/bucket/a.bam"));
    EXPECT_EQ(
        export_target("/x", "gs://bucket/2026/a_b-c.bam").value(),
        fs::path("/x/bucket/2026/a_b-c.bam")
    );
}

TEST(export_target, leads_nowhere_else) {
    for (const char* uri :
         {"",
          "a.bam",
          "/a.bam",
          "file:",
          "file:/a.bam",
          "file:///a.bam",
          "file:../a.bam",
          "file:a/b.bam",
          "file:.hidden",
          "file:a b",
          "file:a%2fb",
          "gs://",
          "gs://bucket",
          "gs://bucket/",
          "gs:///a.bam",
          "gs://../a.bam",
          "gs://b/../../a.bam",
          "gs://b//a.bam",
          "s3://b/a.bam",
          "https://example.org/a.bam",
          "FILE:a.bam"}) {
        EXPECT_TRUE(fails_with(export_target("/x", uri), errc::bad_request)) << uri;
    }
    EXPECT_TRUE(fails_with(export_target("/x", "file:" + std::string(201, 'a')), errc::bad_request)
    );
}

TEST(settle_interrupted, what_a_former_server_left_is_done_or_failed) {
    testing::temp_dir dir;
    store::sqlite_store store(dir / "store.db");
    auto& operations = store.operations();
    for (const char* name : {"done", "half"}) {
        ASSERT_TRUE(has_value(operations.add(
            {.id = name,
             .project = "p",
             .kind = "export",
             .request = std::string(R"({"exportUri":"file:)") + name + R"(.bam"})"}
        )));
    }
    testing::write_file(dir / "exports" / "done.bam", "all of it");
    ASSERT_TRUE(has_value(settle_interrupted(operations, dir / "exports")));
    EXPECT_EQ(operations.find("done").value()->state, store::operation_state::success);
    EXPECT_EQ(operations.find("half").value()->state, store::operation_state::failure);
    EXPECT_NE(operations.find("half").value()->error_text, "");
}

}  // namespace
}  // namespace callstream::genomics
