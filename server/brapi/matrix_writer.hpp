// Rows of a matrix: one FORMAT field of one record, a cell for each call set in the order asked
// for.
#pragma once

#include "engine/core/text_buffer.hpp"
#include "engine/genotype/gt_text.hpp"
#include "engine/hts/site_columns.hpp"
#include "engine/variants/set_cursor.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::brapi {

/// How the cells of a row stand in a text.
struct cell_style {
    genotype::cell_frame frame;  ///< around each cell; `after` ends with what separates cells
    /// What makes a text of a file fit between them; null: nothing need be done.
    std::string (*escape)(std::string_view) = nullptr;
};

/// One thread at a time; belongs to one cursor's walk.
class matrix_writer {
 public:
    /// `field` is the id of a FORMAT field. The strings of `format` fit the style already.
    matrix_writer(std::string field, genotype::genotype_format format, cell_style style);

    /// Appends the cells of these columns of the record on which `cursor` stands, each in its
    /// frame; what a record does not have is `unknown`. Throws damaged_file.
    void write(
        text_buffer& out,
        const hts::record& record,
        const variants::set_cursor& cursor,
        const genotype::sample_row& columns
    );
    /// Appends `count` cells of nothing.
    void write_unknown(text_buffer& out, std::size_t count) const;

 private:
    void write_values(
        text_buffer& out, const hts::format_field& field, std::span<const std::uint32_t> columns
    );

    std::string field_;
    bool is_genotype_;
    genotype::genotype_format format_;
    cell_style style_;
    genotype::gt_writer genotypes_;
    std::string unknown_cell_;
    hts::site_columns site_;
};

}  // namespace callstream::brapi
