// References and reference sets: the sequences of the FASTA files, and the files.
#include "engine/catalog/reference_item.hpp"
#include "engine/core/lower_case.hpp"
#include "engine/core/parse.hpp"
#include "server/genomics/route.hpp"
#include "server/genomics/routes.hpp"
#include "server/genomics/wire.hpp"
#include "server/streaming/json_text.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace callstream::genomics {
namespace json = boost::json;
using catalog::reference_item;
namespace {

constexpr page_limits pages{1024, 4096};

using texts = std::vector<std::string>;

struct wanted_references {
    texts md5s;
    texts accessions;  ///< prefixes
    std::string set_id;
    std::string assembly;  ///< part of it, in any case
};

bool fits_md5(const wanted_references& wanted, const std::string& md5) {
    const auto& all = wanted.md5s;
    return all.empty() || std::find(all.begin(), all.end(), md5) != all.end();
}

bool fits_accessions(const wanted_references& wanted, const texts& accessions) {
    if (wanted.accessions.empty()) return true;
    return std::any_of(accessions.begin(), accessions.end(), [&](const auto& has) {
        return std::any_of(
            wanted.accessions.begin(),
            wanted.accessions.end(),
            [&](const auto& prefix) { return has.starts_with(prefix); }
        );
    });
}

json::array texts_json(const texts& all) {
    json::array out;
    for (const auto& text : all) out.emplace_back(streaming::valid_utf8(text));
    return out;
}

/// 0 unless the species is given as NCBITaxon_9606.
std::int32_t taxon_of(const catalog::reference_facts& facts) {
    constexpr std::string_view prefix = "NCBITaxon_";
    const auto at = facts.species_uri.rfind(prefix);
    if (at == std::string::npos) return 0;
    const auto digits = std::string_view(facts.species_uri).substr(at + prefix.size());
    return parse_integer<std::int32_t>(digits).value_or(0);
}

json::object to_json(const reference_item& item) {
    const auto& facts = item.facts();
    return {
        {"id", item.id()},
        {"length", int64_text(static_cast<std::int64_t>(item.entry().length))},
        {"md5checksum", item.md5()},
        {"name", streaming::valid_utf8(item.entry().name)},
        {"ncbiTaxonId", taxon_of(facts)},
        {"sourceAccessions", texts_json(facts.source_accessions)},
        {"sourceUri", streaming::valid_utf8(facts.source_uri)},
    };
}

/// Each sequence of a set that has its index.
template <class Visit>
void for_each_reference(const catalog::reference_set& set, Visit visit) {
    reference_item item{&set, set.fasta->file(), set.digests->all()};
    if (item.file == nullptr) return;
    for (; item.sequence < item.file->sequences().size(); ++item.sequence) {
        if (!visit(item)) return;
    }
}

/// Empty while it is not known.
std::string md5_of(const catalog::reference_set& set) {
    const auto digests = set.digests->all();
    return digests == nullptr ? std::string() : digests->md5;
}

json::object to_json(const catalog::reference_set& set) {
    texts ids;
    texts accessions;
    std::int32_t taxon = 0;
    for_each_reference(set, [&](const reference_item& item) {
        ids.push_back(item.id());
        if (taxon == 0) taxon = taxon_of(item.facts());
        const auto& own = item.facts().source_accessions;
        accessions.insert(accessions.end(), own.begin(), own.end());
        return true;
    });
    const auto& about = set.home->assembly;
    return {
        {"assemblyId", streaming::valid_utf8(about.pui.empty() ? set.name : about.pui)},
        {"description", streaming::valid_utf8(about.description)},
        {"id", set.id},
        {"md5checksum", md5_of(set)},
        {"ncbiTaxonId", taxon},
        {"referenceIds", texts_json(ids)},
        {"sourceAccessions", texts_json(accessions)},
        {"sourceUri", ""},
    };
}

struct search {
    wanted_references wanted;
    page_request page;
    std::string query;  ///< canonical
};

result<search> read_search(const http::request& request, bool of_sets) {
    const auto object = read_object(request);
    if (!object) return object.error();
    http::json_fields body(*object);
    search out;
    auto md5s = body.text_list("md5checksums");
    if (!md5s) return md5s.error();
    for (auto& md5 : *md5s) out.wanted.md5s.push_back(lower_case(md5));
    auto accessions = body.text_list("accessions");
    if (!accessions) return accessions.error();
    out.wanted.accessions = std::move(*accessions);
    auto last = body.text(of_sets ? "assemblyId" : "referenceSetId");
    if (!last) return last.error();
    (of_sets ? out.wanted.assembly : out.wanted.set_id) = std::move(*last).value_or("");
    auto page = read_page(body);
    if (!page) return page.error();
    if (auto fine = refuse_unknown(body); !fine) return fine.error();
    out.page = std::move(*page);
    out.query = json::serialize(json::array{
        of_sets ? "referencesets" : "references",
        texts_json(out.wanted.md5s),
        texts_json(out.wanted.accessions),
        out.wanted.set_id,
        out.wanted.assembly});
    return out;
}

result<http::response> search_references(const context& ctx, const http::request& request) {
    const auto asked = read_search(request, false);
    if (!asked) return asked.error();
    const auto& wanted = asked->wanted;
    const auto now = visible(ctx, request);
    const auto each = [&](auto visit) {
        bool go_on = true;
        for (const auto& set : now->reference_sets()) {
            if (!go_on || (!wanted.set_id.empty() && wanted.set_id != set.id)) continue;
            for_each_reference(set, [&](const reference_item& item) {
                if (!fits_md5(wanted, item.md5())) return true;
                if (!fits_accessions(wanted, item.facts().source_accessions)) return true;
                go_on = visit(item.id(), [&] { return to_json(item); });
                return go_on;
            });
        }
    };
    auto page =
        list_page(list_tokens(*ctx.key, asked->query), asked->page, pages, "references", each);
    if (!page) return page.error();
    return answer(request, std::move(*page));
}

bool fits(const wanted_references& wanted, const catalog::reference_set& set) {
    const auto shown = to_json(set);
    texts accessions;
    for (const auto& one : shown.at("sourceAccessions").as_array())
        accessions.emplace_back(one.as_string());
    const std::string assembly(shown.at("assemblyId").as_string());
    return fits_md5(wanted, std::string(shown.at("md5checksum").as_string())) &&
           fits_accessions(wanted, accessions) &&
           lower_case(assembly).find(lower_case(wanted.assembly)) != std::string::npos;
}

result<http::response> search_reference_sets(const context& ctx, const http::request& request) {
    const auto asked = read_search(request, true);
    if (!asked) return asked.error();
    const auto now = visible(ctx, request);
    const auto each = [&](auto visit) {
        for (const auto& set : now->reference_sets()) {
            if (fits(asked->wanted, set) && !visit(set.id, [&] { return to_json(set); })) return;
        }
    };
    auto page =
        list_page(list_tokens(*ctx.key, asked->query), asked->page, pages, "referenceSets", each);
    if (!page) return page.error();
    return answer(request, std::move(*page));
}

result<http::response> get_reference(
    const context& ctx, const http::request& request, std::string_view id
) {
    const auto now = visible(ctx, request);
    const auto item = catalog::find_reference(*now, id);
    if (!item) return item.error();
    return answer(request, to_json(*item));
}

result<http::response> get_reference_set(
    const context& ctx, const http::request& request, std::string_view id
) {
    const auto now = visible(ctx, request);
    const auto* set = now->find_reference_set(id);
    if (set == nullptr) return error{errc::not_found, "there is no reference set with this id"};
    return answer(request, to_json(*set));
}

}  // namespace

void add_reference_routes(http::router& routes, const context& ctx) {
    using http::verb;
    routes.add(route_of(verb::post, "/v1/references/search", ctx, search_references));
    routes.add(route_of(verb::get, "/v1/references/{referenceId}", ctx, get_reference));
    routes.add(route_of(verb::post, "/v1/referencesets/search", ctx, search_reference_sets));
    routes.add(route_of(verb::get, "/v1/referencesets/{referenceSetId}", ctx, get_reference_set));
}

}  // namespace callstream::genomics
