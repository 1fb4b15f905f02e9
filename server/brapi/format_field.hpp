// How BrAPI names the FORMAT fields of a VCF.
#pragma once

#include "engine/hts/variant_header.hpp"

#include <string>
#include <string_view>

namespace callstream::brapi {

/// A name that people know, else the header's own description, else the id.
std::string field_title(const hts::field_definition& field);

/// `integer`, `float` or `string`.
std::string_view data_type(const hts::field_definition& field);

}  // namespace callstream::brapi
