// What must be true of a VCF or BCF header before htslib reads it, and what was wrong with one that
// htslib refused (it does not say).
#pragma once

#include "engine/core/error.hpp"

#include <string>

struct BGZF;

namespace callstream::hts {

/// Refuses a header on which htslib would spend more memory or time than `limits.hpp` allows.
/// Leaves the stream at its start. Throws damaged_file where the stream breaks.
result<void> check_header_cost(BGZF& stream, bool is_bcf);

/// Why htslib refused the header, as a sentence that goes on "the file ...". Moves the stream.
std::string why_header_is_refused(BGZF& stream, bool is_bcf);

}  // namespace callstream::hts
