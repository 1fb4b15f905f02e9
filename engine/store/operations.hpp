// Work that goes on after its request was answered. Spec: Google Genomics v1, operations.
#pragma once

#include "engine/core/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::store {

enum class operation_state { running, success, failure, canceled };

/// As clients and the store write it: `RUNNING` …
std::string_view operation_state_name(operation_state s);
std::optional<operation_state> operation_state_named(std::string_view name);

/// Times are in seconds since 1970.
struct kept_operation {
    std::string id;
    std::string project;
    std::string kind;     ///< what it does: `export`, `import variants`, `import reads`
    std::string request;  ///< a JSON object
    operation_state state = operation_state::running;
    std::int64_t created_s = 0;
    std::optional<std::int64_t> started_s = {};
    std::optional<std::int64_t> ended_s = {};
    int error_code = 0;  ///< of google.rpc.Code; 0 unless it failed or was canceled
    std::string error_text = {};
    std::string response = {};  ///< of a success: a JSON object; empty: there is nothing to say
};

/// Which are wanted; all must fit.
struct operation_query {
    std::string project;
    std::optional<operation_state> state = {};
    std::optional<std::int64_t> created_min_s = {};  ///< bounds are inclusive
    std::optional<std::int64_t> created_max_s = {};
};

/// How one ends.
struct operation_end {
    operation_state state = operation_state::success;
    int error_code = 0;
    std::string error_text = {};
    std::string response = {};
};

/// Thread-safe. Operations come in the order of their creation.
class operation_store {
 public:
    virtual ~operation_store() = default;

    virtual result<void> add(const kept_operation& operation) = 0;
    virtual result<std::optional<kept_operation>> find(std::string_view id) = 0;
    virtual result<std::vector<kept_operation>> select(const operation_query& wanted) = 0;
    /// Those that have not ended.
    virtual result<std::vector<kept_operation>> running() = 0;
    virtual result<void> start(std::string_view id, std::int64_t now_s) = 0;
    /// Only the first end counts; false for a later one.
    virtual result<bool> end(std::string_view id, const operation_end& how, std::int64_t now_s) = 0;
};

}  // namespace callstream::store
