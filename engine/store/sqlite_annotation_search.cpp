// Searching annotations. All of one length class (level) that reach into a region begin in one
// stretch of the index, so a search is a merge of one walk per set and level that has any.
#include "engine/store/sqlite_annotations.hpp"

#include <algorithm>
#include <queue>

namespace callstream::store {
namespace {

constexpr std::int64_t no_limit = std::numeric_limits<std::int64_t>::max();

/// A stretch of one reference of one set.
struct stretch {
    std::int64_t set;
    std::int64_t rank;
    std::int64_t start;  ///< of the region; the smallest number: none
    std::int64_t end;
};

/// What stands behind (start, number) in one level.
class walk {
 public:
    walk(database& db, const stretch& where, std::int64_t level, const annotation_place& after)
        : rows_(db.prepare(
              "SELECT start, number FROM annotations INDEXED BY annotations_by_place "
              "WHERE annotation_set = ?1 AND reference = ?2 AND level = ?3 "
              "AND (start, number) > (?4, ?5) AND start < ?6 AND max(\"end\", start + 1) > ?7 "
              "ORDER BY start, number"
          )) {
        // Whoever begins earlier is too short to reach the region.
        const auto too_early = where.start - (std::int64_t{1} << level);
        const bool go_on = after.start > too_early;
        rows_.bind(1, where.set)
            .bind(2, where.rank)
            .bind(3, level)
            .bind(4, go_on ? after.start : too_early)
            .bind(5, go_on ? after.number : no_limit)
            .bind(6, where.end)
            .bind(7, where.start);
    }

    bool next() {
        if (!rows_.step()) return false;
        start_ = rows_.number(0);
        number_ = rows_.number(1);
        return true;
    }
    std::int64_t number() const noexcept { return number_; }
    bool is_behind(const walk& other) const noexcept {
        return start_ != other.start_ ? start_ > other.start_ : number_ > other.number_;
    }

 private:
    statement rows_;
    std::int64_t start_ = 0;
    std::int64_t number_ = 0;
};

/// Which ranks a set has, and which levels a rank: one step in the index each.
class probes {
 public:
    explicit probes(database& db)
        : level_(db.prepare(
              "SELECT min(level) FROM annotations WHERE annotation_set = ?1 AND reference = ?2 "
              "AND level > ?3"
          )),
          rank_(db.prepare(
              "SELECT min(reference) FROM annotations WHERE annotation_set = ?1 AND reference >= ?2"
          )) {}

    /// Nothing at the end, as below.
    std::optional<std::int64_t> level_behind(const stretch& where, std::int64_t level) {
        level_.bind(1, where.set).bind(2, where.rank).bind(3, level);
        return value_of(level_);
    }
    std::optional<std::int64_t> rank_from(std::int64_t set, std::int64_t rank) {
        rank_.bind(1, set).bind(2, rank);
        return value_of(rank_);
    }

 private:
    static std::optional<std::int64_t> value_of(statement& s) {
        const auto value = s.step() ? s.number_or_null(0) : std::nullopt;
        s.reset();
        return value;
    }

    statement level_;
    statement rank_;
};

std::optional<std::int64_t> rank_of(
    database& db, std::int64_t set, const annotation_region& region
) {
    const bool by_id = !region.reference_id.empty();
    auto row = db.prepare(
        std::string("SELECT rank FROM annotation_references WHERE annotation_set = ?1 AND ") +
        (by_id ? "id" : "name") + " = ?2"
    );
    row.bind(1, set).bind(2, by_id ? region.reference_id : region.reference_name);
    return row.step() ? std::optional(row.number(0)) : std::nullopt;
}

/// Fills a page with what it is shown, in this order.
class page_filler {
 public:
    page_filler(database& db, std::uint64_t count)
        : row_(db.prepare(std::string("SELECT ") + annotation_columns + "a.number = ?1")),
          count_(count) {}

    /// False when there is no room any more.
    bool take(std::int64_t number) {
        auto& all = page.annotations;
        page.more = all.size() >= count_ || bytes_ > annotation_store::page_bytes_max;
        if (page.more) return false;
        row_.bind(1, number);
        if (row_.step()) {
            const auto& a = all.emplace_back(annotation_of(row_));
            bytes_ += a.name.size() + a.info.size() + (a.details ? a.details->size() : 0);
        }
        row_.reset();
        return true;
    }

    annotation_page page;

 private:
    statement row_;
    std::uint64_t count_;
    std::size_t bytes_ = 0;
};

/// Merges what is in these stretches behind `after`; false when the page is full.
bool merge(
    database& db,
    const std::vector<stretch>& stretches,
    const annotation_place& after,
    page_filler& into
) {
    std::vector<walk> walks;
    probes probe(db);
    for (const auto& where : stretches) {
        for (auto level = probe.level_behind(where, -1); level;
             level = probe.level_behind(where, *level)) {
            walks.emplace_back(db, where, *level, after);
            if (!walks.back().next()) walks.pop_back();
        }
    }
    const auto behind = [](const walk* a, const walk* b) { return a->is_behind(*b); };
    std::priority_queue<walk*, std::vector<walk*>, decltype(behind)> heads(behind);
    for (auto& w : walks) heads.push(&w);
    while (!heads.empty()) {
        auto* first = heads.top();
        heads.pop();
        if (!into.take(first->number())) return false;
        if (first->next()) heads.push(first);
    }
    return true;
}

// Smaller than every start by more than the longest annotation.
constexpr std::int64_t before_all = -(std::int64_t{1} << 60);
constexpr annotation_place from_the_first{0, before_all, 0};

void search_region(database& db, const annotation_query& wanted, page_filler& into) {
    const auto& region = *wanted.region;
    std::vector<stretch> stretches;
    for (const auto set : wanted.sets) {
        const auto rank = rank_of(db, set, region);
        if (rank) stretches.push_back({set, *rank, region.start, region.end});
    }
    merge(db, stretches, wanted.after.value_or(from_the_first), into);
}

void search_everything(database& db, const annotation_query& wanted, page_filler& into) {
    auto after = wanted.after.value_or(from_the_first);
    probes probe(db);
    for (std::int64_t least = after.rank;;) {
        std::vector<stretch> stretches;
        for (const auto set : wanted.sets) {
            const auto rank = probe.rank_from(set, least);
            if (!rank || (!stretches.empty() && *rank > stretches.front().rank)) continue;
            if (!stretches.empty() && *rank < stretches.front().rank) stretches.clear();
            stretches.push_back({set, *rank, 0, no_limit});
        }
        if (stretches.empty()) return;
        const auto rank = stretches.front().rank;
        if (rank != after.rank) after = from_the_first;
        if (!merge(db, stretches, after, into)) return;
        least = rank + 1;
    }
}

}  // namespace

result<annotation_page> sqlite_annotations::search(
    const annotation_query& wanted, std::uint64_t count
) {
    return all_.read([&](database& db) -> result<annotation_page> {
        page_filler into(db, count);
        if (wanted.region) {
            search_region(db, wanted, into);
        } else {
            search_everything(db, wanted, into);
        }
        return std::move(into.page);
    });
}

result<bool> sqlite_annotations::knows_reference(
    const std::vector<std::int64_t>& sets, std::string_view reference_id
) {
    return all_.read([&](database& db) -> result<bool> {
        annotation_region region;
        region.reference_id = reference_id;
        return std::any_of(sets.begin(), sets.end(), [&](const auto set) {
            return rank_of(db, set, region).has_value();
        });
    });
}

}  // namespace callstream::store
