// The table of what is served: path pattern and method to handler.
#pragma once

#include "engine/core/error.hpp"
#include "server/auth/rights.hpp"
#include "server/http/request.hpp"
#include "server/http/response.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace callstream::http {

/// Runs on any thread, several at a time. Never sees a socket.
using handler = std::function<result<response>(const request&, const path_values&)>;

/// Answers what takes a moment and nothing but memory: it runs on the connection's thread, where
/// others wait behind it. Null where it would read a file or the store, wait for somebody who does,
/// or where the answer is an error; then the handler has its turn.
using handler_at_once = std::function<std::optional<response>(const request&, const path_values&)>;

struct route {
    verb method = verb::get;
    std::string
        pattern;  ///< `/brapi/v2/callsets/{callSetDbId}`, `/v1/datasets/{datasetId}:undelete`
    auth::scope scope = auth::scope::read;
    /// It is about what belongs to no data set, as the side store: tokens for certain data sets do
    /// not reach it.
    bool beyond_data_sets = false;
    /// A handler that reads files runs on a worker thread; the others must return at once.
    bool blocking = false;
    /// Of a blocking route: tried before its handler, which would answer the same; may be null. The
    /// way to a worker and back costs more than a small answer.
    handler_at_once at_once = {};
    /// Whoever knows a path of it may have what it names: logs show the pattern.
    bool path_is_key = false;
    /// The largest request body it takes, in bytes; 0: none.
    std::uint64_t body_bytes_max = 0;
    /// What the body must be; other types than JSON are the handler's to read.
    const char* body_type = "application/json";
    /// Bodies go to `request::long_body`, whatever their size: for those that are read in pieces.
    bool body_on_disk = false;
    handler handle;
    std::vector<std::string> content_types = {"application/json"};  ///< first: the default
};

/// Built once, then read by all threads.
class router {
 public:
    void add(route r);

    struct match {
        const route* found = nullptr;
        path_values values;  ///< views into the request
        /// Methods of the path, where none was found for the one of the request; empty: no such
        /// path.
        std::vector<std::string> allow;
    };
    /// HEAD is answered by GET's route. `found` is null when path or method does not fit.
    match find(const request& r) const;

    const std::vector<route>& routes() const noexcept { return routes_; }
    std::size_t number_of(const route& r) const noexcept {
        return static_cast<std::size_t>(&r - routes_.data());
    }

 private:
    std::vector<route> routes_;
    std::vector<std::vector<std::string>> patterns_;  // segments, parallel to `routes_`
};

}  // namespace callstream::http
