// Long arrays of objects, in requests and in answers, element by element: the tree of a whole body
// takes many times its bytes.
#pragma once

#include "engine/core/error.hpp"
#include "server/http/request.hpp"
#include "server/http/response.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::genomics {

/// An object without the elements of the array that is its member `name`.
struct cut_object {
    std::vector<std::string_view> elements;  ///< of the text that was cut
    std::string rest;                        ///< the object, with an empty array
};

/// Counts brackets and understands texts, nothing more: parse all the pieces. Whatever is not JSON
/// leaves at least one piece that is not. Stops at an element beyond `elements_max`.
cut_object cut_array(std::string_view text, std::string_view name, std::size_t elements_max);

/// `{name: [elements], further members}` as `answer` gives it, of elements that are JSON already.
result<http::response> answer_list(
    const http::request& request,
    std::string_view name,
    const std::vector<std::string>& elements,
    boost::json::object further
);

}  // namespace callstream::genomics
