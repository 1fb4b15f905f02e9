#include "server/load/report.hpp"

#include "engine/core/hash.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cstdio>

namespace callstream::load {
namespace {

namespace json = boost::json;

struct percentile {
    const char* name;
    double share;
};
constexpr percentile percentiles[] = {{"p50", 0.5}, {"p99", 0.99}, {"p999", 0.999}};

double seconds_of(std::uint64_t nanoseconds) {
    return static_cast<double>(nanoseconds) / 1e9;
}

std::string formatted(const char* form, double value) {
    char text[48];
    std::snprintf(text, sizeof text, form, value);
    return text;
}

/// Three digits or so, with the unit that fits.
std::string scaled(double value, double step, std::initializer_list<const char*> units) {
    auto unit = units.begin();
    while (value >= step && unit + 1 != units.end()) {
        value /= step;
        ++unit;
    }
    const char* form = value >= 100 || value == 0 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f";
    return formatted(form, value) + *unit;
}

std::string time_text(std::uint64_t nanoseconds) {
    return scaled(static_cast<double>(nanoseconds), 1000, {" ns", " us", " ms", " s"});
}

std::string bytes_rate(double bytes) {
    return scaled(bytes, 1000, {" B/s", " kB/s", " MB/s", " GB/s"});
}

std::string padded(std::string text, std::size_t width) {
    text.insert(0, width - std::min(width, text.size()), ' ');
    return text;
}

std::string row(const std::string& name, const std::vector<std::string>& cells) {
    std::string out = name + std::string(10 - std::min<std::size_t>(10, name.size()), ' ');
    for (const auto& cell : cells) out += padded(cell, 11);
    return out + "\n";
}

std::string subject_row(const load_report& r, subject s) {
    const auto& t = r.counted.of[index_of(s)];
    return row(
        std::string(name_of(s)),
        {std::to_string(t.requests),
         count_text(r.each_second(t.requests)),
         count_text(r.each_second(t.items)),
         bytes_rate(r.each_second(t.wire_bytes)),
         bytes_rate(r.each_second(t.body_bytes)),
         time_text(t.first_byte.percentile(0.5)),
         time_text(t.latency.percentile(0.5)),
         time_text(t.latency.percentile(0.99)),
         time_text(t.latency.percentile(0.999)),
         time_text(t.latency.max())}
    );
}

std::string checksum_text(const std::optional<std::uint64_t>& checksum) {
    return checksum ? hex_text(*checksum) : "none";
}

std::string ceilings_text(const load_report& r) {
    if (!r.machine) return {};
    const auto& m = *r.machine;
    const auto share = [](double part, double whole) {
        return whole <= 0 ? std::string("?") : formatted("%.3f", part / whole);
    };
    std::string out = "\nsocket    " + bytes_rate(m.socket_bytes_a_second) +
                      " of a ready buffer over loopback; the answers came at " +
                      share(r.each_second(r.wire_bytes()), m.socket_bytes_a_second) + " of it\n";
    if (m.decoding) {
        out += "bcf_read  " + count_text(m.decoding->calls_a_second()) +
               " calls/s on one thread; the answers came at " +
               share(r.each_second(r.calls()), m.decoding->calls_a_second()) + " of it\n";
    }
    return out;
}

std::string errors_text(const load_report& r) {
    std::string out;
    for (const auto& [kind, error] : r.counted.errors) {
        out += "error     " + kind + ": " + std::to_string(error.count) + " times, as " +
               error.example + "\n";
    }
    return out;
}

json::value known_or_null(const std::optional<std::uint64_t>& checksum) {
    return checksum ? json::value(hex_text(*checksum)) : json::value(nullptr);
}

json::object times_json(const histogram& of) {
    json::object out;
    for (const auto& p : percentiles) out[p.name] = seconds_of(of.percentile(p.share));
    out["max"] = seconds_of(of.max());
    return out;
}

void add_counts(json::object& to, const load_report& r, const subject_tally& t) {
    to["requests"] = t.requests;
    to["requestsPerSecond"] = r.each_second(t.requests);
    to["wireBytes"] = t.wire_bytes;
    to["wireBytesPerSecond"] = r.each_second(t.wire_bytes);
    to["decodedBytes"] = t.body_bytes;
    to["decodedBytesPerSecond"] = r.each_second(t.body_bytes);
    to["firstByteSeconds"] = times_json(t.first_byte);
    to["latencySeconds"] = times_json(t.latency);
}

json::object subject_json(const load_report& r, subject s) {
    const auto& t = r.counted.of[index_of(s)];
    json::object out;
    out["what"] = name_of(s);
    out["distinctRequests"] = r.distinct[index_of(s)];
    out["unit"] = unit_of(s);
    out["items"] = t.items;
    out["itemsPerSecond"] = r.each_second(t.items);
    add_counts(out, r, t);
    out["checksum"] = known_or_null(r.checksums[index_of(s)]);
    return out;
}

json::value errors_json(const load_report& r) {
    json::object kinds;
    for (const auto& [kind, error] : r.counted.errors) {
        kinds[kind] = {{"count", error.count}, {"example", error.example}};
    }
    return kinds;
}

json::value ceilings_json(const load_report& r) {
    if (!r.machine) return nullptr;
    json::object out = {{"socketBytesPerSecond", r.machine->socket_bytes_a_second}};
    if (const auto& d = r.machine->decoding) {
        out["bcfReadCallsPerSecond"] = d->calls_a_second();
        out["bcfReadRecords"] = d->records;
        out["bcfReadWholeFile"] = d->complete;
    }
    return out;
}

subject_tally whole(const load_report& r) {
    subject_tally out;
    for (const auto& t : r.counted.of) out.add(t);
    return out;
}

}  // namespace

std::string count_text(double count) {
    return scaled(count, 1000, {"", " k", " M", " G"});
}

std::string report_text(const load_options& options, const load_report& r) {
    std::string out = options.url.authority() + options.url.base + ": " +
                      std::to_string(options.connections) + " connections, " +
                      formatted("%.2f", r.seconds) + " s";
    if (options.limits.rate > 0) out += formatted(", %.6g requests/s wanted", options.limits.rate);
    if (r.stopped) out += ", stopped";
    if (r.gave_up) out += ", given up: the server is not reached any more";
    out += "\n\n" + row("",
                        {"requests",
                         "a second",
                         "items/s",
                         "wire",
                         "decoded",
                         "first byte",
                         "p50",
                         "p99",
                         "p99.9",
                         "max"});
    for (const auto s : all_subjects) {
        if (r.distinct[index_of(s)] > 0) out += subject_row(r, s);
    }
    out += "\ncalls/s   " + count_text(r.each_second(r.calls())) + "\n";
    out += "checksum  " + checksum_text(r.checksum);
    for (const auto s : all_subjects) {
        if (r.distinct[index_of(s)] == 0) continue;
        out += "  " + std::string(name_of(s)) + " " + checksum_text(r.checksums[index_of(s)]);
    }
    out += "\nerrors    " + std::to_string(r.errors()) + "\n" + errors_text(r);
    if (r.counted.cut > 0) {
        out += "cut       " + std::to_string(r.counted.cut) + " requests when the run was over\n";
    }
    for (const auto& note : r.notes) out += "note      " + note + "\n";
    return out + ceilings_text(r);
}

std::string report_json(const load_options& options, const load_report& r) {
    json::array subjects;
    for (const auto s : all_subjects) {
        if (r.distinct[index_of(s)] > 0) subjects.push_back(subject_json(r, s));
    }
    json::object out = {
        {"url",
         (options.url.tls ? "https://" : "http://") + options.url.authority() + options.url.base},
        {"connections", options.connections},
        {"rate", options.limits.rate > 0 ? json::value(options.limits.rate) : json::value(nullptr)},
        {"warm", options.warm},
        {"accept", options.plan.ndjson ? "ndjson" : "json"},
        {"gzip", options.plan.gzip},
        {"seconds", r.seconds},
    };
    add_counts(out, r, whole(r));
    out["calls"] = r.calls();
    out["callsPerSecond"] = r.each_second(r.calls());
    out["what"] = std::move(subjects);
    out["checksum"] = known_or_null(r.checksum);
    out["unanswered"] = r.unanswered;
    out["errors"] = r.errors();
    out["errorKinds"] = errors_json(r);
    out["cut"] = r.counted.cut;
    out["reconnects"] = r.counted.reconnects;
    out["stopped"] = r.stopped;
    out["gaveUp"] = r.gave_up;
    out["notes"] = json::array(r.notes.begin(), r.notes.end());
    out["ceilings"] = ceilings_json(r);
    return json::serialize(out) + "\n";
}

}  // namespace callstream::load
