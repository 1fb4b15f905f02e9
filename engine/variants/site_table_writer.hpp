// Turns what an index pass has gathered into a site table.
#pragma once

#include "engine/variants/ordinal_index.hpp"
#include "engine/variants/pass_state.hpp"

#include <filesystem>

namespace callstream::variants {

/// Publishes the table at `path`. Reads the records twice: once to know how wide each column must
/// be. Memory does not depend on their number. Throws std::system_error.
void write_site_table(
    pass_state& gathered, const ordinal_summary& summary, const std::filesystem::path& path
);

}  // namespace callstream::variants
