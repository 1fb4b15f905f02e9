// A FASTA file, plain or BGZF, whose bases are read at any place by those who share it.
#pragma once

#include "engine/core/error.hpp"
#include "engine/core/file.hpp"
#include "engine/reference/content_stream.hpp"
#include "engine/reference/reference_indexes.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace callstream::reference {

/// Immutable and shared between threads. Keeps its descriptor, so it goes on giving the bases of
/// the file that was opened when another one takes its name.
class reference_file {
 public:
    /// `indexes` are those of this very file: that they fit its size and its last block is checked
    /// here, the rest while bases are read. `errc::file_unusable` says what does not fit.
    static result<std::shared_ptr<const reference_file>> open(
        const std::filesystem::path& fasta, reference_indexes indexes
    );

    const file_identity& identity() const noexcept { return identity_; }
    /// False once the bytes behind the descriptor were written to.
    bool is_unchanged() const { return identity_of(fd_.get()) == identity_; }
    const std::vector<fasta_sequence>& sequences() const noexcept {
        return indexes_.sequences.sequences();
    }
    /// Position in `sequences`.
    std::optional<std::size_t> find(std::string_view name) const {
        return indexes_.sequences.find(name);
    }

 private:
    friend class reference_cursor;
    reference_file(unique_fd fd, reference_indexes indexes);
    content_stream content() const;
    result<void> check_end() const;

    unique_fd fd_;
    file_identity identity_;
    reference_indexes indexes_;
    /// Whether header and end of a sequence were found where the index says.
    std::unique_ptr<std::atomic<bool>[]> borders_seen_;
};

enum class letter_case { as_in_file, upper };

/// Bases of one stretch at a time; keeps its file alive. Memory: 420 KiB for a BGZF file, 256 KiB
/// for a plain one, and up to 1 MiB while a header is compared. Not thread-safe.
class reference_cursor {
 public:
    explicit reference_cursor(std::shared_ptr<const reference_file> file);

    /// Turns to the bases [start0, end0) of a sequence, 0-based; `errc::bad_request` when they are
    /// not within it. The first cursor on a sequence checks that its header and its end are where
    /// the index says, and throws damaged_file when they are not.
    result<void> turn_to(
        std::size_t sequence,
        std::uint64_t start0,
        std::uint64_t end0,
        letter_case letters = letter_case::as_in_file
    );

    /// The next bases into `out`: as many as fit or are left, 0 at the end. Throws damaged_file
    /// where a line that it reads does not begin and end as the index says (of the part of a line
    /// beyond the asked bases, 4 KiB are looked at), so a stale index is an error and not wrong
    /// bases. After a throw the cursor waits for `turn_to`.
    std::size_t read(std::span<char> out);
    /// Bases that `read` has still to give.
    std::uint64_t left() const noexcept { return end0_ - pos0_; }

 private:
    std::size_t read_lines(std::span<char> out);
    void check_borders(std::size_t sequence);
    std::uint8_t take_byte();
    void skip_letters(std::uint64_t count);
    void take_line_end();
    void check_rest_of_line();

    std::shared_ptr<const reference_file> file_;
    content_stream content_;
    const fasta_sequence* sequence_ = nullptr;
    std::uint64_t pos0_ = 0;
    std::uint64_t end0_ = 0;
    std::uint64_t column_ = 0;  // of pos0_ in its line
    bool upper_ = false;
    std::span<const std::uint8_t> rest_;  // of what the content gave last
};

}  // namespace callstream::reference
