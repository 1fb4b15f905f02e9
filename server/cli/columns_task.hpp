// The making of one file's columns, in the form that `index_run.hpp` runs: several at once, with
// progress, stopped by a signal.
#pragma once

#include "engine/core/indexable.hpp"
#include "engine/variants/variant_file.hpp"

#include <atomic>
#include <memory>
#include <utility>

namespace callstream::cli {

class columns_task : public indexable {
 public:
    explicit columns_task(std::shared_ptr<variants::variant_file> file) : file_(std::move(file)) {}

    const std::filesystem::path& path() const noexcept override { return file_->path(); }
    const file_identity& identity() const noexcept override { return file_->identity(); }
    bool is_indexed() const override { return done_; }
    std::optional<error> refusal() const override { return std::nullopt; }
    std::uint64_t bytes_done() const noexcept override { return bytes_done_; }
    /// Whether they are there and sound, which takes a look at all of them.
    bool find_index(const std::filesystem::path& folder, std::stop_token stop) override;
    result<void> make_index(const std::filesystem::path& folder, std::stop_token stop) override;

 private:
    std::shared_ptr<variants::variant_file> file_;
    std::atomic<std::uint64_t> bytes_done_{0};
    std::atomic<bool> done_{false};
};

}  // namespace callstream::cli
