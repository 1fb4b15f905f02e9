// The configuration file of `serve`: its options by their names, and what has no option.
#pragma once

#include "server/cli/options.hpp"

namespace CLI {
class App;
}

namespace callstream::cli {

/// Reads `options.config` where there is one. An option of the command line wins over the file.
/// Throws CLI::ValidationError with what is wrong.
void apply_config_file(CLI::App& command, serve_options& options);

}  // namespace callstream::cli
