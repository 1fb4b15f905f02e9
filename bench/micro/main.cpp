// callstream_micro_bench: Google Benchmark over the engine's rooms, each with its rival beside it.
//
//   build/release/bench/callstream_micro_bench --benchmark_filter=cells
#include "engine/hts/vcf_reader.hpp"

#include <benchmark/benchmark.h>

int main(int argc, char** argv) {
    callstream::hts::prepare_library();
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
}
