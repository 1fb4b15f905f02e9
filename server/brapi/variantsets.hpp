// What other resources need of variant sets.
#pragma once

#include "engine/core/error.hpp"

namespace callstream::brapi {

/// For a path that names one.
error no_variant_set();

}  // namespace callstream::brapi
