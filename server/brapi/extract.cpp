#include "server/brapi/extract.hpp"

#include "server/brapi/genotype_form.hpp"

#include <utility>

namespace callstream::brapi {
namespace json = boost::json;

json::object to_body(const extract& kept) {
    json::object genotypes;
    add_genotype_format(genotypes, kept.genotypes);
    return {
        {"created", kept.created},
        {"depth", kept.depth},
        {"filter", kept.filter.to_body()},
        {"genotypes", std::move(genotypes)},
        {"variantSetName", kept.name},
    };
}

result<extract> read_extract(const json::object& body) {
    http::json_fields fields(body);
    auto name = fields.text("variantSetName");
    if (!name) return name.error();
    auto created = fields.text("created");
    if (!created) return created.error();
    const auto depth = fields.integer("depth");
    if (!depth) return depth.error();
    auto filter_fields = fields.object("filter");
    if (!filter_fields) return filter_fields.error();
    auto genotype_fields = fields.object("genotypes");
    if (!genotype_fields) return genotype_fields.error();
    if (!*name || !*created || !*depth || !*filter_fields || !*genotype_fields) {
        return error{errc::bad_request, "this is no extract"};
    }
    auto filter = read_genotype_filter(**filter_fields);
    if (!filter) return filter.error();
    auto genotypes = read_genotype_format(**genotype_fields, {});
    if (!genotypes) return genotypes.error();
    return extract{
        std::move(**name),
        std::move(**created),
        std::move(*filter),
        std::move(*genotypes),
        **depth};
}

genotype::genotype_format usual_genotypes(
    const context& ctx, const http::request& request, const criterion& variant_set_ids
) {
    const auto& ids = variant_set_ids.texts();
    if (ids.size() != 1 || !request.may->reaches_all() ||
        ctx.catalog->current()->find_variant_set(ids[0]) != nullptr) {
        return ctx.genotypes;
    }
    const auto wrote = ctx.wrote->current().now;
    const auto* found = wrote->find(entity_type::extract, ids[0]);
    return found == nullptr || found->extracted == nullptr ? ctx.genotypes
                                                           : found->extracted->genotypes;
}

}  // namespace callstream::brapi
