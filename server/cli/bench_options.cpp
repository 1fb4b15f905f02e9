#include "server/cli/bench_options.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <map>

namespace callstream::cli {
namespace {

constexpr double duration_max = 86400;
constexpr std::size_t connections_max = 4096;
/// When only a number of requests was given.
constexpr std::chrono::seconds duration_of_requests{3600};

void take_url(const std::string& text, load::server_url& into) {
    const auto url = load::parse_server_url(text);
    if (!url) throw CLI::ValidationError("URL", url.error().text);
    into = *url;
}

void take_checksum(const std::string& text, std::optional<std::uint64_t>& into) {
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, ec] = std::from_chars(text.data(), end, value, 16);
    if (ec != std::errc{} || stop != end || text.size() != 16) {
        throw CLI::ValidationError("--expect", "takes the 16 digits that another run printed");
    }
    into = value;
}

void take_token(const std::string& text, std::string& into) {
    const bool fits =
        std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; });
    if (text.empty() || !fits) throw CLI::ValidationError("--token", "is no bearer token");
    into = text;
}

std::vector<load::subject> without_repeats(const std::vector<load::subject>& what) {
    std::vector<load::subject> out;
    for (const auto s : what) {
        if (std::find(out.begin(), out.end(), s) == out.end()) out.push_back(s);
    }
    return out;
}

std::chrono::nanoseconds of_seconds(double seconds) {
    return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

void describe_requests(CLI::App& app, bench_options& o) {
    std::map<std::string, load::subject> names;
    for (const auto s : load::all_subjects) names.emplace(load::name_of(s), s);
    app.add_option(
           "--what",
           o.plan.what,
           "callsets (calls of one call set), calls (of a variant set), matrix, bases, variants; "
           "several separated by commas"
    )
        ->transform(CLI::CheckedTransformer(names))
        ->delimiter(',')
        ->option_text("KIND[,KIND ...]=all that serverinfo names");
    app.add_option(
           "--variant-set", o.plan.variant_sets, "Id of a variant set to ask; may be given again"
    )
        ->default_str("all");
    app.add_option_function<std::uint64_t>(
           "--page-size",
           [&o](std::uint64_t size) { o.plan.page_size = size; },
           "Items of each answer: calls, variants, rows of a matrix, bases"
    )
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 31))
        ->default_str("1000, of bases 100000");
    app.add_option("--distinct", o.plan.distinct, "Most distinct requests of each kind")
        ->check(CLI::Range(1, 10000))
        ->capture_default_str();
    app.add_option_function<std::string>(
        "--token", [&o](const std::string& t) { take_token(t, o.plan.token); }, "Bearer token"
    );
    app.add_option_function<std::string>(
           "--accept",
           [&o](const std::string& f) { o.plan.ndjson = f == "ndjson"; },
           "json or ndjson"
    )
        ->check(CLI::IsMember({"json", "ndjson"}))
        ->default_str("json");
    app.add_flag("--gzip,!--no-gzip", o.plan.gzip, "Ask for gzip'd answers, or not (as is usual)");
}

void describe_load(CLI::App& app, bench_options& o) {
    app.add_option(
           "-c,--connections", o.connections, "Kept connections, a request at a time on each"
    )
        ->check(CLI::Range(std::size_t{1}, connections_max))
        ->capture_default_str();
    app.add_option(
           "--rate",
           o.limits.rate,
           "Requests a second at fixed times, whatever became of earlier ones; latency counts from "
           "these times"
    )
        ->check(CLI::Range(0.001, 1e7))
        ->default_str("each as soon as a connection is free");
    auto* requests = app.add_option("-n,--requests", o.limits.requests, "End after so many");
    requests->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40));
    auto* duration = app.add_option_function<double>(
        "-d,--duration",
        [&o](double s) { o.limits.duration = of_seconds(s); },
        "Seconds in which requests are made"
    );
    duration->check(CLI::Range(0.01, duration_max))->default_str("10, with --requests an hour");
    app.add_flag(
        "--warm,!--cold",
        o.warm,
        "Make each distinct request once before anything is counted (as is usual), or not"
    );
    app.add_option_function<unsigned>(
           "--timeout",
           [&o](unsigned s) { o.patience = std::chrono::seconds(s); },
           "Seconds without a byte after which a request has failed"
    )
        ->check(CLI::Range(1, 3600))
        ->default_str("30");
    app.add_option("-@,--threads", o.threads, "Threads of the load")
        ->check(CLI::Range(1, 256))
        ->default_str("one per processor");
    app.callback([&o, requests, duration] {
        o.plan.what = without_repeats(o.plan.what);
        if (requests->count() > 0 && duration->count() == 0)
            o.limits.duration = duration_of_requests;
    });
}

}  // namespace

void describe_bench(CLI::App& app, bench_options& o) {
    app.add_option_function<std::string>(
           "URL",
           [&o](const std::string& text) { take_url(text, o.url); },
           "http://HOST:PORT/brapi/v2"
    )
        ->required();
    describe_requests(app, o);
    describe_load(app, o);
    app.add_option_function<std::string>(
        "--expect",
        [&o](const std::string& text) { take_checksum(text, o.expected); },
        "Checksum that another run or server printed; another one is an error"
    );
    auto* ceilings = app.add_flag(
        "--ceilings", o.ceilings, "Measure what the machine itself allows, too, for about 2 s"
    );
    app.add_option("--file", o.file, "VCF or BCF file that bcf_read alone decodes")
        ->check(CLI::ExistingFile)
        ->needs(ceilings);
    app.add_option("--tls-ca", o.trust.ca_file, "PEM file of the certificates to trust")
        ->check(CLI::ExistingFile)
        ->default_str("those of the system");
    app.add_flag("--tls-any", o.trust.everybody, "Take any certificate");
    app.add_flag("--json", o.json, "Print the report as JSON");
    app.footer(
        "Works on any BrAPI v2 server: asks it what there is, then asks for that as fast as it\n"
        "can, or at a rate. Each later answer to a request is compared with the first. The\n"
        "checksum adds a hash of each call or variant, so it is the same for JSON and NDJSON,\n"
        "packed or not, for pages of any size that hold the same calls, and for other servers\n"
        "with the same ids. Of a matrix it has each row at its place, of the first 1000 call\n"
        "sets. Progress goes to stderr; Ctrl-C ends with the report so far. Exit code 1 when\n"
        "there were errors.\n"
        "  callstream bench http://127.0.0.1:8080 -c 8 -d 5\n"
        "  callstream bench http://127.0.0.1:8080 --what calls --accept ndjson --gzip\n"
        "  callstream bench http://127.0.0.1:8080 --what callsets -c 64 --rate 2000 --json"
    );
}

}  // namespace callstream::cli
