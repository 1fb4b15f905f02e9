#include "server/brapi/genotype_choice.hpp"

#include "engine/core/hash.hpp"
#include "server/brapi/contig_finder.hpp"
#include "server/brapi/listed.hpp"
#include "server/brapi/relations.hpp"
#include "server/brapi/variant_id.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <unordered_set>

namespace callstream::brapi {
namespace json = boost::json;
namespace {

constexpr std::size_t missing_max = 10;  // that are told

variantset_filter of_sets(const genotype_filter& wanted) {
    variantset_filter out;
    out.common_crop_names = wanted.common_crop_names;
    out.program_ids = wanted.program_ids;
    out.program_names = wanted.program_names;
    out.reference_set_ids = wanted.reference_set_ids;
    out.study_ids = wanted.study_ids;
    out.study_names = wanted.study_names;
    out.trial_ids = wanted.trial_ids;
    out.trial_names = wanted.trial_names;
    out.variant_set_ids = wanted.variant_set_ids;
    return out;
}

callset_filter of_call_sets(const genotype_filter& wanted) {
    callset_filter out;
    out.call_set_names = wanted.call_set_names;
    out.germplasm_ids = wanted.germplasm_ids;
    out.germplasm_names = wanted.germplasm_names;
    out.sample_ids = wanted.sample_ids;
    out.sample_names = wanted.sample_names;
    return out;
}

using regions = std::vector<variants::region>;

/// Where a range is in this set; a contig that is not there has none.
void add_range(contig_finder& contigs, const std::string& text, regions& into) {
    const auto meanings = read_position_range(text);
    if (!meanings) return;
    for (const auto& meaning : *meanings) {
        auto contig = contigs.find(meaning.contig);
        if (!contig) contig = contigs.find_reference(meaning.contig);
        if (!contig) continue;
        into.push_back({std::move(contig), meaning.begin0, meaning.end0});
        return;
    }
}

/// The window of a search for variants, on the references that are named, else on all.
regions window_of(const genotype_filter& wanted, contig_finder& contigs) {
    variants::region window;
    window.begin0 = wanted.start.value_or(window.begin0);
    window.end0 = wanted.end.value_or(window.end0);
    if (!wanted.reference_ids.wanted() && !wanted.reference_names.wanted()) return {window};
    regions out;
    const auto add = [&](std::optional<std::string> contig) {
        if (!contig) return;
        window.contig = std::move(contig);
        out.push_back(window);
    };
    for (const auto& id : wanted.reference_ids.texts()) add(contigs.find_reference(id));
    for (const auto& name : wanted.reference_names.texts()) add(contigs.find(name));
    return out;
}

/// All of these must have the variant.
std::vector<regions> regions_of(const genotype_filter& wanted, const chosen_set& chosen) {
    std::vector<regions> out;
    contig_finder contigs(*chosen.set, chosen.view);
    if (!wanted.position_ranges.empty()) {
        auto& ranges = out.emplace_back();
        for (const auto& text : wanted.position_ranges) add_range(contigs, text, ranges);
    }
    const bool has_window = wanted.start || wanted.end || wanted.reference_ids.wanted() ||
                            wanted.reference_names.wanted();
    if (has_window) out.push_back(window_of(wanted, contigs));
    return out;
}

std::vector<variants::named_variants> named_of(
    const genotype_filter& wanted, const std::optional<listed>& list, const chosen_set& chosen
) {
    std::vector<variants::named_variants> out;
    if (wanted.variant_ids.wanted()) {
        out.push_back({places_of_variant_ids(wanted.variant_ids.texts(), chosen.set->id)});
    }
    if (wanted.variant_names.wanted()) out.push_back({{}, wanted.variant_names.texts()});
    if (list && list->variants) {
        const auto& members = *list->variants;
        out.push_back({places_of_variant_ids(members, chosen.set->id), members});
    }
    return out;
}

/// Of all that a selection depends on. Regions as they were understood: what a contig is called can
/// change while its file does not.
std::uint64_t key_of_selection(
    const genotype_filter& wanted,
    const std::vector<regions>& places,
    std::uint64_t list_version,
    const chosen_set& chosen
) {
    std::string text = chosen.set->id + "\n" + json::serialize(wanted.variants_body());
    const auto add = [&text](auto number) { text.append(" ").append(std::to_string(number)); };
    add(wanted.counts.alleles_max);
    add(list_version);
    add(chosen.view.content_fingerprint());
    for (const auto& group : places) {
        text.append("\n");
        for (const auto& region : group) {
            text.append(region.contig.value_or("")).append(region.contig ? ":" : "*");
            add(region.begin0);
            add(region.end0);
        }
    }
    return hash64(text);
}

/// Makes a choice, set by set.
class chooser {
 public:
    chooser(
        const context& ctx,
        const genotype_filter& wanted,
        std::optional<listed> list,
        const relations& all,
        std::vector<std::string>& missing
    )
        : ctx_(ctx),
          wanted_(wanted),
          list_(std::move(list)),
          all_(all),
          missing_(missing),
          sets_(of_sets(wanted)),
          call_sets_(of_call_sets(wanted)) {
        find_call_sets();
        find_germplasm();
    }

    result<std::vector<chosen_set>> choose() {
        warn_of_unknown_sets();
        std::vector<chosen_set> out;
        for (const auto* set : all_.now().variant_sets()) {
            if (!may_have(*set)) continue;
            chosen_set chosen{set, variants::set_view(set->files), nullptr, columns_of(*set)};
            if (chosen.columns.empty() && chooses_call_sets()) continue;
            if (auto done = choose_variants(chosen); !done) return done.error();
            out.push_back(std::move(chosen));
        }
        return out;
    }

 private:
    bool chooses_call_sets() const {
        return wanted_.asks_for_call_sets() || (list_ && list_->call_sets);
    }

    void warn(std::string text) {
        if (missing_.size() < missing_max) missing_.push_back(std::move(text));
    }

    void find_call_sets() {
        std::unordered_set<std::string_view> seen;
        for (const auto& id : wanted_.call_set_ids) {
            if (!seen.insert(id).second) continue;
            if (const auto found = all_.now().find_call_set(id)) {
                named_.push_back(*found);
            } else {
                warn("There is no call set with the callSetDbId " + http::shown_name(id));
            }
        }
    }

    /// No file gives germplasm a PUI, clients do.
    void find_germplasm() {
        if (!wanted_.germplasm_puis.wanted()) return;
        all_.for_each_wrote(entity_type::germplasm, [&](const written& germplasm) {
            const auto members = germplasm.members();
            const auto* pui = members.if_contains("germplasmPUI");
            if (pui == nullptr || !pui->is_string()) return;
            const auto& text = pui->get_string();
            if (wanted_.germplasm_puis.fits({text.data(), text.size()})) {
                with_pui_.insert(germplasm.id);
            }
        });
    }

    void warn_of_unknown_sets() {
        for (const auto& id : wanted_.variant_set_ids.texts()) {
            if (all_.now().find_variant_set(id) == nullptr) {
                warn("There is no variant set with the variantSetDbId " + http::shown_name(id));
            }
        }
    }

    bool may_have(const catalog::variant_set& set) const {
        if (!sets_.fits(all_, set)) return false;
        // No file says what its variants are called elsewhere.
        if (wanted_.external_ids.wanted() || wanted_.external_sources.wanted()) return false;
        const auto& ids = wanted_.variant_ids;
        return !ids.wanted() || !places_of_variant_ids(ids.texts(), set.id).empty();
    }

    bool fits(const catalog::call_set& c) const {
        if (c.created() != nullptr) return false;  // it has no calls
        return has_pui(c) && call_sets_.fits(all_, c) &&
               (!list_ || !list_->call_sets || callset_filter::is_listed(*list_->call_sets, all_, c)
               );
    }

    bool has_pui(const catalog::call_set& c) const {
        return !wanted_.germplasm_puis.wanted() ||
               with_pui_.contains(all_.germplasm(all_.link_of(c)).id);
    }

    std::vector<std::uint32_t> columns_of(const catalog::variant_set& set) const {
        std::vector<std::uint32_t> out;
        if (!wanted_.call_set_ids.empty()) {
            for (const auto& c : named_) {
                if (c.set == &set && fits(c)) out.push_back(c.column);
            }
            return out;
        }
        const bool all = !chooses_call_sets();
        set.each_call_set([&](const catalog::call_set& c) {
            if (all ? c.created() == nullptr : fits(c)) out.push_back(c.column);
            return true;
        });
        return out;
    }

    result<void> choose_variants(chosen_set& chosen) {
        if (!wanted_.asks_for_variants() && !(list_ && list_->variants)) return {};
        const auto places = regions_of(wanted_, chosen);
        chosen.selection_key =
            key_of_selection(wanted_, places, list_ ? list_->version : 0, chosen);
        auto found = ctx_.selections->get(chosen.selection_key, [&] {
            const auto named = named_of(wanted_, list_, chosen);
            return variants::select_variants(chosen.view, {named, places, wanted_.counts});
        });
        if (!found) {
            if (found.error().code == errc::unavailable) {
                ctx_.catalog->index_soon(chosen.set->files);
            }
            return found.error();
        }
        chosen.variants = std::move(*found);
        return {};
    }

    const context& ctx_;
    const genotype_filter& wanted_;
    std::optional<listed> list_;
    const relations& all_;
    std::vector<std::string>& missing_;
    variantset_filter sets_;
    callset_filter call_sets_;
    std::vector<catalog::call_set> named_;      // in the order in which they are wanted
    std::unordered_set<std::string> with_pui_;  // germplasm that has one of those wanted
};

result<std::optional<listed>> list_of(
    const context& ctx,
    const http::request& request,
    const std::string& id,
    std::vector<std::string>& missing
) {
    if (id.empty()) return std::optional<listed>();
    auto list = read_listed(ctx, request, id);
    if (list && !*list) {
        missing.emplace_back("There is no list with this listDbId");
        list->emplace().variants.emplace();
    }
    return list;
}

}  // namespace

paging::token_scope genotype_choice::scope(std::string_view query) const {
    std::string text(query);
    text.append("\nlist ").append(std::to_string(list_version));
    running_hash ids;
    running_hash provisional;
    running_hash content;
    running_hash overlays;
    bool is_indexed = true;
    const auto add = [](running_hash& hash, std::uint64_t value) {
        hash.add(&value, sizeof value);
    };
    for (const auto& chosen : sets) {
        ids.add(chosen.set->id.c_str(), chosen.set->id.size() + 1);
        add(provisional, chosen.view.provisional_fingerprint());
        const auto bytes = chosen.view.content_fingerprint();
        is_indexed = is_indexed && bytes != 0;
        add(content, bytes);
        add(overlays, chosen.set->overlay_generation());
        // Which columns and variants a filter chooses can change while the files do not.
        overlays.add(chosen.columns.data(), chosen.columns.size() * sizeof chosen.columns[0]);
        add(overlays, chosen.columns.size());
        add(overlays, chosen.selection_key);
    }
    return {
        .query = hash64(text),
        .variant_set = ids.value().low,
        .provisional = provisional.value().low,
        .content = is_indexed ? content.value().low : 0,
        .overlay_generation = static_cast<std::uint32_t>(overlays.value().low)};
}

/// Links to references change when those are indexed, names when somebody changes them.
std::string genotype_choice::version(std::string_view query) const {
    const auto bound = scope(query);
    std::string out;
    for (const auto value : {bound.query, bound.variant_set, bound.provisional, bound.content}) {
        out.append(std::to_string(value)).append(" ");
    }
    out.append(std::to_string(bound.overlay_generation));
    for (const auto& chosen : sets) {
        const auto& set = *chosen.set;
        const auto* references = now->find_reference_set(set.reference_set_id);
        const bool has_names = references != nullptr && references->fasta->is_indexed();
        for (const auto& text : {set.name, set.created, set.updated, set.reference_set_id}) {
            out.append("\n").append(text);
        }
        out.append(has_names ? "\nindexed" : "\n");
    }
    return out;
}

std::vector<variants::walk_part> genotype_choice::calls() const {
    std::vector<variants::walk_part> out;
    for (const auto& c : sets) out.push_back({c.view, c.variants, c.columns.size()});
    return out;
}

std::vector<variants::walk_part> genotype_choice::records() const {
    std::vector<variants::walk_part> out;
    for (const auto& c : sets) out.push_back({c.view, c.variants, 1});
    return out;
}

result<genotype_choice> choose_genotypes(
    const context& ctx,
    const http::request& request,
    const genotype_filter& wanted,
    std::vector<std::string>& warnings
) {
    genotype_choice out;
    auto list = list_of(ctx, request, wanted.list_id, out.missing);
    if (!list) return list.error();
    out.list_version = *list ? (*list)->version : 0;
    const auto all = relations_now(ctx, request, warnings);
    out.now = all->snapshot();
    auto sets = chooser(ctx, wanted, std::move(*list), *all, out.missing).choose();
    if (!sets) return sets.error();
    out.sets = std::move(*sets);
    warnings.insert(warnings.end(), out.missing.begin(), out.missing.end());
    const bool has_any = std::any_of(out.sets.begin(), out.sets.end(), [](const auto& c) {
        return !c.variants || c.variants->size() > 0;
    });
    if (!has_any && wanted.any()) warnings.emplace_back("Nothing fits the filters");
    return out;
}

result<void> take_from_path(criterion& ids, std::string_view id, std::string_view parameter) {
    if (!ids.fits(id)) {
        return error{
            errc::bad_request, std::string(parameter) + " names something else than the path does"};
    }
    ids = {};
    ids.add({std::string(id)});
    return {};
}

result<void> check_variant(const context& ctx, const http::request& request, std::string_view id) {
    genotype_filter one;
    one.variant_ids.add({std::string(id)});
    std::vector<std::string> warnings;
    const auto chosen = choose_genotypes(ctx, request, one, warnings);
    if (!chosen) return chosen.error();
    for (const auto& c : chosen->sets) {
        if (c.variants->size() > 0) return {};
    }
    return error{errc::not_found, "there is no variant with this variantDbId"};
}

error index_if_that_helps(const context& ctx, const genotype_choice& chosen, error why) {
    if (why.code != errc::unavailable) return why;
    for (const auto& c : chosen.sets) ctx.catalog->index_soon(c.set->files);
    return why;
}

}  // namespace callstream::brapi
