#include "server/http/metrics.hpp"

#include <algorithm>
#include <cstdio>

namespace callstream::http {
namespace {

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.9g", value);
    return text;
}

void line(std::string& out, std::string_view name, std::string_view labels, const auto& value) {
    out += name;
    if (!labels.empty()) out.append("{").append(labels).append("}");
    out += ' ';
    if constexpr (std::is_floating_point_v<std::decay_t<decltype(value)>>) {
        out += number(value);
    } else {
        out += std::to_string(value);
    }
    out += '\n';
}

void head(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
    out.append("# HELP ").append(name).append(" ").append(help).append("\n");
    out.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

}  // namespace

void metrics::size_for(const router& routes) {
    routes_ = &routes;
    const auto& all = routes.routes();
    counts_ = std::vector<route_counts>(all.size() + 1);
    for (const auto& r : all) {
        const auto first = std::find_if(all.begin(), all.end(), [&](const route& other) {
            return other.pattern == r.pattern;
        });
        places_.push_back(static_cast<std::size_t>(first - all.begin()));
    }
}

void metrics::count(const route* r, int status, std::chrono::nanoseconds took) {
    auto& c = r == nullptr ? counts_.back() : counts_[places_[routes_->number_of(*r)]];
    const auto status_class = static_cast<std::size_t>(std::clamp(status / 100, 0, 5));
    const double seconds = std::chrono::duration<double>(took).count();
    const auto slot = std::lower_bound(bounds_s.begin(), bounds_s.end(), seconds);
    const auto slot_number = static_cast<std::size_t>(slot - bounds_s.begin());
    c.by_class[status_class].fetch_add(1, std::memory_order_relaxed);
    c.by_duration[slot_number].fetch_add(1, std::memory_order_relaxed);
    c.nanoseconds.fetch_add(static_cast<std::uint64_t>(took.count()), std::memory_order_relaxed);
}

std::string metrics::text() const {
    std::string out;
    const auto gauge = [&out](const char* name, const char* type, const char* help, const auto& v) {
        head(out, name, type, help);
        line(out, name, "", v.load(std::memory_order_relaxed));
    };
    gauge("callstream_connections_open", "gauge", "Open connections.", connections_open);
    gauge("callstream_connections_total", "counter", "Accepted connections.", connections_total);
    gauge(
        "callstream_connections_refused_total",
        "counter",
        "Connections answered 503 because too many were open.",
        connections_refused
    );
    gauge(
        "callstream_tls_handshakes_failed_total",
        "counter",
        "Connections that did not agree on TLS.",
        handshakes_failed
    );
    gauge("callstream_streams_open", "gauge", "Answers being streamed.", streams_open);
    gauge("callstream_sent_bytes_total", "counter", "Bytes sent, heads included.", bytes_sent);
    gauge("callstream_calls_streamed_total", "counter", "Genotype calls sent.", calls_streamed);
    gauge("callstream_answers_cut_total", "counter", "Answers that ended early.", answers_cut);

    const auto label_of = [this](std::size_t i) {
        const bool routed = i < routes_->routes().size();
        return "route=\"" + (routed ? routes_->routes()[i].pattern : std::string("none")) + "\"";
    };
    head(out, "callstream_requests_total", "counter", "Requests by route and status class.");
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        for (std::size_t s = 1; s < counts_[i].by_class.size(); ++s) {
            const auto n = counts_[i].by_class[s].load(std::memory_order_relaxed);
            if (n == 0) continue;
            const auto labels = label_of(i) + ",status=\"" + std::to_string(s) + "xx\"";
            line(out, "callstream_requests_total", labels, n);
        }
    }
    const char* duration = "callstream_request_duration_seconds";
    head(out, duration, "histogram", "From the request head to the last byte of the answer.");
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        const auto& c = counts_[i];
        std::uint64_t sum = 0;
        std::string buckets;
        const std::string bucket_name = std::string(duration) + "_bucket";
        for (std::size_t b = 0; b < c.by_duration.size(); ++b) {
            sum += c.by_duration[b].load(std::memory_order_relaxed);
            const auto bound = b < bounds_s.size() ? number(bounds_s[b]) : std::string("+Inf");
            line(buckets, bucket_name, label_of(i) + ",le=\"" + bound + "\"", sum);
        }
        if (sum == 0) continue;
        out += buckets;
        const double total = static_cast<double>(c.nanoseconds.load()) * 1e-9;
        line(out, std::string(duration) + "_sum", label_of(i), total);
        line(out, std::string(duration) + "_count", label_of(i), sum);
    }
    return out;
}

}  // namespace callstream::http
