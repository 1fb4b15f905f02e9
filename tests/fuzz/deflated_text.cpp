// Texts that are compressed by our own deflate, cell by cell, or by edits of the text before: what
// zlib makes of them is the text.
#include "server/streaming/cell_encoder.hpp"
#include "server/streaming/marked_text.hpp"
#include "tests/support/bgzf_builder.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::fuzzing {
namespace {

using streaming::text_edit;

void expect(bool holds) {
    if (!holds) std::abort();
}

void code_cells(std::string_view text, std::size_t piece, char cell_end) {
    streaming::cell_encoder encoder(cell_end);
    text_buffer out;
    for (std::size_t at = 0; at <= text.size(); at += piece) {
        encoder.encode(text.substr(at, piece), at + piece > text.size(), out);
    }
    expect(testing::gunzip(out.view()) == text);
}

/// Lines stand for each other, and what ends with a comma is a piece of them.
void code_edits(std::string_view text) {
    streaming::deflate_writer writer;
    text_buffer out;
    writer.open(out);
    std::string_view was;
    std::vector<std::uint32_t> was_cuts;
    std::uint64_t was_position = 0;
    for (std::string_view left = text; !left.empty();) {
        const auto now = left.substr(0, left.find('\n') + (left.find('\n') == left.npos ? 0 : 1));
        left.remove_prefix(now.size());
        std::vector<std::uint32_t> cuts;
        for (std::uint32_t i = 0; i < now.size(); ++i) {
            if (now[i] == ',') cuts.push_back(i + 1);
        }
        std::vector<text_edit> edits;
        streaming::find_edits(was, was_cuts, now, cuts, edits);
        const auto position = writer.position();
        for (const auto& edit : edits) {
            const auto piece = now.substr(edit.begin, edit.length);
            const bool is_before = edit.from == text_edit::source::before;
            if (edit.from == text_edit::source::nothing) {
                writer.spell(piece);
            } else if (is_before) {
                writer.repeat(piece, position + edit.begin - (was_position + edit.at));
            } else {
                writer.repeat(piece, edit.begin - edit.at);
            }
        }
        writer.add(streaming::crc_piece_of(now));
        writer.learn();
        was = now;
        was_cuts = std::move(cuts);
        was_position = position;
    }
    writer.finish();
    expect(testing::gunzip(out.view()) == text);
}

}  // namespace
}  // namespace callstream::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace callstream::fuzzing;
    if (size < 2) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
    code_cells(text, std::size_t{1} << data[0] % 16, static_cast<char>(data[1]));
    code_edits(text);
    return 0;
}
