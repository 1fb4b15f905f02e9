#include "engine/hts/bgzf_writer.hpp"

#include "engine/core/file.hpp"

#include <algorithm>

namespace callstream::hts {
namespace {

/// Of packed bytes that wait for being written together.
constexpr std::size_t out_bytes = 128 * 1024;
/// Of what is given to the packer at once, so that what comes out of it stays small.
constexpr std::size_t piece_bytes = 128 * 1024;

}  // namespace

bgzf_writer::bgzf_writer(int fd) : fd_(fd), out_(2 * out_bytes) {}

void bgzf_writer::add(std::span<const std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const auto piece = bytes.first(std::min(bytes.size(), piece_bytes));
        packer_.add(piece, out_);
        bytes = bytes.subspan(piece.size());
        if (out_.size() >= out_bytes) flush();
    }
}

void bgzf_writer::finish() {
    packer_.finish(out_);
    flush();
}

void bgzf_writer::flush() {
    write_all(fd_, out_.view());
    written_ += out_.size();
    out_.clear();
}

}  // namespace callstream::hts
