// CRAM read container by container, without htslib and without decoding a record: the SAM header
// and what containers say of themselves. Layout: CRAM specification 2.1 and 3.0, sections 6 to 9.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace callstream::hts {

struct cram_version {
    unsigned major = 0;
    unsigned minor = 0;
};

struct cram_container {
    std::uint64_t address = 0;    ///< of its header, in the file
    std::int32_t reference = -1;  ///< position among the @SQ lines; -1 unplaced, -2 several
    std::int32_t start1 = 0;      ///< 1-based; 0 where there is no single reference
    std::uint32_t records = 0;
    std::uint32_t blocks = 0;
};

/// The descriptor stays the caller's. Memory: under 200 KiB beside the header. Not thread-safe. All
/// throw damaged_file at the first byte that cannot be, with the name of what is not supported, and
/// std::system_error when the disk fails.
class cram_bytes {
 public:
    cram_bytes(int fd, std::uint64_t file_bytes);
    ~cram_bytes();
    cram_bytes(cram_bytes&&) noexcept;
    cram_bytes& operator=(cram_bytes&&) noexcept;

    /// Call it once, first: the SAM header, at most 64 MiB. Knows versions 2.1, 3.0 and 3.1.
    std::string read_header();
    cram_version version() const noexcept;
    /// Whether the file ends in the container that marks its end.
    bool has_eof_container() const;

    /// The next container with content, or nothing at the end of the file, which must be marked by
    /// an empty one. Follows all its blocks, which must fill it; from version 3.0 on their
    /// checksums are compared, too.
    std::optional<cram_container> next();

    /// The same by its header alone: its blocks are passed without a look, and so is a missing end.
    std::optional<cram_container> next_head();
    /// Goes on with the container at `address`, which must be one of this file.
    void continue_at(std::uint64_t address);

    /// Bytes of the file taken so far.
    std::uint64_t bytes_done() const noexcept;

 private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace callstream::hts
