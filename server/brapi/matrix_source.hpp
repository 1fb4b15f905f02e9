// A matrix as it leaves, as one JSON document or as NDJSON with a line for each variant.
#pragma once

#include "engine/core/error.hpp"
#include "server/brapi/genotype_choice.hpp"
#include "server/brapi/matrix_query.hpp"
#include "server/streaming/body_source.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace callstream::brapi {

/// Keeps the choice. `count` is added to as calls leave. Errors are those of `set_cursor`.
result<std::unique_ptr<streaming::body_source>> make_matrix_source(
    std::shared_ptr<const genotype_choice> chosen,
    matrix_query wanted,
    bool ndjson,
    std::vector<std::string> warnings,
    std::atomic<std::uint64_t>* count
);

}  // namespace callstream::brapi
