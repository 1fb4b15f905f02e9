#include "engine/hts/header_gate.hpp"

#include "engine/hts/bgzf_text.hpp"
#include "engine/hts/limits.hpp"

#include <htslib/bgzf.h>
#include <htslib/kstring.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string_view>
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

/// Length of the header text by the first nine bytes (VCF specification 4.3, section 6.2).
std::uint32_t bcf_header_bytes(BGZF& stream) {
    std::array<char, 9> head{};
    if (!read_bytes(stream, head.data(), head.size())) throw damaged_file("the file is empty");
    std::uint32_t length;
    std::memcpy(&length, head.data() + 5, sizeof length);
    return length;
}

/// The line that names the columns; empty when a line without `#` comes first. Nothing is kept of
/// the lines before it.
result<void> find_column_line(BGZF& stream, line_buffer& line) {
    std::size_t total = 0;
    while (read_line(stream, line.text, header_bytes_max)) {
        total += line.text.l;
        if (total > header_bytes_max) return too_long();
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

/// Moves to the header text of a BCF, whose lines are those of a VCF.
void enter_text(BGZF& stream, bool is_bcf) {
    rewind(stream);
    if (is_bcf) bcf_header_bytes(stream);
}

}  // namespace

result<void> check_header_size(BGZF& stream, bool is_bcf) {
    if (is_bcf) {
        if (bcf_header_bytes(stream) > header_bytes_max) return too_long();
    } else {
        line_buffer line;
        if (const auto found = find_column_line(stream, line); !found) return found.error();
    }
    rewind(stream);
    return {};
}

std::string why_header_is_refused(BGZF& stream, bool is_bcf) {
    enter_text(stream, is_bcf);
    line_buffer line;
    if (const auto found = find_column_line(stream, line); !found) return found.error().text;
    const auto problem = problem_of_columns(line.view());
    return problem.empty() ? "has a header that htslib refuses" : problem;
}

}  // namespace callstream::hts
