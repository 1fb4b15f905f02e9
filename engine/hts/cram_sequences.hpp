// The reference sequences that a CRAM was made with, found by their MD5 and laid out for htslib:
// names, indexes and links that files bring along are not believed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::hts {

/// One @SQ line.
struct cram_sequence {
    std::string name;
    std::string md5;     ///< lower-case hexadecimal; "" when the header does not say
    bool found = false;  ///< whether the sequence is at hand
};

/// In the order of the header.
std::vector<cram_sequence> sequences_of(std::string_view header_text);

/// Copies every sequence of a FASTA file (plain or BGZF) that has one of the MD5s into `fasta_fd`,
/// one line each, and marks it. Returns the text of the index (.fai) that belongs to the copy.
/// Throws damaged_file and std::system_error.
std::string collect_sequences(
    const std::filesystem::path& fasta, std::vector<cram_sequence>& wanted, int fasta_fd
);

}  // namespace callstream::hts
