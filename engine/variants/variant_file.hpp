// One VCF.gz or BCF on disk: immutable facts, shared by everybody, and a pool of cursors, each used
// by one answer at a time.
#pragma once

#include "engine/columns/column_file.hpp"
#include "engine/core/error.hpp"
#include "engine/core/indexable.hpp"
#include "engine/hts/variant_header.hpp"
#include "engine/hts/vcf_reader.hpp"
#include "engine/variants/index_pass.hpp"
#include "engine/variants/ordinal_index.hpp"
#include "engine/variants/site_table.hpp"
#include "engine/variants/variant_cursor.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace callstream::variants {

class variant_file;

/// A cursor on loan; goes back to its file when destroyed. Keeps the file alive.
class cursor_lease {
 public:
    cursor_lease(std::shared_ptr<variant_file> file, std::unique_ptr<variant_cursor> cursor);
    cursor_lease(cursor_lease&&) noexcept = default;
    cursor_lease& operator=(cursor_lease&&) noexcept = delete;
    ~cursor_lease();

    variant_cursor& operator*() const noexcept { return *cursor_; }
    variant_cursor* operator->() const noexcept { return cursor_.get(); }

 private:
    std::shared_ptr<variant_file> file_;
    std::unique_ptr<variant_cursor> cursor_;
};

struct variant_place {
    std::string contig;
    std::int64_t pos0 = 0;

    auto operator<=>(const variant_place&) const = default;
};

/// Thread-safe.
class variant_file : public indexable, public std::enable_shared_from_this<variant_file> {
 public:
    /// Opens the file, checks that it is complete, reads its header and looks at the first record.
    /// Nothing stays open.
    static result<std::shared_ptr<variant_file>> open(std::filesystem::path path);
    ~variant_file() override;

    const std::filesystem::path& path() const noexcept override { return path_; }
    const file_identity& identity() const noexcept override { return identity_; }
    const hts::variant_header& header() const noexcept { return header_; }
    std::uint64_t provisional_fingerprint() const noexcept { return provisional_; }

    /// Of the first record; nothing in a file without records.
    const std::optional<variant_place>& first_place() const noexcept { return first_place_; }

    /// Whether the path still names the bytes that were opened.
    bool is_current() const;

    /// Null until the index pass is done.
    std::shared_ptr<const ordinal_index> index() const;
    std::shared_ptr<const site_table> sites() const;
    bool is_indexed() const override { return index() != nullptr; }
    std::optional<error> refusal() const override;
    std::uint64_t bytes_done() const noexcept override { return progress_.bytes_done.load(); }

    bool find_index(const std::filesystem::path& folder, std::stop_token stop) override;
    result<void> make_index(const std::filesystem::path& folder, std::stop_token stop) override;

    /// Null when there are none, or when they turned out to be damaged.
    std::shared_ptr<const columns::column_file> columns() const;
    /// Takes the columns that a pass left in the folder, unless it has them; false when there are
    /// none that fit the index, or only those that are known to be damaged. `find_index` does so,
    /// too.
    bool find_columns(const std::filesystem::path& folder);
    /// Whether they are there and every tile is sound, which takes a look at all of them.
    /// `errc::unavailable` when stopped.
    result<bool> has_sound_columns(const std::filesystem::path& folder, std::stop_token stop);
    /// Makes them there, unless they are there and sound. Blocks for as long as it takes to read
    /// the file, which must be indexed. `bytes_done` counts bytes of the packed file. Errors are
    /// those of `columns::run_column_pass`.
    result<void> make_columns(
        const std::filesystem::path& folder,
        std::atomic<std::uint64_t>& bytes_done,
        std::stop_token stop
    );

    /// Exact from the ordinal index. Before that what the CSI or TBI beside the file says, which
    /// nobody has checked: good to be shown, never to decide where the file ends. Nothing when
    /// neither is there.
    std::optional<std::uint64_t> record_count() const;

    /// A cursor at no particular place. `errc::file_replaced` when the path names other bytes now.
    result<cursor_lease> cursor();
    /// An idle one that has the block of this virtual offset in memory; nothing when none has.
    /// Looks at the file's size and time, opens and reads nothing. Errors as above.
    result<std::optional<cursor_lease>> cursor_holding(std::uint64_t virtual_offset);

 private:
    friend class cursor_lease;
    variant_file();
    void give_back(std::unique_ptr<variant_cursor> cursor) noexcept;
    void refuse(error why);
    bool describes_this_file(const ordinal_index& index, std::stop_token stop) const;

    std::filesystem::path path_;
    file_identity identity_;
    std::uint64_t provisional_ = 0;
    std::uint64_t first_record_ = 0;  // virtual offset
    std::optional<variant_place> first_place_;
    hts::variant_header header_;
    hts::shared_header shared_header_;  // BCF only
    index_progress progress_;
    /// Of the cursors that are leased. Cursors may outlive the file.
    const std::shared_ptr<hts::shared_blocks> blocks_;

    mutable std::mutex mutex_;  // guards what follows
    std::shared_ptr<const ordinal_index> index_;
    std::shared_ptr<const site_table> sites_;
    std::shared_ptr<const columns::column_file> columns_;
    file_identity columns_source_;
    std::optional<error> refusal_;
    mutable std::optional<std::uint64_t> statistics_;
    std::vector<std::unique_ptr<variant_cursor>> idle_;
};

}  // namespace callstream::variants
