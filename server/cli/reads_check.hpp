// One reading of a BAM or CRAM file to its end, in the form that `index_run.hpp` runs: several at
// once, with progress, stopped by a signal.
#pragma once

#include "engine/catalog/catalog.hpp"
#include "engine/core/indexable.hpp"
#include "engine/reads/reads_pass.hpp"

#include <mutex>

namespace callstream::cli {

/// What the pass finds stays here; nothing is written.
class reads_check : public indexable {
 public:
    explicit reads_check(const catalog::read_group_set& set) : set_(set) {}

    const catalog::read_group_set& set() const noexcept { return set_; }

    const std::filesystem::path& path() const noexcept override { return set_.path; }
    const file_identity& identity() const noexcept override { return set_.file->identity(); }
    bool is_indexed() const override;
    /// Damage, or where the order of coordinates breaks, with the cure.
    std::optional<error> refusal() const override;
    std::uint64_t bytes_done() const noexcept override { return progress_.bytes_done; }
    bool find_index(const std::filesystem::path& /*folder*/, std::stop_token /*stop*/) override {
        return is_indexed();
    }
    result<void> make_index(const std::filesystem::path& folder, std::stop_token stop) override;

 private:
    catalog::read_group_set set_;
    reads::pass_progress progress_;
    mutable std::mutex mutex_;  // guards what follows
    bool read_ = false;
    std::optional<error> refusal_;
};

}  // namespace callstream::cli
