#include "server/http/byte_range.hpp"

#include "engine/core/clock.hpp"
#include "tests/support/requests.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace callstream::http {
namespace {

using testing::make_request;

constexpr std::uint64_t size = 100;

TEST(byte_range, fields_mean_bytes_of_the_body) {
    const std::pair<const char*, byte_range> table[] = {
        {"bytes=0-0", {0, 1}},
        {"bytes=0-99", {0, 100}},
        {"bytes=10-19", {10, 20}},
        {"bytes=10-1000", {10, 100}},
        {"bytes=10-99999999999999999999999999", {10, 100}},
        {"bytes=99-", {99, 100}},
        {"bytes=0-", {0, 100}},
        {"bytes=-1", {99, 100}},
        {"bytes=-100", {0, 100}},
        {"bytes=-101", {0, 100}},
        {"bytes=-99999999999999999999999999", {0, 100}},
        {"BYTES=5-5", {5, 6}},
        {" bytes= 5-5 ", {5, 6}},
    };
    for (const auto& [field, range] : table) {
        EXPECT_EQ(read_range(field, size), (wanted_range{range_kind::satisfiable, range})) << field;
    }
}

TEST(byte_range, other_fields_are_told_apart) {
    const std::pair<const char*, range_kind> table[] = {
        {"", range_kind::absent},
        {"lines=1-2", range_kind::absent},
        {"bytes 1-2", range_kind::absent},
        {"bytes=0-1,3-4", range_kind::absent},
        {"bytes=", range_kind::malformed},
        {"bytes=-", range_kind::malformed},
        {"bytes=5", range_kind::malformed},
        {"bytes=a-5", range_kind::malformed},
        {"bytes=5-b", range_kind::malformed},
        {"bytes=-5-9", range_kind::malformed},
        {"bytes=+5-9", range_kind::malformed},
        {"bytes=9-5", range_kind::reversed},
        {"bytes=100-", range_kind::unsatisfiable},
        {"bytes=100-200", range_kind::unsatisfiable},
        {"bytes=99999999999999999999999999-", range_kind::unsatisfiable},
        {"bytes=-0", range_kind::unsatisfiable},
    };
    for (const auto& [field, kind] : table) EXPECT_EQ(read_range(field, size).kind, kind) << field;
    EXPECT_EQ(read_range("bytes=0-", 0).kind, range_kind::unsatisfiable);
    EXPECT_EQ(read_range("bytes=-1", 0).kind, range_kind::unsatisfiable);
}

TEST(byte_range, positions_are_of_64_bits) {
    const std::uint64_t huge = std::uint64_t{1} << 40;
    const auto range = read_range("bytes=1099511627770-", huge);
    EXPECT_EQ(range.range, (byte_range{huge - 6, huge}));
    EXPECT_EQ(content_range(range.range, huge), "bytes 1099511627770-1099511627775/1099511627776");
    EXPECT_EQ(content_range({}, huge), "bytes */1099511627776");
}

TEST(byte_range, tags_change_with_anything_that_identifies_the_file) {
    const file_identity file{1, 2, 3, 4};
    const auto tag = entity_tag_of(file);
    EXPECT_EQ(tag, entity_tag_of(file));
    for (const auto& other :
         {file_identity{9, 2, 3, 4},
          file_identity{1, 9, 3, 4},
          file_identity{1, 2, 9, 4},
          file_identity{1, 2, 3, 9}}) {
        EXPECT_NE(entity_tag_of(other), tag);
    }
}

class judge_test : public ::testing::Test {
 protected:
    int status(std::vector<std::string> fields, const char* method = "GET") const {
        return judge(make_request(std::string(method) + " /f", std::move(fields)), file_).status;
    }
    std::string date(std::int64_t more_s) const {
        return http_date(
            std::chrono::sys_seconds(std::chrono::seconds(file_.mtime_ns / 1'000'000'000 + more_s))
        );
    }
    const file_identity file_{1, 2, size, 1'700'000'000'500'000'000};
    const std::string tag_ = entity_tag_of(file_);
    const std::string part_ = "Range: bytes=1-2";
};

TEST_F(judge_test, preconditions_come_before_ranges) {
    EXPECT_EQ(status({}), 200);
    EXPECT_EQ(status({part_}), 206);
    EXPECT_EQ(status({"Range: bytes=100-"}), 416);
    EXPECT_EQ(status({part_}, "HEAD"), 200);
    EXPECT_EQ(status({"If-None-Match: " + tag_, part_}), 304);
    EXPECT_EQ(status({"If-None-Match: W/" + tag_}), 304);
    EXPECT_EQ(status({"If-None-Match: \"x\"", part_}), 206);
    EXPECT_EQ(status({"If-None-Match: \"x\"", "If-Modified-Since: " + date(9)}), 200);
    EXPECT_EQ(status({"If-Modified-Since: " + date(0)}), 304);
    EXPECT_EQ(status({"If-Modified-Since: " + date(-1)}), 200);
    EXPECT_EQ(status({"If-Match: " + tag_}), 200);
    EXPECT_EQ(status({"If-Match: *", part_}), 206);
    EXPECT_EQ(status({"If-Match: W/" + tag_}), 412);
    EXPECT_EQ(status({"If-Match: \"x\"", "If-None-Match: " + tag_}), 412);
    EXPECT_EQ(status({"If-Unmodified-Since: " + date(-1)}), 412);
    EXPECT_EQ(status({"If-Unmodified-Since: " + date(0)}), 200);
}

TEST_F(judge_test, a_part_needs_the_same_file) {
    EXPECT_EQ(status({part_, "If-Range: " + tag_}), 206);
    EXPECT_EQ(status({part_, "If-Range: W/" + tag_}), 200);
    EXPECT_EQ(status({part_, "If-Range: \"x\""}), 200);
    EXPECT_EQ(status({part_, "If-Range: " + date(0)}), 206);
    EXPECT_EQ(status({part_, "If-Range: " + date(1)}), 200);
    EXPECT_EQ(status({part_, "If-Range: " + date(-1)}), 200);
    EXPECT_EQ(status({"Range: bytes=100-", "If-Range: \"x\""}), 200);
}

TEST_F(judge_test, a_date_says_nothing_within_its_second) {
    using namespace std::chrono;
    auto now = file_;
    now.mtime_ns =
        duration_cast<nanoseconds>((system_clock::now() + 1h).time_since_epoch()).count();
    const auto asked = make_request("GET /f", {part_, "If-Range: " + last_modified_of(now)});
    EXPECT_EQ(judge(asked, now).status, 200);
}

}  // namespace
}  // namespace callstream::http
