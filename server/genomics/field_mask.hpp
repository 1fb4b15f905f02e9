// Partial answers and partial changes. Spec: `fields` of Google's APIs, and
// google.protobuf.FieldMask.
#pragma once

#include "engine/core/error.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::genomics {

/// What `fields` asks for, as `nextPageToken,callSets(id,name)` or `callSets/id`. Names that
/// nothing has ask for nothing.
class field_mask {
 public:
    /// Everything.
    field_mask() = default;

    /// `errc::bad_request` for a text that is no mask, is nested more than 16 deep or has more than
    /// 256 different names.
    static result<field_mask> parse(std::string_view text);

    /// Leaves what was asked for; elements of arrays are cut one by one.
    void apply(boost::json::value& value) const;

    /// What it asks for of a member, or of the elements of one; nothing when it does not ask for
    /// that: for those who write answers without a tree.
    std::optional<field_mask> of(std::string_view member) const;
    bool has(std::string_view member) const;

 private:
    struct node {
        std::string name;           ///< `*`: every member
        std::vector<node> members;  ///< none: all of it

        bool operator==(const node&) const = default;
    };
    class reader;
    static std::optional<field_mask> inside(
        const std::vector<node>& wanted, std::string_view member
    );
    static void cut(boost::json::value& value, const std::vector<node>& wanted);

    std::vector<node> wanted_;  // none: everything
};

/// The fields that an update names, in camelCase whatever the client wrote (`source_uri`); `all`
/// when it names none. `errc::bad_request` for one that is not among `all`.
result<std::vector<std::string>> read_update_mask(
    std::string_view text, const std::vector<std::string>& all
);

}  // namespace callstream::genomics
