#include "tests/fuzz/support/fuzz_input.hpp"

#include "tests/support/bgzf_builder.hpp"

#include <boost/json/parse.hpp>

#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace callstream::fuzzing {

void fail(std::string_view what, std::string_view detail) {
    constexpr std::size_t shown = 2000;
    const auto part = detail.substr(0, shown);
    std::fprintf(
        stderr,
        "DOES NOT HOLD: %.*s\n%.*s\n",
        static_cast<int>(what.size()),
        what.data(),
        static_cast<int>(part.size()),
        part.data()
    );
    std::abort();
}

boost::json::value require_json(std::string_view text) {
    boost::json::error_code ec;
    auto value = boost::json::parse({text.data(), text.size()}, ec);
    require(!ec, "the output is JSON", text);
    return value;
}

std::string_view take_until(std::string_view& rest, std::string_view separator) {
    const auto end = rest.find(separator);
    const auto part = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + separator.size());
    return part;
}

std::string stored_bgzf(std::string_view content) {
    constexpr std::size_t content_bytes = 500;
    constexpr std::size_t frame_bytes = 18 + 5 + 8;  // header, head of a stored block, footer
    std::string out;
    for (std::size_t at = 0; at < content.size(); at += content_bytes) {
        const auto piece = content.substr(at, content_bytes);
        const auto size = piece.size();
        out.append("\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0", 16);
        testing::append_little_endian(out, frame_bytes + size - 1, 2);
        out += '\1';  // the last block of its deflate stream
        testing::append_little_endian(out, size, 2);
        testing::append_little_endian(out, ~size, 2);
        out += piece;
        const auto* bytes = reinterpret_cast<const Bytef*>(piece.data());
        testing::append_little_endian(out, crc32(0, bytes, static_cast<uInt>(size)), 4);
        testing::append_little_endian(out, size, 4);
    }
    return out + testing::eof_block();
}

scratch_folder::scratch_folder() {
    auto name = (std::filesystem::temp_directory_path() / "callstream-fuzz-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::system_error(errno, std::generic_category(), "mkdtemp");
    }
    path_ = name;
}

scratch_folder::~scratch_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace callstream::fuzzing
