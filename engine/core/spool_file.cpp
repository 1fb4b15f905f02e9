#include "engine/core/spool_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <system_error>
#include <unistd.h>

namespace callstream {
namespace {

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

/// For file systems that know no files without a name, as overlays of older kernels.
unique_fd open_and_unlink(const std::filesystem::path& folder) {
    std::string name = folder / "spool-XXXXXX";
    unique_fd fd(::mkostemp(name.data(), O_CLOEXEC));
    if (fd) ::unlink(name.c_str());
    return fd;
}

}  // namespace

spool_file::spool_file(const std::filesystem::path& folder)
    : fd_(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)) {
    if (!fd_) fd_ = open_and_unlink(folder);
    if (!fd_) fail("a temporary file cannot be made");
}

void spool_file::append(std::string_view bytes) {
    write_all(fd_.get(), bytes);
    size_ += bytes.size();
}

std::size_t spool_file::read(std::uint64_t offset, std::span<char> into) const {
    const auto left = size_ - std::min(size_, offset);
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left, into.size()));
    if (!read_exactly(fd_.get(), into.data(), wanted, offset)) fail("a temporary file is cut");
    return wanted;
}

}  // namespace callstream
