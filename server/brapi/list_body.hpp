// Bodies of the list endpoints, read piece by piece: a list may have a million items, which go to
// the store as they come and are never in memory together. Bodies of many objects, as entities are
// written, are read the same way, an object at a time.
#pragma once

#include "engine/core/error.hpp"
#include "server/http/request.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <memory>
#include <string_view>

namespace callstream::brapi {

constexpr std::size_t list_item_bytes_max = 64 * 1024;
/// Of one list, beside its items.
constexpr std::size_t list_facts_bytes_max = 1024 * 1024;

/// Told what a body says, in its order. An error ends the reading.
class list_body_sink {
 public:
    virtual ~list_body_sink() = default;

    virtual result<void> begin_list() = 0;
    /// The member `data` begins: the items that follow are those of the list.
    virtual result<void> begin_items() = 0;
    virtual result<void> item(std::string_view text) = 0;
    /// An object begins that stands under this key.
    virtual result<void> begin_object_of(std::string_view /*key*/) { return {}; }
    /// All members but `data`; of an object all.
    virtual result<void> end_list(const boost::json::object& facts) = 0;
};

/// Reads one body. Errors are `errc::bad_request` with the reason: no JSON, nested too deep, bytes
/// that are not UTF-8, a member that is there twice, an item that is no text, too long or holds a
/// zero byte. Not thread-safe.
class list_body_reader {
 public:
    enum class shape {
        lists,  ///< an array of lists, or one list
        list,
        items,           ///< an array of texts
        object,          ///< in which `data` is a member like others; it begins and ends as a list
        objects,         ///< an array of those, or one
        objects_by_key,  ///< an object of those
    };
    list_body_reader(shape expected, list_body_sink& sink);
    ~list_body_reader();

    result<void> add(std::string_view piece);
    /// After the last piece.
    result<void> finish();

 private:
    class handler;
    struct parts;
    std::unique_ptr<parts> parts_;
};

/// Reads the body of a route that has it on disk.
result<void> read_body(const http::request& request, list_body_reader& reader);

}  // namespace callstream::brapi
