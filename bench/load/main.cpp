// callstream_bench_client: the other end of the server, as fast as sockets allow.
#include "bench/load/modes.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <optional>
#include <sched.h>

namespace {

using namespace callstream::bench;

void describe_target(CLI::App& app, target_options& to) {
    app.add_option("--port", to.port, "Port on 127.0.0.1")->required();
    app.add_option("--target", to.targets, "Path and query")->required();
    app.add_option("--header", to.headers, "Request header as 'Name: value'")->expected(0, -1);
    app.add_option("--connections", to.connections, "Connections at once")
        ->check(CLI::Range(1, 10000))
        ->capture_default_str();
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Reads HTTP answers on the loopback and prints what it took as JSON.");
    app.require_subcommand(1);
    std::optional<std::size_t> core;
    app.add_option("--core", core, "Run on this core only")->check(CLI::Range(0, CPU_SETSIZE - 1));
    app.fallthrough();  // its place may be behind the mode

    drain_options draining;
    auto* drain_mode = app.add_subcommand("drain", "One long answer per connection");
    describe_target(*drain_mode, draining.to);
    drain_mode->add_option("--bytes-max", draining.bytes_max, "Cut each answer after that many");
    drain_mode->add_option("--save", draining.save, "Write the first connection's body here");

    repeat_options repeating;
    auto* repeat_mode = app.add_subcommand("repeat", "Small requests on kept connections");
    describe_target(*repeat_mode, repeating.to);
    repeat_mode->add_option("--seconds", repeating.seconds, "Time")->capture_default_str();
    repeat_mode->add_option("--requests", repeating.requests, "End earlier after that many");

    crowd_options crowding;
    auto* crowd_mode = app.add_subcommand("crowd", "Fast readers among slow and idle clients");
    describe_target(*crowd_mode, crowding.to);
    crowd_mode->add_option("--idle", crowding.idle, "Idle connections")->capture_default_str();
    crowd_mode->add_option("--slow", crowding.slow, "Slow readers")->capture_default_str();
    crowd_mode->add_option("--fast", crowding.fast, "Fast readers")->capture_default_str();
    crowd_mode->add_option("--seconds", crowding.seconds, "Time of each half")
        ->capture_default_str();

    auto* ready_mode =
        app.add_subcommand("ready-bytes", "Serve GET /N from a ready buffer: the socket ceiling");

    CLI11_PARSE(app, argc, argv);
    try {
        raise_descriptor_limit();
        if (core) stay_on_core(*core);
        if (*drain_mode) drain(draining);
        if (*repeat_mode) repeat(repeating);
        if (*crowd_mode) crowd(crowding);
        if (*ready_mode) serve_ready_bytes();
    } catch (const std::exception& e) {
        std::fprintf(stderr, "callstream_bench_client: %s\n", e.what());
        return 1;
    }
}
