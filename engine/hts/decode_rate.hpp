// How fast htslib reads a file when nothing is done with what it reads: the ceiling for everything
// that is made of the file.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>

namespace callstream::hts {

struct decode_rate {
    std::uint64_t records = 0;
    std::uint64_t samples = 0;
    double seconds = 0;
    bool complete = false;  ///< false: ended before the file did

    double calls_a_second() const {
        return seconds <= 0 ? 0 : static_cast<double>(records * samples) / seconds;
    }
};

/// `bcf_read` on one thread, from the first record on, until `goes_on` says no (asked every 1,024
/// records). htslib believes what a file says of its own lengths, so this is for files that whoever
/// runs it trusts. Throws std::runtime_error when it cannot be read.
decode_rate measure_decoding(
    const std::filesystem::path& path, const std::function<bool()>& goes_on
);

}  // namespace callstream::hts
