#include "engine/reads/reads_pass.hpp"

#include "engine/hts/bam_bytes.hpp"
#include "engine/hts/cram_bytes.hpp"
#include "engine/reads/read_order.hpp"

#include <utility>

namespace callstream::reads {
namespace {

constexpr std::uint16_t flag_unmapped = 4;

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
    read_order order(file.header());
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
    out.unsorted_at = order.broken_at();
    return out;
}

result<reads_counts> count_cram(
    const reads_file& file, pass_progress& progress, const std::stop_token& stop
) {
    hts::cram_bytes bytes(file.descriptor(), file.identity().size);
    bytes.read_header();
    reads_counts out;
    read_order order(file.header());
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
    out.unsorted_at = order.broken_at();
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
