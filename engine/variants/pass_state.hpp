// What an index pass has gathered so far, kept so that a pass that was interrupted, even by a
// crash, goes on where it last made a checkpoint.
#pragma once

#include "engine/core/append_file.hpp"
#include "engine/core/file.hpp"
#include "engine/variants/ordinal_index.hpp"
#include "engine/variants/site_table.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace callstream::variants {

/// A record as the pass notes it; its name follows in a file of its own.
struct noted_record {
    std::int64_t pos0;
    std::int64_t length;
    std::uint64_t behind;  ///< virtual offset of the next record
    std::uint32_t allele_count;
    std::uint32_t called_alleles;
    std::uint32_t ref_alleles;
    std::uint32_t missing_samples;
    std::uint32_t het_samples;
    std::uint32_t minor_max;  ///< see genotype::gt_counts
    std::uint32_t minor_min;
    std::uint32_t name_length;
    std::uint16_t ploidy_min;
    std::uint16_t ploidy_max;
    std::uint8_t phases;
    std::uint8_t unused[3];
};

/// Which bytes a pass is about.
struct pass_subject {
    file_identity source;
    std::uint64_t provisional_fingerprint = 0;
};

/// One thread at a time. Throws std::system_error.
class pass_state {
 public:
    /// Working files lie in `folder`, which is made when the first one is needed.
    explicit pass_state(std::filesystem::path folder);

    /// Takes up what an interrupted pass over the same bytes left. False, and an empty state, when
    /// there is nothing that fits.
    bool resume(const pass_subject& subject);
    /// Keeps all that was added. After a crash a pass goes on behind the last record that was added
    /// before this call.
    void checkpoint(const pass_subject& subject);
    /// Deletes the working files.
    void discard() noexcept;

    void start_contig(std::string name);
    void add(const noted_record& record, std::string_view name);
    void add_block(const ordinal_entry& entry);

    std::uint64_t records() const noexcept { return records_.size() / sizeof(noted_record); }
    std::uint64_t blocks() const noexcept { return blocks_.size() / sizeof(ordinal_entry); }
    const std::vector<indexed_contig>& contigs() const noexcept { return contigs_; }
    noted_record last_record();
    ordinal_entry last_block();

    /// Calls `each(noted_record)` or `each(ordinal_entry)` for all of them, in their order.
    template <class Each>
    void each_record(Each each) {
        each_item<noted_record>(records_, each);
    }
    template <class Each>
    void each_block(Each each) {
        each_item<ordinal_entry>(blocks_, each);
    }
    /// Calls `each(bytes)` for all names, one after the other without separators, in pieces.
    template <class Each>
    void each_piece_of_names(Each each) {
        std::string piece(batch_bytes, '\0');
        for (std::uint64_t at = 0; at < names_.size(); at += piece.size()) {
            piece.resize(std::min<std::uint64_t>(batch_bytes, names_.size() - at));
            names_.read(at, piece.data(), piece.size());
            each(std::string_view(piece));
        }
    }
    std::uint64_t names_bytes() const noexcept { return names_.size(); }

 private:
    static constexpr std::size_t batch_bytes = 256 * 1024;

    template <class Item, class Each>
    static void each_item(append_file& file, Each each) {
        static_assert(std::is_trivially_copyable_v<Item>);
        std::vector<Item> batch(batch_bytes / sizeof(Item));
        const std::uint64_t count = file.size() / sizeof(Item);
        for (std::uint64_t at = 0; at < count; at += batch.size()) {
            const std::uint64_t now = std::min<std::uint64_t>(batch.size(), count - at);
            file.read(at * sizeof(Item), batch.data(), now * sizeof(Item));
            for (std::uint64_t i = 0; i < now; ++i) each(batch[i]);
        }
    }

    std::filesystem::path checkpoint_path() const { return folder_ / "checkpoint"; }

    std::filesystem::path folder_;
    append_file records_;
    append_file names_;
    append_file blocks_;
    std::vector<indexed_contig> contigs_;
};

}  // namespace callstream::variants
