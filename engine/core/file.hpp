// Files by descriptor: owning handles, identity, whole reads and durable writes.
#pragma once

#include "engine/core/error.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace callstream {

/// Owns a file descriptor; closes it when destroyed.
class unique_fd {
 public:
    unique_fd() = default;
    explicit unique_fd(int fd) : fd_(fd) {}
    unique_fd(unique_fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    unique_fd& operator=(unique_fd&& other) noexcept {
        reset(std::exchange(other.fd_, -1));
        return *this;
    }
    ~unique_fd() { reset(); }

    int get() const noexcept { return fd_; }
    int release() noexcept { return std::exchange(fd_, -1); }
    void reset(int fd = -1) noexcept;
    explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
    int fd_ = -1;
};

/// What tells cheaply whether a path still names the same bytes. It says only when to look again;
/// the fingerprints of `engine/hts/bgzf.hpp` say what the bytes are.
struct file_identity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    std::int64_t mtime_ns = 0;  ///< nanoseconds since 1970, UTC

    bool operator==(const file_identity&) const = default;
};

/// Whether an index cannot be that of its data file, which was changed later. As the field's tools
/// see it: in whole seconds, which is all that copying keeps.
bool is_older(const file_identity& index, const file_identity& data);

/// Opens a regular file for reading; everything else (directory, FIFO, device, absent) is
/// `file_unusable`, a lack of descriptors `unavailable`.
result<unique_fd> open_regular(const std::filesystem::path& path);

/// Identity of an open descriptor, or of a path. Throws std::system_error when it cannot be read.
file_identity identity_of(int fd);
result<file_identity> identity_of(const std::filesystem::path& path);

/// Reads exactly `size` bytes at `offset`; false at a short file. Throws std::system_error.
bool read_exactly(int fd, void* into, std::size_t size, std::uint64_t offset);

/// The whole file as bytes, at most `limit`.
result<std::string> read_whole(const std::filesystem::path& path, std::size_t limit);

/// Writes all bytes; throws std::system_error.
void write_all(int fd, std::string_view bytes);

/// Until it returns, names that were given in it may be gone after a power failure. Throws
/// std::system_error.
void sync_directory(const std::filesystem::path& directory);

/// Writes beside `path`, syncs and renames, so that `path` is either old or complete.
/// Throws std::system_error. `mode` are the permission bits of a new file.
void write_atomically(const std::filesystem::path& path, std::string_view bytes, unsigned mode);

/// A name beside `path` for what is not finished; no two callers on this machine get the same.
std::filesystem::path temporary_beside(const std::filesystem::path& path);

/// As `write_atomically`, but leaves a file alone that is there already; false then.
bool write_if_absent(const std::filesystem::path& path, std::string_view bytes, unsigned mode);

/// A file that appears under its name when it is complete. Deleted unless it is published.
class temporary_file {
 public:
    /// Throws std::system_error when it cannot be made. `mode` are its permission bits.
    explicit temporary_file(std::filesystem::path path, unsigned mode = 0644);
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;
    ~temporary_file();

    /// Open for reading and writing.
    int fd() const noexcept { return fd_.get(); }
    /// Gives the file its name without waiting for the disk: for what can be made again and is
    /// checked when it is read. Throws std::filesystem::filesystem_error.
    void publish_derived() const;
    /// Gives the file its name once all of it is on the disk. Throws std::system_error too.
    void publish() const;
    /// As `publish`, but leaves a file alone that is there already; false then.
    bool publish_if_absent() const;

 private:
    std::filesystem::path path_;
    std::filesystem::path temporary_;
    unique_fd fd_;
};

}  // namespace callstream
