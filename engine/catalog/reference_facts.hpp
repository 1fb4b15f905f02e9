// What an operator wrote about single sequences, in `references.tsv`.
#pragma once

#include "engine/catalog/external_reference.hpp"
#include "engine/core/error.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace callstream::catalog {

struct source_germplasm {
    std::string id;
    std::string name;
};

/// A row of `references.tsv`. What is empty was not said.
struct reference_facts {
    std::string crop;
    std::vector<external_reference> external_references;
    std::optional<bool> is_derived;
    std::string md5;  ///< as declared; what the letters have is in `fasta_digests`
    std::vector<std::string> source_accessions;
    std::optional<double> source_divergence;  ///< a fraction, 0 to 1
    std::vector<source_germplasm> germplasm;
    std::string source_uri;
    std::string species_term;
    std::string species_uri;
    std::string additional_info;  ///< a JSON object, or any text
};

/// By the name of the sequence.
using reference_table = std::unordered_map<std::string, reference_facts>;

/// Reads the table. The columns are the fields of a reference in BrAPI 2.1; cells that hold several
/// values separate them with `;`. `errc::bad_request` says what is wrong; the text goes on after
/// "it".
result<reference_table> read_reference_table(std::string_view text);

}  // namespace callstream::catalog
