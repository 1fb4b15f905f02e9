// Variants as the blocks of a ticket, and as text.
#pragma once

#include "engine/catalog/catalog.hpp"
#include "engine/variants/set_view.hpp"
#include "server/htsget/block_request.hpp"
#include "server/streaming/body_source.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::htsget {

using made_body = result<std::unique_ptr<streaming::body_source>>;

/// A variant set, or one file of it. Valid as long as its catalog.
struct variant_source {
    const catalog::variant_set* set = nullptr;
    variants::set_view view;
};

/// By the id of a variant set, or `{data set}~{stem of a file}`, encoded as ids are; nothing when
/// there is none.
std::optional<variant_source> find_variants(const catalog::snapshot& now, std::string_view id);

/// Of all bytes and names that blocks are made of.
std::string fingerprint_of(const variant_source& source);

/// The body of a URL. `errc::unavailable` while a file is not indexed, `errc::file_replaced` when
/// one is another by now. Records come in the order of the files, each once, however many regions
/// it lies in.
///
/// Where the file is of the format that is wanted, its own blocks leave as they are, but for those
/// at the ends of a stretch; otherwise records are written anew.
made_body open_block(const variant_source& source, const block_request& block);

/// VCF text, with its header, of the records in one region or all, and of the samples in these
/// columns in their order.
made_body open_text(
    const variant_source& source,
    const std::optional<named_region>& region,
    const std::vector<std::uint32_t>& columns
);

/// The columns that clients see, in the order of the file.
std::vector<std::uint32_t> visible_columns(const catalog::variant_set& set);

}  // namespace callstream::htsget
