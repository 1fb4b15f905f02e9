// A whole file as matrix cells: ours, beside bcf_get_genotypes with a loop over its integers, and
// beside decoding alone, which neither can beat.
#include "bench/micro/panels.hpp"
#include "bench/steps/steps.hpp"

#include <benchmark/benchmark.h>

namespace {

using namespace callstream::bench;

/// Cells per second of CPU time, and bytes of text.
void cells(benchmark::State& state, step work, std::uint32_t ploidy, std::uint32_t alleles) {
    const auto file = micro_panel(ploidy, alleles);
    measured sum;
    for (auto _ : state) {
        const measured m = work(file);
        state.SetIterationTime(m.cpu_seconds);
        sum.calls += m.calls;
        sum.bytes_out += m.bytes_out;
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(sum.calls));
    if (sum.bytes_out > 0) state.SetBytesProcessed(static_cast<std::int64_t>(sum.bytes_out));
}

BENCHMARK_CAPTURE(cells, diploid_ours, matrix_cells, 2, 0)->UseManualTime();
BENCHMARK_CAPTURE(cells, diploid_htslib, matrix_cells_htslib, 2, 0)->UseManualTime();
BENCHMARK_CAPTURE(cells, diploid_bcf_read, bcf_read_only, 2, 0)->UseManualTime();
BENCHMARK_CAPTURE(cells, haploid_ours, matrix_cells, 1, 0)->UseManualTime();
BENCHMARK_CAPTURE(cells, haploid_htslib, matrix_cells_htslib, 1, 0)->UseManualTime();
BENCHMARK_CAPTURE(cells, haploid_bcf_read, bcf_read_only, 1, 0)->UseManualTime();
BENCHMARK_CAPTURE(cells, tetraploid_ours, matrix_cells, 4, 0)->UseManualTime();
BENCHMARK_CAPTURE(cells, tetraploid_htslib, matrix_cells_htslib, 4, 0)->UseManualTime();
BENCHMARK_CAPTURE(cells, tetraploid_bcf_read, bcf_read_only, 4, 0)->UseManualTime();
// Where the alleles no longer fit a byte.
BENCHMARK_CAPTURE(cells, 100_alleles_ours, matrix_cells, 2, 100)->UseManualTime();
BENCHMARK_CAPTURE(cells, 100_alleles_htslib, matrix_cells_htslib, 2, 100)->UseManualTime();
BENCHMARK_CAPTURE(cells, 100_alleles_bcf_read, bcf_read_only, 2, 100)->UseManualTime();

}  // namespace
