// Genotypes to text: our table against htslib's own formatting of the same bytes. One thread, data
// in the cache; calls per second and bytes of text per second.
//
//   build/release/bench/callstream_micro_bench
#include "engine/genotype/gt_text.hpp"

#include <benchmark/benchmark.h>
#include <htslib/kstring.h>
#include <htslib/vcf.h>

#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

namespace {

using callstream::best_simd;
using callstream::simd_level;
using callstream::text_buffer;
using callstream::genotype::genotype_format;
using callstream::genotype::gt_writer;
using callstream::hts::format_field;
using callstream::hts::value_type;

constexpr std::size_t samples = 1000;

/// One record's GT bytes: mostly REF, some phased, a few missing alleles.
std::vector<std::uint8_t> gt_bytes(std::uint32_t ploidy, unsigned missing_percent = 3) {
    std::mt19937 random(42);
    std::vector<std::uint8_t> bytes(samples * ploidy);
    for (auto& byte : bytes) {
        const auto draw = random() % 100;
        const std::uint8_t index = draw < 70                      ? 1
                                   : draw < 100 - missing_percent ? 2
                                                                  : 0;  // index + 1; 0 is missing
        byte = static_cast<std::uint8_t>(index << 1 | random() % 2);
    }
    return bytes;
}

void report(benchmark::State& state, std::size_t text_bytes) {
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(samples));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text_bytes));
}

void ours(benchmark::State& state, const genotype_format& format) {
    const auto ploidy = static_cast<std::uint32_t>(state.range(0));
    const auto bytes = gt_bytes(ploidy);
    const format_field field{1, value_type::int8, ploidy, bytes};
    const gt_writer writer(format);
    std::vector<char> text(samples * writer.room(ploidy));
    std::size_t size = 0;
    for (auto _ : state) {
        char* out = text.data();
        for (std::size_t s = 0; s < samples; ++s) out = writer.write(out, field, s);
        benchmark::DoNotOptimize(out);
        size = static_cast<std::size_t>(out - text.data());
    }
    report(state, size);
}

void gt_writer_default(benchmark::State& state) {
    ours(state, {});
}
BENCHMARK(gt_writer_default)->ArgName("ploidy")->Arg(1)->Arg(2)->Arg(4);

/// A row of a matrix in JSON, at each level that there is.
void gt_rows(benchmark::State& state) {
    const auto level = static_cast<simd_level>(state.range(1));
    if (level > best_simd()) return state.SkipWithError("this machine has no such level");
    const auto ploidy = static_cast<std::uint32_t>(state.range(0));
    const auto bytes = gt_bytes(ploidy, static_cast<unsigned>(state.range(2)));
    const format_field field{1, value_type::int8, ploidy, bytes};
    gt_writer writer({}, {.before = "\"", .after = "\","}, level);
    std::vector<std::uint32_t> all(samples);
    std::iota(all.begin(), all.end(), 0U);
    const callstream::genotype::sample_row row(std::move(all));
    text_buffer out;
    for (auto _ : state) {
        out.clear();
        writer.write_row(out, &field, row);
        benchmark::DoNotOptimize(out.data());
    }
    report(state, out.size());
}
BENCHMARK(gt_rows)
    ->ArgNames({"ploidy", "level", "missing_percent"})
    ->ArgsProduct({{1, 2, 4}, {0, 1, 2}, {0, 3}});

void gt_writer_collapsed(benchmark::State& state) {
    genotype_format format;
    format.expand_homozygotes = false;
    ours(state, format);
}
BENCHMARK(gt_writer_collapsed)->ArgName("ploidy")->Arg(2)->Arg(4);

void gt_writer_long_separators(benchmark::State& state) {
    genotype_format format;
    format.separator_phased = "----------------";
    ours(state, format);
}
BENCHMARK(gt_writer_long_separators)->ArgName("ploidy")->Arg(2);

/// The rival: bcf_format_gt, as bcftools query uses it.
void htslib_format_gt(benchmark::State& state) {
    const auto ploidy = static_cast<int>(state.range(0));
    auto bytes = gt_bytes(static_cast<std::uint32_t>(ploidy));
    bcf_fmt_t field{};
    field.n = ploidy;
    field.size = ploidy;
    field.type = BCF_BT_INT8;
    field.p = bytes.data();
    kstring_t text = KS_INITIALIZE;
    for (auto _ : state) {
        text.l = 0;
        for (int s = 0; s < static_cast<int>(samples); ++s) bcf_format_gt(&field, s, &text);
        benchmark::DoNotOptimize(text.s);
    }
    report(state, text.l);
    ks_free(&text);
}
BENCHMARK(htslib_format_gt)->ArgName("ploidy")->Arg(1)->Arg(2)->Arg(4);

}  // namespace
