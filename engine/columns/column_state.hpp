// What a column pass has made so far, kept so that a pass that was interrupted, even by a crash,
// goes on where it last made a checkpoint.
#pragma once

#include "engine/columns/column_layout.hpp"
#include "engine/columns/column_pass.hpp"
#include "engine/core/append_file.hpp"

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

namespace callstream::columns {

/// How far the pass has come: behind the last complete block.
struct column_progress {
    std::uint64_t records = 0;
    std::uint64_t behind = 0;  ///< virtual offset of the next record
    std::uint64_t fields = 0;  ///< see column_foot
};

/// One thread at a time. Throws std::system_error.
class column_state {
 public:
    /// Working files lie in the folder of `paths`, which is made.
    column_state(column_paths paths, const column_subject& subject, const tile_shape& shape);

    /// Takes up what an interrupted pass over the same bytes left. False, and an empty state, when
    /// there is nothing that fits.
    bool resume(column_progress& into);
    /// Keeps all that was added; `now` is where the next pass goes on.
    void checkpoint(const column_progress& now);
    bool has_checkpoint() const noexcept;
    /// Deletes the working files.
    void discard() noexcept;

    /// `bits` is 0 for a tile that is not held, which has no bytes.
    void add_tile(std::string_view bytes, unsigned bits);
    void add_block(const block_entry& block);

    /// Gives the columns their name. `foot` has what is not known here: samples, records, fields.
    void publish(column_foot foot);

 private:
    std::filesystem::path checkpoint_path() const { return paths_.work / "checkpoint"; }
    std::uint64_t append_directory();

    column_paths paths_;
    column_subject subject_;
    tile_shape shape_;
    append_file tiles_;  // becomes the columns
    append_file blocks_;
    append_file entries_;
};

}  // namespace callstream::columns
