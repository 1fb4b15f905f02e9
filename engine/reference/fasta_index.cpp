#include "engine/reference/fasta_index.hpp"

#include "engine/core/parse.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace callstream::reference {
namespace {

/// Far above any genome and far below any overflow: offsets are products and sums of these.
constexpr std::uint64_t bytes_max = std::uint64_t{1} << 48;

error unusable(std::string why) {
    return {errc::file_unusable, std::move(why)};
}

bool is_name(std::string_view name) {
    const auto graphic = [](unsigned char c) { return c > ' ' && c != 0x7f; };
    return !name.empty() && std::all_of(name.begin(), name.end(), graphic);
}

/// Nothing when the sequence is possible, else what is not.
const char* fault_of(const fasta_sequence& s) {
    if (!is_name(s.name)) return "a name is empty or has blanks or control characters";
    if (s.length == 0 || s.length > bytes_max) return "has an impossible length";
    // ">", a name of one letter and a line end come before any sequence.
    if (s.offset < 3 || s.offset > bytes_max) return "has an impossible offset";
    if (s.line_bases == 0 || s.line_bases > s.length) return "has lines of impossible length";
    if (s.line_bytes <= s.line_bases || s.line_bytes > s.line_bases + 2) {
        return "has blanks within its lines, or a wrong index";
    }
    if (s.end() > bytes_max) return "has an impossible length";
    return nullptr;
}

/// One line of a .fai, or nothing.
std::optional<fasta_sequence> parse_line(std::string_view line) {
    std::array<std::string_view, 5> fields;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const std::size_t tab = line.find('\t');
        if ((tab == std::string_view::npos) != (i + 1 == fields.size())) return std::nullopt;
        fields[i] = line.substr(0, tab);
        if (tab != std::string_view::npos) line.remove_prefix(tab + 1);
    }
    std::array<std::uint64_t, 4> numbers{};
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const auto number = parse_integer<std::uint64_t>(fields[i + 1]);
        if (!number) return std::nullopt;
        numbers[i] = *number;
    }
    return fasta_sequence{std::string(fields[0]), numbers[0], numbers[1], numbers[2], numbers[3]};
}

}  // namespace

result<fasta_index> fasta_index::from(std::vector<fasta_sequence> sequences) {
    if (sequences.empty()) return unusable("no sequence has a letter");
    if (sequences.size() > sequences_max) return unusable("there are more than 2097152 sequences");
    std::uint64_t end = 0;
    for (const auto& s : sequences) {
        if (const char* fault = fault_of(s)) return unusable("sequence " + s.name + ": " + fault);
        // A line end and a header line of at least three bytes stand between two sequences.
        if (end > 0 && s.offset < end + 4) return unusable("sequence " + s.name + ": overlaps");
        end = s.end();
    }
    fasta_index index;
    index.sequences_ = std::move(sequences);
    index.by_name_.resize(index.sequences_.size());
    std::iota(index.by_name_.begin(), index.by_name_.end(), 0U);
    const auto name = [&](std::uint32_t i) -> const std::string& {
        return index.sequences_[i].name;
    };
    std::sort(index.by_name_.begin(), index.by_name_.end(), [&](auto a, auto b) {
        return name(a) < name(b);
    });
    const auto twin =
        std::adjacent_find(index.by_name_.begin(), index.by_name_.end(), [&](auto a, auto b) {
            return name(a) == name(b);
        });
    if (twin != index.by_name_.end()) {
        return unusable("two sequences have the name " + name(*twin));
    }
    return index;
}

result<fasta_index> fasta_index::parse(std::string_view fai) {
    std::vector<fasta_sequence> sequences;
    for (std::size_t number = 1; !fai.empty(); ++number) {
        const std::size_t end = fai.find('\n');
        auto sequence = parse_line(fai.substr(0, end));
        if (end == std::string_view::npos || !sequence) {
            return unusable("line " + std::to_string(number) + " is not one of a .fai");
        }
        if (sequences.size() == sequences_max) return unusable("it has more than 2097152 lines");
        sequences.push_back(std::move(*sequence));
        fai.remove_prefix(end + 1);
    }
    return from(std::move(sequences));
}

std::string fasta_index::to_fai() const {
    std::string text;
    for (const auto& s : sequences_) {
        text += s.name;
        for (const auto number : {s.length, s.offset, s.line_bases, s.line_bytes}) {
            text += '\t';
            text += std::to_string(number);
        }
        text += '\n';
    }
    return text;
}

std::optional<std::size_t> fasta_index::find(std::string_view name) const {
    const auto at = std::lower_bound(
        by_name_.begin(),
        by_name_.end(),
        name,
        [this](std::uint32_t i, std::string_view n) { return sequences_[i].name < n; }
    );
    if (at == by_name_.end() || sequences_[*at].name != name) return std::nullopt;
    return *at;
}

}  // namespace callstream::reference
