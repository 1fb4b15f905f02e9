// Genotypes of a few samples, record by record, out of the columns of their file.
#pragma once

#include "engine/columns/column_file.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace callstream::columns {

/// One user at a time.
class column_reader {
 public:
    /// `samples` are columns of the file, at least one, in the order in which their genotypes are
    /// wanted.
    column_reader(
        std::shared_ptr<const column_file> file, const std::vector<std::uint32_t>& samples
    );

    /// GT of these samples in a record; `ordinal` must be below `records()`. Valid until the next
    /// call. Nothing when the columns do not hold it: then the record itself must be read.
    std::optional<gt_row> read(std::uint64_t ordinal);

    std::uint64_t records() const noexcept { return file_->records(); }

 private:
    struct open_tile {
        std::size_t group = 0;
        unsigned bits = 0;
        std::size_t slot_bytes = 0;
        const char* descriptors = nullptr;
        const std::uint8_t* cells = nullptr;
        const std::uint8_t* codes = nullptr;
    };
    struct wanted {
        std::size_t tile;    // index into `tiles_`
        std::size_t within;  // the group
        const std::uint8_t* codes = nullptr;
    };

    bool is_in_block(std::uint64_t ordinal) const noexcept {
        return ordinal - block_.first_ordinal < block_.records;
    }
    void enter(std::size_t block);
    bool open(open_tile& tile, std::size_t block) const;

    std::shared_ptr<const column_file> file_;
    std::vector<open_tile> tiles_;  // one per group in which a wanted sample is
    std::vector<wanted> wanted_;
    block_entry block_{};
    bool is_held_ = false;  // the block, for these samples
    std::vector<std::uint8_t> bytes_;
};

}  // namespace callstream::columns
