#include "engine/hts/sandbox.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <functional>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace callstream::hts {
namespace {

constexpr int no_sandbox = 77;

/// How a process ends that enters a sandbox and then does something.
int status_of(sandbox kind, const std::function<bool()>& action) {
#ifdef CALLSTREAM_SANITIZED
    return no_sandbox;  // what the sanitizers themselves ask for would be refused
#endif
    const pid_t child = ::fork();
    if (child == 0) {
        ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        if (!enter(kind)) ::_exit(no_sandbox);
        ::_exit(action() ? 0 : 1);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

bool is_refused(long outcome) {
    return outcome == -1 && errno == EPERM;
}

TEST(sandbox_test, what_is_open_can_be_read_and_written) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    const int status = status_of(sandbox::computing, [&] {
        char c = 0;
        void* memory = std::malloc(10 << 20);
        std::free(memory);
        return ::write(ends[1], "x", 1) == 1 && ::read(ends[0], &c, 1) == 1 && c == 'x' &&
               memory != nullptr;
    });
    for (const int end : ends) ::close(end);
    if (status == no_sandbox)
        GTEST_SKIP() << "no sandbox: a sanitizer is in it, or the system has no seccomp";
    EXPECT_EQ(status, 0);
}

TEST(sandbox_test, everything_else_is_refused) {
    const pid_t parent = ::getpid();
    const std::vector<std::function<long()>> calls = {
        [] { return ::open("/etc/passwd", O_RDONLY); },
        [] { return ::open("/tmp/callstream-sandbox", O_WRONLY | O_CREAT, 0600); },
        [] { return ::socket(AF_INET, SOCK_STREAM, 0); },
        [] { return ::unlink("/tmp/callstream-sandbox"); },
        [] { return ::rename("/tmp/callstream-sandbox", "/tmp/callstream-sandbox-2"); },
        [] { return ::chmod("/tmp/callstream-sandbox", 0777); },
        [] { return ::mkdir("/tmp/callstream-sandbox", 0700); },
        [=] { return ::kill(parent, 0); },
        [] { return ::fork(); },
        [] { return ::execl("/bin/true", "true", nullptr); },
    };
    for (std::size_t i = 0; i < calls.size(); ++i) {
        const int status = status_of(sandbox::computing, [&] { return is_refused(calls[i]()); });
        if (status == no_sandbox)
            GTEST_SKIP() << "no sandbox: a sanitizer is in it, or the system has no seccomp";
        EXPECT_EQ(status, 0) << i;
    }
}

TEST(sandbox_test, files_can_be_opened_until_a_stricter_one) {
    const int status = status_of(sandbox::opening_files, [] {
        const bool opened = ::open("/etc/passwd", O_RDONLY) >= 0;
        const bool refused = is_refused(::unlink("/tmp/callstream-sandbox"));
        return opened && refused && enter(sandbox::computing) &&
               is_refused(::open("/etc/passwd", O_RDONLY)) && !enter(sandbox::opening_files);
    });
    if (status == no_sandbox)
        GTEST_SKIP() << "no sandbox: a sanitizer is in it, or the system has no seccomp";
    EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace callstream::hts
