#include "server/http/exchange.hpp"

#include "engine/core/clock.hpp"
#include "engine/core/hash.hpp"
#include "server/http/error_response.hpp"
#include "server/http/negotiation.hpp"
#include "server/http/request_head.hpp"

#include <algorithm>
#include <chrono>
#include <exception>

namespace callstream::http {
namespace {

constexpr std::size_t compress_from_bytes = 1024;

/// A body that is in memory already, so that it can be compressed like one that is not.
class string_source : public streaming::body_source {
 public:
    explicit string_source(std::string text) : text_(std::move(text)) {}
    result<progress> fill(text_buffer& out) override {
        out.append(text_);
        return progress::done;
    }

 private:
    std::string text_;
};

bool is_compressible(const response& r) {
    return r.may_compress && (r.source != nullptr || r.body.size() >= compress_from_bytes);
}

/// The date of now as HTTP writes it. Made once a second by each thread.
std::string_view date_now() {
    using namespace std::chrono;
    thread_local sys_seconds made_for{};
    thread_local std::string made;
    const auto now = floor<seconds>(system_clock::now());
    if (now != made_for || made.empty()) {
        made = http_date(now);
        made_for = now;
    }
    return made;
}

std::string join(const std::vector<std::string>& parts) {
    std::string out;
    for (const auto& part : parts) out.append(out.empty() ? "" : ", ").append(part);
    return out;
}

}  // namespace

exchange::exchange(const exchange_context& context, request r)
    : context_(&context), request_(std::move(r)), match_(context.routes->find(request_)) {
    try {
        decide_from_head();
    } catch (const std::exception& e) {
        use_problem(e);
        answered_ = true;
    }
}

exchange exchange::refused(const exchange_context& context, int status, std::string_view text) {
    exchange e(context, request{});
    e.match_ = {};
    e.answer_ = {};
    e.refuse(status, text);
    return e;
}

void exchange::refuse(int status, std::string_view text) {
    answer_ = error_response(status, text, form_of(request_));
    if (status == 503) answer_.fields.emplace_back("Retry-After", "1");
    answered_ = true;
}

void exchange::take_body(std::string body, body_share share) noexcept {
    request_.body = std::move(body);
    body_share_ = std::move(share);
    body_taken_ = true;
}

void exchange::take_body(std::shared_ptr<const spool_file> body) noexcept {
    request_.long_body = std::move(body);
    body_taken_ = true;
}

std::string exchange::shown_path() const {
    if (match_.found == nullptr || !match_.found->path_is_key) return request_.path;
    return match_.found->pattern;
}

bool exchange::prepare_at_once() noexcept {
    const bool may = !answered_ && match_.found->at_once && request_.body_bytes == 0;
    if (!may) return false;
    try {
        auto made = match_.found->at_once(request_, match_.values);
        if (!made) return false;
        answer_ = std::move(*made);
        start_body();
    } catch (const std::exception& e) {
        use_problem(e);
    }
    return true;
}

void exchange::prepare() noexcept {
    try {
        if (!answered_) call_handler();
        start_body();
    } catch (const std::exception& e) {
        use_problem(e);
    }
    request_.body = {};
    request_.long_body.reset();
    body_share_ = {};
}

void exchange::use_problem(const std::exception& e) noexcept {
    context_->log_problem(shown_path() + ": " + e.what());
    coding_ = streaming::coding::identity;
    block_.reset();
    answer_ = error_response(500, "something went wrong inside the server", form_of(request_));
}

void exchange::use_error(const error& e) {
    answer_ = error_response(e, form_of(request_));
    if (e.code == errc::storage_damaged) context_->log_problem(shown_path() + ": " + e.text);
    if (e.code != errc::unauthorized) return;
    const bool sent = !request_.field("authorization").empty();
    answer_.fields.emplace_back(
        "WWW-Authenticate",
        std::string("Bearer realm=\"callstream\"") + (sent ? ", error=\"invalid_token\"" : "")
    );
}

void exchange::decide_from_head() {
    if (request_.method == verb::options && (request_.path == "*" || !match_.allow.empty())) {
        answer_.status = 204;
        answer_.content_type.clear();
        answer_.fields.emplace_back("Allow", allowed_methods());
        answered_ = true;
        return;
    }
    if (match_.found == nullptr && match_.allow.empty()) {
        return refuse(404, "there is nothing at this path");
    }
    if (match_.found == nullptr) {
        const bool known = request_.method != verb::other;
        refuse(
            known ? 405 : 501,
            known ? "this path does not take the method" : "the method is not known"
        );
        answer_.fields.emplace_back("Allow", allowed_methods());
        return;
    }
    auto may = admit();
    if (!may) {
        use_error(may.error());
        answered_ = true;
        return;
    }
    request_.may = std::move(*may);
    if (request_.body_bytes > 0) check_body_fields();
}

bool exchange::asks_for_tokens() const noexcept {
    return context_->gate != nullptr && context_->gate->how() != auth::gate::mode::off;
}

result<auth::rights_ptr> exchange::admit() const {
    if (!asks_for_tokens()) return auth::everything();
    const auto& route = *match_.found;
    auto may = context_->gate->admit(route.scope, request_.field("authorization"));
    if (may && route.beyond_data_sets && !(*may)->reaches_all()) {
        // What is open tells a stranger as much.
        if (route.scope == auth::scope::open) return std::make_shared<const auth::rights>();
        return error{
            errc::forbidden, "the token is for certain data sets, and this belongs to none"};
    }
    return may;
}

void exchange::check_body_fields() {
    if (request_.query_in_body) {
        constexpr std::uint64_t query_bytes_max = 64 * 1024;
        if (request_.body_bytes > query_bytes_max) return refuse(413, "the query is too long");
        if (!request_.field("content-type").starts_with("application/x-www-form-urlencoded")) {
            return refuse(415, "a query as a body is application/x-www-form-urlencoded");
        }
        return;
    }
    const auto most = match_.found->body_bytes_max;
    if (most == 0) return refuse(413, "this path takes no request body");
    if (request_.body_bytes > most) {
        return refuse(413, "the body may have " + std::to_string(most) + " bytes at most");
    }
    if (const auto coding = request_.field("content-encoding");
        !coding.empty() && coding != "identity") {
        return refuse(415, "the body must be sent without Content-Encoding");
    }
    const std::string_view wanted = match_.found->body_type;
    const auto sent = request_.field("content-type");
    if (wanted == "application/json") {
        if (is_json(sent)) return;
        return refuse(415, "the body must be JSON: send Content-Type: application/json");
    }
    if (!is_media_type(sent, wanted)) {
        return refuse(415, "the body must be sent with Content-Type: " + std::string(wanted));
    }
}

void exchange::call_handler() {
    if (request_.query_in_body) {
        auto query = parse_form(request_.body);
        if (!query) return use_error({errc::bad_request, "the body is not a query"});
        for (auto& parameter : *query) request_.parameters.push_back(std::move(parameter));
    }
    auto made = match_.found->handle(request_, match_.values);
    if (!made) return use_error(made.error());
    answer_ = std::move(*made);
}

std::string exchange::allowed_methods() const {
    return match_.allow.empty() ? "GET, HEAD, POST, OPTIONS" : join(match_.allow);
}

/// What is made anew for every request has no name, but it may turn out to be the same.
bool exchange::can_be_tagged() const noexcept {
    const bool reads = request_.method == verb::get || request_.method == verb::head;
    return reads && answer_.status == 200 && match_.found != nullptr && !answer_.is_validated;
}

/// A weak one: compressed and not, it is the same answer.
void exchange::tag(std::string_view what) {
    const std::string entity_tag = "\"" + hex_text(hash64(what)) + "\"";
    const bool known = has_tag(request_.field("if-none-match"), entity_tag);
    answer_.fields.emplace_back("ETag", "W/" + entity_tag);
    if (!known) return;
    answer_.status = 304;
    answer_.source.reset();
    answer_.body.clear();
    answer_.content_type.clear();
    coding_ = streaming::coding::identity;
    block_.reset();
}

void exchange::tag_by_version() {
    if (!can_be_tagged() || answer_.version.empty()) return;
    tag(answer_.version + "\n" + answer_.content_type);
}

void exchange::tag_by_body() {
    if (can_be_tagged() && answer_.version.empty() && complete()) tag(body());
}

void exchange::start_body() {
    tag_by_version();
    fill_first_block();
    tag_by_body();
}

/// For rendering ahead, where that helps and takes nothing that others need more.
std::optional<streaming::block> exchange::spare_block() const {
    const bool helps = context_->elsewhere && !head_only();
    return helps && context_->blocks->has_plenty() ? context_->blocks->take() : std::nullopt;
}

void exchange::fill_first_block() {
    if (answer_.status == 200 && is_compressible(answer_)) {
        coding_ = pick_coding(request_.field("accept-encoding"));
    }
    if (coding_ != streaming::coding::identity && answer_.source == nullptr) {
        answer_.source = std::make_unique<string_source>(std::move(answer_.body));
    }
    if (answer_.source == nullptr) return;
    const auto busy = [this] {
        coding_ = streaming::coding::identity;
        block_.reset();
        use_error({errc::unavailable, "too many answers are being streamed; try again shortly"});
    };
    if (coding_ != streaming::coding::identity) {
        auto scratch = context_->blocks->take();
        block_ = context_->blocks->take();
        if (!scratch || !block_) return busy();
        answer_.source = streaming::compressed(
            std::move(answer_.source),
            coding_,
            std::move(*scratch),
            spare_block(),
            context_->elsewhere
        );
    }
    if (!block_) block_ = context_->blocks->take();
    if (!block_) return busy();
    length_ = answer_.source->length();
    const auto step = answer_.source->fill(**block_);
    if (!step) {
        coding_ = streaming::coding::identity;
        block_.reset();
        return use_error(step.error());
    }
    if (*step == streaming::body_source::progress::done) answer_.source.reset();
}

result<std::string> exchange::rest_of_body(std::size_t bytes_max) {
    // It holds a worker until it is whole.
    constexpr std::chrono::seconds patience(5);
    const auto end = std::chrono::steady_clock::now() + patience;
    std::string all(body());
    for (auto step = streaming::body_source::progress::more;;) {
        if (std::chrono::steady_clock::now() > end) {
            return error{
                errc::bad_request,
                "the answer takes too long to stand inside another one; ask for it by itself"};
        }
        if (std::max<std::uint64_t>(all.size(), length_.value_or(0)) > bytes_max) {
            return error{
                errc::bad_request,
                "the answer is too long to stand inside another one; ask for it by itself"};
        }
        if (step == streaming::body_source::progress::done) return all;
        (*block_)->clear();
        const auto filled = answer_.source->fill(**block_);
        if (!filled) return filled.error();
        all += (*block_)->view();
        step = *filled;
    }
}

void exchange::gather(std::size_t bytes_max) noexcept {
    if (complete()) return;
    try {
        auto all = rest_of_body(bytes_max);
        block_.reset();
        if (!all) return use_error(all.error());
        answer_.source.reset();
        answer_.body = std::move(*all);
    } catch (const std::exception& e) {
        use_problem(e);
    }
}

std::string_view exchange::body() const noexcept {
    if (!block_) return answer_.body;
    return const_cast<streaming::block&>(*block_)->view();
}

/// While nobody is asked who he is, any page may read what anybody may read. Otherwise the pages
/// that the operator named; tokens are sent by their scripts, never by the browser itself.
void exchange::append_cors_fields(std::string& out) const {
    const auto field = [&out](std::string_view name, std::string_view value) {
        out.append(name).append(": ").append(value).append("\r\n");
    };
    if (!asks_for_tokens()) {
        field("Access-Control-Allow-Origin", "*");
    } else {
        field("Vary", "Origin");
        const auto origin = request_.field("origin");
        const auto& origins = context_->origins;
        if (std::find(origins.begin(), origins.end(), origin) == origins.end()) return;
        field("Access-Control-Allow-Origin", origin);
    }
    if (request_.method == verb::options) {
        field("Access-Control-Allow-Methods", allowed_methods());
        field(
            "Access-Control-Allow-Headers",
            "Authorization, Content-Type, Accept, Prefer, If-None-Match, If-Modified-Since, Range, "
            "If-Range, Cache-Control"
        );
        field("Access-Control-Max-Age", "86400");
    } else {
        field(
            "Access-Control-Expose-Headers",
            "Accept-Ranges, Content-Encoding, Content-Length, Content-Range, ETag, Last-Modified, "
            "Preference-Applied, Retry-After, X-Tile-Rows, X-Tile-Columns, X-Tile-Variants, "
            "X-Tile-Call-Sets, X-Tile-Step, X-Tile-Call-Set-Step, X-Tile-Source"
        );
    }
}

std::string exchange::head(bool keep_alive) const {
    std::string out;
    out.reserve(768);
    const auto field = [&out](std::string_view name, std::string_view value) {
        out.append(name).append(": ").append(value).append("\r\n");
    };
    out.append("HTTP/1.1 ").append(std::to_string(answer_.status)).append(" ");
    out.append(reason_phrase(answer_.status)).append("\r\n");
    field("Server", "callstream");
    field("Date", date_now());
    if (!answer_.content_type.empty()) field("Content-Type", answer_.content_type);
    for (const auto& [name, value] : answer_.fields) field(name, value);
    field("Vary", "Accept, Accept-Encoding");
    field("X-Content-Type-Options", "nosniff");
    append_cors_fields(out);
    if (asks_for_tokens() && match_.found != nullptr && match_.found->scope != auth::scope::open) {
        field("Cache-Control", "private, no-store");
    }
    if (coding_ != streaming::coding::identity) {
        field("Content-Encoding", streaming::coding_name(coding_));
    }
    if (!complete() && length_) {
        field("Content-Length", std::to_string(*length_));
    } else if (complete()) {
        const bool has_body = answer_.status != 204 && answer_.status != 304;
        if (has_body) field("Content-Length", std::to_string(body().size()));
    } else if (request_.http_1_1) {
        field("Transfer-Encoding", "chunked");
    }
    field("Connection", keep_alive ? "keep-alive" : "close");
    out.append("\r\n");
    return out;
}

}  // namespace callstream::http
