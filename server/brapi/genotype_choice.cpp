#include "server/brapi/genotype_choice.hpp"

#include "engine/catalog/variant_id.hpp"
#include "engine/core/hash.hpp"
#include "server/brapi/extract.hpp"
#include "server/brapi/listed.hpp"
#include "server/brapi/relations.hpp"
#include "server/brapi/wanted_regions.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <unordered_set>

namespace callstream::brapi {
namespace json = boost::json;
namespace {

constexpr std::size_t missing_max = 10;  // that are told

/// What extracts may leave in all, those behind others with them: so many columns, where a variant
/// set is as much as a thousand. An extract may be of others that are of others, and somebody may
/// name many.
constexpr std::size_t extracts_cost_max = 20'000'000;
constexpr std::size_t part_cost = 1000;

/// All but their ids: those may be extracts'.
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

std::vector<variants::named_variants> named_of(
    const genotype_filter& wanted, const std::optional<listed>& list, const chosen_set& chosen
) {
    std::vector<variants::named_variants> out;
    if (wanted.variant_ids.wanted()) {
        out.push_back({catalog::places_of_variant_ids(wanted.variant_ids.texts(), chosen.set->id)});
    }
    if (wanted.variant_names.wanted()) out.push_back({{}, wanted.variant_names.texts()});
    if (list && list->variants) {
        const auto& members = *list->variants;
        out.push_back({catalog::places_of_variant_ids(members, chosen.set->id), members});
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

/// `extracts_left` is what extracts may still leave, see `extracts_cost_max`.
result<genotype_choice> choose_within(
    const context& ctx,
    const http::request& request,
    const relations& all,
    const genotype_filter& wanted,
    choose_for what,
    std::size_t& extracts_left
);

/// Makes a choice, set by set.
class chooser {
 public:
    chooser(
        const context& ctx,
        const http::request& request,
        const relations& all,
        const genotype_filter& wanted,
        std::optional<listed> list,
        choose_for what,
        std::size_t& extracts_left,
        genotype_choice& out
    )
        : ctx_(ctx),
          request_(request),
          all_(all),
          wanted_(wanted),
          list_(std::move(list)),
          what_(what),
          extracts_left_(extracts_left),
          out_(out),
          sets_(of_sets(wanted)),
          call_sets_(of_call_sets(wanted)) {
        find_call_sets();
        find_germplasm();
    }

    result<std::vector<chosen_set>> choose() {
        std::vector<chosen_set> out;
        for (const auto* set : all_.now().variant_sets()) {
            if (!wanted_.variant_set_ids.fits(set->id) || !may_have(*set)) continue;
            const variants::set_view view(set->files);
            chosen_set chosen{set->id, set->name, set, view, nullptr, columns_of(*set)};
            if (chosen.columns.empty() && chooses_call_sets()) continue;
            if (auto done = choose_variants(chosen); !done) return done.error();
            out.push_back(std::move(chosen));
        }
        for (const auto& id : wanted_.variant_set_ids.texts()) {
            if (const auto* named = all_.find_extract(id)) {
                if (auto done = add_extract(id, *named, out); !done) return done.error();
            } else if (all_.now().find_variant_set(id) == nullptr) {
                warn("There is no variant set with the variantSetDbId " + http::shown_name(id));
            }
        }
        if (looked_for_contigs_) {
            for (auto& text : regions_not_in(contigs_, wanted_, missing_max)) warn(std::move(text));
        }
        return out;
    }

 private:
    bool chooses_call_sets() const {
        return wanted_.asks_for_call_sets() || (list_ && list_->call_sets);
    }

    void warn(std::string text) {
        if (out_.missing.size() < missing_max) out_.missing.push_back(std::move(text));
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

    bool may_have(const catalog::variant_set& set) const {
        if (!sets_.fits(all_, set)) return false;
        // No file says what its variants are called elsewhere.
        if (wanted_.external_ids.wanted() || wanted_.external_sources.wanted()) return false;
        const auto& ids = wanted_.variant_ids;
        return !ids.wanted() || !catalog::places_of_variant_ids(ids.texts(), set.id).empty();
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

    /// What the extract leaves of each of its variant sets, and of that what is wanted.
    result<void> add_extract(
        const std::string& id, const extract& named, std::vector<chosen_set>& into
    ) {
        auto whole = choose_within(ctx_, request_, all_, named.filter, what_, extracts_left_);
        if (!whole) return whole.error();
        // What it was made of may be gone since: that is told, and no mistake of this request.
        for (auto* texts : {&whole->missing, &whole->gone}) {
            for (auto& text : *texts) {
                if (out_.gone.size() < missing_max) out_.gone.push_back(std::move(text));
            }
        }
        for (auto& part : whole->sets) {
            if (auto fits = take_cost(part_cost + part.columns.size()); !fits) return fits;
            if (!may_have(*part.set)) continue;
            part.id = id;
            part.name = named.name;
            if (chooses_call_sets()) keep_wanted(part);
            if (part.columns.empty() && chooses_call_sets()) continue;
            if (auto done = narrow_variants(part); !done) return done.error();
            into.push_back(std::move(part));
        }
        return {};
    }

    result<void> take_cost(std::size_t cost) {
        if (cost > extracts_left_) {
            return error{
                errc::bad_request,
                "the extracts that are named have too many variant sets together"};
        }
        extracts_left_ -= cost;
        return {};
    }

    /// In the order in which they are wanted now.
    void keep_wanted(chosen_set& part) const {
        const std::unordered_set<std::uint32_t> kept(part.columns.begin(), part.columns.end());
        part.columns = columns_of(*part.set);
        std::erase_if(part.columns, [&](auto column) { return !kept.contains(column); });
    }

    result<void> narrow_variants(chosen_set& part) {
        chosen_set wanted = part;
        wanted.variants = nullptr;
        if (auto done = choose_variants(wanted); !done) return done;
        if (!wanted.variants) return {};
        if (!part.variants) {
            part.variants = std::move(wanted.variants);
            part.selection_key = wanted.selection_key;
            return {};
        }
        const std::array keys = {part.selection_key, wanted.selection_key};
        part.selection_key = hash64({reinterpret_cast<const char*>(keys.data()), sizeof keys});
        auto both = ctx_.selections->get(part.selection_key, [&] {
            return result<variants::selection>(intersection(*part.variants, *wanted.variants));
        });
        if (!both) return both.error();
        part.variants = std::move(*both);
        return {};
    }

    result<void> choose_variants(chosen_set& chosen) {
        if (what_ == choose_for::call_sets) return {};
        if (!wanted_.asks_for_variants() && !(list_ && list_->variants)) return {};
        const auto places = regions_of(wanted_, *chosen.set, chosen.view, contigs_);
        looked_for_contigs_ = true;
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
    const http::request& request_;
    const relations& all_;
    const genotype_filter& wanted_;
    std::optional<listed> list_;
    choose_for what_;
    std::size_t& extracts_left_;
    genotype_choice& out_;
    variantset_filter sets_;
    callset_filter call_sets_;
    std::vector<catalog::call_set> named_;      // in the order in which they are wanted
    std::unordered_set<std::string> with_pui_;  // germplasm that has one of those wanted
    std::unordered_set<std::string> contigs_;   // texts of regions that a set has
    bool looked_for_contigs_ = false;
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

result<genotype_choice> choose_within(
    const context& ctx,
    const http::request& request,
    const relations& all,
    const genotype_filter& wanted,
    choose_for what,
    std::size_t& extracts_left
) {
    genotype_choice out;
    auto list = list_of(ctx, request, wanted.list_id, out.missing);
    if (!list) return list.error();
    out.list_version = *list ? (*list)->version : 0;
    out.now = all.snapshot();
    auto sets =
        chooser(ctx, request, all, wanted, std::move(*list), what, extracts_left, out).choose();
    if (!sets) return sets.error();
    out.sets = std::move(*sets);
    return out;
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
        ids.add(chosen.id.c_str(), chosen.id.size() + 1);
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
        for (const auto& text : {chosen.name, set.created, set.updated, set.reference_set_id}) {
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

bool genotype_choice::has_variants() const {
    return std::any_of(sets.begin(), sets.end(), [](const auto& c) {
        return !c.variants || c.variants->size() > 0;
    });
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
    const auto all = relations_now(ctx, request, warnings);
    auto out = choose_genotypes(ctx, request, *all, wanted, choose_for::all);
    if (!out) return out;
    for (const auto* texts : {&out->missing, &out->gone}) {
        warnings.insert(warnings.end(), texts->begin(), texts->end());
    }
    if (!out->has_variants() && wanted.any()) warnings.emplace_back("Nothing fits the filters");
    return out;
}

result<genotype_choice> choose_genotypes(
    const context& ctx,
    const http::request& request,
    const relations& all,
    const genotype_filter& wanted,
    choose_for what
) {
    std::size_t extracts_left = extracts_cost_max;
    return choose_within(ctx, request, all, wanted, what, extracts_left);
}

result<void> check_variant_set(
    const context& ctx, const http::request& request, std::string_view id
) {
    std::vector<std::string> ignored;  // this looks, and shows nothing
    if (relations_now(ctx, request, ignored)->has_variant_set(id)) return {};
    return error{errc::not_found, "there is no variant set with this variantSetDbId"};
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
