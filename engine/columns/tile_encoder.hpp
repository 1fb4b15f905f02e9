// Makes tiles of rows: finds the distinct cells, numbers them, and turns the matrix of numbers so
// that those of one sample stand together.
#pragma once

#include "engine/columns/column_layout.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace callstream::columns {

/// Distinct cells in the order in which they turned up. One thread at a time.
class cell_dictionary {
 public:
    cell_dictionary();

    void clear();
    /// Numbers `count` cells of one row, adding those that are new. False when there are more
    /// distinct ones than a tile may have.
    bool number(const gt_row& row, std::size_t first, std::size_t count, std::uint8_t* codes);

    std::size_t size() const noexcept { return cells_.size(); }
    /// The dictionary as a tile has it; nothing when it is too large for one.
    bool append_to(std::string& tile) const;

 private:
    struct cell {
        std::uint32_t descriptor;
        std::string bytes;
    };
    static constexpr std::uint16_t unseen = 0x100;  // above every code
    static constexpr std::size_t short_bytes_max = 8;
    static constexpr std::size_t short_slots = 1024;

    bool is_direct() const { return stride_ == 1 || stride_ == 2; }
    bool is_short() const { return stride_ > 2 && stride_ <= short_bytes_max; }
    void enter(std::uint32_t descriptor, std::size_t stride);
    void forget();
    std::optional<std::uint8_t> add(std::string_view bytes);
    void remember(std::string_view bytes, std::uint8_t code);
    std::size_t short_slot(std::uint64_t key) const;

    template <class Key>
    bool number_direct(const std::uint8_t* cells, std::size_t count, std::uint8_t* codes);
    bool number_short(const std::uint8_t* cells, std::size_t count, std::uint8_t* codes);
    bool number_long(const std::uint8_t* cells, std::size_t count, std::uint8_t* codes);
    bool number_absent(std::size_t count, std::uint8_t* codes);

    std::vector<cell> cells_;
    // Those with the descriptor of the last row, by their bytes: up to two, up to eight, more.
    std::uint32_t descriptor_ = no_field;
    std::size_t stride_ = 0;
    std::vector<std::uint16_t> direct_;
    std::array<std::uint64_t, short_slots> short_keys_{};
    std::array<std::uint16_t, short_slots> short_codes_{};
    std::unordered_map<std::string, std::uint8_t> long_;
    std::optional<std::uint8_t> absent_;  // code of a record without GT
};

/// One thread at a time. Memory is that of the largest tile, at a byte a cell.
class tile_encoder {
 public:
    /// Appends the tile of these rows and of `samples` samples from `first` on. Returns the bits of
    /// a code; 0, and nothing is appended, when a tile cannot hold it.
    unsigned encode(
        std::span<const gt_row> rows, std::size_t first, std::size_t samples, std::string& out
    );

 private:
    void pack(std::size_t records, std::size_t samples, unsigned bits);
    void append_turned(std::size_t rows, std::size_t samples, std::string& out) const;

    cell_dictionary cells_;
    std::vector<std::uint8_t> codes_;  // record after record, packed in place
};

}  // namespace callstream::columns
