#include "engine/hts/header_gate.hpp"

#include "engine/hts/bgzf_text.hpp"
#include "engine/hts/handles.hpp"
#include "engine/hts/limits.hpp"

#include <htslib/bgzf.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <unordered_set>

namespace callstream::hts {
namespace {

void rewind(BGZF& stream) {
    if (bgzf_seek(&stream, 0, SEEK_SET) != 0) throw std::runtime_error("cannot seek in a file");
}

error too_long() {
    return {
        errc::file_unusable,
        "has a header of more than " + std::to_string(header_bytes_max >> 20) + " MiB"};
}

/// What htslib and `variant_header` take for the parts of a header, in bytes: measured, rounded up.
constexpr std::size_t copies_of_text = 3;
constexpr std::size_t bytes_per_line = 400;
constexpr std::size_t bytes_per_entry = 80;  // of a structured line: ID=, Number= ...
constexpr std::size_t bytes_per_column = 270;

/// Adds up what the lines of a header cost.
class cost_check {
 public:
    /// `line` without its end. Says what is too much.
    result<void> add(std::string_view line) {
        ++lines_;
        const bool is_meta = line.starts_with("##");
        const auto entries = std::count(line.begin(), line.end(), is_meta ? ',' : '\t');
        memory_ +=
            line.size() * copies_of_text + bytes_per_line +
            static_cast<std::size_t>(entries) * (is_meta ? bytes_per_entry : bytes_per_column);
        if (memory_ > header_memory_max) {
            return error{
                errc::file_unusable,
                "has a header that needs more than " + std::to_string(header_memory_max >> 30) +
                    " GiB of memory"};
        }
        if (!is_meta) return {};
        const bool is_structure = line.substr(line.find('=') + 1).starts_with('<');
        if (!is_structure && ++plain_lines_ > plain_lines_max) {
            return error{
                errc::file_unusable,
                "has more than " + std::to_string(plain_lines_max) +
                    " header lines of the form ##key=value"};
        }
        note_numbers(line);
        return {};
    }

    /// After the last line: whether the dictionaries that htslib makes stay about as large as the
    /// header.
    result<void> check_numbers() const {
        if (largest_number_ <= lines_ + dictionary_gaps_max) return {};
        return error{
            errc::file_unusable,
            "has a header that counts its contigs or tags up to " +
                std::to_string(largest_number_) + " (IDX=) in " + std::to_string(lines_) +
                " lines"};
    }

 private:
    /// Wherever IDX= may stand; in a quoted text it is taken for one, too.
    void note_numbers(std::string_view line) {
        for (std::size_t at = line.find("IDX"); at != line.npos; at = line.find("IDX", at + 1)) {
            auto rest = line.substr(at + 3);
            // All that htslib and its strtol step over.
            constexpr std::string_view skipped = " =\"+\t\v\f\r";
            rest.remove_prefix(std::min(rest.find_first_not_of(skipped), rest.size()));
            std::uint64_t number = 0;
            const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), number);
            if (read.ec == std::errc::result_out_of_range) number = ~std::uint64_t{0};
            largest_number_ = std::max(largest_number_, number);
        }
    }

    std::size_t memory_ = 0;
    std::size_t plain_lines_ = 0;
    std::uint64_t lines_ = 0;
    std::uint64_t largest_number_ = 0;
};

/// Length of the header text by the first nine bytes (VCF specification 4.3, section 6.2).
std::uint32_t bcf_header_bytes(bgzf_input& in) {
    std::array<char, 9> head{};
    if (!read_bytes(in, head.data(), head.size())) throw damaged_file("the file is empty");
    std::uint32_t length;
    std::memcpy(&length, head.data() + 5, sizeof length);
    return length;
}

/// Calls `each(line)` up to the line that names the columns, which is then in `line`; that is empty
/// when there is none. Follows htslib: a text VCF may have empty lines, and the first that does not
/// start with ## names the columns; in a BCF, whose text has `text_bytes`, it skips what it does
/// not understand. Nothing is kept of other lines.
template <class Each>
result<void> find_column_line(
    bgzf_input& in, bool is_bcf, std::size_t text_bytes, text_handle& line, Each each
) {
    std::size_t total = 0;
    while (total < text_bytes && read_line(in, line.text, header_bytes_max)) {
        total += line.text.l + 1;
        if (const auto fine = each(line.view()); !fine) return fine;
        if (line.view().starts_with("##") || line.view().empty()) continue;
        if (line.view().starts_with(is_bcf ? "#CHROM\tPOS" : "#")) return {};
        if (!is_bcf) break;
    }
    line.text.l = 0;
    if (is_bcf && total < text_bytes) throw damaged_file("the file ends within its header");
    if (!is_bcf && total >= text_bytes) return too_long();
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

/// Moves to the text of the header, whose lines are those of a VCF also in a BCF. Returns how many
/// bytes of it to read at most.
std::size_t enter_text(bgzf_input& in, bool is_bcf) {
    rewind(in.stream);
    return is_bcf ? bcf_header_bytes(in) : header_bytes_max;
}

}  // namespace

result<void> check_header_cost(BGZF& stream, bool is_bcf) {
    bgzf_input in(stream);
    const std::size_t text_bytes = enter_text(in, is_bcf);
    if (text_bytes > header_bytes_max) return too_long();
    text_handle line;
    cost_check cost;
    const auto within_limits = find_column_line(
        in, is_bcf, text_bytes, line, [&](std::string_view text) { return cost.add(text); }
    );
    if (!within_limits) return within_limits;
    rewind(stream);
    return cost.check_numbers();
}

std::string why_header_is_refused(BGZF& stream, bool is_bcf) {
    bgzf_input in(stream);
    const std::size_t text_bytes = enter_text(in, is_bcf);
    text_handle line;
    const auto found = find_column_line(in, is_bcf, text_bytes, line, [](std::string_view) {
        return result<void>();
    });
    if (!found) return found.error().text;
    const auto problem = problem_of_columns(line.view());
    return problem.empty() ? "has a header that htslib refuses" : problem;
}

}  // namespace callstream::hts
