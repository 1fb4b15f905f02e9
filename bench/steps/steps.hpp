// The work that is measured in process, one function per side of a comparison: each goes through a
// whole file, or a whole text, on the calling thread. tools/bench and the micro benchmarks call
// the same functions.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string_view>

namespace callstream::bench {

/// What a step went through, and what it took. Opening the file and reading its header count for
/// nothing.
struct measured {
    std::uint64_t calls = 0;      ///< genotypes; 0 where there are none
    std::uint64_t bytes_in = 0;   ///< inflated bytes, or text to compress; 0 where not known
    std::uint64_t bytes_out = 0;  ///< text, or compressed text; 0 where nothing is made
    double seconds = 0;           ///< on the wall
    double cpu_seconds = 0;       ///< of all threads of the process
};

/// A step; throws std::runtime_error when the file cannot be read to its end.
using step = measured (*)(const std::filesystem::path& file);

struct named_step {
    std::string_view name;
    step run;
    std::string_view what;
};
std::span<const named_step> all_steps();

/// BGZF inflate alone.
measured inflate(const std::filesystem::path& file);
/// htslib's `bcf_read` and nothing else: the decode ceiling.
measured bcf_read_only(const std::filesystem::path& file);
/// Our reader and nothing else.
measured our_reader(const std::filesystem::path& file);
/// Our reader, and every genotype as a matrix cell `"0|1",` into a recycled block.
measured matrix_cells(const std::filesystem::path& file);
/// The same through `bcf_get_genotypes` and a loop over its integers.
measured matrix_cells_htslib(const std::filesystem::path& file);
/// Our reader, and every call as a Call object on a line of its own, made as gzip: compressed
/// rendering. `bytes_in` is the text that it stands for.
measured calls_deflated(const std::filesystem::path& file);
/// The same text, or its first 256 MiB, through the encoder of other answers; making it counts for
/// nothing.
measured calls_igzip(const std::filesystem::path& file);
/// The file's bytes through the encoder of gzip'd answers, block by block.
measured gzip_ours(const std::filesystem::path& file);
measured gzip_cells(const std::filesystem::path& path);
/// The same bytes through zlib, level 1.
measured gzip_zlib(const std::filesystem::path& file);

/// Runs `work` and fills in the times.
measured timed(const std::function<void(measured&)>& work);

}  // namespace callstream::bench
