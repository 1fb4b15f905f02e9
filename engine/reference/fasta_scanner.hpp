// Reads FASTA from its first byte to its last and says where the sequences stand, or what is wrong.
#pragma once

#include "engine/core/error.hpp"
#include "engine/reference/fasta_index.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace callstream::reference {

/// Takes the bytes in pieces of any size; the outcome does not depend on where they were cut. Holds
/// names only, never letters. Errors are `errc::file_unusable` with the number of the line.
class fasta_scanner {
 public:
    result<void> add(std::span<const std::uint8_t> bytes);
    /// The index of all that was added; call it once, after the last byte.
    result<fasta_index> finish();

 private:
    enum class place { line_start, name, description, letters };

    std::size_t add_name(std::span<const std::uint8_t> bytes);
    std::size_t add_letters(std::span<const std::uint8_t> bytes);
    std::size_t start_line(std::uint8_t first);
    void end_line();
    void end_sequence();
    void fail(std::string why);
    std::string here() const { return "line " + std::to_string(line_) + ": "; }

    place place_ = place::line_start;
    std::uint64_t offset_ = 0;      // of the next byte
    std::uint64_t line_ = 1;        // number of the line it is in
    std::uint64_t letters_ = 0;     // of that line, so far
    bool carriage_return_ = false;  // was the last byte, within `letters`
    bool in_sequence_ = false;
    bool short_line_ = false;  // only the last line of a sequence may be one
    bool blank_line_ = false;
    fasta_sequence current_;
    std::uint64_t names_bytes_ = 0;
    std::vector<fasta_sequence> found_;
    std::string fault_;
};

}  // namespace callstream::reference
