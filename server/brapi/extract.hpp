// A variant set that a client made of others with POST /variantsets/extract. Nothing is copied: it
// is a filter that is kept, and how genotypes are to look, and it answers from the same files.
#pragma once

#include "engine/genotype/genotype_format.hpp"
#include "server/brapi/context.hpp"
#include "server/brapi/genotype_filter.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace callstream::brapi {

struct extract {
    std::string name;
    std::string created;     ///< RFC 3339
    genotype_filter filter;  ///< names the variant sets it is of, which may be extracts themselves
    genotype::genotype_format genotypes;
    std::int64_t depth = 1;  ///< how many extracts lie one behind the other, with this one

    const std::vector<std::string>& sources() const { return filter.variant_set_ids.texts(); }
};

/// As the side store keeps it.
boost::json::object to_body(const extract& kept);
/// `errc::bad_request` for what no `to_body` wrote.
result<extract> read_extract(const boost::json::object& body);

/// What genotypes look like in an answer about these variant sets when the request does not say: as
/// an extract has it that is the only one, and within reach, else as the server does.
genotype::genotype_format usual_genotypes(
    const context& ctx, const http::request& request, const criterion& variant_set_ids
);

}  // namespace callstream::brapi
