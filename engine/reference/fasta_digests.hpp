// The checksums of all sequences of a FASTA file: read from the state directory, or computed in a
// pass over the letters.
#pragma once

#include "engine/core/indexable.hpp"
#include "engine/reference/indexed_fasta.hpp"
#include "engine/reference/sequence_digest.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::reference {

/// Immutable.
struct file_digests {
    std::vector<sequence_digests> sequences;  ///< in file order
    /// Of the file as a set: MD5 of the sorted MD5s of its sequences, written one after the other.
    std::string md5;
};

/// A line per sequence: name, length, MD5 and sha512t24u, separated by tabs.
std::string digests_text(
    const std::vector<fasta_sequence>& sequences, const std::vector<sequence_digests>& digests
);
/// The reverse; nothing unless the text is of just these sequences.
std::optional<std::vector<sequence_digests>> parse_digests(
    std::string_view text, const std::vector<fasta_sequence>& sequences
);

/// A pass of its own, so that bases are served before their checksums are known; it wants the
/// indexes of the file to be there. Thread-safe.
class fasta_digests : public indexable {
 public:
    explicit fasta_digests(std::shared_ptr<indexed_fasta> fasta) : fasta_(std::move(fasta)) {}

    const std::filesystem::path& path() const noexcept override { return fasta_->path(); }
    const file_identity& identity() const noexcept override { return fasta_->identity(); }

    /// Null until they are known.
    std::shared_ptr<const file_digests> all() const;

    bool is_indexed() const override { return all() != nullptr; }
    std::optional<error> refusal() const override;
    std::uint64_t bytes_done() const noexcept override { return bytes_done_.load(); }
    bool find_index(const std::filesystem::path& folder, std::stop_token stop) override;
    result<void> make_index(const std::filesystem::path& folder, std::stop_token stop) override;

 private:
    std::filesystem::path kept_in(const std::filesystem::path& folder) const;
    void use(std::vector<sequence_digests> sequences);
    result<std::vector<sequence_digests>> compute(const std::stop_token& stop);

    std::shared_ptr<indexed_fasta> fasta_;
    std::atomic<std::uint64_t> bytes_done_{0};

    mutable std::mutex mutex_;  // guards what follows
    std::shared_ptr<const file_digests> all_;
    std::optional<error> refusal_;
};

}  // namespace callstream::reference
