// The program inside the child process that decodes a CRAM: from its descriptors alone, with
// limits, to a BAM that is not packed. Nothing else of this program gives a CRAM to htslib.
#pragma once

namespace callstream::hts {

enum class record_content {
    alignments,  ///< place, flags and CIGAR: decoded without sequences, so without a reference
    everything,
};

/// How the child ends.
enum class cram_exit : int {
    done = 0,
    damaged = 3,       ///< the report says what is wrong
    no_reference = 4,  ///< the report is the number of the sequence among the @SQ lines
    no_room = 5,       ///< for the copy of the sequences
    no_memory = 6,
    not_read = 7,  ///< whoever read the output went away
    misused = 8,
};

/// Descriptors of the child, beside an open standard error. No others may be open.
inline constexpr int cram_input = 0;   ///< the file, at its start
inline constexpr int cram_output = 1;  ///< takes the BAM
inline constexpr int cram_report = 3;  ///< takes at most a line

/// Words of its command line.
inline constexpr const char* alignments_word = "alignments";
inline constexpr const char* everything_word = "everything";

/// The last arguments are `alignments`, or `everything` and perhaps an empty folder and a FASTA
/// file. `everything:FIRST:END` are the containers from one address of the file to another. Decodes
/// with these limits for itself: 4 GiB of address space, a day of CPU time, no core file, and no
/// file opened once the folder has the sequences whose MD5 the CRAM names. Returns a `cram_exit`.
int cram_decoder_main(int argc, char** argv);

}  // namespace callstream::hts
