// What the filters of lists and searches are made of: texts of which one must fit, and the names
// under which requests give them.
#pragma once

#include "engine/catalog/external_reference.hpp"
#include "server/http/json_body.hpp"
#include "server/http/query.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
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

/// Of one external reference both must fit.
bool fits_external(
    const std::vector<catalog::external_reference>& references,
    const criterion& ids,
    const criterion& sources
);

/// Where the values of a criterion stand. Several names of one criterion stand together in their
/// table; the first is the one that is written.
template <class Filter>
struct criterion_name {
    const char* parameter;  ///< of GET; null where it has none
    const char* field;      ///< of the search body
    criterion Filter::*where;
};

template <class Filter, std::size_t count>
using criterion_names = std::array<criterion_name<Filter>, count>;

template <class Filter, std::size_t count>
bool any_wanted(const Filter& f, const criterion_names<Filter, count>& names) {
    return std::any_of(names.begin(), names.end(), [&](const auto& n) {
        return (f.*n.where).wanted();
    });
}

/// One value each, an empty one filters nothing.
template <class Filter, std::size_t count>
result<void> read_criteria(
    http::query& q, const criterion_names<Filter, count>& names, Filter& into
) {
    for (const auto& name : names) {
        if (name.parameter == nullptr) continue;
        auto value = q.filter(name.parameter);
        if (!value) return value.error();
        if (*value) (into.*name.where).add({std::move(**value)});
    }
    return {};
}

template <class Filter, std::size_t count>
result<void> read_criteria(
    http::json_fields& body, const criterion_names<Filter, count>& names, Filter& into
) {
    for (const auto& name : names) {
        auto texts = body.text_list(name.field);
        if (!texts) return texts.error();
        (into.*name.where).add(std::move(*texts));
    }
    return {};
}

/// The search body that means these criteria, in one spelling per meaning.
template <class Filter, std::size_t count>
boost::json::object body_of(const Filter& f, const criterion_names<Filter, count>& names) {
    boost::json::object body;
    criterion Filter::*written = nullptr;
    for (const auto& name : names) {
        const auto& texts = (f.*name.where).texts();
        if (texts.empty() || name.where == written) continue;
        body.emplace(name.field, boost::json::array(texts.begin(), texts.end()));
        written = name.where;
    }
    return body;
}

}  // namespace callstream::brapi
