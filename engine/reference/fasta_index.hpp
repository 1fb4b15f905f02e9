// Where the sequences of a FASTA file stand: the content of a `.fai` (faidx(5) of samtools), read
// by a strict parser of our own.
#pragma once

#include "engine/core/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::reference {

/// Offsets are bytes of the inflated file. Every line but the last has `line_bases` letters and
/// `line_bytes` bytes, line end included, which is one byte (LF) or two (CR LF).
struct fasta_sequence {
    std::string name;
    std::uint64_t length = 0;  ///< letters, at least one
    std::uint64_t offset = 0;  ///< of the first letter
    std::uint64_t line_bases = 0;
    std::uint64_t line_bytes = 0;

    /// The byte of the letter `pos0`, which is below `length`.
    std::uint64_t byte_of(std::uint64_t pos0) const {
        return offset + pos0 / line_bases * line_bytes + pos0 % line_bases;
    }
    /// The byte behind the last letter.
    std::uint64_t end() const { return byte_of(length - 1) + 1; }

    bool operator==(const fasta_sequence&) const = default;
};

/// Immutable, in file order, every name once. Sequences without a letter are left out, as samtools
/// leaves them out.
class fasta_index {
 public:
    static constexpr std::size_t sequences_max = std::size_t{1} << 21;
    static constexpr std::size_t text_bytes_max = std::size_t{128} << 20;

    /// Checks each sequence by itself and against its neighbours; the error says what is wrong.
    static result<fasta_index> from(std::vector<fasta_sequence> sequences);
    static result<fasta_index> parse(std::string_view fai);
    /// As `samtools faidx` writes it.
    std::string to_fai() const;

    const std::vector<fasta_sequence>& sequences() const noexcept { return sequences_; }
    /// Position in `sequences`.
    std::optional<std::size_t> find(std::string_view name) const;

 private:
    std::vector<fasta_sequence> sequences_;
    std::vector<std::uint32_t> by_name_;  // positions, sorted by name
};

}  // namespace callstream::reference
