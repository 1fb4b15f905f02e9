// Genotypes as Google Genomics has them: allele numbers, 0 for REF, -1 for one that is not called.
#pragma once

#include "engine/core/text_buffer.hpp"
#include "engine/hts/record.hpp"

#include <cstddef>

namespace callstream::genomics {

/// Appends the genotype of one sample as `[0,1]`; `field` holds GT. True when it is phased: there
/// is more than one allele and `|` stands between all of them. Throws damaged_file when GT does not
/// hold integers.
bool append_genotype_numbers(text_buffer& out, const hts::format_field& field, std::size_t sample);

}  // namespace callstream::genomics
