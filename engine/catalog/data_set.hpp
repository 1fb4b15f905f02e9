// A data set: a folder with what its operator wrote about it, in `dataset.toml`, `samples.tsv` and
// `references.tsv`. All of it is optional; without it a data set is its own study, trial and
// program.
#pragma once

#include "engine/catalog/contig_names.hpp"
#include "engine/catalog/external_reference.hpp"
#include "engine/catalog/reference_facts.hpp"
#include "engine/catalog/scan.hpp"
#include "engine/core/file.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace callstream::catalog {

/// An entity of BrAPI that a data set belongs to.
struct named_id {
    std::string id;
    std::string name;
};

/// A row of `samples.tsv`. What is empty was not said.
struct sample_facts {
    std::string sample_id;
    std::string sample_name;
    std::string germplasm_id;
    std::string germplasm_name;
    std::string study_id;
    std::vector<external_reference> external_references;
    std::vector<std::pair<std::string, std::string>> extra;  ///< other columns: name, cell
};

struct contact {
    std::string name;
    std::string email;
    std::string institute;
};

/// About the FASTA files as a whole. What is empty was not said.
struct assembly_facts {
    std::string pui;  ///< public id, such as GRCh38
    std::string description;
    std::vector<external_reference> external_references;
};

/// Immutable, shared between snapshots.
struct data_set {
    std::string id;        ///< encoded, see engine/core/id.hpp
    std::string relative;  ///< its folder, or `main`
    std::string name;
    std::string crop;
    std::string project_id = "default";
    named_id program;
    named_id trial;
    named_id study;
    std::string study_type = "genotype";
    contact about;
    contig_names contigs;
    std::unordered_map<std::string, sample_facts> samples;  ///< by the name of the VCF column
    std::vector<std::string> sample_order;                  ///< those names as the rows come
    assembly_facts assembly;
    reference_table references;
    std::vector<problem> problems;       ///< what was left out, and why
    std::vector<file_identity> sources;  ///< of the files that it was read from

    /// Null for a sample that is not listed.
    const sample_facts* find_sample(const std::string& column) const;
    /// Null for a sequence that is not listed.
    const reference_facts* find_reference(const std::string& sequence) const;
};

/// Reads what lies in the folder. What cannot be read or understood is left out whole, and named in
/// `problems`. `before`, which may be null, is given back when the files have not changed since.
std::shared_ptr<const data_set> read_data_set(
    const found_data_set& found, const std::shared_ptr<const data_set>& before
);

}  // namespace callstream::catalog
