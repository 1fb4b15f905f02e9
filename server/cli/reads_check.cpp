#include "server/cli/reads_check.hpp"

#include <string>
#include <utility>

namespace callstream::cli {
namespace {

/// Nothing when the file is as it should be; `errc::unavailable` when that is not known yet.
result<void> read_to_the_end(
    const reads::reads_file& file, reads::pass_progress& progress, std::stop_token stop
) {
    try {
        const auto counts = reads::count_records(file, progress, std::move(stop));
        if (!counts) return counts.error();
        if (!counts->unsorted_at) return {};
        return error{
            errc::file_unusable,
            "is not sorted: " + *counts->unsorted_at +
                " comes too late; mend it with samtools sort"};
    } catch (const damaged_file& damage) {
        return error{
            errc::file_unusable, std::string("is damaged: ") + damage.what() + "; get it again"};
    } catch (const std::exception& e) {
        return error{errc::unavailable, std::string("cannot be read: ") + e.what()};
    }
}

}  // namespace

bool reads_check::is_indexed() const {
    const std::lock_guard lock(mutex_);
    return read_;
}

std::optional<error> reads_check::refusal() const {
    const std::lock_guard lock(mutex_);
    return refusal_;
}

result<void> reads_check::make_index(
    const std::filesystem::path& /*folder*/, std::stop_token stop
) {
    auto outcome = read_to_the_end(*set_.file, progress_, std::move(stop));
    if (!outcome && outcome.error().code != errc::file_unusable) return outcome;
    const std::lock_guard lock(mutex_);
    read_ = outcome.has_value();
    if (!outcome) refusal_ = outcome.error();
    return {};
}

}  // namespace callstream::cli
