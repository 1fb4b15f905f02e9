// Reading every record of a file: our reader beside htslib's own loop, and beside inflating alone.
#include "bench/micro/panels.hpp"
#include "bench/steps/steps.hpp"

#include <benchmark/benchmark.h>

namespace {

using namespace callstream::bench;

/// Calls per second of CPU time; bytes per second where the step knows them.
void decode(benchmark::State& state, step work, const char* ending) {
    const auto file = micro_panel(2, 0, ending);
    measured sum;
    for (auto _ : state) {
        const measured m = work(file);
        state.SetIterationTime(m.cpu_seconds);
        sum.calls += m.calls;
        sum.bytes_in += m.bytes_in;
    }
    if (sum.calls > 0) state.SetItemsProcessed(static_cast<std::int64_t>(sum.calls));
    if (sum.bytes_in > 0) state.SetBytesProcessed(static_cast<std::int64_t>(sum.bytes_in));
}

BENCHMARK_CAPTURE(decode, bcf_our_reader, our_reader, ".bcf")->UseManualTime();
BENCHMARK_CAPTURE(decode, bcf_bcf_read, bcf_read_only, ".bcf")->UseManualTime();
BENCHMARK_CAPTURE(decode, bcf_inflate, inflate, ".bcf")->UseManualTime();
BENCHMARK_CAPTURE(decode, vcf_gz_our_reader, our_reader, ".vcf.gz")->UseManualTime();
BENCHMARK_CAPTURE(decode, vcf_gz_bcf_read, bcf_read_only, ".vcf.gz")->UseManualTime();
BENCHMARK_CAPTURE(decode, vcf_gz_inflate, inflate, ".vcf.gz")->UseManualTime();

}  // namespace
