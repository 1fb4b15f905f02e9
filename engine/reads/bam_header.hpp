// The header that the reads of a file have as a BAM.
#pragma once

#include "engine/hts/bam_bytes.hpp"
#include "engine/reads/reads_file.hpp"

namespace callstream::reads {

/// That of a BAM as it is, that of a CRAM as far as its text says it. `errc::file_unusable` for a
/// reference that is too long for a BAM. Throws damaged_file.
result<hts::bam_header> bam_header_of(const reads_file& file);

}  // namespace callstream::reads
