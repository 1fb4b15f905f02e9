// What must be true of a VCF or BCF header before htslib reads it, and what was wrong with one that
// htslib refused (it does not say).
#pragma once

#include "engine/core/error.hpp"

#include <string>

struct BGZF;

namespace callstream::hts {

/// Refuses a header that is longer than `header_bytes_max`, and one that numbers its contigs or
/// tags with gaps beyond `dictionary_gaps_max`. Leaves the stream at its start. Throws damaged_file
/// where the stream breaks.
result<void> check_header_size(BGZF& stream, bool is_bcf);

/// Why htslib refused the header, as a sentence that goes on "the file ...". Moves the stream.
std::string why_header_is_refused(BGZF& stream, bool is_bcf);

}  // namespace callstream::hts
