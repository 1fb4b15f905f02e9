// The files that micro benchmarks read, made where they are not there yet.
#pragma once

#include "bench/panel/panel_file.hpp"

#include <filesystem>
#include <string>

namespace callstream::bench {

/// A panel of about 10 million calls below the build folder.
inline std::filesystem::path micro_panel(
    std::uint32_t ploidy = 2, std::uint32_t alleles = 0, const std::string& ending = ".bcf"
) {
    const panel::options wanted{
        .samples = 1000, .variants = 10'000, .ploidy = ploidy, .alleles = alleles};
    return panel::cached_panel(wanted, CALLSTREAM_BENCH_DATA, ending);
}

}  // namespace callstream::bench
