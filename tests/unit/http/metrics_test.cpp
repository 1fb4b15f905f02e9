#include "server/http/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace callstream::http {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class metrics_test : public ::testing::Test {
 protected:
    void SetUp() override {
        routes.add({.pattern = "/a", .handle = {}});
        routes.add({.pattern = "/b/{id}", .handle = {}});
        numbers.size_for(routes);
    }
    const route* at(std::size_t i) const { return &routes.routes()[i]; }

    router routes;
    metrics numbers;
};

TEST_F(metrics_test, requests_are_counted_by_route_and_status_class) {
    numbers.count(at(0), 200, 1ms);
    numbers.count(at(0), 204, 1ms);
    numbers.count(at(1), 404, 1ms);
    numbers.count(nullptr, 503, 1ms);
    const auto text = numbers.text();
    EXPECT_THAT(text, HasSubstr("callstream_requests_total{route=\"/a\",status=\"2xx\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("callstream_requests_total{route=\"/b/{id}\",status=\"4xx\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("callstream_requests_total{route=\"none\",status=\"5xx\"} 1\n"));
    EXPECT_THAT(text, Not(HasSubstr("status=\"3xx\"")));
}

TEST_F(metrics_test, methods_of_one_path_are_counted_together) {
    router both;
    both.add({.pattern = "/a", .handle = {}});
    both.add({.method = verb::post, .pattern = "/a", .handle = {}});
    metrics counted;
    counted.size_for(both);
    counted.count(&both.routes()[0], 200, 1ms);
    counted.count(&both.routes()[1], 200, 1ms);
    const auto text = counted.text();
    const std::string sample = "callstream_requests_total{route=\"/a\",status=\"2xx\"} ";
    const auto at = text.find(sample);
    EXPECT_EQ(text.find(sample + "2\n"), at);
    EXPECT_EQ(text.find(sample, at + 1), std::string::npos);
}

TEST_F(metrics_test, durations_fill_cumulative_buckets) {
    numbers.count(at(0), 200, 1ms);  // on the border: le means at most
    numbers.count(at(0), 200, 40ms);
    numbers.count(at(0), 200, 100s);
    const auto text = numbers.text();
    const std::string bucket = "callstream_request_duration_seconds_bucket{route=\"/a\",le=";
    EXPECT_THAT(text, HasSubstr(bucket + "\"0.001\"} 1\n"));
    EXPECT_THAT(text, HasSubstr(bucket + "\"0.01\"} 1\n"));
    EXPECT_THAT(text, HasSubstr(bucket + "\"0.05\"} 2\n"));
    EXPECT_THAT(text, HasSubstr(bucket + "\"30\"} 2\n"));
    EXPECT_THAT(text, HasSubstr(bucket + "\"+Inf\"} 3\n"));
    EXPECT_THAT(text, HasSubstr("callstream_request_duration_seconds_count{route=\"/a\"} 3\n"));
    EXPECT_THAT(text, HasSubstr("callstream_request_duration_seconds_sum{route=\"/a\"} 100.041"));
}

TEST_F(metrics_test, gauges_show_their_value) {
    numbers.streams_open = 3;
    numbers.bytes_sent = 10'000'000'000;
    const auto text = numbers.text();
    EXPECT_THAT(text, HasSubstr("callstream_streams_open 3\n"));
    EXPECT_THAT(text, HasSubstr("callstream_sent_bytes_total 10000000000\n"));
    EXPECT_THAT(text, HasSubstr("# TYPE callstream_streams_open gauge\n"));
}

TEST_F(metrics_test, odd_statuses_stay_within_the_table) {
    for (const int status : {0, -5, 99, 600, 1'000'000}) numbers.count(at(0), status, 0ns);
    EXPECT_THAT(
        numbers.text(), HasSubstr("callstream_request_duration_seconds_count{route=\"/a\"} 5\n")
    );
}

}  // namespace
}  // namespace callstream::http
