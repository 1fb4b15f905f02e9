// Files below the folder for imports, as URIs name them.
#pragma once

#include "engine/core/error.hpp"
#include "engine/core/file.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::genomics {

struct source_file {
    std::string name;  ///< below the folder, with `/` between its parts
    std::uint64_t bytes = 0;
};

/// The regular files that the URIs name, each once, by name; `file:a/b`, `file:///a/b` and
/// `gs://a/b` are one file. `*`, `?` and `[...]` stand for what is in one part of a name; names
/// that begin with a dot must be spelled. `errc::bad_request` for URIs of other forms, for `**`,
/// `..` and symbolic links, which are never followed, and for more than 1,000 files;
/// `errc::not_found` for a URI that names none.
result<std::vector<source_file>> find_sources(
    const std::filesystem::path& root, const std::vector<std::string>& uris
);

/// One of them, for reading, found anew. Errors as above.
result<unique_fd> open_source(const std::filesystem::path& root, std::string_view name);

}  // namespace callstream::genomics
