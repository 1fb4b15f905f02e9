// What the machine itself allows: how fast a socket carries bytes, and htslib decodes a file.
#pragma once

#include "engine/hts/decode_rate.hpp"

#include <atomic>
#include <filesystem>
#include <optional>

namespace callstream::load {

struct ceilings {
    double socket_bytes_a_second = 0;
    std::optional<hts::decode_rate> decoding;  ///< of the file, when one was given
};

/// Takes two seconds for the socket (a ready buffer of 256 KiB over loopback, the median of five
/// times), and at most 30 s for the file (the best of three times). Throws std::runtime_error.
ceilings measure_ceilings(const std::filesystem::path& file, const std::atomic<bool>& stopped);

}  // namespace callstream::load
