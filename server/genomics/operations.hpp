// What the resources that start an operation share.
#pragma once

#include "engine/store/operations.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>

namespace callstream::genomics {

/// How far a running operation is.
struct operation_progress {
    std::uint64_t bytes_done = 0;
    std::uint64_t bytes = 0;
};

/// google.longrunning.Operation, with OperationMetadata.
boost::json::object to_json(
    const store::kept_operation& operation, const std::optional<operation_progress>& progress
);

}  // namespace callstream::genomics
