#include "bench/steps/steps.hpp"

#include <ctime>

namespace callstream::bench {
namespace {

double now(clockid_t clock) {
    timespec t{};
    clock_gettime(clock, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

}  // namespace

measured timed(const std::function<void(measured&)>& work) {
    measured m;
    const double wall = now(CLOCK_MONOTONIC);
    const double cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    work(m);
    m.cpu_seconds = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    m.seconds = now(CLOCK_MONOTONIC) - wall;
    return m;
}

std::span<const named_step> all_steps() {
    static constexpr named_step steps[] = {
        {"inflate", inflate, "BGZF inflate alone"},
        {"bcf_read", bcf_read_only, "htslib's bcf_read alone"},
        {"reader", our_reader, "our reader alone"},
        {"cells", matrix_cells, "our reader and matrix cells"},
        {"cells_htslib", matrix_cells_htslib, "bcf_get_genotypes and matrix cells"},
        {"calls_gzip", calls_deflated, "our reader and Call objects, made as gzip"},
        {"calls_igzip", calls_igzip, "ISA-L level 1 over Call objects that are there as text"},
        {"gzip", gzip_ours, "the encoder of gzip'd answers over a file's bytes"},
        {"gzip_cells", gzip_cells, "the gzip of matrices over a file's bytes"},
        {"zlib1", gzip_zlib, "zlib level 1 over a file's bytes"},
    };
    return steps;
}

}  // namespace callstream::bench
