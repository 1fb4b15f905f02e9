// Request bodies in JSON: read strictly, then asked field by field, in the manner of `query.hpp`.
#pragma once

#include "engine/core/error.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::http {

/// Objects and arrays within each other, the outermost counted.
constexpr std::size_t json_depth_max = 32;

/// The object that `body` holds. What is not exactly one JSON object is `errc::bad_request` with
/// the reason: an empty body, trailing bytes, bytes that are not UTF-8, numbers beyond 64 bits, a
/// member that is there twice with different values, too deep. Nothing of the result points into
/// `body`. Thread-safe.
result<boost::json::object> parse_json_object(const std::string& body);

/// Reads the members of one object and remembers which were asked for, so that the others can be
/// named in a warning. A member that is null counts as absent. Errors are `errc::bad_request` and
/// name the member. Not thread-safe. Lives as long as its object.
class json_fields {
 public:
    /// `prefix` stands before the names in errors and warnings: `pagination.` for a nested object.
    explicit json_fields(const boost::json::object& object, std::string prefix = "")
        : object_(object), prefix_(std::move(prefix)) {}

    result<std::optional<std::string>> text(std::string_view name);
    /// A text, or a whole number as its digits.
    result<std::optional<std::string>> text_or_number(std::string_view name);
    /// An array of texts, or one text, which R clients make of an array of one. Empty texts are
    /// left out; nothing is left of an array that means "no filter".
    result<std::vector<std::string>> text_list(std::string_view name);
    /// A whole number, also as 1e3 or 5.0 (R) or in a text of digits (QBMS).
    result<std::optional<std::int64_t>> integer(std::string_view name);
    /// Also in a text.
    result<std::optional<double>> number(std::string_view name);
    result<std::optional<bool>> boolean(std::string_view name);
    result<std::optional<json_fields>> object(std::string_view name);
    /// The object as it is, whatever is in it; null when it is absent.
    result<const boost::json::object*> free_object(std::string_view name);
    /// An array of objects; nothing when it is absent.
    result<std::optional<std::vector<json_fields>>> object_list(std::string_view name);

    /// Members that were never asked for, each with its prefix, in their order.
    std::vector<std::string> unknown() const;

 private:
    const boost::json::value* find(std::string_view name);
    error wrong(std::string_view name, std::string_view should_be) const;

    const boost::json::object& object_;
    std::string prefix_;
    std::set<std::string, std::less<>> known_;
};

/// `name` as it can be shown to whoever sent it: not longer than 64 bytes.
std::string shown_name(std::string_view name);

}  // namespace callstream::http
