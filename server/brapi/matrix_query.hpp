// What somebody wants to see as a matrix: which variants and call sets, which FORMAT fields, which
// page of either dimension.
#pragma once

#include "engine/genotype/genotype_format.hpp"
#include "server/brapi/context.hpp"
#include "server/brapi/genotype_filter.hpp"
#include "server/http/json_body.hpp"
#include "server/http/query.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace callstream::brapi {

enum class dimension { variants, call_sets };

/// A page of one dimension, as asked for.
struct dimension_page {
    std::optional<std::int64_t> page;
    std::optional<std::int64_t> size;
};

struct matrix_query {
    genotype_filter filter;
    genotype::genotype_format format;
    std::vector<std::string> abbreviations;  ///< of FORMAT fields; neither these nor names: GT
    std::vector<std::string> names;
    bool preview = false;  ///< ids, and no cells
    dimension_page variants;
    dimension_page call_sets;

    dimension_page& of(dimension d) { return d == dimension::variants ? variants : call_sets; }

    /// The search body that means it, in one spelling per meaning.
    boost::json::object to_body() const;
};

result<matrix_query> read_matrix_query(
    const context& ctx, const http::request& request, http::query& q
);
result<matrix_query> read_matrix_query(
    const context& ctx, const http::request& request, http::json_fields& body
);

/// The pages alone, which the GET of a search may say anew.
result<void> read_matrix_pages(http::query& q, matrix_query& into);

}  // namespace callstream::brapi
