#include "engine/core/file.hpp"

#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace callstream {
namespace {

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

file_identity from_stat(const struct stat& s) {
    return {
        .device = s.st_dev,
        .inode = s.st_ino,
        .size = static_cast<std::uint64_t>(s.st_size),
        .mtime_ns = s.st_mtim.tv_sec * 1'000'000'000LL + s.st_mtim.tv_nsec,
    };
}

}  // namespace

void sync_directory(const std::filesystem::path& directory) {
    const auto name = directory.empty() ? std::filesystem::path(".") : directory;
    unique_fd fd(::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0) fail("fsync of a directory");
}

void unique_fd::reset(int fd) noexcept {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
}

bool is_older(const file_identity& index, const file_identity& data) {
    constexpr std::int64_t second = 1'000'000'000;
    return index.mtime_ns / second < data.mtime_ns / second;
}

result<unique_fd> open_regular(const std::filesystem::path& path) {
    // O_NONBLOCK keeps a FIFO from holding the caller until somebody writes to it.
    unique_fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd) {
        const bool full = errno == EMFILE || errno == ENFILE;
        return error{
            full ? errc::unavailable : errc::file_unusable,
            std::string("cannot be opened: ") + std::generic_category().message(errno)};
    }
    struct stat s {};
    if (::fstat(fd.get(), &s) != 0) fail("fstat");
    if (!S_ISREG(s.st_mode)) return error{errc::file_unusable, "is not a regular file"};
    return fd;
}

file_identity identity_of(int fd) {
    struct stat s {};
    if (::fstat(fd, &s) != 0) fail("fstat");
    return from_stat(s);
}

result<file_identity> identity_of(const std::filesystem::path& path) {
    struct stat s {};
    if (::stat(path.c_str(), &s) != 0) {
        return error{errc::file_replaced, "the file is gone"};
    }
    return from_stat(s);
}

bool read_exactly(int fd, void* into, std::size_t size, std::uint64_t offset) {
    auto* out = static_cast<char*>(into);
    while (size > 0) {
        const ssize_t n = ::pread(fd, out, size, static_cast<off_t>(offset));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) fail("pread");
        if (n == 0) return false;
        out += n;
        offset += static_cast<std::uint64_t>(n);
        size -= static_cast<std::size_t>(n);
    }
    return true;
}

result<std::string> read_whole(const std::filesystem::path& path, std::size_t limit) {
    auto fd = open_regular(path);
    if (!fd) return fd.error();
    const auto size = identity_of(fd->get()).size;
    if (size > limit) return error{errc::file_unusable, "is larger than expected"};
    std::string bytes(size, '\0');
    if (!read_exactly(fd->get(), bytes.data(), bytes.size(), 0)) {
        return error{errc::file_unusable, "shrank while it was read"};
    }
    return bytes;
}

void write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) fail("write");
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
}

std::filesystem::path temporary_beside(const std::filesystem::path& path) {
    static std::atomic<unsigned> number{0};
    auto temporary = path;
    temporary += "." + std::to_string(::getpid()) + "." + std::to_string(number++) + ".new";
    return temporary;
}

temporary_file::temporary_file(std::filesystem::path path, unsigned mode)
    : path_(std::move(path)), temporary_(temporary_beside(path_)) {
    fd_.reset(::open(temporary_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (!fd_) fail("create");
}

temporary_file::~temporary_file() {
    ::unlink(temporary_.c_str());  // after it was published there is no such name any more
}

void temporary_file::publish_derived() const {
    std::filesystem::rename(temporary_, path_);
}

void temporary_file::publish() const {
    if (::fsync(fd_.get()) != 0) fail("fsync");
    publish_derived();
    sync_directory(path_.parent_path());
}

bool temporary_file::publish_if_absent() const {
    if (::fsync(fd_.get()) != 0) fail("fsync");
    const bool made = ::link(temporary_.c_str(), path_.c_str()) == 0;
    if (!made && errno != EEXIST) fail("link");
    sync_directory(path_.parent_path());
    return made;
}

void write_atomically(const std::filesystem::path& path, std::string_view bytes, unsigned mode) {
    const temporary_file file(path, mode);
    write_all(file.fd(), bytes);
    file.publish();
}

bool write_if_absent(const std::filesystem::path& path, std::string_view bytes, unsigned mode) {
    const temporary_file file(path, mode);
    write_all(file.fd(), bytes);
    return file.publish_if_absent();
}

}  // namespace callstream
