// Plates as clients send them, checked as a laboratory would before it takes them.
#pragma once

#include "engine/store/orders.hpp"
#include "server/http/json_body.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <string>
#include <vector>

namespace callstream::vendor {

/// Formats of plates: PLATE_96 has rows A to H and columns 1 to 12, PLATE_384 rows A to P and
/// columns 1 to 24; TUBES stand nowhere.
///
/// Reads `clientId`, `numberOfSamples`, `plates` and `sampleType`; members that nobody knows go to
/// `unknown`. Where row and column are there and the well is not, it is added, and the other way
/// round. `errc::bad_request` names plate and sample: numbers that disagree, ids that are missing
/// or there twice, places outside of the format, taken twice or in disagreement with the well.
result<store::submission> read_submission(
    http::json_fields& body, std::vector<std::string>& unknown
);

/// Calls `each(plate, sample)` for every sample of plates that were read so, in their order.
void for_each_sample(
    const store::submission& plates,
    const std::function<void(const boost::json::object&, const boost::json::object&)>& each
);

}  // namespace callstream::vendor
