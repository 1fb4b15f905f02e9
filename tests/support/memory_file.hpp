// A file without a disk, for tests that open thousands of them.
#pragma once

#include "engine/core/file.hpp"

#include <cerrno>
#include <string_view>
#include <sys/mman.h>
#include <system_error>

namespace callstream::testing {

/// Regular to whoever asks, gone when closed; stands behind its last byte.
inline unique_fd memory_file(std::string_view bytes) {
    unique_fd fd(::memfd_create("test", MFD_CLOEXEC));
    if (!fd) throw std::system_error(errno, std::generic_category(), "memfd_create");
    write_all(fd.get(), bytes);
    return fd;
}

}  // namespace callstream::testing
