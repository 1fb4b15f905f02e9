#include "engine/reference/reference_file.hpp"

#include "engine/hts/bgzf.hpp"
#include "engine/reference/letters.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace callstream::reference {
namespace {

/// How much of a line is read only to see whether it begins and ends where it should.
constexpr std::uint64_t look_around = 4096;
/// Header lines and empty sequences between two sequences.
constexpr std::uint64_t gap_bytes_max = std::uint64_t{1} << 20;

error unusable(std::string why) {
    return {errc::file_unusable, std::move(why)};
}

damaged_file not_as_indexed(const fasta_sequence& s) {
    return damaged_file("sequence " + s.name + " is not where its index says");
}

bool take_line_end_of(std::string_view& text) {
    if (text.starts_with('\n')) return text.remove_prefix(1), true;
    if (text.starts_with("\r\n")) return text.remove_prefix(2), true;
    return false;
}

/// Whether `gap`, which stands before the first letter of a sequence, ends with its header line.
/// Before that there may be headers of sequences without a letter, empty lines anywhere, and blanks
/// before a name.
bool ends_in_header(std::string_view gap, std::string_view name) {
    std::string_view header;
    while (!gap.empty()) {
        const std::size_t end = gap.find('\n');
        if (end == std::string_view::npos) return false;
        const auto line = gap.substr(0, end);
        gap.remove_prefix(end + 1);
        if (line.empty() || line == "\r") continue;
        if (line.front() != '>') return false;
        header = line.substr(1);
    }
    header.remove_prefix(std::min(header.find_first_not_of(" \t"), header.size()));
    return header.starts_with(name) &&
           (header.size() == name.size() || static_cast<unsigned char>(header[name.size()]) <= ' ');
}

}  // namespace

reference_file::reference_file(unique_fd fd, reference_indexes indexes)
    : fd_(std::move(fd)),
      identity_(identity_of(fd_.get())),
      indexes_(std::move(indexes)),
      borders_seen_(std::make_unique<std::atomic<bool>[]>(sequences().size())) {}

result<std::shared_ptr<const reference_file>> reference_file::open(
    const std::filesystem::path& fasta, reference_indexes indexes
) {
    auto fd = open_regular(fasta);
    if (!fd) return fd.error();
    const auto packing = hts::seekable_compression_of(fd->get(), identity_of(fd->get()).size);
    if (!packing) return packing.error();
    const bool packed = *packing == hts::compression::bgzf;
    if (packed != indexes.blocks.has_value()) return unusable("its indexes are of another file");
    const std::shared_ptr<const reference_file> file(
        new reference_file(std::move(*fd), std::move(indexes))
    );
    if (auto fits = file->check_end(); !fits) return fits.error();
    return file;
}

content_stream reference_file::content() const {
    return {fd_.get(), identity_.size, indexes_.blocks ? &*indexes_.blocks : nullptr};
}

result<void> reference_file::check_end() const {
    std::uint64_t size = identity_.size;
    if (indexes_.blocks) {
        // From the last block but one on, so that the start of the last is compared as well.
        const auto& blocks = indexes_.blocks->blocks();
        size = blocks[blocks.size() < 2 ? 0 : blocks.size() - 2].inflated;
        auto stream = content();
        stream.seek(size);
        try {
            while (const std::size_t more = stream.next().size()) size += more;
        } catch (const damaged_file& e) {
            return unusable(e.what());
        }
    }
    if (sequences().back().end() <= size) return {};
    return unusable("its index is of another file: a sequence ends beyond the end");
}

reference_cursor::reference_cursor(std::shared_ptr<const reference_file> file)
    : file_(std::move(file)), content_(file_->content()) {}

result<void> reference_cursor::turn_to(
    std::size_t sequence, std::uint64_t start0, std::uint64_t end0, letter_case letters
) {
    pos0_ = end0_ = 0;
    if (sequence >= file_->sequences().size()) return error{errc::bad_request, "no such sequence"};
    sequence_ = &file_->sequences()[sequence];
    if (start0 > end0 || end0 > sequence_->length) {
        return error{
            errc::bad_request,
            "the sequence " + sequence_->name + " has " + std::to_string(sequence_->length) +
                " bases, " + std::to_string(start0) + " to " + std::to_string(end0) +
                " are not among them"};
    }
    check_borders(sequence);
    upper_ = letters == letter_case::upper;
    if (start0 == end0) return {};
    column_ = start0 % sequence_->line_bases;
    const std::uint64_t at = sequence_->byte_of(start0);
    rest_ = {};
    if (start0 == column_ || column_ > look_around) {
        content_.seek(at);
    } else {
        content_.seek(at - column_ - 1);
        if (take_byte() != '\n') throw not_as_indexed(*sequence_);
        skip_letters(column_);
    }
    pos0_ = start0;
    end0_ = end0;
    return {};
}

std::size_t reference_cursor::read(std::span<char> out) {
    std::size_t done = 0;
    while (done < out.size() && pos0_ < end0_) {
        done += read_lines(out.subspan(done));
        if (done == out.size()) break;
        if (rest_.empty()) rest_ = content_.next();
        if (rest_.empty()) throw not_as_indexed(*sequence_);
        const std::uint64_t wanted = std::min({
            std::uint64_t{out.size() - done},
            std::uint64_t{rest_.size()},
            sequence_->line_bases - column_,
            end0_ - pos0_,
        });
        const auto count = static_cast<std::size_t>(wanted);
        if (!copy_letters(rest_.data(), count, out.data() + done, upper_)) {
            throw not_as_indexed(*sequence_);
        }
        rest_ = rest_.subspan(count);
        done += count;
        pos0_ += count;
        column_ += count;
        if (column_ == sequence_->line_bases && pos0_ < sequence_->length) take_line_end();
        if (pos0_ == end0_) check_rest_of_line();
    }
    return done;
}

/// Whole lines that are in `rest_`, behind each of which the stretch goes on: most of a long one.
std::size_t reference_cursor::read_lines(std::span<char> out) {
    if (column_ != 0) return 0;
    const line_shape shape{
        static_cast<std::size_t>(sequence_->line_bases),
        static_cast<std::size_t>(sequence_->line_bytes)};
    const std::uint64_t most = std::min(
        {std::uint64_t{rest_.size() / shape.bytes},
         std::uint64_t{out.size() / shape.bases},
         (end0_ - pos0_ - 1) / shape.bases}
    );
    const auto lines = static_cast<std::size_t>(most);
    if (!copy_lines(rest_.data(), lines, shape, out.data(), upper_)) {
        throw not_as_indexed(*sequence_);
    }
    rest_ = rest_.subspan(lines * shape.bytes);
    pos0_ += lines * shape.bases;
    return lines * shape.bases;
}

void reference_cursor::check_borders(std::size_t sequence) {
    auto& seen = file_->borders_seen_[sequence];
    if (seen.load(std::memory_order_relaxed)) return;
    const auto& all = file_->sequences();
    const fasta_sequence& s = all[sequence];
    const std::uint64_t from = sequence == 0 ? 0 : all[sequence - 1].end();
    if (s.offset - from > gap_bytes_max) throw not_as_indexed(s);

    const auto text_at = [this](std::uint64_t offset, std::uint64_t size) {
        std::string text;
        content_.seek(offset);
        while (text.size() < size) {
            const auto piece = content_.next();
            if (piece.empty()) break;
            const auto count = std::min<std::uint64_t>(piece.size(), size - text.size());
            text.append(reinterpret_cast<const char*>(piece.data()), count);
        }
        return text;
    };
    const std::string before = text_at(from, s.offset - from);
    std::string_view gap = before;
    const bool ends_before = sequence == 0 || take_line_end_of(gap);
    if (!ends_before || !ends_in_header(gap, s.name)) throw not_as_indexed(s);

    constexpr std::uint64_t line_end_and_next = 3;
    const std::string after = text_at(s.end(), line_end_and_next);
    std::string_view tail = after;
    const bool ends_here = tail.empty() || take_line_end_of(tail) || tail == "\r";
    const bool next_is_header =
        tail.empty() || tail.front() == '>' || tail.front() == '\n' || tail.front() == '\r';
    if (!ends_here || !next_is_header) throw not_as_indexed(s);
    seen.store(true, std::memory_order_relaxed);
}

std::uint8_t reference_cursor::take_byte() {
    if (rest_.empty()) rest_ = content_.next();
    if (rest_.empty()) throw not_as_indexed(*sequence_);
    const std::uint8_t byte = rest_.front();
    rest_ = rest_.subspan(1);
    return byte;
}

void reference_cursor::skip_letters(std::uint64_t count) {
    while (count > 0) {
        if (rest_.empty()) rest_ = content_.next();
        const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(count, rest_.size()));
        if (piece == 0 || !are_letters(rest_.data(), piece)) throw not_as_indexed(*sequence_);
        rest_ = rest_.subspan(piece);
        count -= piece;
    }
}

void reference_cursor::take_line_end() {
    const bool has_return = sequence_->line_bytes - sequence_->line_bases == 2;
    const bool right = (!has_return || take_byte() == '\r') && take_byte() == '\n';
    if (!right) throw not_as_indexed(*sequence_);
    column_ = 0;
}

void reference_cursor::check_rest_of_line() {
    if (column_ == 0) return;
    const std::uint64_t in_line = sequence_->line_bases - column_;
    const std::uint64_t in_sequence = sequence_->length - pos0_;
    const std::uint64_t count = std::min(in_line, in_sequence);
    if (count > look_around) return;
    skip_letters(count);
    if (in_line < in_sequence) take_line_end();
}

}  // namespace callstream::reference
