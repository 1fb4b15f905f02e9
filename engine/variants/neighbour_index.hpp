// The CSI or TBI that lies beside a variant file. Nothing ties it to the file, so it is good for
// counts to be shown while our own index is being made, and for tools; no answer rests on it.
#pragma once

#include "engine/core/error.hpp"
#include "engine/core/file.hpp"
#include "engine/hts/index_file.hpp"

#include <filesystem>
#include <optional>
#include <vector>

namespace callstream::variants {

struct neighbour_index {
    std::filesystem::path path;
    result<hts::index_file> content;  ///< the error says why it is not used
};

/// Each of `data`.csi and `data`.tbi that exists, read and compared with what is known of the data
/// file: one that is older, or points behind its end, is not used.
std::vector<neighbour_index> find_neighbour_indexes(
    const std::filesystem::path& data, const file_identity& identity
);

/// The first that can be used.
std::optional<hts::index_file> usable_neighbour_index(
    const std::filesystem::path& data, const file_identity& identity
);

}  // namespace callstream::variants
