#include "server/genomics/variant_choice.hpp"

#include "engine/catalog/contig_finder.hpp"
#include "engine/catalog/variant_id.hpp"
#include "engine/core/hash.hpp"
#include "engine/variants/select_variants.hpp"
#include "server/http/json_body.hpp"

#include <algorithm>
#include <array>

namespace callstream::genomics {
namespace {

error no_variant() {
    return {errc::not_found, "there is no variant with this id"};
}

/// Waiting for the index pass is what helps against `errc::unavailable`.
error index_if_that_helps(const context& ctx, const catalog::variant_set& set, error why) {
    if (why.code == errc::unavailable) ctx.catalog->index_soon(set.files);
    return why;
}

/// Those that a file has; what clients created has no calls.
std::vector<std::uint32_t> columns_of(const catalog::variant_set& set) {
    std::vector<std::uint32_t> out;
    set.each_call_set([&](const catalog::call_set& c) {
        if (c.created() == nullptr) out.push_back(c.column);
        return true;
    });
    return out;
}

class chooser {
 public:
    chooser(const context& ctx, const http::request& request, const wanted_variants& wanted)
        : ctx_(ctx), wanted_(wanted) {
        out_.now = visible(ctx, request);
    }

    result<variant_choice> run() {
        if (auto found = find_sets(); !found) return found.error();
        for (auto& part : out_.sets) {
            if (auto done = select(part); !done) return done.error();
        }
        std::erase_if(out_.sets, [](const auto& part) { return part.selected == nullptr; });
        return std::move(out_);
    }

 private:
    void add_set(const catalog::variant_set& set, std::vector<std::uint32_t> columns) {
        out_.sets.push_back({&set, variants::set_view(set.files), nullptr, std::move(columns)});
    }

    result<void> find_sets() {
        const auto& id = wanted_.variant_set;
        const auto* only = id ? out_.now->find_variant_set(*id) : nullptr;
        // One that a client made has no variants before files come.
        const bool is_promised = id && out_.now->find_created_variant_set(*id) != nullptr;
        if (id && only == nullptr && !is_promised) {
            return error{
                errc::not_found, "there is no variant set '" + http::shown_name(*id) + "'"};
        }
        if (!wanted_.call_sets.empty()) return find_call_sets();
        if (!id) return error{errc::bad_request, "a variant set or call sets must be named"};
        if (only != nullptr) add_set(*only, columns_of(*only));
        return {};
    }

    result<void> find_call_sets() {
        std::vector<catalog::call_set> named;
        for (const auto& id : wanted_.call_sets) {
            const auto found = out_.now->find_call_set(id);
            if (!found) {
                return error{
                    errc::not_found, "there is no call set '" + http::shown_name(id) + "'"};
            }
            if (found->set->id != wanted_.variant_set.value_or(found->set->id)) {
                return error{
                    errc::bad_request,
                    "call set '" + http::shown_name(id) + "' is of another variant set"};
            }
            if (found->created() == nullptr) named.push_back(*found);
        }
        for (const auto* set : out_.now->variant_sets()) {
            std::vector<std::uint32_t> columns;
            for (const auto& c : named) {
                if (c.set == set) columns.push_back(c.column);
            }
            std::sort(columns.begin(), columns.end());
            columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
            if (!columns.empty()) add_set(*set, std::move(columns));
        }
        return {};
    }

    /// Nothing is selected where the reference is none of the set's.
    result<void> select(chosen_variants& part) {
        catalog::contig_finder contigs(*part.set, part.view);
        auto contig = contigs.find(wanted_.reference);
        if (!contig) return {};
        variants::region window{std::move(contig), wanted_.window.start0};
        // A telomere, before the first base (VCF 4.3, section 1.6.1, POS).
        if (wanted_.window.start0 == 0) window.begin0 = -1;
        if (wanted_.window.end0 > 0) window.end0 = wanted_.window.end0;
        if (wanted_.window.start0 >= window.end0) return {};
        auto found = ctx_.selections->get(key_of(part, *window.contig), [&] {
            variants::variant_criteria criteria;
            criteria.regions.push_back({window});
            if (!wanted_.name.empty()) criteria.named.push_back({.names = {wanted_.name}});
            return variants::select_variants(part.view, criteria);
        });
        if (!found) return index_if_that_helps(ctx_, *part.set, found.error());
        part.selected = std::move(*found);
        return {};
    }

    std::uint64_t key_of(const chosen_variants& part, const std::string& contig) const {
        running_hash key;
        const auto add = [&key](const std::string& text) {
            key.add(text.c_str(), text.size() + 1);
        };
        add(part.set->id);
        add(contig);
        add(wanted_.name);
        const std::array numbers = {
            part.view.content_fingerprint(),
            static_cast<std::uint64_t>(wanted_.window.start0),
            static_cast<std::uint64_t>(wanted_.window.end0)};
        key.add(numbers.data(), sizeof numbers);
        return key.value().low;
    }

    const context& ctx_;
    const wanted_variants& wanted_;
    variant_choice out_;
};

}  // namespace

std::vector<variants::walk_part> variant_choice::parts() const {
    std::vector<variants::walk_part> out;
    for (const auto& part : sets) out.push_back({.view = part.view, .selected = part.selected});
    return out;
}

paging::token_scope variant_choice::scope(std::string_view query) const {
    running_hash ids;
    running_hash provisional;
    running_hash content;
    running_hash shown;
    const auto add = [](running_hash& hash, std::uint64_t value) {
        hash.add(&value, sizeof value);
    };
    for (const auto& part : sets) {
        ids.add(part.set->id.c_str(), part.set->id.size() + 1);
        add(provisional, part.view.provisional_fingerprint());
        add(content, part.view.content_fingerprint());
        add(shown, part.set->overlay_generation());
        shown.add(part.columns.data(), part.columns.size() * sizeof part.columns[0]);
        add(shown, part.columns.size());
    }
    return {
        .query = hash64(query),
        .variant_set = ids.value().low,
        .provisional = provisional.value().low,
        .content = content.value().low,
        .overlay_generation = static_cast<std::uint32_t>(shown.value().low)};
}

result<variant_choice> choose_variants(
    const context& ctx, const http::request& request, const wanted_variants& wanted
) {
    return chooser(ctx, request, wanted).run();
}

result<variant_choice> choose_variant(
    const context& ctx, const http::request& request, std::string_view id
) {
    variant_choice out;
    out.now = visible(ctx, request);
    const auto set_id = catalog::variant_set_of_variant_id(id);
    const auto* set = set_id ? out.now->find_variant_set(*set_id) : nullptr;
    const auto place = set == nullptr ? std::nullopt : catalog::place_of_variant_id(id, set->id);
    if (!place) return no_variant();
    const variants::set_view view(set->files);
    const auto ordinal = variants::find_variant(view, *place);
    if (!ordinal) return index_if_that_helps(ctx, *set, ordinal.error());
    if (!*ordinal) return no_variant();
    const std::vector<std::uint64_t> only = {**ordinal};
    out.sets.push_back(
        {set, view, std::make_shared<const variants::selection>(only), columns_of(*set)}
    );
    return out;
}

}  // namespace callstream::genomics
