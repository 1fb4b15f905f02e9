// The tables of the side store, version by version.
#pragma once

#include "engine/store/sqlite.hpp"

namespace callstream::store {

/// Brings an older or empty database up to date, in one transaction. Throws store_error, also for a
/// schema that is newer than this program, which stays as it is.
void migrate(database& db);

}  // namespace callstream::store
