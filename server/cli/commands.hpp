// The commands of the program. Each returns its exit code.
#pragma once

#include "server/cli/options.hpp"

namespace callstream::cli {

int serve(const serve_options& options);
int ls(const ls_options& options);
int index(const index_options& options);
int check(const check_options& options);
int token(const token_options& options);
int store(const store_options& options);
int order(const order_options& options);
int bench(const bench_options& options);

}  // namespace callstream::cli
