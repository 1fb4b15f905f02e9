#include "engine/hts/header_gate.hpp"

#include "engine/hts/bgzf_text.hpp"
#include "engine/hts/limits.hpp"

#include <htslib/bgzf.h>
#include <htslib/kstring.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <unordered_set>

namespace callstream::hts {
namespace {

struct line_buffer {
    line_buffer() = default;
    line_buffer(const line_buffer&) = delete;
    line_buffer& operator=(const line_buffer&) = delete;
    ~line_buffer() { ks_free(&text); }
    std::string_view view() const { return {text.s, text.l}; }

    kstring_t text = KS_INITIALIZE;
};

void rewind(BGZF& stream) {
    if (bgzf_seek(&stream, 0, SEEK_SET) != 0) throw std::runtime_error("cannot seek in a file");
}

error too_long() {
    return {
        errc::file_unusable,
        "has a header of more than " + std::to_string(header_bytes_max >> 20) + " MiB"};
}

/// The number behind `IDX=`, which `text` may begin with; 0 where it does not. Blanks and a sign
/// are passed over as htslib passes over them.
std::uint64_t number_of_entry(std::string_view text) {
    const auto skip = [&text](std::string_view characters) {
        text.remove_prefix(std::min(text.find_first_not_of(characters), text.size()));
    };
    skip(" ");
    if (!text.starts_with('=')) return 0;
    text.remove_prefix(1);
    skip(" \t\v\f\r+");
    const auto digits = text.substr(0, text.find_first_not_of("0123456789"));
    std::uint64_t number = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const bool too_large = parsed.ec == std::errc::result_out_of_range;
    return too_large ? std::numeric_limits<std::uint64_t>::max() : number;
}

/// Sees the lines of a header one by one and says whether the dictionaries that htslib makes of
/// them stay about as large as the header.
class dictionary_check {
 public:
    /// Looks into quoted texts, too: nothing that htslib could take for a number may be missed.
    void add(std::string_view line) {
        constexpr std::string_view key = "IDX";
        ++lines_;
        if (!line.starts_with("##")) return;
        for (auto at = line.find(key); at != std::string_view::npos; at = line.find(key, at)) {
            at += key.size();
            largest_ = std::max(largest_, number_of_entry(line.substr(at)));
        }
    }
    result<void> outcome() const {
        if (largest_ <= lines_ + dictionary_gaps_max) return {};
        return error{
            errc::file_unusable,
            "has a header that counts its contigs or tags up to " + std::to_string(largest_) +
                " (IDX=) in " + std::to_string(lines_) + " lines"};
    }

 private:
    std::uint64_t lines_ = 0;
    std::uint64_t largest_ = 0;
};

/// Length of the header text by the first nine bytes (VCF specification 4.3, section 6.2).
std::uint32_t bcf_header_bytes(BGZF& stream) {
    std::array<char, 9> head{};
    if (!read_bytes(stream, head.data(), head.size())) throw damaged_file("the file is empty");
    std::uint32_t length;
    std::memcpy(&length, head.data() + 5, sizeof length);
    return length;
}

/// The line that names the columns; empty when a line without `#` comes first. Nothing is kept of
/// the lines before it, which `check` sees.
result<void> find_column_line(BGZF& stream, line_buffer& line, dictionary_check& check) {
    std::size_t total = 0;
    while (read_line(stream, line.text, header_bytes_max)) {
        total += line.text.l;
        if (total > header_bytes_max) return too_long();
        check.add(line.view());
        if (!line.view().starts_with('#')) break;
        if (!line.view().starts_with("##")) return {};
    }
    line.text.l = 0;
    return {};
}

std::string problem_of_columns(std::string_view columns) {
    if (columns.empty()) return "has no line that starts with #CHROM";
    std::unordered_set<std::string_view> seen;
    constexpr int fixed_columns = 9;
    for (int column = 0; !columns.empty(); ++column) {
        const auto name = columns.substr(0, columns.find('\t'));
        columns.remove_prefix(std::min(columns.size(), name.size() + 1));
        if (column < fixed_columns || seen.insert(name).second) continue;
        return "has the sample " + std::string(name.substr(0, 100)) +
               " twice; mend it with bcftools reheader -s";
    }
    return {};
}

/// `size` bytes of header text, all of which htslib parses: lines that are none it passes over.
void check_text(BGZF& stream, std::size_t size, dictionary_check& check) {
    constexpr std::size_t piece_bytes = 64 * 1024;
    std::string text;  // from the start of a line
    while (size > 0) {
        const std::size_t kept = text.size();
        const std::size_t piece = std::min(size, piece_bytes);
        text.resize(kept + piece);
        if (!read_bytes(stream, text.data() + kept, piece)) {
            throw damaged_file("the file ends within its header");
        }
        size -= piece;
        std::string_view rest = text;
        for (auto end = rest.find('\n', kept); end != std::string_view::npos;
             end = rest.find('\n')) {
            check.add(rest.substr(0, end));
            rest.remove_prefix(end + 1);
        }
        text.erase(0, text.size() - rest.size());
    }
    if (text.find_first_not_of('\0') != std::string::npos) check.add(text);
}

/// Moves to the header text of a BCF, whose lines are those of a VCF.
void enter_text(BGZF& stream, bool is_bcf) {
    rewind(stream);
    if (is_bcf) bcf_header_bytes(stream);
}

}  // namespace

result<void> check_header_size(BGZF& stream, bool is_bcf) {
    dictionary_check check;
    if (is_bcf) {
        const std::size_t size = bcf_header_bytes(stream);
        if (size > header_bytes_max) return too_long();
        check_text(stream, size, check);
    } else {
        line_buffer line;
        if (const auto found = find_column_line(stream, line, check); !found) return found.error();
    }
    rewind(stream);
    return check.outcome();
}

std::string why_header_is_refused(BGZF& stream, bool is_bcf) {
    enter_text(stream, is_bcf);
    line_buffer line;
    dictionary_check passed_before;
    if (const auto found = find_column_line(stream, line, passed_before); !found) {
        return found.error().text;
    }
    const auto problem = problem_of_columns(line.view());
    return problem.empty() ? "has a header that htslib refuses" : problem;
}

}  // namespace callstream::hts
