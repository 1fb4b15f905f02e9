// What of a matrix one answer has: which fields, and which rows and columns.
#pragma once

#include "engine/genotype/gt_rows.hpp"
#include "server/brapi/genotype_choice.hpp"
#include "server/brapi/matrix_query.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::brapi {

/// One of the matrices of an answer.
struct data_matrix {
    std::string field;  ///< id of the FORMAT field
    std::string name;
    std::string_view type;
};

/// Those that are wanted, each once; what no chosen set has is a warning.
std::vector<data_matrix> matrices_of(
    const genotype_choice& chosen, const matrix_query& wanted, std::vector<std::string>& warnings
);

/// A page of one dimension.
struct matrix_window {
    std::uint64_t page = 0;
    std::uint64_t size = 0;
    std::uint64_t first = 0;  ///< number of the first row or column

    /// `usual` is the size where none is asked for.
    static matrix_window of(const dimension_page& asked, std::uint64_t usual);
};

/// The columns of a page: those of each variant set, which stand one set behind the other.
struct page_columns {
    struct part {
        genotype::sample_row columns;
        std::size_t before = 0;  ///< columns of the page that other sets have before it
        std::size_t behind = 0;  ///< and behind
    };
    std::vector<part> parts;  ///< one for each set
    std::uint64_t total = 0;  ///< of all pages

    page_columns(const genotype_choice& chosen, const matrix_window& page);
};

}  // namespace callstream::brapi
