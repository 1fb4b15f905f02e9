// GET /referencesets and /referencesets/{referenceSetDbId}, POST /search/referencesets: the FASTA
// files.
#include "server/brapi/entity_json.hpp"
#include "server/brapi/envelope.hpp"
#include "server/brapi/filtered_list.hpp"
#include "server/brapi/references.hpp"
#include "server/brapi/routes.hpp"
#include "server/streaming/json_text.hpp"

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace callstream::brapi {
namespace json = boost::json;
namespace {

/// What the rows of all sequences say in common.
class common_facts {
 public:
    void add(const catalog::reference_facts& row) {
        keep_common(all_.crop, row.crop);
        keep_common(all_.source_uri, row.source_uri);
        keep_common(all_.species_term, row.species_term);
        keep_common(all_.species_uri, row.species_uri);
        // A set is derived when some of its sequences are.
        if (row.is_derived) all_.is_derived = all_.is_derived.value_or(false) || *row.is_derived;
        for (const auto& accession : row.source_accessions) {
            const bool is_new = accessions_.insert(accession).second;
            if (is_new) all_.source_accessions.push_back(accession);
        }
        for (const auto& g : row.germplasm) {
            const bool is_new = germplasm_.insert({g.id, g.name}).second;
            if (is_new) all_.germplasm.push_back(g);
        }
        first_ = false;
    }
    catalog::reference_facts take() { return std::move(all_); }

 private:
    void keep_common(std::string& common, const std::string& text) const {
        if (first_) common = text;
        if (common != text) common.clear();
    }

    catalog::reference_facts all_;
    std::set<std::string> accessions_;
    std::set<std::pair<std::string, std::string>> germplasm_;
    bool first_ = true;
};

catalog::reference_facts facts_of(const catalog::reference_set& set) {
    common_facts common;
    const auto file = set.fasta->file();
    if (file != nullptr && !set.home->references.empty()) {
        for (const auto& sequence : file->sequences()) {
            const auto* row = set.home->find_reference(sequence.name);
            common.add(row == nullptr ? catalog::reference_facts() : *row);
        }
    }
    auto facts = common.take();
    facts.external_references = set.home->assembly.external_references;
    return facts;
}

std::string md5_of(const catalog::reference_set& set) {
    const auto digests = set.digests->all();
    return digests == nullptr ? std::string() : digests->md5;
}

json::object to_json(const catalog::reference_set& set) {
    const auto facts = facts_of(set);
    const auto& home = *set.home;
    json::object out = {
        {"additionalInfo", json::object()},
        {"assemblyPUI", text_or_null(home.assembly.pui)},
        {"commonCropName", text_or_null(facts.crop.empty() ? home.crop : facts.crop)},
        {"description", text_or_null(home.assembly.description)},
        {"externalReferences", external_references_json(facts.external_references)},
        {"md5checksum", text_or_null(md5_of(set))},
        {"referenceSetDbId", set.id},
        {"referenceSetName", streaming::valid_utf8(set.name)},
    };
    add_source_members(facts, out);
    return out;
}

bool is_served(const catalog::reference_set& set) {
    return !set.fasta->refusal();
}

/// Leaves out the MD5.
bool fits(
    const relations& all, const catalog::reference_set& set, const reference_set_filter& wanted
) {
    return is_served(set) && wanted.fits_home(all, set) &&
           wanted.assembly_puis.fits(set.home->assembly.pui) &&
           wanted.fits_facts(*set.home, facts_of(set));
}

result<http::response> list_sets(
    const context& ctx,
    const http::request& request,
    const reference_set_filter& wanted,
    const list_page& page,
    std::vector<std::string> warnings
) {
    const auto window = plan_list(page, warnings);
    if (!window) return window.error();
    const auto all = relations_now(ctx, request, warnings);
    const auto now = all->snapshot();
    std::vector<const catalog::reference_set*> found;
    for (const auto& set : now->reference_sets()) {
        if (!fits(*all, set, wanted)) continue;
        const auto md5 = md5_of(set);
        if (wanted.md5s.wanted() && md5.empty() && awaits_digests(set)) return md5_unknown();
        if (wanted.md5s.fits(md5)) found.push_back(&set);
    }
    if (found.empty() && wanted.any()) {
        warnings.emplace_back("No reference set fits the filters");
    }
    // The items point into the snapshot.
    const auto show = [now](const catalog::reference_set* set) { return to_json(*set); };
    return list_response(*window, std::move(found), show, warnings);
}

result<http::response> get_one(
    const context& ctx, const http::request& request, std::string_view id
) {
    const http::query q(request);
    const auto now = visible(ctx, request);
    const auto* set = now->find_reference_set(id);
    if (set == nullptr || !is_served(*set)) {
        return error{errc::not_found, "there is no reference set with this referenceSetDbId"};
    }
    return single(to_json(*set), ignored_parameters(q));
}

}  // namespace

void add_reference_set_routes(http::router& routes, const context& ctx) {
    routes.add({
        .method = http::verb::get,
        .pattern = "/brapi/v2/referencesets/{referenceSetDbId}",
        .blocking = true,
        .handle = [&ctx](
                      const auto& request, const auto& values
                  ) { return get_one(ctx, request, values[0]); },
    });
    add_filtered_list(
        routes,
        ctx,
        "referencesets",
        [](auto& from) { return read_reference_set_filter(from); },
        [&ctx](const auto& request, const auto& wanted, const list_page& page, auto warnings) {
            return list_sets(ctx, request, wanted, page, std::move(warnings));
        }
    );
}

}  // namespace callstream::brapi
