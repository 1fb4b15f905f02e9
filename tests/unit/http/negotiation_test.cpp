#include "server/http/negotiation.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>

namespace callstream::http {
namespace {

using streaming::coding;

std::string picked(std::string_view accept) {
    constexpr std::array<std::string_view, 2> offers = {"application/json", "application/x-ndjson"};
    return std::string(pick_media_type(accept, offers).value_or("none"));
}

TEST(negotiation, the_best_media_type_by_quality_and_then_by_order_is_picked) {
    const std::string json = "application/json";
    const std::string ndjson = "application/x-ndjson";
    const std::pair<const char*, std::string> table[] = {
        {"", json},
        {"  ", json},
        {"*/*", json},
        {"*", json},
        {"application/*", json},
        {"application/json", json},
        {"application/x-ndjson", ndjson},
        {"APPLICATION/X-NDJSON", ndjson},
        {"application/x-ndjson, application/json", json},
        {"application/json;q=0.5, application/x-ndjson;q=0.6", ndjson},
        {"application/json;q=0.5,application/x-ndjson", ndjson},
        {"application/x-ndjson;q=0.9, */*;q=1", json},
        {"application/json;q=0, */*", ndjson},
        {"application/json;q=0, application/*;q=0.1", ndjson},
        {"text/html, application/xhtml+xml, */*;q=0.8", json},
        {"application/json; charset=utf-8", json},
        {"application/json;charset=utf-8;q=0.1, application/x-ndjson;q=0.2", ndjson},
        {"application/json ; Q=0.1 , application/x-ndjson", ndjson},
        {",, ,application/x-ndjson,", ndjson},
        {"text/csv", "none"},
        {"text/*", "none"},
        {"application/json;q=0", "none"},
        {"*/*;q=0", "none"},
        {"application/json;q=0.000", "none"},
        {"application/json;q=junk", "none"},
        {"application/jsonx", "none"},
        {";q=1", "none"},
    };
    for (const auto& [accept, type] : table) EXPECT_EQ(picked(accept), type) << accept;
}

TEST(negotiation, a_quality_above_one_counts_as_one) {
    EXPECT_EQ(picked("application/x-ndjson;q=9, application/json;q=1"), "application/json");
}

TEST(negotiation, codings_are_picked_by_quality_and_zstd_first) {
    const std::pair<const char*, coding> table[] = {
        {"", coding::identity},
        {"identity", coding::identity},
        {"br, deflate", coding::identity},
        {"*", coding::identity},
        {"gzip", coding::gzip},
        {"GZip", coding::gzip},
        {"x-gzip", coding::gzip},
        {"zstd", coding::zstd},
        {"gzip, deflate, br, zstd", coding::zstd},
        {"zstd, gzip", coding::zstd},
        {"gzip;q=1.0, zstd;q=0.9", coding::gzip},
        {"gzip;q=0.5, zstd;q=0.5", coding::zstd},
        {"gzip;q=0.899, zstd;q=0.9", coding::zstd},
        {"gzip;q=0", coding::identity},
        {"zstd;q=0, gzip;q=0.001", coding::gzip},
        {"gzip;q=", coding::identity},
        {"gzip ; q=0.2 , zstd ; q=0.1", coding::gzip},
        {"gzipped", coding::identity},
    };
    for (const auto& [accept, expected] : table) {
        EXPECT_EQ(pick_coding(accept), expected) << accept;
    }
}

TEST(negotiation, preferences_are_found_in_any_company) {
    for (const char* field :
         {"respond-sync", "wait=3, respond-sync", "RESPOND-Sync;x=y", "a, respond-sync ,b"}) {
        EXPECT_TRUE(prefers(field, "respond-sync")) << field;
    }
    for (const char* field : {"", "respond-async", "respond-sync=0", "x;respond-sync"}) {
        EXPECT_FALSE(prefers(field, "respond-sync")) << field;
    }
}

TEST(negotiation, json_is_told_from_everything_else) {
    for (const char* type :
         {"application/json",
          "Application/JSON",
          "application/json;charset=utf-8",
          "application/json; charset=UTF-8",
          "application/json ; Charset = \"utf-8\"",
          "application/json;charset=utf8",
          "application/json; profile=x; charset=utf-8",
          "application/json;"}) {
        EXPECT_TRUE(is_json(type)) << type;
    }
    for (const char* type :
         {"",
          ";",
          "json",
          "text/json",
          "text/plain",
          "application/jsonx",
          "application/x-www-form-urlencoded",
          "multipart/form-data; boundary=application/json",
          "application/json, text/plain",
          "application/json; charset=latin1",
          "application/json; charset",
          "application/json; charset=",
          "application/json; charset=utf-8; charset=utf-16"}) {
        EXPECT_FALSE(is_json(type)) << type;
    }
}

TEST(has_tag, compares_weakly_and_knows_lists) {
    const std::string_view tag = "\"ab\"";
    for (const auto* field : {"\"ab\"", "W/\"ab\"", "*", "\"x\", W/\"ab\"", "\"x\" ,\t\"ab\" ,"}) {
        EXPECT_TRUE(has_tag(field, tag)) << field;
    }
    for (const auto* field : {"", "ab", "\"AB\"", "\"abc\"", "w/\"ab\"", ",", "\"a\", \"b\""}) {
        EXPECT_FALSE(has_tag(field, tag)) << field;
    }
}

}  // namespace
}  // namespace callstream::http
