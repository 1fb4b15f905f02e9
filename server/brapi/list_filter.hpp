// Which lists are wanted: one value for the parameters of GET /lists and the body of POST
// /search/lists.
#pragma once

#include "engine/store/lists.hpp"
#include "server/brapi/criterion.hpp"
#include "server/brapi/relations.hpp"

#include <boost/json/object.hpp>

#include <array>
#include <cstdint>
#include <optional>

namespace callstream::brapi {

/// All criteria must fit; ranges are inclusive.
struct list_filter {
    criterion common_crop_names;
    criterion external_ids;
    criterion external_sources;
    criterion list_ids;
    criterion list_names;
    criterion list_types;
    criterion owner_ids;
    criterion owner_names;
    criterion program_ids;
    criterion program_names;
    criterion sources;
    /// dateCreatedRangeStart, …End, dateModifiedRangeStart, …End; in milliseconds since 1970
    std::array<std::optional<std::int64_t>, 4> dates;

    bool any() const;
    /// The search body that means this filter, in one spelling per meaning.
    boost::json::object to_body() const;
    /// The same as the store takes it. Programs are known by name where a data set has the name.
    store::list_query to_query(const relations& all) const;
};

result<list_filter> read_list_filter(http::query& q);
result<list_filter> read_list_filter(http::json_fields& body);

/// Text with a zero byte cannot be kept, nor be found.
result<void> refuse_zero_bytes(std::string_view name, std::string_view text);

}  // namespace callstream::brapi
