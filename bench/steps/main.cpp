// callstream_bench_steps: runs steps in turn over one file and prints a JSON line for each run.
#include "bench/steps/steps.hpp"
#include "engine/hts/vcf_reader.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

namespace {

using callstream::bench::all_steps;
using callstream::bench::named_step;

int usage() {
    std::puts("usage: callstream_bench_steps FILE RUNS STEP...\nSteps, run in turn RUNS times:");
    for (const auto& s : all_steps()) {
        std::printf("  %-13s %s\n", std::string(s.name).c_str(), std::string(s.what).c_str());
    }
    return 2;
}

const named_step* find(const char* name) {
    for (const auto& s : all_steps()) {
        if (s.name == name) return &s;
    }
    return nullptr;
}

void print(const named_step& step, const callstream::bench::measured& m) {
    std::printf(
        "{\"step\":\"%s\",\"calls\":%llu,\"bytes_in\":%llu,\"bytes_out\":%llu,\"seconds\":%.6f,"
        "\"cpu_seconds\":%.6f}\n",
        std::string(step.name).c_str(),
        static_cast<unsigned long long>(m.calls),
        static_cast<unsigned long long>(m.bytes_in),
        static_cast<unsigned long long>(m.bytes_out),
        m.seconds,
        m.cpu_seconds
    );
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 2 && std::strcmp(argv[1], "--htslib-version") == 0) {
        std::puts(callstream::hts::library_version().c_str());
        return 0;
    }
    const int runs = argc > 3 ? std::atoi(argv[2]) : 0;
    std::vector<const named_step*> steps;
    for (int i = 3; i < argc; ++i) steps.push_back(find(argv[i]));
    for (const auto* s : steps) {
        if (s == nullptr) return usage();
    }
    if (runs < 1) return usage();
    try {
        callstream::hts::prepare_library();
        for (int run = 0; run < runs; ++run) {
            for (const auto* s : steps) print(*s, s->run(argv[1]));
        }
    } catch (const std::exception& e) {
        std::fprintf(stderr, "callstream_bench_steps: %s\n", e.what());
        return 1;
    }
}
