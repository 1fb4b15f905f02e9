// What lies in the operator's folder: which files belong to which data set, judged by their names.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::catalog {

/// A file that looks like one to serve. It has not been opened.
struct found_file {
    std::filesystem::path path;
    std::string relative;  ///< path below the served folder
    std::string data_set;  ///< relative folder, `main` for the served folder itself
    std::string stem;      ///< file name without the ending that tells its kind
};

/// A file that an operator wrote about a data set.
struct found_text {
    std::filesystem::path path;
    std::string relative;
};

/// What describes one data set, see engine/catalog/data_set.hpp.
struct found_data_set {
    std::string relative;  ///< its folder, `main` for the served folder itself
    std::optional<found_text> description;
    std::optional<found_text> samples;
    std::optional<found_text> references;
};

/// Something in the folder that is not served, and why.
struct problem {
    std::string relative;
    std::string text;
};

struct scan_result {
    std::vector<found_file> files;          ///< variant files, by relative path
    std::vector<found_file> references;     ///< FASTA files, by relative path
    std::vector<found_file> reads;          ///< BAM and CRAM files, by relative path
    std::vector<found_file> tracks;         ///< packed GFF3, GTF and BED files, by relative path
    std::vector<found_data_set> data_sets;  ///< those that are described, by relative path
    std::vector<problem> problems;
    std::vector<std::string> unread;  ///< relative paths of folders that could not be read
};

/// Follows symbolic links (a folder that was visited already is skipped), leaves out names that
/// start with a dot. What lies below `published` is seen as if it lay below `root`; of two files
/// with one relative path that of `root` counts. `published` need not be there. Throws
/// std::filesystem::filesystem_error when `root` itself cannot be read.
scan_result scan(const std::filesystem::path& root, const std::filesystem::path& published = {});

/// The name of a variant file without its ending; nothing for another file.
std::optional<std::string> variant_stem(std::string_view name);

/// What was published into data sets by command, in the state folder of the server.
std::filesystem::path published_folder(const std::filesystem::path& state);

}  // namespace callstream::catalog
