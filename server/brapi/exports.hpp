// Variant sets as files.
#pragma once

#include "engine/catalog/catalog.hpp"
#include "server/brapi/context.hpp"

#include <boost/json/array.hpp>

#include <string>

namespace callstream::brapi {

/// The links of variant sets to their files, `availableFormats` of BrAPI. Parameters that choose
/// variants and call sets may be added to each. A set that is known to be polyploid has none to
/// formats that cannot hold it. Immutable, and valid without the request.
class export_links {
 public:
    export_links(const context& ctx, const http::request& request);
    boost::json::array of(const catalog::variant_set& set) const;

 private:
    std::string base_;  // what stands before the id of a set
    genotype::genotype_format genotypes_;
};

}  // namespace callstream::brapi
