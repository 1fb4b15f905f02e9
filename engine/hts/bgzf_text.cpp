#include "engine/hts/bgzf_text.hpp"

#include "engine/core/error.hpp"

#include <htslib/bgzf.h>
#include <htslib/hfile.h>
#include <htslib/kstring.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <new>
#include <string>
#include <utility>

namespace callstream::hts {
namespace {

/// BGZF's own error bits do not tell a file that ends too early from a disk that fails; the stream
/// below it does.
void refuse_disk_errors(const BGZF& stream) {
    if (herrno(stream.fp) != 0) throw std::runtime_error("the file cannot be read");
}

[[noreturn]] void refuse_block(const BGZF& stream) {
    refuse_disk_errors(stream);
    throw damaged_file("a block cannot be inflated");
}

/// BGZF's own readers go on with a block that lost its BGZF subfield as with plain gzip, where no
/// offset means anything and a missing end is not noticed.
void refuse_gzip(const BGZF& stream) {
    if (stream.is_gzip != 0) throw damaged_file("a block is not a BGZF block");
}

std::uint64_t address_of(const BGZF& stream) {
    return static_cast<std::uint64_t>(stream.block_address);
}

/// Reads where it lies: nothing of it is copied.
void take(bgzf_input& in, std::shared_ptr<const shared_blocks::block> from) {
    in.stream.block_address = static_cast<std::int64_t>(from->address);
    in.stream.block_length = static_cast<int>(from->content.size());
    in.stream.block_clength = static_cast<int>(from->next_address - from->address);
    in.held = std::move(from);
    // The stream may have been at its end before. Whether that has its block is to be seen anew.
    in.stream.last_block_eof = 0;
}

void inflate(bgzf_input& in) {
    BGZF& stream = in.stream;
    in.held.reset();
    // The stream below stands behind the last block that it read itself.
    const bool is_behind = htell(stream.fp) != stream.block_address;
    if (is_behind && hseek(stream.fp, stream.block_address, SEEK_SET) < 0) refuse_block(stream);
    if (bgzf_read_block(&stream) != 0) refuse_block(stream);
    refuse_gzip(stream);
    take_over(stream);
}

std::string_view content(const bgzf_input& in) {
    const auto size = static_cast<std::size_t>(in.stream.block_length);
    if (in.held) return {in.held->content.data(), size};
    return {static_cast<const char*>(in.stream.uncompressed_block), size};
}

void load_block(bgzf_input& in) {
    if (in.others == nullptr || !in.others->has_several()) return inflate(in);
    const auto asked = address_of(in.stream);
    if (auto found = in.others->find(asked)) return take(in, std::move(found));
    inflate(in);
    if (in.stream.block_length == 0) return;  // the end of the file, which everybody sees himself
    const auto address = address_of(in.stream);
    const auto behind = address + static_cast<std::uint64_t>(in.stream.block_clength);
    in.others->keep(asked, address, behind, content(in));
}

/// The next block, if the current one is used up; false at the end of the file.
bool has_bytes(bgzf_input& in) {
    if (in.stream.block_offset < in.stream.block_length) return true;
    load_block(in);
    if (in.stream.block_length == 0) return false;
    // A place that another version of the file gave.
    if (in.stream.block_offset > in.stream.block_length) {
        throw damaged_file("a block is too short");
    }
    return true;
}

}  // namespace

void take_over(BGZF& stream) {
    stream.block_clength = static_cast<int>(htell(stream.fp) - stream.block_address);
}

std::string_view bytes_ahead(bgzf_input& in) {
    if (!has_bytes(in)) return {};
    return content(in).substr(static_cast<std::size_t>(in.stream.block_offset));
}

/// As BGZF's own readers do, so that the virtual offset behind a block is the start of the next.
void pass_bytes(bgzf_input& in, std::size_t count) {
    BGZF& stream = in.stream;
    stream.block_offset += static_cast<int>(count);
    stream.uncompressed_address += static_cast<std::int64_t>(count);
    if (stream.block_offset < stream.block_length) return;
    stream.block_address += stream.block_clength;
    stream.block_offset = 0;
    stream.block_length = 0;
}

bool read_line(bgzf_input& in, kstring_t& line, std::size_t limit) {
    line.l = 0;
    bool any = false;
    for (auto ahead = bytes_ahead(in); !ahead.empty(); ahead = bytes_ahead(in)) {
        any = true;
        const std::size_t end = ahead.find('\n');
        const std::size_t taken = std::min(end, ahead.size());
        if (taken > limit - line.l) {
            throw damaged_file("a line is longer than " + std::to_string(limit >> 20) + " MiB");
        }
        if (kputsn(ahead.data(), taken, &line) < 0) throw std::bad_alloc();
        pass_bytes(in, taken + (end == ahead.npos ? 0 : 1));
        if (end != ahead.npos) break;
    }
    if (line.l > 0 && line.s[line.l - 1] == '\r') line.s[--line.l] = '\0';
    return any;
}

bool read_line(bgzf_input& in, kstring_t& several, std::size_t limit, std::string_view& line) {
    const auto ahead = bytes_ahead(in);
    if (ahead.empty()) return false;
    const std::size_t end = ahead.find('\n');
    if (end == ahead.npos) {
        if (!read_line(in, several, limit)) return false;
        line = {several.s, several.l};
        return true;
    }
    line = ahead.substr(0, end);
    pass_bytes(in, end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return true;
}

bool read_bytes(bgzf_input& in, void* into, std::size_t size) {
    auto* to = static_cast<char*>(into);
    for (std::size_t have = 0; have < size;) {
        const auto ahead = bytes_ahead(in);
        if (ahead.empty() && have == 0) return false;
        if (ahead.empty()) {
            refuse_disk_errors(in.stream);
            throw damaged_file("the file ends within a record");
        }
        const auto some = std::min(ahead.size(), size - have);
        std::memcpy(to + have, ahead.data(), some);
        pass_bytes(in, some);
        have += some;
    }
    return true;
}

void check_end(const BGZF& stream) {
    refuse_disk_errors(stream);
    if (stream.errcode != 0) throw damaged_file("a block cannot be inflated");
    if (stream.no_eof_block != 0) throw damaged_file("the file ends without its last block");
}

}  // namespace callstream::hts
