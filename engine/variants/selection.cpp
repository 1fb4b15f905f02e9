#include "engine/variants/selection.hpp"

#include "engine/core/parse.hpp"
#include "engine/variants/ordinal_index.hpp"
#include "engine/variants/site_table.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_set>

namespace callstream::variants {
namespace {

/// Finds records of one file by what its index and site table say.
class file_search {
 public:
    file_search(
        const ordinal_index& index,
        const site_table& sites,
        std::uint64_t first_ordinal,
        std::vector<std::uint64_t>& found
    )
        : index_(index),
          sites_(sites),
          positions_(sites.column(site_column::pos0)),
          first_(first_ordinal),
          found_(found) {}

    void find(const numbered_place& place) {
        const auto at = records_at(place.contig, place.pos0);
        const std::uint64_t wanted = at.begin + place.duplicate - 1;
        if (place.duplicate >= 1 && wanted < at.end) found_.push_back(first_ + wanted);
    }

    /// Those at the place that have no name.
    void find_nameless(std::string_view contig, std::int64_t pos0) {
        const auto at = records_at(contig, pos0);
        for (auto ordinal = at.begin; ordinal < at.end; ++ordinal) {
            if (sites_.name(ordinal).empty()) found_.push_back(first_ + ordinal);
        }
    }

    void find(const std::unordered_set<std::string_view>& names) {
        for (std::uint64_t ordinal = 0; ordinal < sites_.records(); ++ordinal) {
            if (has_one_of(names, sites_.name(ordinal))) found_.push_back(first_ + ordinal);
        }
    }

 private:
    struct range {
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
    };

    range records_at(std::string_view contig, std::int64_t pos0) const {
        const auto& contigs = index_.contigs();
        const auto c = std::find_if(contigs.begin(), contigs.end(), [&](const auto& known) {
            return known.name == contig;
        });
        if (c == contigs.end()) return {};
        const range all{c->first_ordinal, c->first_ordinal + c->records};
        return {first_at_or_behind(all, pos0), first_at_or_behind(all, pos0 + 1)};
    }

    std::uint64_t first_at_or_behind(range all, std::int64_t pos0) const {
        while (all.begin < all.end) {
            const std::uint64_t middle = all.begin + (all.end - all.begin) / 2;
            const bool before = static_cast<std::int64_t>(positions_[middle]) < pos0;
            (before ? all.begin : all.end) = before ? middle + 1 : middle;
        }
        return all.begin;
    }

    static bool has_one_of(
        const std::unordered_set<std::string_view>& names, std::string_view listed
    ) {
        if (listed.empty()) return false;
        if (names.contains(listed)) return true;
        while (listed.find(';') != std::string_view::npos) {
            const auto end = listed.find(';');
            if (names.contains(listed.substr(0, end))) return true;
            listed.remove_prefix(end + 1);
            if (names.contains(listed)) return true;
        }
        return false;
    }

    const ordinal_index& index_;
    const site_table& sites_;
    column_view positions_;
    std::uint64_t first_;
    std::vector<std::uint64_t>& found_;
};

/// `contig:position` with a 1-based position.
std::optional<std::pair<std::string_view, std::int64_t>> place_of_name(std::string_view name) {
    const auto colon = name.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto position = parse_integer<std::int64_t>(name.substr(colon + 1));
    if (!position || *position < 1) return std::nullopt;
    return std::pair(name.substr(0, colon), *position - 1);
}

}  // namespace

selection::selection(std::vector<std::uint64_t> ordinals) : ordinals_(std::move(ordinals)) {
    std::sort(ordinals_.begin(), ordinals_.end());
    ordinals_.erase(std::unique(ordinals_.begin(), ordinals_.end()), ordinals_.end());
}

std::uint64_t selection::rank_of(std::uint64_t ordinal) const {
    const auto at = std::lower_bound(ordinals_.begin(), ordinals_.end(), ordinal);
    return static_cast<std::uint64_t>(at - ordinals_.begin());
}

result<selection> select_variants(const set_view& view, const wanted_variants& wanted) {
    const std::unordered_set<std::string_view> names(wanted.names.begin(), wanted.names.end());
    std::vector<std::uint64_t> found;
    for (std::size_t i = 0; i < view.files().size(); ++i) {
        const auto first = view.first_ordinal(i);
        const auto* index = view.index(i);
        const auto sites = view.files()[i]->sites();
        if (!first || index == nullptr || sites == nullptr) {
            return error{
                errc::unavailable,
                "the file is being indexed; until then variants cannot be chosen"};
        }
        file_search search(*index, *sites, *first, found);
        for (const auto& place : wanted.places) search.find(place);
        for (const auto& name : names) {
            if (const auto place = place_of_name(name))
                search.find_nameless(place->first, place->second);
        }
        if (!names.empty()) search.find(names);
    }
    return selection(std::move(found));
}

result<selection_cache::selection_ptr> selection_cache::get(
    std::uint64_t key, const std::function<result<selection>()>& make
) {
    {
        const std::lock_guard lock(mutex_);
        const auto at = std::find_if(kept_.begin(), kept_.end(), [&](const auto& kept) {
            return kept.first == key;
        });
        if (at != kept_.end()) {
            kept_.splice(kept_.begin(), kept_, at);
            return at->second;
        }
    }
    auto made = make();
    if (!made) return made.error();
    auto shared = std::make_shared<const selection>(std::move(*made));
    keep(key, shared);
    return shared;
}

void selection_cache::keep(std::uint64_t key, selection_ptr made) {
    const std::lock_guard lock(mutex_);
    kept_.emplace_front(key, std::move(made));
    std::uint64_t records = 0;
    std::size_t count = 0;
    const auto too_many = [&](const auto& kept) {
        records += kept.second->size();
        return ++count > kept_max || records > records_max;
    };
    kept_.erase(std::find_if(kept_.begin(), kept_.end(), too_many), kept_.end());
}

}  // namespace callstream::variants
