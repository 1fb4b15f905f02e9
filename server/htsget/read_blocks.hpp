// Reads as the blocks of a ticket.
#pragma once

#include "engine/catalog/catalog.hpp"
#include "server/htsget/block_request.hpp"
#include "server/streaming/body_source.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace callstream::htsget {

/// Null when there is none. Valid as long as its catalog.
const catalog::read_group_set* find_reads(const catalog::snapshot& now, std::string_view id);

/// Whether the file can be had in this format: every one as BAM, CRAM only as what it is.
bool can_be(const catalog::read_group_set& set, data_format format);

/// A reference as the header has it, by the names that people use for it; nothing when it has none.
std::optional<std::string> reference_named(
    const catalog::read_group_set& set, const std::string& name
);

std::string fingerprint_of(const catalog::read_group_set& set);

/// The body of a URL. A CRAM leaves in whole containers, so there may be more reads than asked for;
/// a BAM has those that lie in the regions, in their order, each once. `scratch` is a folder for
/// sequences while a CRAM is decoded. `errc::file_replaced` when the file is another by now.
result<std::unique_ptr<streaming::body_source>> open_block(
    const catalog::snapshot& now,
    const catalog::read_group_set& set,
    const block_request& block,
    const std::filesystem::path& scratch
);

}  // namespace callstream::htsget
