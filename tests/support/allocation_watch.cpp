#include "tests/support/allocation_watch.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace callstream::testing {
namespace {

thread_local bool watching = false;
thread_local std::size_t largest_request = 0;

}  // namespace

allocation_watch::allocation_watch() {
    watching = true;
    largest_request = 0;
}

allocation_watch::~allocation_watch() {
    watching = false;
}

std::size_t allocation_watch::largest() const {
    return largest_request;
}

}  // namespace callstream::testing

#ifndef CALLSTREAM_SANITIZED
void* operator new(std::size_t size) {
    using namespace callstream::testing;
    if (watching) largest_request = std::max(largest_request, size);
    if (void* memory = std::malloc(std::max<std::size_t>(size, 1))) return memory;
    throw std::bad_alloc();
}
void* operator new[](std::size_t size) {
    return ::operator new(size);
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
    std::free(memory);
}
void operator delete[](void* memory) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, std::size_t /*size*/) noexcept {
    std::free(memory);
}
#endif
