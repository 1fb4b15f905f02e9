// Variant sets as files.
#pragma once

#include "engine/catalog/catalog.hpp"
#include "engine/variants/site_list.hpp"
#include "server/brapi/context.hpp"
#include "server/brapi/genotype_choice.hpp"

#include <boost/json/array.hpp>

#include <string>
#include <string_view>

namespace callstream::brapi {

/// The links of variant sets to their files, `availableFormats` of BrAPI. Parameters that choose
/// variants and call sets may be added to each. A set that is known to be polyploid has none to
/// formats that cannot hold it. Immutable, and valid without the request.
class export_links {
 public:
    export_links(const context& ctx, const http::request& request);
    boost::json::array of(const catalog::variant_set& set) const;
    /// Of an extract, which is no file when it is of several variant sets.
    boost::json::array of(
        std::string_view id,
        const genotype::genotype_format& genotypes,
        const genotype_choice& chosen
    ) const;

 private:
    void add_files(
        boost::json::array& out, std::string_view id, const result<variants::site_list>& sites
    ) const;
    void add_calls(
        boost::json::array& out, std::string_view id, const genotype::genotype_format& genotypes
    ) const;

    std::string base_;  // what stands before the id of a set
    genotype::genotype_format genotypes_;
};

}  // namespace callstream::brapi
