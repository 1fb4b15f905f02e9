#include "server/http/inner_request.hpp"

#include "server/http/exchange.hpp"
#include "server/http/request_head.hpp"

#include <utility>

namespace callstream::http {
namespace {

std::string bytes_of(const exchange& e) {
    auto out = e.head(true);
    if (!e.head_only()) out += e.body();
    return out;
}

/// In the form that the dialect with batches has.
std::string refusal_of(const exchange_context& context, const refusal& why) {
    request nothing;
    nothing.path = "/v1";
    exchange e(context, std::move(nothing));
    e.refuse(why.status, why.text);
    return bytes_of(e);
}

/// What is read in pieces, or has others inside, comes by itself.
bool can_be_inside(const route* matched) {
    return matched == nullptr ||
           (!matched->body_on_disk && std::string_view(matched->body_type) == "application/json");
}

}  // namespace

std::string answer_inner(const exchange_context& context, std::string_view head, std::string body) {
    auto parsed = parse_request_head(head);
    if (!parsed) return refusal_of(context, parsed.error());
    if (parsed->body_bytes != body.size())
        return refusal_of(context, {400, "the body is not as long as Content-Length says"});
    exchange e(context, std::move(*parsed));
    if (!can_be_inside(e.matched())) {
        e.refuse(400, "this cannot be asked inside another request; ask for it by itself");
    } else if (e.wants_body()) {
        body.reserve(body.size() + body_padding);
        e.take_body(std::move(body), {});
    }
    e.prepare();
    e.gather(inner_body_bytes_max);
    return bytes_of(e);
}

}  // namespace callstream::http
