// Which members clients may write of each kind of entity, and of which form. Spec: BrAPI 2.1, the
// bodies of POST and PUT.
#pragma once

#include "engine/core/error.hpp"
#include "server/brapi/entity_type.hpp"
#include "server/http/json_body.hpp"

#include <boost/json/object.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::brapi {

enum class field_form {
    text,
    integer,
    boolean,
    texts,       ///< an array of them
    date,        ///< with or without a time
    date_time,   ///< a date alone becomes its midnight in UTC
    any_object,  ///< whatever is in it
    references,  ///< external references, by either name of their id
    object,      ///< with the members that are named
    objects,     ///< an array of those
};

struct entity_field {
    std::string_view name;
    field_form form;
    std::span<const entity_field> members = {};
    std::span<const std::string_view> values = {};  ///< of a text; empty: any
    bool required = false;                          ///< of objects within an entity
};

std::span<const entity_field> fields_of(entity_type type);
/// `studyName`; empty for what has no name of its own.
std::string_view name_field_of(entity_type type);
/// `studyDbId`
std::string_view id_field_of(entity_type type);

/// What a body says of an entity: the members that are there and known, null where the body has
/// null, objects within it with all their members. `errc::bad_request` names the member.
/// `unknown` gets the names of the others.
result<boost::json::object> read_entity(
    entity_type type, const boost::json::object& body, std::vector<std::string>& unknown
);

}  // namespace callstream::brapi
