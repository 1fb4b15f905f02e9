#include "server/genomics/wire.hpp"

#include "engine/paging/signed_text.hpp"

#include <boost/json/serialize.hpp>

namespace callstream::genomics {
namespace json = boost::json;

result<field_mask> read_fields(const http::request& request) {
    http::query q(request);
    const auto form = q.filter("alt");
    if (!form) return form.error();
    if (*form && **form != "json") return error{errc::bad_request, "answers are alt=json only"};
    const auto fields = q.filter("fields");
    if (!fields) return fields.error();
    return *fields ? field_mask::parse(**fields) : field_mask();
}

result<void> check_form(const http::request& request) {
    if (const auto form = read_fields(request); !form) return form.error();
    return {};
}

result<http::response> answer(const http::request& request, json::object object) {
    const auto mask = read_fields(request);
    if (!mask) return mask.error();
    json::value whole(std::move(object));
    mask->apply(whole);
    http::response r;
    r.content_type = json_type;
    r.body = json::serialize(whole) + "\n";
    return r;
}

json::string int64_text(std::int64_t value) {
    return json::string(std::to_string(value));
}

result<json::object> read_object(const http::request& request) {
    if (request.body.empty()) return json::object();
    return http::parse_json_object(request.body);
}

result<void> read_nothing(const http::request& request) {
    const auto object = read_object(request);
    if (!object) return object.error();
    return refuse_unknown(http::json_fields(*object));
}

result<void> refuse_unknown(const http::json_fields& body) {
    const auto unknown = body.unknown();
    if (unknown.empty()) return {};
    return error{
        errc::bad_request,
        "there is no field '" + http::shown_name(unknown.front()) + "' in this message"};
}

result<json::object> read_info(http::json_fields& body) {
    const auto found = body.free_object("info");
    if (!found) return found.error();
    if (*found == nullptr) return json::object();
    for (const auto& member : **found) {
        if (!member.value().is_array()) {
            return error{
                errc::bad_request,
                "info." + http::shown_name(member.key()) + " must be an array of values"};
        }
    }
    return **found;
}

result<std::string> required_text(http::json_fields& body, std::string_view name) {
    auto found = body.text(name);
    if (!found) return found.error();
    if (!*found || (*found)->empty())
        return error{errc::bad_request, std::string(name) + " is required"};
    return std::move(**found);
}

result<std::uint64_t> page_size(
    std::optional<std::int64_t> asked, std::uint64_t usual, std::uint64_t most
) {
    const std::int64_t size = asked.value_or(0);
    if (size < 0) return error{errc::bad_request, "pageSize must not be negative"};
    return size == 0 ? usual : std::min(static_cast<std::uint64_t>(size), most);
}

std::string list_tokens::issue(std::string_view place) const {
    return paging::sign_text(key_, purpose_, place);
}

result<std::optional<std::string>> list_tokens::read(const std::optional<std::string>& token
) const {
    if (!token || token->empty()) return std::optional<std::string>();
    auto place = paging::open_signed_text(key_, purpose_, *token);
    if (!place) {
        return error{errc::bad_request, "pageToken is not of this request; start again without it"};
    }
    return place;
}

namespace {

template <class From>
result<window> window_of(From& from) {
    window out;
    for (const auto& [name, into] : {std::pair{"start", &out.start0}, {"end", &out.end0}}) {
        const auto number = from.integer(name);
        if (!number) return number.error();
        *into = number->value_or(0);
        if (*into < 0) return error{errc::bad_request, std::string(name) + " must not be negative"};
    }
    if (out.end0 != 0 && out.start0 > out.end0)
        return error{errc::bad_request, "start must not be behind end"};
    return out;
}

}  // namespace

result<window> read_window(http::json_fields& body) {
    return window_of(body);
}

result<window> read_window(http::query& q) {
    return window_of(q);
}

result<page_request> read_page(http::json_fields& body) {
    auto token = body.text("pageToken");
    if (!token) return token.error();
    const auto size = body.integer("pageSize");
    if (!size) return size.error();
    return page_request{std::move(*token), *size};
}

result<search_message> read_search(
    const http::request& request, std::string_view ids, std::string_view kind
) {
    const auto object = read_object(request);
    if (!object) return object.error();
    http::json_fields body(*object);
    search_message out;
    auto found = body.text_list(ids);
    if (!found) return found.error();
    out.ids = std::move(*found);
    auto name = body.text("name");
    if (!name) return name.error();
    out.name = std::move(*name).value_or("");
    auto page = read_page(body);
    if (!page) return page.error();
    out.page = std::move(*page);
    if (auto fine = refuse_unknown(body); !fine) return fine.error();
    if (out.ids.empty())
        return error{errc::bad_request, std::string(ids) + " must have at least one id"};
    out.query =
        json::serialize(json::array{kind, json::array(out.ids.begin(), out.ids.end()), out.name});
    return out;
}

result<std::vector<std::string>> read_mask(
    const http::request& request, const std::vector<std::string>& all
) {
    http::query q(request);
    const auto mask = q.filter("updateMask");
    if (!mask) return mask.error();
    return read_update_mask(mask->value_or(""), all);
}

result<page_request> read_page(http::query& q) {
    auto token = q.filter("pageToken");
    if (!token) return token.error();
    const auto size = q.integer("pageSize");
    if (!size) return size.error();
    return page_request{std::move(*token), *size};
}

}  // namespace callstream::genomics
