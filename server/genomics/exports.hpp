// Where exports lie, and what becomes of those that a stop of the server interrupted.
#pragma once

#include "engine/store/operations.hpp"

#include <filesystem>
#include <string_view>

namespace callstream::genomics {

/// Letters, digits, '.', '_' and '-', no dot in front, 200 at most.
bool is_plain_name(std::string_view name);

/// `file:NAME` is a file in `root`, `gs://bucket/name` one in its subfolder. `errc::bad_request`
/// for any other text and for names that lead out of it.
result<std::filesystem::path> export_target(
    const std::filesystem::path& root, std::string_view uri
);

/// To be called before anything runs: operations that a former server left are done when their file
/// is there, else they failed.
result<void> settle_interrupted(
    store::operation_store& operations, const std::filesystem::path& root
);

}  // namespace callstream::genomics
