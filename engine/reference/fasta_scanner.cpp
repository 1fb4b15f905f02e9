#include "engine/reference/fasta_scanner.hpp"

#include "engine/reference/letters.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace callstream::reference {
namespace {

constexpr std::size_t name_bytes_max = 4096;

/// Bytes before the next line feed, or all.
std::size_t line_part(std::span<const std::uint8_t> bytes) {
    const void* end = std::memchr(bytes.data(), '\n', bytes.size());
    return end == nullptr
               ? bytes.size()
               : static_cast<std::size_t>(static_cast<const std::uint8_t*>(end) - bytes.data());
}

bool is_blank(std::uint8_t c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

}  // namespace

void fasta_scanner::fail(std::string why) {
    if (fault_.empty()) fault_ = std::move(why);
}

result<void> fasta_scanner::add(std::span<const std::uint8_t> bytes) {
    while (!bytes.empty() && fault_.empty()) {
        std::size_t taken = 0;
        switch (place_) {
            case place::line_start:
                taken = start_line(bytes.front());
                break;
            case place::name:
                taken = add_name(bytes);
                break;
            case place::description:
                taken = line_part(bytes);
                break;
            case place::letters:
                taken = add_letters(bytes);
                break;
        }
        offset_ += taken;
        bytes = bytes.subspan(taken);
        if (taken > 0 || bytes.empty() || bytes.front() != '\n') continue;
        end_line();
        ++offset_;
        bytes = bytes.subspan(1);
    }
    if (fault_.empty()) return {};
    return error{errc::file_unusable, fault_};
}

/// How many bytes it takes: the sign of a header line, nothing of others.
std::size_t fasta_scanner::start_line(std::uint8_t first) {
    if (first == '>') {
        end_sequence();
        in_sequence_ = true;
        place_ = place::name;
        return 1;
    }
    place_ = place::letters;
    letters_ = 0;
    carriage_return_ = false;
    const bool may_stand_here = in_sequence_ || first == '\n' || first == '\r';
    if (!may_stand_here && first == '@') fail("is FASTQ, not FASTA");
    if (!may_stand_here)
        fail("is not FASTA: line " + std::to_string(line_) + " does not begin with >");
    return 0;
}

/// As for samtools, blanks before the name are no part of it.
std::size_t fasta_scanner::add_name(std::span<const std::uint8_t> bytes) {
    const bool leads = bytes.front() == ' ' || bytes.front() == '\t';
    if (leads && current_.name.empty()) return 1;
    const auto end = std::find_if(bytes.begin(), bytes.end(), is_blank);
    current_.name.append(bytes.begin(), end);
    if (current_.name.size() > name_bytes_max) fail(here() + "the name is longer than 4096 bytes");
    if (end != bytes.end()) place_ = place::description;
    return static_cast<std::size_t>(end - bytes.begin());
}

std::size_t fasta_scanner::add_letters(std::span<const std::uint8_t> bytes) {
    const std::size_t part = line_part(bytes);
    if (part == 0) return 0;
    const bool ends_in_return = bytes[part - 1] == '\r';
    const std::size_t letters = part - (ends_in_return ? 1 : 0);
    if ((carriage_return_ && part > 0) || !are_letters(bytes.data(), letters)) {
        const bool has_blank =
            carriage_return_ ||
            std::any_of(
                bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(letters), is_blank
            );
        fail(
            here() + (has_blank ? "blanks within a sequence; mend it with sed "
                                  "'/^>/!s/[[:space:]]//g' FILE > NEW"
                                : "a byte that is no letter of a sequence")
        );
    }
    if (letters > 0 && current_.length == 0 && letters_ == 0) current_.offset = offset_;
    letters_ += letters;
    carriage_return_ = ends_in_return;
    return part;
}

void fasta_scanner::end_line() {
    const place ended = std::exchange(place_, place::line_start);
    ++line_;
    if (ended == place::name || ended == place::description) return;
    const std::uint64_t bytes = letters_ + (carriage_return_ ? 2 : 1);
    const auto number = [this] { return "line " + std::to_string(line_ - 1) + ": "; };
    if (letters_ == 0) {
        blank_line_ = current_.length > 0;
        return;
    }
    if (current_.length == 0) {
        current_.line_bases = letters_;
        current_.line_bytes = bytes;
    } else if (blank_line_) {
        fail(number() + "sequence " + current_.name + " goes on after an empty line");
    } else if (short_line_ || letters_ > current_.line_bases) {
        fail(number() + "sequence " + current_.name + " has lines of different length");
    }
    short_line_ = letters_ != current_.line_bases || bytes != current_.line_bytes;
    current_.length += letters_;
}

void fasta_scanner::end_sequence() {
    auto sequence = std::exchange(current_, {});
    short_line_ = false;
    blank_line_ = false;
    if (!in_sequence_) return;
    if (sequence.name.empty()) return fail(here() + "the sequence before it has no name");
    if (sequence.length == 0) return;
    names_bytes_ += sequence.name.size();
    const bool too_many = found_.size() == fasta_index::sequences_max ||
                          names_bytes_ > fasta_index::text_bytes_max / 2;
    if (too_many) return fail("has more than 2097152 sequences, or names above 64 MiB");
    found_.push_back(std::move(sequence));
}

result<fasta_index> fasta_scanner::finish() {
    const bool within_line = place_ != place::line_start;
    if (within_line) end_line();
    end_sequence();
    if (!in_sequence_) fail("is not FASTA: it has no line that begins with >");
    if (!fault_.empty()) return error{errc::file_unusable, fault_};
    return fasta_index::from(std::move(found_));
}

}  // namespace callstream::reference
