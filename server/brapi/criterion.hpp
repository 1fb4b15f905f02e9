// What one filter asks for, and how filters are read from a query or a search body. A filter is a
// struct of criteria with a table of their names; parameter and field mean the same everywhere.
#pragma once

#include "engine/catalog/external_reference.hpp"
#include "server/http/json_body.hpp"
#include "server/http/query.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::brapi {

/// The texts of which one must fit, sorted; without any, everything fits. Exact, case-sensitive.
class criterion {
 public:
    void add(std::vector<std::string> texts);
    bool wanted() const noexcept { return !texts_.empty(); }
    bool fits(std::string_view text) const;
    const std::vector<std::string>& texts() const noexcept { return texts_; }

 private:
    std::vector<std::string> texts_;
};

/// Whether there is an external reference of which both fit.
bool fits_references(
    const std::vector<catalog::external_reference>& references,
    const criterion& ids,
    const criterion& sources
);

/// Whether id and name of an entity fit. `make_entity()` is called only when they are asked for:
/// there may be very many entities.
template <class MakeEntity>
bool fits_entity(const criterion& ids, const criterion& names, MakeEntity make_entity) {
    if (!ids.wanted() && !names.wanted()) return true;
    const auto entity = make_entity();
    return ids.fits(entity.id) && names.fits(entity.name);
}

/// A criterion of a filter as clients name it: `studyDbId` of a GET, `studyDbIds` of a search body.
/// Several names of one criterion stand together; the first is the one that is written.
template <class Filter>
struct filter_name {
    const char* parameter;
    criterion Filter::*where;

    std::string field() const { return std::string(parameter) + "s"; }
};

template <class Filter>
using filter_names = std::span<const filter_name<Filter>>;

template <class Filter>
bool any_wanted(const Filter& filter, filter_names<Filter> names) {
    return std::any_of(names.begin(), names.end(), [&](const auto& n) {
        return (filter.*n.where).wanted();
    });
}

/// The search body that means this filter, in one spelling per meaning.
template <class Filter>
boost::json::object filter_body(const Filter& filter, filter_names<Filter> names) {
    boost::json::object body;
    criterion Filter::*written = nullptr;
    for (const auto& name : names) {
        const auto& texts = (filter.*name.where).texts();
        if (texts.empty() || name.where == written) continue;
        body.emplace(name.field(), boost::json::array(texts.begin(), texts.end()));
        written = name.where;
    }
    return body;
}

/// One value per parameter; an empty one filters nothing.
template <class Filter>
result<Filter> read_filter(http::query& q, filter_names<Filter> names) {
    Filter f;
    for (const auto& name : names) {
        auto value = q.filter(name.parameter);
        if (!value) return value.error();
        if (*value) (f.*name.where).add({std::move(**value)});
    }
    return f;
}

template <class Filter>
result<Filter> read_filter(http::json_fields& body, filter_names<Filter> names) {
    Filter f;
    for (const auto& name : names) {
        auto texts = body.text_list(name.field());
        if (!texts) return texts.error();
        (f.*name.where).add(std::move(*texts));
    }
    return f;
}

}  // namespace callstream::brapi
