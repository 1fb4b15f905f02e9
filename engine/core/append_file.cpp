#include "engine/core/append_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace callstream {
namespace {

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

running_hash hash_of(int fd, std::uint64_t size) {
    constexpr std::size_t piece_bytes = 256 * 1024;
    running_hash hash;
    std::string piece(piece_bytes, '\0');
    for (std::uint64_t at = 0; at < size; at += piece_bytes) {
        const std::size_t now = std::min<std::uint64_t>(piece_bytes, size - at);
        if (!read_exactly(fd, piece.data(), now, at)) break;
        hash.add(piece.data(), now);
    }
    return hash;
}

}  // namespace

bool append_file::resume(std::uint64_t size, std::uint64_t hash) {
    unique_fd fd(::open(path_.c_str(), O_RDWR | O_CLOEXEC));
    if (!fd || identity_of(fd.get()).size < size) return false;
    auto found = hash_of(fd.get(), size);
    if (found.value().low != hash) return false;
    if (::ftruncate(fd.get(), static_cast<off_t>(size)) != 0) fail("truncate");
    if (::lseek(fd.get(), 0, SEEK_END) < 0) fail("seek");
    fd_ = std::move(fd);
    hash_ = std::move(found);
    flushed_ = size;
    pending_.clear();
    return true;
}

void append_file::flush() {
    if (!fd_) {
        fd_.reset(::open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
        if (!fd_) fail("create");
    }
    write_all(fd_.get(), pending_);
    hash_.add(pending_.data(), pending_.size());
    flushed_ += pending_.size();
    pending_.clear();
}

void append_file::sync() {
    flush();
    if (::fsync(fd_.get()) != 0) fail("fsync");
}

void append_file::read(std::uint64_t offset, void* into, std::size_t size) {
    auto* out = static_cast<char*>(into);
    if (offset < flushed_) {
        const std::size_t on_disk = std::min<std::uint64_t>(size, flushed_ - offset);
        if (!read_exactly(fd_.get(), out, on_disk, offset)) {
            throw std::runtime_error("a working file shrank");
        }
        out += on_disk;
        offset += on_disk;
        size -= on_disk;
    }
    if (size > 0) std::memcpy(out, pending_.data() + (offset - flushed_), size);
}

void append_file::publish_derived(const std::filesystem::path& path) {
    flush();
    std::filesystem::rename(path_, path);
    fd_.reset();
}

void append_file::remove() noexcept {
    fd_.reset();
    ::unlink(path_.c_str());
    pending_.clear();
    flushed_ = 0;
    hash_ = running_hash();
}

}  // namespace callstream
