// GET /references and /references/{referenceDbId}, POST /search/references: the sequences of the
// FASTA files.
#include "server/brapi/references.hpp"

#include "server/brapi/entity_json.hpp"
#include "server/brapi/envelope.hpp"
#include "server/brapi/filtered_list.hpp"
#include "server/brapi/routes.hpp"
#include "server/streaming/json_text.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <chrono>

namespace callstream::brapi {
namespace json = boost::json;
using catalog::awaits_index;
using catalog::find_reference;
using catalog::reference_item;
namespace {

/// A JSON object as it was written, any other text as a member.
json::object additional_info(const std::string& text) {
    if (text.empty()) return {};
    if (auto object = http::parse_json_object(text)) return std::move(*object);
    json::object out;
    out.emplace("additionalInfo", streaming::valid_utf8(text));
    return out;
}

json::object to_json(const reference_item& item) {
    const auto& facts = item.facts();
    const auto& home = *item.set->home;
    json::object out = {
        {"additionalInfo", additional_info(facts.additional_info)},
        {"commonCropName", text_or_null(facts.crop.empty() ? home.crop : facts.crop)},
        {"externalReferences", external_references_json(facts.external_references)},
        {"length", item.entry().length},
        {"md5checksum", text_or_null(item.md5())},
        {"referenceDbId", item.id()},
        {"referenceName", streaming::valid_utf8(item.entry().name)},
        {"referenceSetDbId", item.set->id},
        {"referenceSetName", streaming::valid_utf8(item.set->name)},
    };
    const auto& divergence = facts.source_divergence;
    out.emplace("sourceDivergence", divergence ? json::value(*divergence) : json::value(nullptr));
    add_source_members(facts, out);
    return out;
}

/// One page of what fits.
struct selection {
    std::vector<reference_item> page;
    std::uint64_t total = 0;
    bool awaits_md5 = false;  ///< whether more may fit later
};

bool fits(const reference_item& item, const reference_filter& wanted) {
    const auto& entry = item.entry();
    if (!wanted.fits(*item.set->home, item.facts(), entry.length)) return false;
    return !wanted.reference_ids.wanted() || wanted.reference_ids.fits(item.id());
}

void select_of_set(
    const catalog::reference_set& set,
    const reference_filter& wanted,
    const page_window& window,
    selection& out
) {
    reference_item item{&set, set.fasta->file(), set.digests->all()};
    const bool md5_wanted = wanted.md5s.wanted();
    if (item.file == nullptr) {
        out.awaits_md5 = out.awaits_md5 || (md5_wanted && awaits_index(set));
        return;
    }
    const bool md5_may_come = md5_wanted && item.digests == nullptr && awaits_digests(set);
    for (; item.sequence < item.file->sequences().size(); ++item.sequence) {
        if (!fits(item, wanted)) continue;
        if (md5_may_come && item.md5().empty()) out.awaits_md5 = true;
        if (!wanted.md5s.fits(item.md5())) continue;
        if (out.total >= window.first && out.page.size() < window.size) out.page.push_back(item);
        ++out.total;
    }
}

result<http::response> list_references(
    const context& ctx,
    const http::request& request,
    const reference_filter& wanted,
    const list_page& page,
    std::vector<std::string> warnings
) {
    const auto window = plan_list(page, warnings);
    if (!window) return window.error();
    const auto all = relations_now(ctx, request, warnings);
    const auto now = all->snapshot();
    selection found;
    for (const auto& set : now->reference_sets()) {
        if (wanted.fits_home(*all, set)) select_of_set(set, wanted, *window, found);
    }
    if (found.awaits_md5) return md5_unknown();
    warn_of_waiting_references(*now, warnings);
    if (found.total == 0 && wanted.any()) warnings.emplace_back("No reference fits the filters");
    const std::size_t count = found.page.size();
    // The items point into the snapshot.
    return list_response(
        *window,
        found.total,
        count,
        [now, items = std::move(found.page)](std::size_t i) {
            return json::value(to_json(items[i]));
        },
        warnings
    );
}

result<http::response> get_one(
    const context& ctx, const http::request& request, std::string_view id
) {
    const http::query q(request);
    const auto now = visible(ctx, request);
    const auto item = find_reference(*now, id);
    if (!item) return item.error();
    return single(to_json(*item), ignored_parameters(q));
}

}  // namespace

bool awaits_digests(const catalog::reference_set& set) {
    return !set.digests->is_settled() && !set.fasta->refusal();
}

error md5_unknown() {
    constexpr std::chrono::seconds later{5};
    return {
        errc::unavailable, "the MD5 checksums of some sequences are still being computed", later};
}

void warn_of_waiting_references(const catalog::snapshot& now, std::vector<std::string>& warnings) {
    const auto& sets = now.reference_sets();
    const auto waiting = std::count_if(sets.begin(), sets.end(), awaits_index);
    if (waiting == 0) return;
    warnings.push_back(
        std::to_string(waiting) +
        " reference sets are still being indexed, and their sequences are not listed before"
    );
}

void add_source_members(const catalog::reference_facts& facts, json::object& into) {
    const auto& derived = facts.is_derived;
    into.emplace("isDerived", derived ? json::value(*derived) : json::value(nullptr));
    json::array accessions;
    for (const auto& accession : facts.source_accessions) {
        accessions.emplace_back(streaming::valid_utf8(accession));
    }
    into.emplace("sourceAccessions", std::move(accessions));
    json::array germplasm;
    for (const auto& g : facts.germplasm) {
        germplasm.push_back(
            {{"germplasmDbId", text_or_null(g.id)}, {"germplasmName", text_or_null(g.name)}}
        );
    }
    into.emplace("sourceGermplasm", std::move(germplasm));
    into.emplace("sourceURI", text_or_null(facts.source_uri));
    json::value species;
    if (!facts.species_term.empty() || !facts.species_uri.empty()) {
        species = {
            {"term", text_or_null(facts.species_term)},
            {"termURI", text_or_null(facts.species_uri)}};
    }
    into.emplace("species", std::move(species));
}

void add_reference_routes(http::router& routes, const context& ctx) {
    routes.add({
        .method = http::verb::get,
        .pattern = "/brapi/v2/references/{referenceDbId}",
        .handle = [&ctx](
                      const auto& request, const auto& values
                  ) { return get_one(ctx, request, values[0]); },
    });
    add_filtered_list(
        routes,
        ctx,
        "references",
        [](auto& from) { return read_reference_filter(from); },
        [&ctx](const auto& request, const auto& wanted, const list_page& page, auto warnings) {
            return list_references(ctx, request, wanted, page, std::move(warnings));
        }
    );
}

}  // namespace callstream::brapi
