#include "engine/core/append_file.hpp"

#include "engine/core/hash.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <system_error>

namespace callstream {
namespace {

using testing::read_file;
using testing::write_file;

std::uint64_t hash_of(std::string_view bytes) {
    running_hash hash;
    hash.add(bytes.data(), bytes.size());
    return hash.value().low;
}

constexpr std::size_t memory_bytes = 1 << 20;  // what it keeps before it writes

class append_file_test : public ::testing::Test {
 protected:
    static std::string content(append_file& file, std::uint64_t offset = 0) {
        std::string out(file.size() - offset, '\0');
        file.read(offset, out.data(), out.size());
        return out;
    }
    /// Text of which no two parts are equal.
    static std::string text(std::size_t bytes) {
        std::string out;
        for (int i = 0; out.size() < bytes; ++i) out += std::to_string(i) + ",";
        out.resize(bytes);
        return out;
    }

    testing::temp_dir dir;
    std::filesystem::path path = dir / "records";
};

TEST_F(append_file_test, little_stays_in_memory) {
    append_file file(path);
    EXPECT_EQ(file.size(), 0U);
    file.append("abc");
    file.append("de");
    EXPECT_EQ(file.size(), 5U);
    EXPECT_EQ(content(file), "abcde");
    EXPECT_EQ(content(file, 3), "de");
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(append_file_test, much_is_read_from_disk_and_memory_together) {
    append_file file(path);
    const std::string all = text(3 * memory_bytes + memory_bytes / 2);
    for (std::size_t at = 0; at < all.size(); at += 777) file.append(all.substr(at, 777));
    EXPECT_EQ(file.size(), all.size());
    const auto on_disk = std::filesystem::file_size(path);
    EXPECT_LT(on_disk, all.size());
    EXPECT_EQ(content(file), all);
    std::string piece(200, '\0');
    file.read(on_disk - 100, piece.data(), piece.size());
    EXPECT_EQ(piece, all.substr(on_disk - 100, 200));
}

TEST_F(append_file_test, sync_puts_everything_on_the_disk) {
    append_file file(path);
    file.append("abc");
    file.sync();
    EXPECT_EQ(read_file(path), "abc");
    file.append("de");
    file.sync();
    EXPECT_EQ(read_file(path), "abcde");
    EXPECT_EQ(content(file), "abcde");
}

TEST_F(append_file_test, what_another_left_is_not_taken_up_unasked) {
    write_file(path, "of somebody else");
    append_file file(path);
    file.append("mine");
    file.sync();
    EXPECT_EQ(read_file(path), "mine");
}

TEST_F(append_file_test, resuming_drops_what_came_after_the_last_sync) {
    write_file(path, "kept and lost");
    append_file file(path);
    ASSERT_TRUE(file.resume(4, hash_of("kept")));
    EXPECT_EQ(file.size(), 4U);
    file.append(" on");
    EXPECT_EQ(content(file), "kept on");
    file.sync();
    EXPECT_EQ(read_file(path), "kept on");
}

TEST_F(append_file_test, resuming_needs_the_bytes_that_were_synced) {
    append_file file(path);
    EXPECT_FALSE(file.resume(1, hash_of("a")));
    write_file(path, "abc");
    EXPECT_FALSE(file.resume(4, hash_of("abcd")));
    EXPECT_FALSE(file.resume(3, hash_of("abd")));
    EXPECT_EQ(file.size(), 0U);
    EXPECT_EQ(read_file(path), "abc");
    EXPECT_TRUE(file.resume(3, hash_of("abc")));
}

TEST_F(append_file_test, the_hash_is_that_of_all_bytes_however_they_came) {
    const std::string all = text(2 * memory_bytes + 5);
    std::uint64_t hash = 0;
    {
        append_file file(path);
        for (std::size_t at = 0; at < all.size(); at += 999) file.append(all.substr(at, 999));
        file.sync();
        hash = file.synced_hash();
    }
    append_file again(path);
    ASSERT_TRUE(again.resume(all.size(), hash));
    EXPECT_EQ(again.synced_hash(), hash);
    again.append("more");
    again.sync();
    append_file third(path);
    EXPECT_TRUE(third.resume(all.size() + 4, again.synced_hash()));
}

TEST_F(append_file_test, removing_forgets_all_and_it_can_begin_anew) {
    append_file file(path);
    file.append("abc");
    file.sync();
    file.append("de");
    file.remove();
    EXPECT_EQ(file.size(), 0U);
    EXPECT_FALSE(std::filesystem::exists(path));
    file.append("x");
    file.sync();
    EXPECT_EQ(read_file(path), "x");
}

TEST_F(append_file_test, a_file_that_shrank_or_cannot_be_made_throws) {
    append_file file(path);
    file.append("abcdef");
    file.sync();
    std::filesystem::resize_file(path, 3);
    EXPECT_THROW(content(file), std::runtime_error);
    append_file lost(dir / "absent" / "records");
    lost.append("abc");
    EXPECT_THROW(lost.sync(), std::system_error);
}

}  // namespace
}  // namespace callstream
