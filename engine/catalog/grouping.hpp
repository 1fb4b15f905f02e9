// Which variant files are parts of one variant set. Data comes split per chromosome or by region;
// files become one set when nothing can be meant by them but one table: the same samples in the
// same order, the same definition of GT, names of one series, and no common stretch of the genome.
#pragma once

#include "engine/catalog/scan.hpp"
#include "engine/variants/variant_file.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace callstream::catalog {

struct opened_file {
    found_file found;
    std::shared_ptr<variants::variant_file> file;
};

/// One variant set: its files in their order, and its name, which is unique in its data set.
struct file_group {
    std::string data_set;
    std::string name;
    std::vector<std::size_t> files;  ///< indexes into what was given to `group_files`
};

struct grouping {
    std::vector<file_group> groups;    ///< by the path of their first file
    std::vector<std::size_t> waiting;  ///< cannot be judged before they are indexed
    std::vector<problem> remarks;      ///< why files that look like parts of one whole are not
};

grouping group_files(const std::vector<opened_file>& files);

}  // namespace callstream::catalog
