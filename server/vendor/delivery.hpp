// A laboratory delivers a file of an order: it is copied to where clients get it, and kept in the
// store.
#pragma once

#include "engine/store/orders.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace callstream::vendor {

struct delivery {
    std::string order_id;
    std::filesystem::path file;
    std::string type;                     ///< media type; empty: by the ending
    std::vector<std::string> sample_ids;  ///< of the client; none: all of the order
};

/// What was delivered, on the disk when this returns. A try that was interrupted can be repeated.
/// `errc::not_found` for the order; `errc::bad_request` for a name that clients cannot ask for or
/// the order has already, a sample that the order has not, a media type that is none. Throws
/// std::system_error when it cannot be copied.
result<store::result_file> deliver(
    store::order_store& orders, const std::filesystem::path& results, const delivery& what
);

}  // namespace callstream::vendor
