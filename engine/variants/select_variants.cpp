#include "engine/variants/select_variants.hpp"

#include "engine/core/parse.hpp"
#include "engine/variants/ordinal_index.hpp"
#include "engine/variants/site_table.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace callstream::variants {
namespace {

using range = selection::range;
using names_set = std::unordered_set<std::string_view>;

/// `contig:position` with a 1-based position.
std::optional<std::pair<std::string_view, std::int64_t>> place_of_name(std::string_view name) {
    const auto colon = name.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto position = parse_integer<std::int64_t>(name.substr(colon + 1));
    if (!position || *position < 1) return std::nullopt;
    return std::pair(name.substr(0, colon), *position - 1);
}

/// Whether one of the names is an entry of an ID column, or the whole of it.
bool has_one_of(const names_set& names, std::string_view listed) {
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

/// Contigs by their names. A file may have very many, a request may name very many, and most name
/// one: a table is made when it begins to pay.
class contig_lookup {
 public:
    explicit contig_lookup(const std::vector<indexed_contig>& contigs) : contigs_(contigs) {}

    /// Null when there is none.
    const indexed_contig* find(std::string_view name) {
        constexpr int few = 8;
        if (asked_++ < few) {
            const auto at = std::find_if(contigs_.begin(), contigs_.end(), [&](const auto& c) {
                return c.name == name;
            });
            return at == contigs_.end() ? nullptr : &*at;
        }
        if (by_name_.empty()) {
            for (const auto& c : contigs_) by_name_.emplace(c.name, &c);
        }
        const auto at = by_name_.find(name);
        return at == by_name_.end() ? nullptr : at->second;
    }

 private:
    const std::vector<indexed_contig>& contigs_;
    std::unordered_map<std::string_view, const indexed_contig*> by_name_;
    int asked_ = 0;
};

/// A stretch of one contig.
struct stretch {
    std::int64_t begin0;
    std::int64_t end0;
};

/// Those that touch as one, in their order, without empty ones.
std::vector<stretch> merged(std::vector<stretch> all) {
    std::erase_if(all, [](const stretch& s) { return s.end0 <= s.begin0; });
    std::sort(all.begin(), all.end(), [](const stretch& a, const stretch& b) {
        return a.begin0 < b.begin0;
    });
    std::vector<stretch> out;
    for (const auto& s : all) {
        if (!out.empty() && s.begin0 <= out.back().end0) {
            out.back().end0 = std::max(out.back().end0, s.end0);
        } else {
            out.push_back(s);
        }
    }
    return out;
}

/// Finds records of one file by what its index and site table say. Ordinals are those of the set.
class file_search {
 public:
    file_search(const ordinal_index& index, const site_table& sites, std::uint64_t first_ordinal)
        : index_(index),
          sites_(sites),
          positions_(sites.column(site_column::pos0)),
          lengths_(sites.column(site_column::length)),
          first_(first_ordinal),
          contigs_(index.contigs()) {}

    void find(const numbered_place& place, std::vector<range>& found) {
        const auto at = records_at(place.contig, place.pos0);
        const std::uint64_t wanted = at.first + place.duplicate - 1;
        if (place.duplicate >= 1 && wanted < at.end) add(wanted, wanted + 1, found);
    }

    void find(const names_set& names, std::vector<range>& found) {
        for (const auto& name : names) {
            if (const auto place = place_of_name(name)) {
                find_nameless(place->first, place->second, found);
            }
        }
        if (names.empty()) return;
        for (std::uint64_t ordinal = 0; ordinal < sites_.records(); ++ordinal) {
            if (has_one_of(names, sites_.name(ordinal))) add(ordinal, ordinal + 1, found);
        }
    }

    void find(const std::vector<region>& wanted, std::vector<range>& found) const {
        for (const bool must_start : {false, true}) {
            std::unordered_map<std::string_view, std::vector<stretch>> of_contigs;
            std::vector<stretch> everywhere;
            for (const auto& r : wanted) {
                if (r.must_start != must_start) continue;
                (r.contig ? of_contigs[*r.contig] : everywhere).push_back({r.begin0, r.end0});
            }
            if (of_contigs.empty() && everywhere.empty()) continue;
            for (const auto& contig : index_.contigs()) {
                auto stretches = everywhere;
                const auto own = of_contigs.find(contig.name);
                if (own != of_contigs.end()) {
                    stretches.insert(stretches.end(), own->second.begin(), own->second.end());
                }
                find_in(of(contig), merged(std::move(stretches)), must_start, found);
            }
        }
    }

    void add_all(std::vector<range>& found) const { add(0, sites_.records(), found); }

    std::uint64_t first() const noexcept { return first_; }
    std::uint64_t end() const noexcept { return first_ + sites_.records(); }
    const site_table& sites() const noexcept { return sites_; }

 private:
    static range of(const indexed_contig& contig) {
        return {contig.first_ordinal, contig.first_ordinal + contig.records};
    }

    range records_at(std::string_view contig, std::int64_t pos0) {
        const auto* c = contigs_.find(contig);
        if (c == nullptr) return {};
        return {first_at_or_behind(of(*c), pos0), first_at_or_behind(of(*c), pos0 + 1)};
    }

    std::uint64_t first_at_or_behind(range all, std::int64_t pos0) const {
        while (all.first < all.end) {
            const std::uint64_t middle = all.first + (all.end - all.first) / 2;
            const bool before = position(middle) < pos0;
            (before ? all.first : all.end) = before ? middle + 1 : middle;
        }
        return all.first;
    }

    /// Those at the place that have no name.
    void find_nameless(std::string_view contig, std::int64_t pos0, std::vector<range>& found) {
        const auto at = records_at(contig, pos0);
        for (auto ordinal = at.first; ordinal < at.end; ++ordinal) {
            if (sites_.name(ordinal).empty()) add(ordinal, ordinal + 1, found);
        }
    }

    /// Records that start in a stretch are neighbours. Those that reach into it from the left do so
    /// from nearby, or are among the long ones. What starts before the stretch in front of it and
    /// reaches as far as this one was found there, so that no record is looked at twice.
    void find_in(
        range contig,
        const std::vector<stretch>& stretches,
        bool must_start,
        std::vector<range>& found
    ) const {
        std::uint64_t seen = contig.first;
        for (const auto& s : stretches) {
            const auto starts = first_at_or_behind({seen, contig.end}, s.begin0);
            add(starts, first_at_or_behind({starts, contig.end}, s.end0), found);
            if (!must_start) find_before({seen, starts}, s.begin0, found);
            seen = starts;
        }
    }

    /// Those of `before` that reach beyond a position behind them.
    void find_before(range before, std::int64_t begin0, std::vector<range>& found) const {
        const auto nearby = first_at_or_behind(before, begin0 - long_record_bases);
        for (auto ordinal = nearby; ordinal < before.end; ++ordinal) {
            if (end_of(ordinal) > begin0) add(ordinal, ordinal + 1, found);
        }
        const auto& longs = sites_.long_records();
        auto at = std::partition_point(longs.begin(), longs.end(), [&](const auto& l) {
            return l.ordinal < before.first;
        });
        for (; at != longs.end() && at->ordinal < nearby; ++at) {
            if (at->end0 > begin0) add(at->ordinal, at->ordinal + 1, found);
        }
    }

    std::int64_t position(std::uint64_t ordinal) const {
        return static_cast<std::int64_t>(positions_[ordinal]);
    }
    std::int64_t end_of(std::uint64_t ordinal) const {
        return position(ordinal) + static_cast<std::int64_t>(lengths_[ordinal]);
    }
    void add(std::uint64_t from, std::uint64_t to, std::vector<range>& found) const {
        if (from < to) found.push_back({first_ + from, first_ + to});
    }

    const ordinal_index& index_;
    const site_table& sites_;
    column_view positions_;
    column_view lengths_;
    std::uint64_t first_;
    contig_lookup contigs_;
};

/// Whether the records of one file have the counts that are wanted.
class count_check {
 public:
    count_check(const count_bounds& wanted, const site_table& sites, std::size_t samples)
        : wanted_(wanted),
          samples_(static_cast<double>(samples)),
          alleles_(sites.column(site_column::allele_count)),
          called_(sites.column(site_column::called_alleles)),
          minor_max_(sites.column(site_column::minor_max)),
          minor_min_(sites.column(site_column::minor_min)),
          missing_(sites.column(site_column::missing_samples)),
          het_(sites.column(site_column::het_samples)) {}

    bool fits(std::uint64_t ordinal) const {
        return alleles_[ordinal] <= wanted_.alleles_max && fits_frequency(ordinal) &&
               fits_missing(ordinal) && fits_heterozygous(ordinal);
    }

 private:
    bool fits_frequency(std::uint64_t ordinal) const {
        const auto& w = wanted_.minor_frequency;
        if (!w.any()) return true;
        const auto called = static_cast<double>(called_[ordinal]);
        if (called == 0 || alleles_[ordinal] < 2) return false;
        return (!w.min || static_cast<double>(minor_max_[ordinal]) / called >= *w.min) &&
               (!w.max || static_cast<double>(minor_min_[ordinal]) / called <= *w.max);
    }
    bool fits_missing(std::uint64_t ordinal) const {
        const auto& w = wanted_.missing;
        return !w.any() || is_within(w, static_cast<double>(missing_[ordinal]), samples_);
    }
    bool fits_heterozygous(std::uint64_t ordinal) const {
        const auto& w = wanted_.heterozygous;
        if (!w.any()) return true;
        const double complete = samples_ - static_cast<double>(missing_[ordinal]);
        return is_within(w, static_cast<double>(het_[ordinal]), complete);
    }
    static bool is_within(const fraction_bounds& w, double part, double all) {
        if (all <= 0) return false;
        const double fraction = part / all;
        return (!w.min || fraction >= *w.min) && (!w.max || fraction <= *w.max);
    }

    const count_bounds& wanted_;
    double samples_;
    column_view alleles_;
    column_view called_;
    column_view minor_max_;
    column_view minor_min_;
    column_view missing_;
    column_view het_;
};

/// The files of a set, each with what is known of it.
class set_search {
 public:
    static result<set_search> of(const set_view& view) {
        set_search out;
        for (std::size_t i = 0; i < view.files().size(); ++i) {
            const auto first = view.first_ordinal(i);
            const auto* index = view.index(i);
            auto sites = view.files()[i]->sites();
            if (!first || index == nullptr || sites == nullptr) {
                return error{
                    errc::unavailable,
                    "the file is being indexed; until then variants cannot be chosen"};
            }
            out.files_.emplace_back(*index, *sites, *first);
            out.kept_.push_back(std::move(sites));
        }
        out.samples_ = view.files().front()->header().samples.size();
        return out;
    }

    selection everything() const {
        std::vector<range> found;
        for (const auto& file : files_) file.add_all(found);
        return selection(std::move(found));
    }

    selection named(const named_variants& wanted) {
        const names_set names(wanted.names.begin(), wanted.names.end());
        std::vector<range> found;
        for (auto& file : files_) {
            for (const auto& place : wanted.places) file.find(place, found);
            file.find(names, found);
        }
        return selection(std::move(found));
    }

    std::optional<std::uint64_t> first_at(const numbered_place& place) {
        std::vector<range> found;
        for (auto& file : files_) {
            file.find(place, found);
            if (!found.empty()) return found.front().first;
        }
        return std::nullopt;
    }

    selection in_one_of(const std::vector<region>& regions) const {
        std::vector<range> found;
        for (const auto& file : files_) file.find(regions, found);
        return selection(std::move(found));
    }

    /// Those of `from` whose counts fit.
    selection counted(const count_bounds& wanted, const selection& from) const {
        std::vector<range> found;
        for (const auto& file : files_) {
            const count_check check(wanted, file.sites(), samples_);
            for (std::size_t i = 0; i < from.runs(); ++i) {
                const auto run = from.run(i);
                const auto end = std::min(run.end, file.end());
                for (auto at = std::max(run.first, file.first()); at < end; ++at) {
                    if (check.fits(at - file.first())) add(at, found);
                }
            }
        }
        return selection(std::move(found));
    }

 private:
    static void add(std::uint64_t ordinal, std::vector<range>& found) {
        if (!found.empty() && found.back().end == ordinal) {
            ++found.back().end;
        } else {
            found.push_back({ordinal, ordinal + 1});
        }
    }

    std::vector<file_search> files_;
    std::vector<std::shared_ptr<const site_table>> kept_;
    std::size_t samples_ = 0;
};

}  // namespace

bool count_bounds::any() const {
    return minor_frequency.any() || missing.any() || heterozygous.any() ||
           alleles_max != std::numeric_limits<std::uint32_t>::max();
}

result<std::optional<std::uint64_t>> find_variant(const set_view& view, const numbered_place& at) {
    auto search = set_search::of(view);
    if (!search) return search.error();
    return search->first_at(at);
}

result<selection> select_variants(const set_view& view, const variant_criteria& criteria) {
    auto search = set_search::of(view);
    if (!search) return search.error();
    std::optional<selection> left;
    const auto narrow = [&left](selection more) {
        left = left ? intersection(*left, more) : std::move(more);
    };
    for (const auto& wanted : criteria.named) narrow(search->named(wanted));
    for (const auto& regions : criteria.regions) narrow(search->in_one_of(regions));
    if (!left) left = search->everything();
    return criteria.counts.any() ? search->counted(criteria.counts, *left) : std::move(*left);
}

}  // namespace callstream::variants
