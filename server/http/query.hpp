// Reads the query parameters of one request and remembers which were asked for, so that those that
// nobody understood can be named in a warning instead of being ignored in silence.
#pragma once

#include "engine/core/error.hpp"
#include "server/http/request.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::http {

/// Not thread-safe. Lives as long as its request. Errors are `errc::bad_request` and name the
/// parameter; a parameter that is given twice is one.
class query {
 public:
    explicit query(const request& r) : request_(r) {}

    /// Present and empty is not the same as absent.
    result<std::optional<std::string>> text(std::string_view name);
    /// As `text`, but empty counts as absent: what a filter means.
    result<std::optional<std::string>> filter(std::string_view name);
    result<std::optional<std::int64_t>> integer(std::string_view name);
    /// Finite, as JSON writes numbers.
    result<std::optional<double>> number(std::string_view name);
    /// `true` or `false`, any case.
    result<std::optional<bool>> boolean(std::string_view name);

    /// Names that were in the request and never asked for, each once, in their order.
    std::vector<std::string> unknown() const;

 private:
    const request& request_;
    std::set<std::string, std::less<>> known_;
};

}  // namespace callstream::http
