// Index passes over all files of a folder, run from the command line: several at once, with
// progress for a person or a program, stopped by SIGINT or SIGTERM with everything kept that was
// done.
#pragma once

#include "engine/catalog/catalog.hpp"
#include "engine/core/indexable.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace callstream::cli {

enum class progress_form {
    none,
    person,   ///< a bar on a terminal, a line per file elsewhere
    program,  ///< a JSON object per line
};

struct index_run {
    std::filesystem::path folder;
    std::filesystem::path state;
    unsigned threads = 1;
    progress_form form = progress_form::person;
};

struct index_result {
    std::shared_ptr<const catalog::snapshot> catalog;  ///< as known after the passes
    std::vector<catalog::problem> failures;            ///< passes that could not be finished
    std::size_t built = 0;
    std::size_t kept = 0;  ///< files whose index was there already
    bool stopped = false;
};

/// Progress goes to stderr, or to stdout for a program. Throws std::filesystem::filesystem_error
/// when the folder cannot be read.
index_result run_index_passes(const index_run& run);

/// Other passes in the same manner; of each that went well `done` is said. Returns the catalog as
/// null.
index_result run_passes(
    const index_run& run, std::vector<std::shared_ptr<indexable>> files, const std::string& done
);

/// Takes what earlier passes left, and builds nothing.
std::shared_ptr<const catalog::snapshot> look_at_folder(
    const std::filesystem::path& folder, const std::filesystem::path& state
);

}  // namespace callstream::cli
