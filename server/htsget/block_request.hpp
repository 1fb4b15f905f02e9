// What a URL of a ticket stands for: exactly these bytes, signed, so that whoever has the URL needs
// nothing else to get them, and can get nothing else with it.
#pragma once

#include "engine/paging/signing_key.hpp"
#include "server/htsget/ticket_query.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::htsget {

enum class block_part {
    header,       ///< to be joined with a body
    header_file,  ///< all there is: with what marks the end of a file
    body,         ///< records, and what marks the end
};

struct block_request {
    data_kind kind = data_kind::variants;
    data_format format = data_format::vcf;
    block_part part = block_part::body;
    std::string id = {};           ///< of the variant set, read group set or file
    std::string fingerprint = {};  ///< of the bytes that the ticket was made for
    std::int64_t expires_s = 0;
    std::vector<named_region> regions = {};  ///< by names as the files have them; none: everything

    bool operator==(const block_request&) const = default;
};

/// Whether a name may stand in what is signed, where these characters separate.
inline bool can_be_signed(std::string_view name) {
    return name.find_first_of("\t\n") == std::string_view::npos;
}

/// Characters that need no percent-encoding. All names can be signed.
std::string sign(const paging::signing_key& key, const block_request& block);

/// Nothing unless `text` was made by `sign` with this key. It may have expired.
std::optional<block_request> open_signed(const paging::signing_key& key, std::string_view text);

}  // namespace callstream::htsget
