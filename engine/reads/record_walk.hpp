// Records of a BAM or CRAM file one by one, of some regions, from any of them on.
#pragma once

#include "engine/core/error.hpp"
#include "engine/hts/bam_bytes.hpp"
#include "engine/reads/cram_child.hpp"
#include "engine/reads/read_regions.hpp"
#include "engine/reads/reads_file.hpp"

#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace callstream::reads {

/// Where a record begins, the same whichever way it was found: of a BAM its virtual offset, of a
/// CRAM the address of its container and how many records come before it there.
struct record_place {
    std::uint64_t at = 0;
    std::uint64_t number = 0;

    bool operator==(const record_place&) const = default;
};

/// As many CRAM files are decoded at a time.
inline constexpr int crams_at_once = 4;

/// One thread at a time.
class record_walk {
 public:
    enum class step {
        record,  ///< it stands on one
        pause,   ///< much was looked at and nothing found yet; whoever waits may have a turn
        end,
    };

    /// `path` is that of the file, beside which its index is looked for: with one that can be used,
    /// only the stretches around the regions are read; without one, all that comes before their
    /// end. No regions: every record. `from` is the place of a record of this walk, with which it
    /// begins. `about`: how many will be asked for; of a CRAM little more is decoded then. Errors
    /// are those of `cram_child::start`, and `errc::unavailable` while `crams_at_once` are decoded.
    /// Throws damaged_file, and std::system_error when the disk fails.
    static result<std::unique_ptr<record_walk>> open(
        std::shared_ptr<const reads_file> file,
        const std::filesystem::path& path,
        std::vector<read_region> regions,
        const cram_decoding& decoding,
        std::optional<record_place> from = std::nullopt,
        std::uint64_t about = std::numeric_limits<std::uint64_t>::max()
    );
    record_walk(const record_walk&) = delete;
    record_walk& operator=(const record_walk&) = delete;
    virtual ~record_walk() = default;

    /// Goes on. Errors are those of `cram_child::finish`. Throws as above.
    result<step> next();
    /// The one on which it stands, valid until it goes on.
    const hts::bam_record& record() const { return *record_; }
    record_place place() const { return place_; }

    /// Behind the reading: what was read counts only if the bytes were those of the file. Throws
    /// damaged_file.
    void check_unchanged() const;

 protected:
    record_walk(
        std::shared_ptr<const reads_file> file, std::vector<read_region> regions, bool sorted
    )
        : file_(std::move(file)), filter_(std::move(regions), sorted) {}

    const reads_file& file() const noexcept { return *file_; }
    /// Of the file, wanted or not, with its place.
    virtual result<std::optional<hts::bam_record>> next_of_file(record_place& place) = 0;
    virtual void skip_to(std::size_t /*region*/) {}

 private:
    std::shared_ptr<const reads_file> file_;
    read_filter filter_;
    std::optional<hts::bam_record> record_;
    record_place place_;
};

/// Whether its records come in the order of coordinates, as far as header and index say so.
bool is_sorted(const reads_file& file, const std::filesystem::path& path);

/// Throws damaged_file where the file is no longer the one that was opened.
void check_unchanged(const reads_file& file);

}  // namespace callstream::reads
