// What several entities of BrAPI show alike.
#pragma once

#include "engine/catalog/catalog.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace callstream::brapi {

/// Null for a text that was not said.
boost::json::value text_or_null(std::string_view text);

/// The further columns of `samples.tsv`; nothing for null.
boost::json::object additional_info(const catalog::sample_facts* facts);

/// With `referenceID`, as clients of BrAPI 2.0 know it, beside `referenceId`.
boost::json::array external_references_json(
    const std::vector<catalog::external_reference>& references
);
/// Those of a sample; none for null.
boost::json::array external_references(const catalog::sample_facts* facts);

/// Whom the data set names, if anybody; none for null. The contact's id is the data set's.
boost::json::array contacts(const catalog::data_set* home);

/// Adds a warning while files are not listed because they are being indexed.
void warn_of_waiting(const catalog::snapshot& now, std::vector<std::string>& warnings);

}  // namespace callstream::brapi
