// Which files may be had byte by byte: those that the catalog serves, and the indexes of them.
#pragma once

#include "engine/catalog/catalog.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::files {

/// A file under the name by which it is asked for.
struct served_file {
    std::string data_set;  ///< its id
    std::string name;
    std::filesystem::path path;
};

/// The file `name` of a data set; nothing when there is none. Names are compared with those in the
/// catalog and never become part of a path. An index is the one beside the file, unless it is older
/// than that; for variants (`.csi`) and FASTA (`.fai`, `.gzi`) else the one that was made of it,
/// which lies in `index_folder`.
std::optional<served_file> find_file(
    const catalog::snapshot& now,
    const std::filesystem::path& index_folder,
    std::string_view data_set,
    std::string_view name
);

/// All of them, each file before its indexes.
std::vector<served_file> all_files(
    const catalog::snapshot& now, const std::filesystem::path& index_folder
);

/// Where it is: `/files/{data set}/{name}`, percent-encoded.
std::string path_of(std::string_view data_set, std::string_view name);

}  // namespace callstream::files
