// A FASTA file that is served as soon as its indexes are there: from beside it, from the state
// directory, or made by a pass over it.
#pragma once

#include "engine/core/indexable.hpp"
#include "engine/reference/reference_file.hpp"
#include "engine/reference/reference_indexes.hpp"

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace callstream::reference {

/// Thread-safe.
class indexed_fasta : public indexable {
 public:
    /// Takes the indexes beside the file if they can be used. `errc::file_unusable` for a file that
    /// no index would help. Throws std::system_error when the disk fails.
    static result<std::shared_ptr<indexed_fasta>> open(std::filesystem::path path);

    const std::filesystem::path& path() const noexcept override { return path_; }
    const file_identity& identity() const noexcept override { return identity_; }
    bool is_current() const;
    /// Names the bytes of the file, as far as that is cheap: 16 characters that go into the names
    /// of derived files and change when the file is replaced.
    const std::string& key() const noexcept { return key_; }

    /// Null until the indexes are there.
    std::shared_ptr<const reference_file> file() const;
    /// Why the indexes beside the file are not used; empty when they are, or when there are none.
    const std::string& beside_problem() const noexcept { return beside_problem_; }

    bool is_indexed() const override { return file() != nullptr; }
    std::optional<error> refusal() const override;
    std::uint64_t bytes_done() const noexcept override { return progress_.bytes_done.load(); }
    bool find_index(const std::filesystem::path& folder, std::stop_token stop) override;
    result<void> make_index(const std::filesystem::path& folder, std::stop_token stop) override;

 private:
    indexed_fasta() = default;
    result<void> use(result<reference_indexes> indexes);
    void take_indexes_beside();

    std::filesystem::path path_;
    file_identity identity_;
    std::string key_;
    std::string beside_problem_;
    build_progress progress_;

    mutable std::mutex mutex_;  // guards what follows
    std::shared_ptr<const reference_file> file_;
    std::optional<error> refusal_;
};

}  // namespace callstream::reference
