#include "engine/hts/bgzf_slice.hpp"

#include "engine/core/error.hpp"
#include "tests/support/bgzf_builder.hpp"
#include "tests/support/memory_file.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace callstream::hts {
namespace {

using testing::bgzf_block;
using testing::gunzip;
using testing::memory_file;

/// Blocks of several sizes, an empty one among them, and where each starts.
struct some_blocks {
    some_blocks() {
        for (const std::size_t size : {500, 1, 0, 3000, 700, 60'000}) {
            addresses.push_back(bytes.size());
            std::string piece;
            for (std::size_t i = 0; i < size; ++i) piece += static_cast<char>('a' + i * 7 % 26);
            starts.push_back(content.size());
            content += piece;
            bytes += bgzf_block(piece);
        }
        addresses.push_back(bytes.size());
        starts.push_back(content.size());
        bytes += bgzf_block("");
    }
    std::string bytes;
    std::string content;
    std::vector<std::uint64_t> addresses;
    std::vector<std::size_t> starts;
};

std::string slice_of(
    const std::string& bytes, std::uint64_t begin, std::uint64_t end, std::size_t about
) {
    const auto fd = memory_file(bytes);
    bgzf_slice slice(fd.get(), bytes.size(), begin, end);
    text_buffer out;
    while (slice.append(out, about)) {
    }
    return std::string(out.view());
}

TEST(bgzf_slice, content_between_any_two_places_is_that_of_the_file) {
    const some_blocks file;
    std::mt19937 random(1);
    const auto place = [&](std::size_t block, std::size_t within) {
        return file.addresses[block] << 16 | within;
    };
    for (int i = 0; i < 400; ++i) {
        auto a = random() % 6;
        auto b = random() % 7;
        if (b < a) std::swap(a, b);
        const auto room = [&](std::size_t block) {
            return block + 1 < file.starts.size() ? file.starts[block + 1] - file.starts[block] : 0;
        };
        std::size_t from = room(a) == 0 ? 0 : random() % room(a);
        std::size_t to = room(b) == 0 ? 0 : random() % room(b);
        if (a == b && to < from) std::swap(from, to);
        const auto out = slice_of(file.bytes, place(a, from), place(b, to), 1 + random() % 5000);
        const auto first = file.starts[a] + from;
        const auto end = file.starts[b] + to;
        EXPECT_EQ(out.empty() ? "" : gunzip(out), file.content.substr(first, end - first));
    }
}

TEST(bgzf_slice, whole_blocks_leave_as_they_are) {
    const some_blocks file;
    const auto out = slice_of(file.bytes, 0, file.addresses.back() << 16, 100);
    EXPECT_EQ(out, file.bytes.substr(0, file.addresses.back()));
    const auto middle =
        slice_of(file.bytes, file.addresses[0] << 16 | 5, file.addresses[5] << 16 | 9, 1 << 20);
    const auto raw = file.bytes.substr(file.addresses[1], file.addresses[5] - file.addresses[1]);
    EXPECT_NE(middle.find(raw), std::string::npos);
}

TEST(bgzf_slice, nothing_is_nothing) {
    const some_blocks file;
    for (const auto at : {std::uint64_t{0}, file.addresses[3] << 16 | 17}) {
        EXPECT_EQ(slice_of(file.bytes, at, at, 10), "");
    }
}

TEST(bgzf_slice, damage_is_noticed_where_blocks_are_cut) {
    some_blocks file;
    EXPECT_THROW(slice_of(file.bytes, 3 << 16 | 1, 900 << 16, 10), damaged_file);
    const auto end = file.addresses.back() << 16;
    file.bytes.resize(file.addresses[4]);
    EXPECT_THROW(slice_of(file.bytes, 0, end, 10), damaged_file);
}

}  // namespace
}  // namespace callstream::hts
