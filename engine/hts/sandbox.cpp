#include "engine/hts/sandbox.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <vector>

namespace callstream::hts {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t machine = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t machine = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t machine = 0;
#endif

std::vector<long> allowed_calls(sandbox kind) {
    // Memory, what is open already, time, and the end.
    std::vector<long> out = {
        SYS_read,       SYS_write,       SYS_readv,        SYS_writev,        SYS_pread64,
        SYS_lseek,      SYS_fsync,       SYS_fdatasync,    SYS_close,         SYS_fstat,
        SYS_newfstatat, SYS_mmap,        SYS_munmap,       SYS_mremap,        SYS_mprotect,
        SYS_madvise,    SYS_brk,         SYS_futex,        SYS_clock_gettime, SYS_gettimeofday,
        SYS_getrandom,  SYS_sched_yield, SYS_rt_sigreturn, SYS_rt_sigaction,  SYS_rt_sigprocmask,
        SYS_exit,       SYS_exit_group,
    };
    if (kind == sandbox::opening_files) {
        out.insert(out.end(), {SYS_openat, SYS_faccessat, SYS_prlimit64, SYS_prctl, SYS_seccomp});
#ifdef SYS_open
        out.insert(out.end(), {SYS_open, SYS_access, SYS_stat, SYS_setrlimit});
#endif
#ifdef SYS_faccessat2
        out.push_back(SYS_faccessat2);
#endif
    }
    return out;
}

sock_filter statement(unsigned code, std::uint32_t value) {
    return {static_cast<std::uint16_t>(code), 0, 0, value};
}

/// Goes on with the next instruction where what was loaded is `value`, else skips it.
sock_filter unless_equal_skip(std::uint32_t value) {
    return {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, value};
}

std::vector<sock_filter> filter_of(sandbox kind) {
    const auto load = [](std::size_t at) {
        return statement(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(at));
    };
    const auto end = [](std::uint32_t how) { return statement(BPF_RET | BPF_K, how); };
    std::vector<sock_filter> out = {
        load(offsetof(seccomp_data, arch)),
        // Numbers of calls mean something else in another mode of the machine.
        {BPF_JMP | BPF_JEQ | BPF_K, 1, 0, machine},
        end(SECCOMP_RET_KILL_PROCESS),
        load(offsetof(seccomp_data, nr)),
    };
    for (const long call : allowed_calls(kind)) {
        out.push_back(unless_equal_skip(static_cast<std::uint32_t>(call)));
        out.push_back(end(SECCOMP_RET_ALLOW));
    }
    out.push_back(end(SECCOMP_RET_ERRNO | EPERM));
    return out;
}

}  // namespace

bool enter(sandbox kind) {
    if (machine == 0) return false;
    auto filter = filter_of(kind);
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

}  // namespace callstream::hts
