// Files of annotations that browsers read by range: what must be true of one to be served as a
// track.
#pragma once

#include "engine/catalog/catalog.hpp"

#include <filesystem>

namespace callstream::catalog {

/// A track without its place: name, id and home are the caller's. `errc::file_unusable` for a file
/// that is not packed by bgzip, or has no index that is as new as itself, with the cure. Nothing is
/// read of the annotations.
result<track> open_track(const std::filesystem::path& path);

}  // namespace callstream::catalog
