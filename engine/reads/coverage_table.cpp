#include "engine/reads/coverage_table.hpp"

#include "engine/reads/coverage_file.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>
#include <string_view>
#include <utility>

namespace callstream::reads {
namespace {

bool is_intact(const coverage_file_head& head, std::string_view bytes) {
    const std::size_t room = bytes.size() - sizeof head;
    return std::memcmp(head.magic, coverage_file_magic, sizeof head.magic) == 0 &&
           head.head_hash == head.hash() && head.sums <= room / sizeof(std::uint64_t) &&
           head.entries <= room / sizeof(covered_reference) &&
           head.sums * sizeof(std::uint64_t) + head.entries * sizeof(covered_reference) == room;
}

/// Buckets of one width over one reference.
class lister {
 public:
    lister(const coverage_table& table, const covered_reference& of, std::int64_t width)
        : of_(of),
          sums_(table.sums(of)),
          length_(static_cast<std::int64_t>(of.length)),
          width_(std::min(width, length_)) {}

    /// Adds what starts at `from` or behind it and shares a base with [start0, end0).
    void add(
        std::int64_t from,
        std::int64_t start0,
        std::int64_t end0,
        std::size_t count,
        std::vector<coverage_bucket>& out
    ) const {
        if (start0 >= std::min(end0, length_)) return;
        const auto first_covered = static_cast<std::int64_t>(of_.first_bucket) * coverage_step;
        std::int64_t first = std::max(start0, first_covered) / width_;
        if (from > 0) first = std::max(first, (from - 1) / width_ + 1);
        const std::int64_t end = std::min(end0, covered_end());
        for (std::int64_t at = first; at <= (end - 1) / width_ && out.size() < count; ++at) {
            const std::int64_t start = at * width_;
            if (start >= end) break;
            const std::int64_t stop = std::min(start + width_, length_);
            if (const auto sum = sum_of(start, stop); sum > 0) {
                const double mean = static_cast<double>(sum) / static_cast<double>(stop - start);
                out.push_back({of_.reference, start, stop, mean});
            }
        }
    }

 private:
    std::int64_t covered_end() const {
        const auto end = static_cast<std::int64_t>(of_.first_bucket + of_.buckets) * coverage_step;
        return std::min(end, length_);
    }
    /// Of the narrowest buckets in [start, stop).
    std::uint64_t sum_of(std::int64_t start, std::int64_t stop) const {
        if (start == 0 && stop == length_) return of_.total;
        const auto bucket = [&](std::int64_t base) {
            const auto number = static_cast<std::uint64_t>(base / coverage_step);
            return std::clamp(number, of_.first_bucket, of_.first_bucket + of_.buckets) -
                   of_.first_bucket;
        };
        const std::uint64_t from = bucket(start);
        const auto part = sums_.subspan(from, bucket(stop + coverage_step - 1) - from);
        return std::accumulate(part.begin(), part.end(), std::uint64_t{0});
    }

    const covered_reference& of_;
    std::span<const std::uint64_t> sums_;
    std::int64_t length_;
    std::int64_t width_;
};

}  // namespace

std::int64_t coverage_width(std::int64_t target) noexcept {
    if (target == whole_reference) return target;
    const auto steps = static_cast<std::uint64_t>(std::max(target, coverage_step) / coverage_step);
    return static_cast<std::int64_t>(std::bit_floor(steps)) * coverage_step;
}

std::filesystem::path coverage_path(
    const std::filesystem::path& folder, std::uint64_t fingerprint
) {
    return folder / (hex_text(fingerprint) + ".coverage");
}

result<std::shared_ptr<const coverage_table>> coverage_table::load(
    const std::filesystem::path& path, std::uint64_t fingerprint
) {
    auto file = mapped_file::open(path);
    if (!file) return file.error();
    const error unusable{errc::file_unusable, "the coverage table is damaged"};
    const std::string_view bytes = file->bytes();
    coverage_file_head head;
    if (bytes.size() < sizeof head) return unusable;
    std::memcpy(&head, bytes.data(), sizeof head);
    if (!is_intact(head, bytes)) return unusable;
    const std::string_view body = bytes.substr(sizeof head);
    running_hash hash;
    hash.add(body.data(), body.size());
    if (hash.value().low != head.body_hash) return unusable;
    if (head.fingerprint != fingerprint) {
        return error{errc::file_unusable, "the coverage table belongs to another file"};
    }

    // The hashes vouch for what the entries say: `make_coverage` wrote them.
    std::shared_ptr<coverage_table> table(new coverage_table);
    table->sums_ = reinterpret_cast<const std::uint64_t*>(body.data());
    const char* entries = body.data() + head.sums * sizeof(std::uint64_t);
    table->references_ = {reinterpret_cast<const covered_reference*>(entries), head.entries};
    table->file_ = std::move(*file);
    return std::shared_ptr<const coverage_table>(std::move(table));
}

std::vector<coverage_bucket> list_buckets(
    const coverage_table& table, const coverage_query& query, coverage_place from, std::size_t count
) {
    std::vector<coverage_bucket> out;
    const auto all = table.references();
    const std::size_t first = std::max(from.reference, query.reference.value_or(0));
    auto of = std::lower_bound(
        all.begin(),
        all.end(),
        first,
        [](const covered_reference& a, std::size_t number) { return a.reference < number; }
    );
    for (; of != all.end() && out.size() < count; ++of) {
        if (query.reference && of->reference != *query.reference) break;
        const std::int64_t start = of->reference == from.reference ? from.start0 : 0;
        const lister buckets(table, *of, coverage_width(query.width));
        buckets.add(start, std::max<std::int64_t>(query.start0, 0), query.end0, count, out);
    }
    return out;
}

}  // namespace callstream::reads
