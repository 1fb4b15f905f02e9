// Simulated panels as files: BCF or VCF.gz with a CSI beside it.
#pragma once

#include "bench/panel/simulation.hpp"

#include <filesystem>
#include <string>

namespace callstream::panel {

/// Writes the panel and its CSI; the ending of `path` says which format. Both appear under their
/// names when they are complete. Throws std::runtime_error.
void write_panel(const options& wanted, const std::filesystem::path& path);

/// The file of these options in `folder`, made now if it is not there; `ending` is `.bcf` or
/// `.vcf.gz`. Files of earlier versions of the simulation have other names.
std::filesystem::path cached_panel(
    const options& wanted, const std::filesystem::path& folder, const std::string& ending
);

}  // namespace callstream::panel
