// How requests and answers of Google Genomics v1 look: JSON of proto3, where 64-bit integers are
// texts, pages by token, partial answers. Rules: discovery document of 2016-10-04.
#pragma once

#include "engine/paging/signing_key.hpp"
#include "server/genomics/field_mask.hpp"
#include "server/http/json_body.hpp"
#include "server/http/query.hpp"
#include "server/http/response.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::genomics {

constexpr const char* json_type = "application/json; charset=UTF-8";

/// What the parameter `fields` asks for, everything without it. Errors are those of `answer`.
result<field_mask> read_fields(const http::request& request);

/// Whether an answer can be given in the form that is asked for, as `answer` says: to be known
/// before anything is changed.
result<void> check_form(const http::request& request);

/// 200 with this object, cut to what the parameter `fields` asks for. `errc::bad_request` for one
/// that is no mask, and for an `alt` other than json.
result<http::response> answer(const http::request& request, boost::json::object object);

/// An int64, as proto3 writes it.
boost::json::string int64_text(std::int64_t value);

/// The body as an object; an empty one as an empty object, as clients send for requests without
/// members.
result<boost::json::object> read_object(const http::request& request);

/// The body of a request whose message has no fields.
result<void> read_nothing(const http::request& request);

/// Names a member that no message of this kind has, as Google's APIs do.
result<void> refuse_unknown(const http::json_fields& body);

/// `info`: a list of any values by name. Empty when absent; `errc::bad_request` otherwise.
result<boost::json::object> read_info(http::json_fields& body);

/// A text that must be there.
result<std::string> required_text(http::json_fields& body, std::string_view name);

/// Of a sequence, as requests name it.
struct window {
    std::int64_t start0 = 0;  ///< inclusive
    std::int64_t end0 = 0;    ///< exclusive; 0: the end of the sequence
};
/// The members or parameters `start` and `end`. `errc::bad_request` where one is negative, or start
/// is behind end.
result<window> read_window(http::json_fields& body);
result<window> read_window(http::query& q);

/// How many a page has at most: `usual` when absent or 0, never more than `most`.
/// `errc::bad_request` for a negative number.
result<std::uint64_t> page_size(
    std::optional<std::int64_t> asked, std::uint64_t usual, std::uint64_t most
);

/// Page tokens of lists: where the next page starts, signed together with what was asked for.
class list_tokens {
 public:
    /// `query` tells apart all requests whose lists differ; the size of pages is no part of it.
    list_tokens(const paging::signing_key& key, std::string query)
        : key_(key), purpose_("genomics " + std::move(query)) {}

    std::string issue(std::string_view place) const;
    /// The place; nothing without a token. `errc::bad_request` for a token of something else.
    result<std::optional<std::string>> read(const std::optional<std::string>& token) const;

 private:
    const paging::signing_key& key_;
    std::string purpose_;
};

/// What a search asks for beside its filters.
struct page_request {
    std::optional<std::string> token;
    std::optional<std::int64_t> size;
};
result<page_request> read_page(http::json_fields& body);
result<page_request> read_page(http::query& q);

/// A search in some sets, by a part of the name.
struct search_message {
    std::vector<std::string> ids;  ///< of the sets, at least one
    std::string name;              ///< empty: any
    page_request page;
    std::string query;  ///< canonical
};
/// `ids` is the name of the field with the ids, `kind` that of what is searched.
result<search_message> read_search(
    const http::request& request, std::string_view ids, std::string_view kind
);

/// What the parameter `updateMask` names of `all`; all of it when absent.
result<std::vector<std::string>> read_mask(
    const http::request& request, const std::vector<std::string>& all
);

struct page_limits {
    std::uint64_t usual;
    std::uint64_t most;
};

/// A page of a list whose elements `each(visit)` visits in their order, until `visit` returns
/// false: `{name: [...], nextPageToken}`. `visit` takes the element's id and a function that makes
/// its JSON. A token names the element before the page, so elements that come or go elsewhere
/// change nothing; `errc::bad_request` when that one is gone.
template <class Each>
result<boost::json::object> list_page(
    const list_tokens& tokens,
    const page_request& page,
    page_limits limits,
    std::string_view name,
    Each each
) {
    const auto size = page_size(page.size, limits.usual, limits.most);
    if (!size) return size.error();
    const auto place = tokens.read(page.token);
    if (!place) return place.error();
    bool begun = !*place;
    bool more = false;
    std::string last;
    boost::json::array elements;
    each([&](const std::string& id, auto make) {
        if (!begun) {
            begun = id == **place;
            return true;
        }
        more = elements.size() == *size;
        if (more) return false;
        elements.push_back(make());
        last = id;
        return true;
    });
    if (!begun) {
        return error{
            errc::bad_request,
            "what the page of this pageToken begins behind is gone; start again without it"};
    }
    return boost::json::object{
        {name, std::move(elements)}, {"nextPageToken", more ? tokens.issue(last) : std::string()}};
}

}  // namespace callstream::genomics
