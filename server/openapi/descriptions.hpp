// What `descriptions/` says of routes, ready to be looked up. What it looks like there:
//
// A member is a text, `TYPE[!][ NAME]: what it is`. TYPE is text, texts, integer, number, boolean,
// time, bytes, object, objects, words to choose from (`a|b`), the name of a schema (`Trial`), of
// what it is an array of (`Trial[]`) or an object of by id (`Trial{}`); of parameters also filter
// and filters (separated by commas), which a search body has as a list, named as NAME says or with
// an `s`. `!`: required.
//
// `parameters.json` has groups of parameters, `schemas.json` bodies and answers. Every other file
// is a part of the API: {tag, about, bases, errors, path, routes, families}. A route is
// {summary, parameters: [group or group.name], search: [group], body, returns, answers}; where its
// file has `bases`, it is below each. A family has routes for `each` of its things, with <words>.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::openapi {

struct member {
    std::string type;
    bool required = false;
    std::string name = {};  ///< in a search body; empty: as usual
    std::string about;
};

struct named_member {
    std::string group;
    std::string name;
    member says;
};

/// Throws std::invalid_argument for a text that is none.
member read_member(std::string_view text);

struct described_route {
    const boost::json::object* part = nullptr;  ///< the file
    boost::json::object says;
};

/// Immutable.
class descriptions {
 public:
    /// Of the program's own files.
    static const descriptions& own();

    /// Null when nobody described it. `route` is `GET /brapi/v2/callsets`.
    const described_route* find(const std::string& route) const;
    const std::map<std::string, described_route>& routes() const noexcept { return routes_; }
    /// In the order in which they are shown.
    const std::vector<boost::json::object>& parts() const noexcept { return parts_; }
    /// Of groups (`paging`), or single ones of them (`paging.page`).
    std::vector<named_member> parameters(const boost::json::array& entries) const;
    std::vector<named_member> parameters() const;
    const boost::json::object& schemas() const noexcept { return schemas_; }

 private:
    descriptions();
    void add(const boost::json::object& part);
    void add_routes(const boost::json::object& part, const boost::json::object& routes);
    void add_family(const boost::json::object& part, const boost::json::object& family);

    boost::json::object parameters_;
    boost::json::object schemas_;
    std::vector<boost::json::object> parts_;
    std::map<std::string, described_route> routes_;  // parts are pointed to
};

}  // namespace callstream::openapi
