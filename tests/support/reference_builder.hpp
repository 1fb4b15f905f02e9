// FASTA files made for a test, and references opened from them.
#pragma once

#include "engine/reference/reference_file.hpp"
#include "tests/support/bgzf_builder.hpp"
#include "tests/support/temp_dir.hpp"

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>

namespace callstream::testing {

/// Letters in both cases with IUPAC codes among them, the same for the same seed.
inline std::string some_letters(std::size_t count, std::uint64_t seed) {
    constexpr std::string_view alphabet = "ACGTACGTACGTacgtacgtNnRYKMSWBDHV";
    std::mt19937_64 random(seed);
    std::string letters(count, 'A');
    for (char& letter : letters) letter = alphabet[random() % alphabet.size()];
    return letters;
}

/// A sequence as a FASTA file has it, in lines of `width` letters.
inline std::string fasta_text(
    std::string_view header,
    std::string_view letters,
    std::size_t width = 60,
    std::string_view line_end = "\n"
) {
    std::string text = ">" + std::string(header) + std::string(line_end);
    for (; !letters.empty(); letters.remove_prefix(std::min(width, letters.size()))) {
        text += std::string(letters.substr(0, width)) + std::string(line_end);
    }
    return text;
}

/// With indexes made by a pass of our own.
inline std::shared_ptr<const reference::reference_file> open_reference(
    const std::filesystem::path& path
) {
    reference::build_progress progress;
    auto indexes = reference::build_indexes(path, progress, {});
    if (!indexes) throw std::runtime_error(indexes.error().text);
    auto file = reference::reference_file::open(path, std::move(*indexes));
    if (!file) throw std::runtime_error(file.error().text);
    return *file;
}

/// Read in pieces of `piece` bytes.
inline std::string bases_of(
    reference::reference_cursor& cursor,
    std::size_t sequence,
    std::uint64_t start0,
    std::uint64_t end0,
    reference::letter_case letters = reference::letter_case::as_in_file,
    std::size_t piece = 1000
) {
    const auto turned = cursor.turn_to(sequence, start0, end0, letters);
    if (!turned) throw std::runtime_error(turned.error().text);
    std::string bases;
    std::string bytes(piece, '\0');
    while (const std::size_t count = cursor.read(bytes)) bases.append(bytes, 0, count);
    return bases;
}

}  // namespace callstream::testing
