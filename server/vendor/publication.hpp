// A result with genotypes becomes part of a data set that is served.
#pragma once

#include "engine/store/orders.hpp"

#include <filesystem>
#include <string>

namespace callstream::vendor {

struct publication {
    std::string order_id;
    std::string name;      ///< of the result
    std::string data_set;  ///< `main`, or a plain name: letters, digits, `_` and `-`
};

/// Where the folders of results and of what is published lie; on one file system, so that a file
/// that is published is not copied.
struct publication_folders {
    std::filesystem::path results;
    std::filesystem::path published;
};

/// Servers find it when they look at their folder next. Nothing happens when it is there already.
/// `errc::not_found` for an order or a result that is not; `errc::bad_request` for a name that no
/// data set can have, a file that holds no genotypes or not what was delivered, and a name that the
/// data set has of another file. Throws std::filesystem::filesystem_error.
result<void> publish(
    store::order_store& orders, const publication_folders& folders, const publication& what
);

/// The result stays with its order. `errc::not_found` when it was not published there.
result<void> withdraw(const publication_folders& folders, const publication& what);

}  // namespace callstream::vendor
