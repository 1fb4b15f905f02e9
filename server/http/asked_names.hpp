// Which parameters handlers ask for, and which members of bodies: known only by watching them,
// since each reads what it wants where it wants it. The test of the OpenAPI document does.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace callstream::http {

/// Notes names that are asked for on this thread while it lives. One at a time.
class asked_names {
 public:
    asked_names();
    ~asked_names();
    asked_names(const asked_names&) = delete;
    asked_names& operator=(const asked_names&) = delete;

    using names = std::set<std::string, std::less<>>;
    names parameters;
    names members;  ///< those of objects within the body as `plates.samples.row`

    static void note_parameter(std::string_view name);
    static void note_member(std::string_view prefix, std::string_view name);
};

}  // namespace callstream::http
