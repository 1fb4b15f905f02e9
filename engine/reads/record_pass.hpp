// Every record of a BAM or CRAM file, in the order of the file.
#pragma once

#include "engine/core/error.hpp"
#include "engine/hts/bam_bytes.hpp"
#include "engine/reads/cram_child.hpp"
#include "engine/reads/reads_file.hpp"
#include "engine/reads/reads_pass.hpp"

#include <functional>
#include <stop_token>

namespace callstream::reads {

/// An error ends the pass and is its outcome.
using record_visitor = std::function<result<void>(const hts::bam_record&)>;

/// Calls `visit` with each record; what it points to is valid within the call. Those of a CRAM come
/// from a process that decodes it, with everything that `samtools view` shows or, for
/// `record_content::alignments`, only place, flags and CIGAR. Truncation and damage throw
/// damaged_file, a failing disk std::system_error; `errc::unavailable` when stopped,
/// `errc::file_unusable` when a CRAM cannot be decoded without a reference that is not there.
/// Constant memory: a record is at most 128 MiB.
result<void> each_record(
    const reads_file& file,
    record_content content,
    const cram_decoding& decoding,
    pass_progress& progress,
    std::stop_token stop,
    const record_visitor& visit
);

}  // namespace callstream::reads
