// What those who run a server do with its store: look whether it is sound, copy it, put a copy
// back.
#pragma once

#include "engine/core/error.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace callstream::store {

struct store_report {
    std::int64_t version = 0;  ///< of the schema
    std::int64_t lists = 0;
    std::int64_t list_items = 0;
    std::int64_t searches = 0;
    std::int64_t tokens = 0;
    std::int64_t orders = 0;
    std::int64_t annotations = 0;
    std::int64_t entities = 0;          ///< of which clients wrote something
    std::vector<std::string> problems;  ///< what SQLite finds wrong with it; empty when it is sound
};

/// Reads all of it; may take a while. `errc::not_found` when there is none, `errc::storage_damaged`
/// when it cannot be read at all. A server may go on using it.
result<store_report> check_store(const std::filesystem::path& store);

/// Copies one state of the store, while a server may go on using it. `into` must not exist yet; it
/// appears when it is complete. The errors of `check_store`, and `errc::bad_request`.
result<void> back_up_store(const std::filesystem::path& store, const std::filesystem::path& into);

/// Puts everything of the backup in place of what the store has; makes the store when there is
/// none. A server that uses it meanwhile goes on with the new content. A store that is too damaged
/// to be opened is renamed to `....damaged`, and a server that has it open must be started again. A
/// backup that is not sound, or of a newer version, is refused and the store stays as it is.
result<void> restore_store(const std::filesystem::path& store, const std::filesystem::path& backup);

}  // namespace callstream::store
