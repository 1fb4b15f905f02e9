// The lines of a VCF header as the file declares them, for whoever shows them.
#pragma once

#include "engine/hts/vcf_reader.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace callstream::hts {

/// `##key=value`, or `##key=<name=value,…>`, of which `attributes` are the names and values in
/// their order, without quotes.
struct header_line {
    std::string key;
    std::string value;
    std::vector<std::pair<std::string, std::string>> attributes;
};

/// In the order of the file, `fileformat` first, without what htslib has added since; at most
/// `lines_max`.
std::vector<header_line> header_lines(const vcf_reader& file, std::size_t lines_max);
/// How many there are.
std::size_t header_line_count(const vcf_reader& file);

}  // namespace callstream::hts
