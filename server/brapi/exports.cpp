// GET /variantsets/{variantSetDbId}/exports/{fileName}: a variant set, or what a filter leaves of
// it, as a file. The end of the name says which format.
#include "server/brapi/exports.hpp"

#include "server/brapi/genotype_form.hpp"
#include "server/brapi/routes.hpp"
#include "server/exports/file_formats.hpp"

#include <boost/json/serialize.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include <algorithm>
#include <unordered_set>

namespace callstream::brapi {
namespace json = boost::json;
namespace {

constexpr std::string_view base = "/brapi/v2/variantsets/";

error no_format() {
    std::string known;
    for (const auto& format : exports::file_formats()) known.append(" ").append(format.extension);
    return {errc::not_found, "there is no such format; names of files end with one of" + known};
}

/// As clients see them. In files that need different names those of the files are taken where
/// clients gave one name twice.
std::vector<std::string> names_of(const chosen_set& chosen) {
    std::vector<std::string> names;
    std::unordered_set<std::string> seen;
    bool differ = true;
    for (const auto column : chosen.columns) {
        names.push_back(catalog::call_set{chosen.set, column}.name());
        auto& name = names.back();
        std::replace_if(
            name.begin(), name.end(), [](unsigned char c) { return c < ' '; }, ' '
        );
        differ = seen.insert(name).second && !name.empty() && differ;
    }
    if (differ) return names;
    names.clear();
    for (const auto column : chosen.columns) names.push_back(chosen.set->samples()[column]);
    return names;
}

/// RFC 6266: names of files in quotes, for those that know nothing else, and percent-encoded.
std::string disposition(std::string_view name) {
    std::string quoted(name);
    std::replace_if(
        quoted.begin(),
        quoted.end(),
        [](unsigned char c) { return c <= ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '%'; },
        '_'
    );
    const auto encoded = boost::urls::encode(name, boost::urls::unreserved_chars);
    return "attachment; filename=\"" + quoted + "\"; filename*=UTF-8''" + encoded;
}

/// What genotypes look like: as the format has them, but for what the client says.
result<genotype::genotype_format> format_of(http::query& q, const exports::file_format& format) {
    if (!format.has_genotypes) return format.genotypes;
    return read_genotype_format(q, format.genotypes);
}

/// A file has no place for a warning: what is named and not in it is a mistake.
result<void> check_names(const genotype_choice& chosen, const genotype_filter& wanted) {
    if (!chosen.missing.empty()) return error{errc::bad_request, chosen.missing.front()};
    if (chosen.sets.empty()) {
        return error{errc::bad_request, "the variant set has nothing that fits the filters"};
    }
    for (const auto& id : wanted.call_set_ids) {
        const auto found = chosen.now->find_call_set(id);
        const auto& columns = chosen.sets.front().columns;
        const bool is_here =
            found->set == chosen.sets.front().set &&
            std::find(columns.begin(), columns.end(), found->column) != columns.end();
        if (is_here) continue;
        return error{
            errc::bad_request,
            "the call set " + http::shown_name(id) + " is none of this variant set"};
    }
    return {};
}

json::object format_body(const genotype::genotype_format& format) {
    json::object body;
    add_genotype_format(body, format);
    return body;
}

json::object entry(
    std::string_view data_format,
    std::string_view file_type,
    const genotype::genotype_format& genotypes,
    const std::string& url
) {
    return {
        {"dataFormat", data_format},
        {"expandHomozygotes", genotypes.expand_homozygotes},
        {"fileFormat", file_type},
        {"fileURL", url},
        {"sepPhased", genotypes.separator_phased},
        {"sepUnphased", genotypes.separator_unphased},
        {"unknownString", genotypes.unknown}};
}

result<http::response> get_file(
    const context& ctx,
    const http::request& request,
    std::string_view id,
    std::string_view file_name
) {
    const auto* format = exports::find_format(file_name);
    if (format == nullptr) return no_format();
    http::query q(request);
    auto wanted = read_genotype_filter(q);
    if (!wanted) return wanted.error();
    auto genotypes = format_of(q, *format);
    if (!genotypes) return genotypes.error();
    // A file has no place for a warning, and what was ignored would look as if it had counted.
    if (const auto unknown = q.unknown(); !unknown.empty()) {
        return error{
            errc::bad_request,
            "an export does not know the parameter " + http::shown_name(unknown.front())};
    }
    if (auto one = take_from_path(wanted->variant_set_ids, id, "variantSetDbId"); !one) {
        return one.error();
    }
    wanted->counts.alleles_max = format->alleles_max;
    return with_current_files(*ctx.catalog, [&]() -> result<http::response> {
        if (auto there = check_variant_set(ctx, request, id); !there) return there.error();
        std::vector<std::string> warnings;
        auto chosen = choose_genotypes(ctx, request, *wanted, warnings);
        if (!chosen) return chosen.error();
        if (chosen->sets.size() > 1) {
            return error{
                errc::bad_request,
                "this variant set is an extract of " + std::to_string(chosen->sets.size()) +
                    " others; a file has one, see /variantsets"};
        }
        if (auto fine = check_names(*chosen, *wanted); !fine) return fine.error();
        auto& from = chosen->sets.front();
        auto source = exports::make_file(
            *format,
            {from.view, from.variants, from.columns, names_of(from), *genotypes, ctx.work_folder}
        );
        if (!source) return index_if_that_helps(ctx, *chosen, source.error());
        http::response r;
        r.content_type = format->media_type;
        r.may_compress = !format->is_binary;
        r.fields.emplace_back("Content-Disposition", disposition(file_name));
        r.version = chosen->version(
            std::string(file_name) + "\n" + json::serialize(wanted->to_body()) +
            json::serialize(format_body(*genotypes))
        );
        r.source = std::move(*source);
        return r;
    });
}

}  // namespace

export_links::export_links(const context& ctx, const http::request& request)
    : base_(ctx.address.link(request, std::string(base))), genotypes_(ctx.genotypes) {}

json::array export_links::of(const catalog::variant_set& set) const {
    json::array out;
    add_files(out, set.id, variants::site_list::of(variants::set_view(set.files)));
    add_calls(out, set.id, genotypes_);
    return out;
}

json::array export_links::of(
    std::string_view id, const genotype::genotype_format& genotypes, const genotype_choice& chosen
) const {
    json::array out;
    if (chosen.sets.size() == 1) {
        const auto& only = chosen.sets.front();
        add_files(out, id, variants::site_list::of(only.view, only.variants));
    }
    add_calls(out, id, genotypes);
    return out;
}

void export_links::add_files(
    json::array& out, std::string_view id, const result<variants::site_list>& sites
) const {
    const std::uint32_t ploidy = sites ? sites->ploidy_max() : 0;  // before that nobody knows
    for (const auto& f : exports::file_formats()) {
        if (ploidy > f.ploidy_max) continue;
        std::string url = base_;
        url.append(id).append("/exports/").append(id).append(f.extension);
        out.push_back(entry(f.data_format, f.file_type, f.genotypes, url));
    }
}

void export_links::add_calls(
    json::array& out, std::string_view id, const genotype::genotype_format& genotypes
) const {
    std::string url = base_;
    url.append(id).append("/calls");
    out.push_back(entry("JSON", "application/json", genotypes, url));
}

void add_export_routes(http::router& routes, const context& ctx) {
    std::vector<std::string> types;
    for (const auto& format : exports::file_formats()) {
        const std::string type(format.media_type.substr(0, format.media_type.find(';')));
        if (std::find(types.begin(), types.end(), type) == types.end()) types.push_back(type);
    }
    routes.add({
        .method = http::verb::get,
        .pattern = std::string(base) + "{variantSetDbId}/exports/{fileName}",
        .blocking = true,
        .handle = [&ctx](
                      const auto& request, const auto& values
                  ) { return get_file(ctx, request, values[0], values[1]); },
        .content_types = types,
    });
}

}  // namespace callstream::brapi
