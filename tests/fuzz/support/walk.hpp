// All that the server does with a variant file, for the fuzzers of file content.
#pragma once

#include <string_view>

namespace callstream::fuzzing {

/// Opens the bytes of a VCF.gz or BCF, reads every record, writes the calls of its first and its
/// last sample, exports it, runs the index pass and compares what it says with what was read. A
/// file may be refused or found damaged at any place; whatever is served must be sound.
void walk_variant_file(std::string_view bytes);

}  // namespace callstream::fuzzing
