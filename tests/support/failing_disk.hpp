// A disk that fails when it is told to: SQLite's own file layer with a counter in front of its
// writes and syncs. Real files, real SQLite.
#pragma once

namespace callstream::testing {

/// Every database that is opened while it lives goes through it. One at a time.
class failing_disk {
 public:
    enum class operation { write, sync };
    enum class fault {
        full,   ///< no space left
        error,  ///< the device does not answer
    };
    failing_disk();
    failing_disk(const failing_disk&) = delete;
    failing_disk& operator=(const failing_disk&) = delete;
    ~failing_disk();

    /// The n-th operation from now on fails, counted from 1; with `for_ever` all after it too.
    void fail(operation what, int n, bool for_ever, fault how);
    void mend();
    /// Whether the fault was met since `fail`.
    bool has_failed() const;
};

}  // namespace callstream::testing
