#include "engine/hts/crai_file.hpp"

#include "engine/core/file.hpp"
#include "engine/core/parse.hpp"
#include "engine/hts/bgzf.hpp"
#include "engine/hts/gzip.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace callstream::hts {
namespace {

constexpr std::size_t packed_bytes_max = std::size_t{32} << 20;
constexpr std::size_t inflated_bytes_max = std::size_t{64} << 20;

enum column { reference, start, span, container, slice, slice_bytes, column_count };

error unusable(std::string why) {
    return {errc::file_unusable, "the index is malformed: " + std::move(why)};
}

/// The six numbers of a line, or nothing.
std::optional<std::array<std::int64_t, column_count>> parse_line(std::string_view line) {
    std::array<std::int64_t, column_count> numbers{};
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const std::size_t tab = line.find('\t');
        if ((tab == std::string_view::npos) != (i + 1 == numbers.size())) return std::nullopt;
        const auto number = parse_integer<std::int64_t>(line.substr(0, tab));
        if (!number) return std::nullopt;
        numbers[i] = *number;
        if (tab != std::string_view::npos) line.remove_prefix(tab + 1);
    }
    return numbers;
}

result<std::string> text_of(int fd) {
    const std::uint64_t size = identity_of(fd).size;
    if (size > packed_bytes_max) return unusable("it is larger than 32 MiB");
    std::string bytes(size, '\0');
    if (!read_exactly(fd, bytes.data(), bytes.size(), 0)) return unusable("it shrank");
    if (compression_of(fd) == compression::none) return bytes;
    try {
        return inflate_gzip(
            {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, inflated_bytes_max
        );
    } catch (const damaged_file& e) {
        return unusable(std::string("it ") + e.what());
    }
}

}  // namespace

result<crai_file> read_crai_file(int index) {
    const auto text = text_of(index);
    if (!text) return text.error();
    crai_file out;
    std::string_view rest = *text;
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        const auto numbers = parse_line(rest.substr(0, end));
        const auto in_line = "line " + std::to_string(out.slices + 1);
        if (end == std::string_view::npos || !numbers) {
            return unusable(in_line + " is not one of a .crai");
        }
        const auto& n = *numbers;
        const bool possible = n[reference] >= -1 && n[container] >= 0 && n[slice] >= 0 &&
                              n[slice_bytes] > 0 && n[span] >= 0;
        if (!possible) return unusable(in_line + " has an impossible number");
        out.last_reference = std::max(out.last_reference, n[reference]);
        out.last_container = std::max(out.last_container, static_cast<std::uint64_t>(n[container]));
        ++out.slices;
        rest.remove_prefix(end + 1);
    }
    return out;
}

}  // namespace callstream::hts
