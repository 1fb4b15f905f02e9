// Plates that were submitted to a laboratory and what was ordered for them. Spec: BrAPI vendor
// calls.
#pragma once

#include "engine/core/error.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::store {

/// A set of plates as a client sent it. Plates are JSON objects, as they were checked.
struct submission {
    std::string id;
    std::string client_id;
    std::string sample_type;
    std::int64_t samples = 0;
    std::vector<std::string> plates;
};

/// Times are in seconds since 1970.
struct order {
    std::string id;
    std::string submission_id;
    std::string client_id;
    std::int64_t samples = 0;
    std::string service_ids;            ///< a JSON array of texts
    std::string required_service_info;  ///< a JSON object
    std::string status = "registered";
    std::int64_t created_s = 0;
    std::int64_t modified_s = 0;
};

struct order_selection {
    std::vector<order> page;
    std::uint64_t total = 0;
};

/// A file that came of an order; it lies in the state folder under the order's id.
struct result_file {
    std::string name;
    std::string type;  ///< media type
    std::string md5;
    std::int64_t bytes = 0;
    std::vector<std::string> sample_ids;  ///< of the client
};

/// Thread-safe.
class order_store {
 public:
    virtual ~order_store() = default;

    virtual result<void> submit(const submission& plates) = 0;
    /// Both or neither.
    virtual result<void> place(const submission& plates, const order& placed) = 0;
    virtual result<std::optional<submission>> find_submission(std::string_view id) = 0;

    virtual result<std::optional<order>> find(std::string_view id) = 0;
    /// In the order of their creation; nothing wanted means all.
    virtual result<order_selection> select(
        const std::optional<std::string>& id,
        const std::optional<std::string>& submission_id,
        std::uint64_t first,
        std::uint64_t count
    ) = 0;
    /// From `before` to `after`; false when it is not `before` any more.
    virtual result<bool> move(
        std::string_view id, std::string_view before, std::string_view after, std::int64_t now_s
    ) = 0;

    /// `publish` gives the file its name; it is called once nobody else can add one of this name to
    /// the order, and before the store has it. Where it throws the store has nothing.
    /// `errc::bad_request` when the order has a file of this name, `errc::not_found`.
    virtual result<void> add_result(
        std::string_view order_id, const result_file& file, const std::function<void()>& publish
    ) = 0;
    virtual result<std::vector<result_file>> results(std::string_view order_id) = 0;
};

}  // namespace callstream::store
