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

/// Calls `visit(slice)` for each line.
template <class Visit>
result<void> each_slice(int fd, Visit visit) {
    const auto text = text_of(fd);
    if (!text) return text.error();
    std::string_view rest = *text;
    for (std::uint64_t line = 1; !rest.empty(); ++line) {
        const std::size_t end = rest.find('\n');
        const auto numbers = parse_line(rest.substr(0, end));
        const auto in_line = [line] { return "line " + std::to_string(line); };
        if (end == std::string_view::npos || !numbers) {
            return unusable(in_line() + " is not one of a .crai");
        }
        const auto& n = *numbers;
        const bool possible = n[reference] >= -1 && n[container] >= 0 && n[slice] >= 0 &&
                              n[slice_bytes] > 0 && n[span] >= 0;
        if (!possible) return unusable(in_line() + " has an impossible number");
        visit(crai_slice{n[reference], n[start], n[span], static_cast<std::uint64_t>(n[container])}
        );
        rest.remove_prefix(end + 1);
    }
    return {};
}

}  // namespace

result<std::vector<crai_slice>> read_crai_slices(int index) {
    std::vector<crai_slice> out;
    const auto read = each_slice(index, [&out](const crai_slice& one) { out.push_back(one); });
    if (!read) return read.error();
    return out;
}

result<crai_file> read_crai_file(int index) {
    crai_file out;
    const auto read = each_slice(index, [&out](const crai_slice& one) {
        out.last_reference = std::max(out.last_reference, one.reference);
        out.last_container = std::max(out.last_container, one.container);
        ++out.slices;
    });
    if (!read) return read.error();
    return out;
}

}  // namespace callstream::hts
