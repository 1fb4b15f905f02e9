// The report of a run, for people and for programs.
#pragma once

#include "server/load/load_run.hpp"

#include <string>

namespace callstream::load {

/// A table, in lines.
std::string report_text(const load_options& options, const load_report& report);
/// One JSON object; rates are a second, times in seconds, checksums 16 hexadecimal digits.
std::string report_json(const load_options& options, const load_report& report);

/// `1.25 M`, `312 k`, `17`.
std::string count_text(double count);

}  // namespace callstream::load
