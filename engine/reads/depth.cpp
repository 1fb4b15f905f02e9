#include "engine/reads/depth.hpp"

#include "engine/core/hash.hpp"
#include "engine/hts/bgzf.hpp"
#include "engine/hts/cigar.hpp"
#include "engine/reads/coverage_file.hpp"
#include "engine/reads/coverage_table.hpp"
#include "engine/reads/read_order.hpp"
#include "engine/reads/record_pass.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace callstream::reads {
namespace {

/// Of one reference: BAM cannot have longer ones than 2^32 bases.
constexpr std::size_t buckets_max = std::size_t{1} << 21;
constexpr unsigned flags_not_counted = 0x704;  // unmapped, secondary, failed, duplicate

/// The depths of one reference, added up by bucket. A stretch takes the same time however long it
/// is: what covers whole buckets is noted where it begins and where it ends.
class reference_sums {
 public:
    /// No stretch starts before `first_base`.
    reference_sums(std::uint64_t reference, std::int64_t length, std::int64_t first_base)
        : entry_{reference, static_cast<std::uint64_t>(length), 0, 0, 0, 0}, length_(length) {
        entry_.first_bucket = static_cast<std::uint64_t>(std::max<std::int64_t>(first_base, 0)) /
                              static_cast<std::uint64_t>(coverage_step);
    }
    std::uint64_t reference() const { return entry_.reference; }

    /// False when there are more buckets than a table may hold.
    bool add(std::int64_t start0, std::int64_t end0) {
        start0 = std::max<std::int64_t>(start0, 0);
        end0 = std::min(end0, length_);
        if (start0 >= end0) return true;
        const std::size_t first = bucket_of(start0);
        const std::size_t last = bucket_of(end0 - 1);
        if (last >= buckets_max) return false;
        if (last >= cells_.size()) cells_.resize(last + 1);
        if (first == last) {
            cells_[first].sum += static_cast<std::uint64_t>(end0 - start0);
            return true;
        }
        cells_[first].sum += static_cast<std::uint64_t>(coverage_step - start0 % coverage_step);
        cells_[last].sum += static_cast<std::uint64_t>((end0 - 1) % coverage_step + 1);
        ++cells_[first + 1].change;
        --cells_[last].change;
        return true;
    }

    /// The sums in their order, and what is known of the reference but for where they lie.
    std::pair<covered_reference, std::vector<std::uint64_t>> finish() {
        std::vector<std::uint64_t> sums;
        sums.reserve(cells_.size());
        std::int64_t covering = 0;
        for (const auto& cell : cells_) {
            covering += cell.change;
            sums.push_back(cell.sum + static_cast<std::uint64_t>(covering * coverage_step));
            entry_.total += sums.back();
        }
        entry_.buckets = sums.size();
        return {entry_, std::move(sums)};
    }

 private:
    struct counted {
        std::uint64_t sum = 0;
        std::int64_t change = 0;  // of how many stretches cover the whole bucket
    };
    std::size_t bucket_of(std::int64_t base) const {
        return static_cast<std::size_t>(base / coverage_step) - entry_.first_bucket;
    }

    covered_reference entry_;
    std::int64_t length_;
    std::vector<counted> cells_;
};

/// Writes the table from its first byte to its last, and its head in the end.
class table_writer {
 public:
    explicit table_writer(int fd) : fd_(fd) {
        const coverage_file_head none{};
        write_all(fd_, {reinterpret_cast<const char*>(&none), sizeof none});
    }

    /// False when there would be more sums than a table may hold.
    bool add(covered_reference entry, const std::vector<std::uint64_t>& sums) {
        if (sums.empty()) return true;
        if (sums.size() > coverage_sums_max - sums_) return false;
        entry.sums_at = sums_;
        entries_.push_back(entry);
        append(sums.data(), sums.size() * sizeof sums[0]);
        sums_ += sums.size();
        return true;
    }
    void finish(std::uint64_t fingerprint) {
        append(entries_.data(), entries_.size() * sizeof entries_[0]);
        flush();
        coverage_file_head head{};
        std::memcpy(head.magic, coverage_file_magic, sizeof head.magic);
        head.fingerprint = fingerprint;
        head.sums = sums_;
        head.entries = entries_.size();
        head.body_hash = hash_.value().low;
        head.head_hash = head.hash();
        if (::lseek(fd_, 0, SEEK_SET) != 0) {
            throw std::system_error(errno, std::generic_category(), "seek");
        }
        write_all(fd_, {reinterpret_cast<const char*>(&head), sizeof head});
    }

 private:
    void append(const void* bytes, std::size_t size) {
        constexpr std::size_t buffer_bytes = 128 * 1024;
        if (size == 0) return;
        hash_.add(bytes, size);
        buffer_.append(static_cast<const char*>(bytes), size);
        if (buffer_.size() >= buffer_bytes) flush();
    }
    void flush() {
        write_all(fd_, buffer_);
        buffer_.clear();
    }

    int fd_;
    std::uint64_t sums_ = 0;
    std::vector<covered_reference> entries_;
    std::string buffer_;
    running_hash hash_;
};

/// Takes records in the order of coordinates.
class depth_counter {
 public:
    depth_counter(const sam_header& header, int fd) : header_(header), order_(header), out_(fd) {}

    result<void> accept(const hts::bam_record& record) {
        const auto& head = record.head;
        if (!order_.accept(head.reference, head.reference < 0 ? 0 : head.pos0)) {
            return error{
                errc::file_unusable,
                "is not sorted by coordinate: the order breaks at " + *order_.broken_at()};
        }
        if (head.reference < 0 || (head.flag & flags_not_counted) != 0) return {};
        const auto reference = static_cast<std::uint64_t>(head.reference);
        if (!now_ || now_->reference() != reference) {
            if (auto written = write_reference(); !written) return written;
            const auto length = header_.references[reference].length;
            now_.emplace(reference, static_cast<std::int64_t>(length), head.pos0);
        }
        return add(record) ? result<void>{} : too_wide();
    }
    result<void> finish(std::uint64_t fingerprint) {
        if (auto written = write_reference(); !written) return written;
        out_.finish(fingerprint);
        return {};
    }

 private:
    bool add(const hts::bam_record& record) {
        const auto cigar = hts::whole_cigar(record);
        const std::size_t operations = cigar.size() / 4;
        std::int64_t at0 = record.head.pos0;
        std::uint64_t of_read = 0;
        bool fits = true;
        for (std::size_t i = 0; i < operations; ++i) {
            const auto [kind, length] = hts::operation_at(cigar, i);
            if (hts::takes_read(kind)) of_read += length;
            if (hts::aligns(kind)) fits = now_->add(at0, at0 + length) && fits;
            if (hts::takes_reference(kind)) at0 += length;
        }
        const bool has_bases = record.head.bases > 0 && operations > 0;
        if (has_bases && of_read != record.head.bases) {
            throw damaged_file("the CIGAR of a record has another length than its bases");
        }
        return fits;
    }
    result<void> write_reference() {
        if (!now_) return {};
        const auto [entry, sums] = now_->finish();
        now_.reset();
        return out_.add(entry, sums) ? result<void>{} : too_wide();
    }
    static result<void> too_wide() {
        return error{errc::file_unusable, "covers more bases than a table of coverage may hold"};
    }

    const sam_header& header_;
    read_order order_;
    table_writer out_;
    std::optional<reference_sums> now_;
};

}  // namespace

result<void> make_coverage(
    const reads_file& file,
    const cram_decoding& decoding,
    const std::filesystem::path& into,
    pass_progress& progress,
    std::stop_token stop
) {
    const std::uint64_t fingerprint =
        hts::provisional_fingerprint(file.descriptor(), file.identity().size);
    const temporary_file out(into);
    depth_counter counter(file.header(), out.fd());
    const auto passed = each_record(
        file,
        record_content::alignments,
        decoding,
        progress,
        std::move(stop),
        [&](const hts::bam_record& record) { return counter.accept(record); }
    );
    if (!passed) return passed;
    if (auto finished = counter.finish(fingerprint); !finished) return finished;
    out.publish_derived();
    return {};
}

}  // namespace callstream::reads
