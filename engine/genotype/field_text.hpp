// Values of INFO fields and of the other FORMAT fields (DP, GQ, AD, PL, GL, ...) as text.
#pragma once

#include "engine/core/text_buffer.hpp"
#include "engine/hts/record.hpp"
#include "engine/hts/site_columns.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace callstream::genotype {

/// The values of one sample joined with commas as in VCF text; integers exact, floats in the
/// shortest form that reads back as the same float32. A missing value, or a vector without values,
/// is `missing`. Only for integer and float fields.
void append_numbers(
    text_buffer& out, const hts::format_field& field, std::size_t sample, std::string_view missing
);

/// The text of a character field; nothing when it is missing. The view lives as long as `field`.
std::optional<std::string_view> text_value(const hts::format_field& field, std::size_t sample);

/// What stands behind `=` in the INFO column: numbers as `append_numbers` writes them, or the text;
/// missing values are `.`. Nothing for a flag.
void append_info_value(text_buffer& out, const hts::info_field& field);

/// log10 likelihoods as a JSON array of numbers. From GL as they are, from PL divided by -10;
/// single missing values are null. False, with nothing written, when the sample has no value.
/// `phred_scaled` tells PL from GL.
bool append_likelihoods(
    text_buffer& out, const hts::format_field& field, std::size_t sample, bool phred_scaled
);

/// Numbers as a JSON array of texts, `["3","."]`, as `append_numbers` writes each. False, with
/// nothing written, when there is no value.
bool append_number_texts(text_buffer& out, const hts::typed_values& values);

/// The text of a character field or INFO value; nothing when it is missing, or no text.
std::optional<std::string_view> text_of(const hts::typed_values& values);

}  // namespace callstream::genotype
