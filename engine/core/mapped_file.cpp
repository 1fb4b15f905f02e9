#include "engine/core/mapped_file.hpp"

#include "engine/core/file.hpp"

#include <cerrno>
#include <sys/mman.h>
#include <system_error>

namespace callstream {

result<mapped_file> mapped_file::open(const std::filesystem::path& path) {
    auto fd = open_regular(path);
    if (!fd) return fd.error();
    mapped_file out;
    const std::uint64_t size = identity_of(fd->get()).size;
    if (size == 0) return out;
    void* data = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd->get(), 0);
    if (data == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
    out.data_ = data;
    out.size_ = size;
    return out;
}

mapped_file::~mapped_file() {
    if (data_ != nullptr) ::munmap(data_, size_);
}

}  // namespace callstream
