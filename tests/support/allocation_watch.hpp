// What code asks `operator new` for, so that a test can hold it to its limits.
#pragma once

#include <cstddef>

namespace callstream::testing {

/// Watches the thread that makes it, for as long as it lives; one at a time per thread.
class allocation_watch {
 public:
    allocation_watch();
    ~allocation_watch();
    allocation_watch(const allocation_watch&) = delete;
    allocation_watch& operator=(const allocation_watch&) = delete;

    /// Bytes of the largest single request so far. Always 0 in builds with sanitizers, which have
    /// their own operators.
    std::size_t largest() const;
};

}  // namespace callstream::testing
