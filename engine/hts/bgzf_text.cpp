#include "engine/hts/bgzf_text.hpp"

#include "engine/core/error.hpp"

#include <htslib/bgzf.h>
#include <htslib/hfile.h>
#include <htslib/kstring.h>

#include <algorithm>
#include <new>
#include <string>

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

/// The next block, if the current one is used up; false at the end of the file.
bool has_bytes(BGZF& stream) {
    if (stream.block_offset < stream.block_length) return true;
    if (bgzf_read_block(&stream) != 0) refuse_block(stream);
    refuse_gzip(stream);
    if (stream.block_length == 0) return false;
    // A place that another version of the file gave.
    if (stream.block_offset > stream.block_length) throw damaged_file("a block is too short");
    return true;
}

}  // namespace

std::string_view bytes_ahead(BGZF& stream) {
    if (!has_bytes(stream)) return {};
    const char* block = static_cast<const char*>(stream.uncompressed_block);
    return {
        block + stream.block_offset,
        static_cast<std::size_t>(stream.block_length - stream.block_offset)};
}

/// As BGZF's own readers do, so that the virtual offset behind a block is the start of the next.
void pass_bytes(BGZF& stream, std::size_t count) {
    stream.block_offset += static_cast<int>(count);
    stream.uncompressed_address += static_cast<std::int64_t>(count);
    if (stream.block_offset < stream.block_length) return;
    stream.block_address = htell(stream.fp);
    stream.block_offset = 0;
    stream.block_length = 0;
}

bool read_line(BGZF& stream, kstring_t& line, std::size_t limit) {
    line.l = 0;
    bool any = false;
    for (auto ahead = bytes_ahead(stream); !ahead.empty(); ahead = bytes_ahead(stream)) {
        any = true;
        const std::size_t end = ahead.find('\n');
        const std::size_t taken = std::min(end, ahead.size());
        if (taken > limit - line.l) {
            throw damaged_file("a line is longer than " + std::to_string(limit >> 20) + " MiB");
        }
        if (kputsn(ahead.data(), taken, &line) < 0) throw std::bad_alloc();
        pass_bytes(stream, taken + (end == ahead.npos ? 0 : 1));
        if (end != ahead.npos) break;
    }
    if (line.l > 0 && line.s[line.l - 1] == '\r') line.s[--line.l] = '\0';
    return any;
}

bool read_line(BGZF& stream, kstring_t& several, std::size_t limit, std::string_view& line) {
    const auto ahead = bytes_ahead(stream);
    if (ahead.empty()) return false;
    const std::size_t end = ahead.find('\n');
    if (end == ahead.npos) {
        if (!read_line(stream, several, limit)) return false;
        line = {several.s, several.l};
        return true;
    }
    line = ahead.substr(0, end);
    pass_bytes(stream, end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return true;
}

bool read_bytes(BGZF& stream, void* into, std::size_t size) {
    const ssize_t got = bgzf_read(&stream, into, size);
    if (got < 0) refuse_block(stream);
    refuse_gzip(stream);
    if (got == 0 && size > 0) return false;
    if (static_cast<std::size_t>(got) < size) {
        refuse_disk_errors(stream);
        throw damaged_file("the file ends within a record");
    }
    return true;
}

void check_end(const BGZF& stream) {
    refuse_disk_errors(stream);
    if (stream.errcode != 0) throw damaged_file("a block cannot be inflated");
    if (stream.no_eof_block != 0) throw damaged_file("the file ends without its last block");
}

}  // namespace callstream::hts
