// The form that goes with a shipment: what is in which well, to be printed or read by a program.
#pragma once

#include "engine/store/orders.hpp"

#include <string>

namespace callstream::vendor {

/// RFC 4180, with a line of names. A cell that a spreadsheet would take for a formula begins with
/// '.
std::string manifest_csv(const store::order& order, const store::submission& plates);

/// A page of its own, with a table per plate.
std::string manifest_html(const store::order& order, const store::submission& plates);

}  // namespace callstream::vendor
