// Whether variant files can become parts of a variant set, and what they are called then.
#pragma once

#include "engine/catalog/catalog.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::genomics {

/// A file that is to come in: checked and indexed.
struct new_variant_file {
    std::string name;  ///< without folders, as its source is called
    std::shared_ptr<variants::variant_file> file;
};

/// Where a data set has its files, `main` for those directly in the served folder; empty when there
/// is no such data set.
std::string folder_of(const catalog::snapshot& now, std::string_view data_set);

/// The names under which all of `files` are parts of the set `set_name` of the data set in
/// `folder`, and every set that there is stays what it is, as `catalog::group_files` judges it:
/// their own, or that of the set with a number. `errc::precondition` with the reason when there are
/// none, `errc::unavailable` while it cannot be judged. `now` must hold all that is served.
result<std::vector<std::string>> names_in_set(
    const catalog::snapshot& now,
    const std::string& folder,
    const std::string& set_name,
    const std::vector<new_variant_file>& files
);

}  // namespace callstream::genomics
