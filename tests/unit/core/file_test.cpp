#include "engine/core/file.hpp"

#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <fcntl.h>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace callstream {
namespace {

namespace fs = std::filesystem;
using testing::error_text;
using testing::fails_with;
using testing::has_value;
using testing::read_file;
using testing::temp_dir;
using testing::write_file;

bool is_open(int fd) {
    return ::fcntl(fd, F_GETFD) != -1;
}

class file : public ::testing::Test {
 protected:
    temp_dir dir;
};

TEST_F(file, opens_a_regular_file_and_a_link_to_one) {
    write_file(dir / "data", "abc");
    fs::create_symlink("data", dir / "link");
    EXPECT_TRUE(has_value(open_regular(dir / "data")));
    EXPECT_TRUE(has_value(open_regular(dir / "link")));
}

TEST_F(file, refuses_what_is_no_regular_file) {
    ASSERT_EQ(::mkfifo((dir / "fifo").c_str(), 0600), 0);
    fs::create_symlink("nowhere", dir / "broken");
    fs::create_symlink("loop", dir / "loop");
    const fs::path table[] = {
        dir.path(), dir / "fifo", dir / "absent", dir / "broken", dir / "loop", "/dev/null", ""};
    for (const auto& path : table) {
        EXPECT_TRUE(fails_with(open_regular(path), errc::file_unusable)) << path;
    }
}

TEST_F(file, the_refusal_names_no_path) {
    EXPECT_EQ(error_text(open_regular(dir.path())), "is not a regular file");
    const auto text = error_text(open_regular(dir / "absent"));
    EXPECT_EQ(text.find(dir.path().string()), std::string::npos) << text;
}

TEST_F(file, identity_stays_while_the_file_does) {
    write_file(dir / "data", "abc");
    const auto fd = open_regular(dir / "data");
    ASSERT_TRUE(has_value(fd));
    EXPECT_EQ(identity_of(fd->get()), identity_of(dir / "data").value());
    EXPECT_EQ(identity_of(dir / "data")->size, 3U);
}

TEST_F(file, identity_tells_a_replaced_file_from_the_open_one) {
    write_file(dir / "data", "abc");
    const auto fd = open_regular(dir / "data");
    testing::replace_file(dir / "data", "abc");
    EXPECT_NE(identity_of(fd->get()), identity_of(dir / "data").value());
}

TEST_F(file, a_path_without_a_file_has_no_identity) {
    EXPECT_TRUE(fails_with(identity_of(dir / "absent"), errc::file_replaced));
}

TEST_F(file, identity_of_a_closed_descriptor_throws) {
    EXPECT_THROW(identity_of(-1), std::system_error);
}

TEST_F(file, read_exactly_gives_all_or_says_that_the_file_is_short) {
    write_file(dir / "data", "0123456789");
    const auto fd = open_regular(dir / "data");
    char into[11] = {};
    EXPECT_TRUE(read_exactly(fd->get(), into, 4, 3));
    EXPECT_EQ(std::string(into, 4), "3456");
    EXPECT_TRUE(read_exactly(fd->get(), into, 10, 0));
    EXPECT_TRUE(read_exactly(fd->get(), into, 0, 10));
    EXPECT_FALSE(read_exactly(fd->get(), into, 11, 0));
    EXPECT_FALSE(read_exactly(fd->get(), into, 1, 10));
    EXPECT_FALSE(read_exactly(fd->get(), into, 1, 1'000'000));
    EXPECT_THROW(read_exactly(-1, into, 1, 0), std::system_error);
}

TEST_F(file, read_whole_keeps_to_its_limit) {
    write_file(dir / "data", std::string("a\0b", 3));
    EXPECT_EQ(read_whole(dir / "data", 3).value(), std::string("a\0b", 3));
    EXPECT_TRUE(fails_with(read_whole(dir / "data", 2), errc::file_unusable));
    EXPECT_TRUE(fails_with(read_whole(dir / "absent", 2), errc::file_unusable));
    write_file(dir / "empty", "");
    EXPECT_EQ(read_whole(dir / "empty", 0).value(), "");
}

TEST_F(file, write_atomically_makes_and_replaces_a_file) {
    const auto path = dir / "key";
    write_atomically(path, "first", 0600);
    EXPECT_EQ(read_file(path), "first");
    EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    write_atomically(path, "second", 0600);
    EXPECT_EQ(read_file(path), "second");
    EXPECT_EQ(std::distance(fs::directory_iterator(dir.path()), {}), 1) << "something is left over";
}

TEST_F(file, write_atomically_keeps_the_old_file_until_the_new_one_is_complete) {
    const auto path = dir / "key";
    write_file(path, "old");
    const auto old = open_regular(path);
    write_atomically(path, "new", 0600);
    char into[3];
    ASSERT_TRUE(read_exactly(old->get(), into, 3, 0));
    EXPECT_EQ(std::string(into, 3), "old");
}

TEST_F(file, write_atomically_throws_where_it_cannot_write) {
    EXPECT_THROW(write_atomically(dir / "absent" / "key", "x", 0600), std::system_error);
    write_file(dir / "folder" / "inside", "x");
    EXPECT_THROW(write_atomically(dir / "folder", "x", 0600), std::system_error);
    EXPECT_TRUE(fs::exists(dir / "folder" / "inside"));
}

TEST_F(file, write_atomically_takes_a_bare_file_name) {
    const auto before = fs::current_path();
    fs::current_path(dir.path());
    EXPECT_NO_THROW(write_atomically("key", "x", 0600));
    fs::current_path(before);
    EXPECT_EQ(read_file(dir / "key"), "x");
}

TEST_F(file, write_all_throws_when_the_descriptor_takes_nothing) {
    EXPECT_THROW(write_all(-1, "x"), std::system_error);
    const unique_fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    ASSERT_TRUE(full);
    EXPECT_THROW(write_all(full.get(), "x"), std::system_error);
}

TEST_F(file, unique_fd_closes_once) {
    write_file(dir / "data", "x");
    auto opened = open_regular(dir / "data");
    const int fd = opened->get();
    {
        unique_fd first(std::move(*opened));
        EXPECT_FALSE(*opened);
        unique_fd second;
        second = std::move(first);
        EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move)
        EXPECT_EQ(second.get(), fd);
        EXPECT_TRUE(is_open(fd));
    }
    EXPECT_FALSE(is_open(fd));
}

TEST_F(file, unique_fd_lets_go_of_what_it_releases) {
    write_file(dir / "data", "x");
    auto opened = open_regular(dir / "data");
    const unique_fd again(opened->release());
    EXPECT_FALSE(*opened);
    opened->reset();
    EXPECT_TRUE(is_open(again.get()));
}

TEST_F(file, a_write_that_fails_leaves_nothing_behind) {
    rlimit before{};
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
    auto* const usual = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit none{0, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &none);
    EXPECT_THROW(write_atomically(dir / "a", "x", 0600), std::system_error);
    EXPECT_THROW(write_if_absent(dir / "a", "x", 0600), std::system_error);
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, usual);
    EXPECT_TRUE(fs::is_empty(dir / ""));
}

}  // namespace
}  // namespace callstream
