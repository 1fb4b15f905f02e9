// `callstream bench`: its part of the command line.
#pragma once

#include "server/load/load_run.hpp"

namespace CLI {
class App;
}

namespace callstream::cli {

/// What was asked for, with what the load itself does not need.
struct bench_options : load::load_options {
    bool json = false;
};

/// `o` is complete once the command line has been parsed.
void describe_bench(CLI::App& app, bench_options& o);

}  // namespace callstream::cli
