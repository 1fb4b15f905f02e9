// gzip for texts that are cells one behind the other, as matrices and tables are: repeats begin
// where cells begin, so a search for them looks at one place in each, or in none where a long
// repeat passes over many. Any other text is only compressed less.
#pragma once

#include "server/streaming/compression.hpp"
#include "server/streaming/deflate_writer.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace callstream::streaming {

class cell_encoder : public encoder {
 public:
    /// Every cell ends with `cell_end`; texts within cells may hold it, too, though they had better
    /// not.
    explicit cell_encoder(char cell_end) : cell_end_(cell_end) {}

    void encode(std::string_view text, bool last, text_buffer& out) override;

 private:
    static constexpr std::size_t places = 4096;

    struct repeat {
        std::size_t size = 0;
        std::size_t distance = 0;  // 0: it is none
    };

    void take(std::string_view text);
    void deflate(const char* at, const char* end);
    std::size_t write_one(const char* at, const char* end);
    const char* write_run(const char* at, const char* end);
    repeat find(const char* at, const char* end);
    std::size_t distance_to(std::uint32_t place, std::uint32_t here, const char* at) const;
    std::size_t cell_size(const char* at, const char* end) const;

    char cell_end_;
    deflate_writer writer_;
    text_buffer window_;      // what can still be copied, then the text
    std::uint64_t base_ = 0;  // position in the stream of the first byte there
    // Where a stretch that begins like this, and a cell like this, stood last; by their hashes.
    std::array<std::uint32_t, places> stretches_{};
    std::array<std::uint32_t, places> cells_{};
};

}  // namespace callstream::streaming
