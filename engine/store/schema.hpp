// The tables of the side store, version by version.
#pragma once

#include "engine/store/sqlite.hpp"

namespace callstream::store {

/// Brings an older or empty database up to date, in one transaction. Throws store_error, also for a
/// schema that is newer than this program, which stays as it is.
void migrate(database& db);

/// Whether it has tables of ours, of this version or an older one.
bool is_store(database& db);

}  // namespace callstream::store
