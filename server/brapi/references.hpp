// What the resources of references share.
#pragma once

#include "engine/catalog/reference_item.hpp"
#include "server/brapi/reference_filter.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace callstream::brapi {

/// Whether the checksums of this set may be known later.
bool awaits_digests(const catalog::reference_set& set);
/// What a filter on MD5s gets meanwhile.
error md5_unknown();
/// Adds a sentence about the reference sets whose index is still being made.
void warn_of_waiting_references(const catalog::snapshot& now, std::vector<std::string>& warnings);

/// `sourceGermplasm`, `species` and so on, which references and their sets have alike.
void add_source_members(const catalog::reference_facts& facts, boost::json::object& into);

}  // namespace callstream::brapi
