#include "engine/reads/record_pass.hpp"

#include <utility>

namespace callstream::reads {
namespace {

error stopping() {
    return {errc::unavailable, "the server is stopping"};
}

result<void> follow(
    hts::bam_bytes& records,
    const reads_file& file,
    pass_progress& progress,
    const std::stop_token& stop,
    const record_visitor& visit
) {
    if (records.read_header().references.size() != file.header().references.size()) {
        throw damaged_file("the header changed meanwhile");
    }
    constexpr std::uint64_t stop_interval = 1024;
    for (std::uint64_t number = 1;; ++number) {
        const auto record = records.next_record();
        if (!record) return {};
        if (auto visited = visit(*record); !visited) return visited;
        if (number % stop_interval != 0) continue;
        if (stop.stop_requested()) return stopping();
        progress.bytes_done.store(records.bytes_done(), std::memory_order_relaxed);
    }
}

result<void> follow_cram(
    const reads_file& file,
    record_content content,
    const cram_decoding& decoding,
    pass_progress& progress,
    const std::stop_token& stop,
    const record_visitor& visit
) {
    auto child = cram_child::start(file, content, decoding, stop);
    if (!child) return child.error();
    try {
        hts::bam_bytes records((*child)->output());
        if (auto passed = follow(records, file, progress, stop, visit); !passed) return passed;
    } catch (const damaged_file&) {
        // Mostly a stream that broke off, and the child knows why.
        if (auto ended = (*child)->finish(); !ended) return ended;
        throw;
    }
    return (*child)->finish();
}

}  // namespace

result<void> each_record(
    const reads_file& file,
    record_content content,
    const cram_decoding& decoding,
    pass_progress& progress,
    std::stop_token stop,
    const record_visitor& visit
) {
    if (stop.stop_requested()) return stopping();
    const auto passed = [&]() -> result<void> {
        if (file.format() == reads_format::cram) {
            return follow_cram(file, content, decoding, progress, stop, visit);
        }
        hts::bam_bytes records(file.descriptor(), file.identity().size);
        return follow(records, file, progress, stop, visit);
    }();
    if (passed) progress.bytes_done.store(file.identity().size, std::memory_order_relaxed);
    return passed;
}

}  // namespace callstream::reads
