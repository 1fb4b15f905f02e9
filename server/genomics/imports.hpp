// What the imports of both kinds share.
#pragma once

#include "engine/store/operations.hpp"
#include "server/genomics/context.hpp"
#include "server/genomics/import_folder.hpp"
#include "server/genomics/source_files.hpp"
#include "server/http/response.hpp"

#include <boost/json/object.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace callstream::genomics {

/// The sources of an import, as they were when it was asked for. `errc::not_offered` without a
/// folder for imports, and what `find_sources` says.
result<std::vector<source_file>> sources_of(
    const context& ctx, const std::vector<std::string>& uris
);

/// What an import does with the folder in which its files are copied; the response as JSON.
using import_work = std::function<
    result<std::string>(import_folder&, reads::pass_progress&, const std::stop_token&)>;

/// Keeps an operation of this kind, which runs `work` in its turn, and answers with it. `bytes` is
/// how much it has to read in all. Trouble with the disk becomes its error.
struct import_order {
    const char* kind;
    std::string data_set;
    boost::json::object request;
    std::uint64_t bytes;
    import_work work;
};
result<http::response> start_import(
    const context& ctx, const http::request& request, import_order order
);

/// The name of a file without its folders.
std::string last_part(const std::string& name);

/// To be called before anything runs: imports that a former server left have failed, and nothing of
/// them is left that is not served.
result<void> settle_interrupted_imports(
    store::operation_store& operations, const std::filesystem::path& state
);

}  // namespace callstream::genomics
