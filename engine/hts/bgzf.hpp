// BGZF as a chain of blocks: what can be said of a file without inflating it. Reads by descriptor
// and offset, no htslib, so it is safe on any file and from any thread.
// Block layout: SAM specification, section 4.1.
#pragma once

#include "engine/core/error.hpp"
#include "engine/core/hash.hpp"

#include <cstddef>
#include <cstdint>
#include <stop_token>

namespace callstream::hts {

/// Packed bytes of the block whose header starts at `header`, as its `BC` subfield says; 0 when
/// there is none within `available` bytes (18 are enough for the headers that all known tools
/// write).
std::size_t block_bytes(const unsigned char* header, std::size_t available);

enum class compression { bgzf, gzip, none };

/// Judged by the first bytes. Throws std::system_error when the file cannot be read.
compression compression_of(int fd);

/// Whether the file ends in the empty block that marks a complete BGZF file.
bool has_eof_block(int fd, std::uint64_t size);

/// As `compression_of`, of a data file that will be read from any place: what cannot be is
/// `errc::file_unusable`, with the cure. That is plain gzip, and BGZF without its last block.
result<compression> seekable_compression_of(int fd, std::uint64_t size);

/// A stand-in until `content_fingerprint` has run: size, first and last 64 KiB.
std::uint64_t provisional_fingerprint(int fd, std::uint64_t size);

/// CRC-32, packed and inflated size of every block, hashed. Copies of a file agree, any change of
/// its content shows. Reads only block borders. Throws `damaged_file` where the chain breaks;
/// returns `errc::unavailable` when stopped.
result<hash128> content_fingerprint(int fd, std::uint64_t size, std::stop_token stop);

}  // namespace callstream::hts
