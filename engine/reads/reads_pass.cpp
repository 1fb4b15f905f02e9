#include "engine/reads/reads_pass.hpp"

#include "engine/hts/bam_bytes.hpp"
#include "engine/hts/cram_bytes.hpp"

#include <limits>
#include <utility>

namespace callstream::reads {
namespace {

constexpr std::uint16_t flag_unmapped = 4;

/// Follows the order of coordinates: by reference as the header lists them, records without one
/// last, positions not decreasing.
class order_check {
 public:
    explicit order_check(const sam_header& header) : header_(header) {}

    void accept(std::int64_t reference, std::int64_t pos0) {
        if (broken_) return;
        const std::pair<std::int64_t, std::int64_t> at = {
            reference < 0 ? std::numeric_limits<std::int64_t>::max() : reference, pos0};
        if (at < last_) {
            const auto& references = header_.references;
            broken_ = reference < 0 ? std::string("a record without a reference")
                                    : references[static_cast<std::size_t>(reference)].name + ":" +
                                          std::to_string(pos0 + 1);
        }
        last_ = at;
    }
    std::optional<std::string> broken() && { return std::move(broken_); }

 private:
    const sam_header& header_;
    std::pair<std::int64_t, std::int64_t> last_{-1, -1};
    std::optional<std::string> broken_;
};

error stopping() {
    return {errc::unavailable, "the server is stopping"};
}

result<reads_counts> count_bam(
    const reads_file& file, pass_progress& progress, const std::stop_token& stop
) {
    hts::bam_bytes bytes(file.descriptor(), file.identity().size);
    if (bytes.read_header().references.size() != file.header().references.size()) {
        throw damaged_file("the header changed meanwhile");
    }
    reads_counts out;
    out.by_reference.resize(file.header().references.size());
    order_check order(file.header());
    constexpr std::uint64_t stop_interval = 1024;
    while (const auto record = bytes.next()) {
        ++out.records;
        if (record->reference < 0) {
            ++out.unplaced;
        } else {
            auto& counts = out.by_reference[static_cast<std::size_t>(record->reference)];
            ++((record->flag & flag_unmapped) == 0 ? counts.mapped : counts.unmapped);
        }
        order.accept(record->reference, record->reference < 0 ? 0 : record->pos0);
        if (out.records % stop_interval != 0) continue;
        if (stop.stop_requested()) return stopping();
        progress.bytes_done.store(bytes.bytes_done(), std::memory_order_relaxed);
    }
    out.unsorted_at = std::move(order).broken();
    return out;
}

result<reads_counts> count_cram(
    const reads_file& file, pass_progress& progress, const std::stop_token& stop
) {
    hts::cram_bytes bytes(file.descriptor(), file.identity().size);
    bytes.read_header();
    reads_counts out;
    order_check order(file.header());
    while (const auto container = bytes.next()) {
        if (stop.stop_requested()) return stopping();
        const auto references = static_cast<std::int64_t>(file.header().references.size());
        if (container->reference >= references) {
            throw damaged_file("a container names a reference that is not in the header");
        }
        out.records += container->records;
        // A container of several references says nothing about where they begin.
        constexpr std::int32_t several = -2;
        if (container->reference >= 0) {
            order.accept(container->reference, std::int64_t{container->start1} - 1);
        } else if (container->reference != several) {
            order.accept(-1, 0);
        }
        progress.bytes_done.store(bytes.bytes_done(), std::memory_order_relaxed);
    }
    out.unsorted_at = std::move(order).broken();
    return out;
}

}  // namespace

result<reads_counts> count_records(
    const reads_file& file, pass_progress& progress, std::stop_token stop
) {
    if (stop.stop_requested()) return stopping();
    auto counted = file.format() == reads_format::bam ? count_bam(file, progress, stop)
                                                      : count_cram(file, progress, stop);
    if (counted) progress.bytes_done.store(file.identity().size, std::memory_order_relaxed);
    return counted;
}

}  // namespace callstream::reads
