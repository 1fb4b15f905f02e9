#include "engine/hts/header_lines.hpp"

#include "engine/hts/handles.hpp"

#include <algorithm>
#include <cstring>

namespace callstream::hts {
namespace {

std::string unquoted(const char* text) {
    std::string_view all = text == nullptr ? "" : text;
    const bool is_quoted = all.size() >= 2 && all.front() == '"' && all.back() == '"';
    return std::string(is_quoted ? all.substr(1, all.size() - 2) : all);
}

header_line line_of(const bcf_hrec_t& from) {
    header_line out{from.key, unquoted(from.value), {}};
    for (int i = 0; i < from.nkeys; ++i) {
        // Numbers of a BCF's dictionary, which htslib writes into the text.
        if (std::strcmp(from.keys[i], "IDX") == 0) continue;
        out.attributes.emplace_back(from.keys[i], unquoted(from.vals[i]));
    }
    return out;
}

}  // namespace

std::vector<header_line> header_lines(const vcf_reader& file, std::size_t lines_max) {
    const bcf_hdr_t& h = *file.header();
    std::vector<header_line> out;
    const auto count = std::min(header_line_count(file), lines_max);
    for (std::size_t i = 0; i < count; ++i) out.push_back(line_of(*h.hrec[i]));
    return out;
}

std::size_t header_line_count(const vcf_reader& file) {
    return static_cast<std::size_t>(std::max(file.declared_lines(), 0));
}

}  // namespace callstream::hts
