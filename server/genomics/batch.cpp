// POST /batch: several requests in one, each answered as if it had come by itself.
#include "engine/core/uuid.hpp"
#include "server/genomics/multipart.hpp"
#include "server/genomics/route.hpp"
#include "server/genomics/routes.hpp"

#include <array>
#include <memory>

namespace callstream::genomics {
namespace {

constexpr std::size_t parts_max = 1000;  // as Google's clients send them

/// A request as it stands in a part.
struct inner_request {
    std::string head;  ///< without the empty line
    std::string body;
    bool has_authorization = false;  ///< of its own, in the head
};

/// What frames the request is ours to say: of how it was packed nothing counts here.
bool is_framing(std::string_view name) {
    constexpr std::array<std::string_view, 6> all = {
        "accept-encoding", "connection", "content-length", "expect", "te", "transfer-encoding"};
    return std::find(all.begin(), all.end(), name) != all.end();
}

result<inner_request> request_in(const message_text& part) {
    const auto packed = part.field("content-transfer-encoding");
    if (!packed.empty() && packed != "binary" && packed != "7bit" && packed != "8bit")
        return error{errc::bad_request, "a part must be sent without Content-Transfer-Encoding"};
    if (!part.field("content-type").starts_with("application/http"))
        return error{errc::bad_request, "a part must have Content-Type: application/http"};
    const auto end = std::min(part.body.find('\n'), part.body.size());
    auto line = part.body.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto inner = read_message_text(part.body.substr(std::min(end + 1, part.body.size())));
    if (!inner) return inner.error();
    inner_request out{std::string(line) + "\r\n", std::string(inner->body)};
    const auto add = [&out](std::string_view name, std::string_view value) {
        out.head.append(name).append(": ").append(value).append("\r\n");
    };
    for (const auto& [name, value] : inner->fields) {
        if (!is_framing(name)) add(name, value);
    }
    const auto said = inner->field("content-length");
    if (!said.empty() && said != "0" && said != std::to_string(out.body.size()))
        return error{errc::bad_request, "a part is not as long as its Content-Length says"};
    if (!out.body.empty()) add("content-length", std::to_string(out.body.size()));
    if (inner->field("host").empty()) add("host", "batch");
    out.has_authorization = !inner->field("authorization").empty();
    return out;
}

/// `<x>` is answered by `<response-x>`.
std::string answered_id(std::string_view id) {
    const bool is_id = id.size() > 2 && id.front() == '<' && id.back() == '>';
    return is_id ? "<response-" + std::string(id.substr(1)) : "response-" + std::string(id);
}

/// Answers a part whenever more is asked for, so that one answer is in memory and never all.
class batch_source : public streaming::body_source {
 public:
    struct part {
        std::string id;  ///< of the answer; empty: it has none
        inner_request request;
    };
    /// `authorization` is that of the batch, for parts that have none of their own.
    batch_source(
        const http::dispatcher& dispatch,
        std::vector<part> parts,
        std::string authorization,
        std::string boundary
    )
        : dispatch_(dispatch),
          parts_(std::move(parts)),
          authorization_(std::move(authorization)),
          boundary_(std::move(boundary)) {}

    result<progress> fill(text_buffer& out) override {
        if (sent_ == answer_.size()) answer_next();
        // Answers are longer than the blocks that are counted.
        const auto piece = std::string_view(answer_).substr(sent_, streaming::block_bytes);
        out.append(piece);
        sent_ += piece.size();
        if (sent_ < answer_.size() || next_ < parts_.size()) return progress::more;
        out.append("--" + boundary_ + "--\r\n");
        return progress::done;
    }

 private:
    void answer_next() {
        auto& [id, request] = parts_[next_++];
        if (!request.has_authorization && !authorization_.empty())
            request.head += "authorization: " + authorization_ + "\r\n";
        answer_ = "--" + boundary_ + "\r\nContent-Type: application/http\r\n";
        if (!id.empty()) answer_ += "Content-ID: " + id + "\r\n";
        answer_ += "\r\n";
        answer_ += dispatch_(request.head + "\r\n", std::move(request.body));
        answer_ += "\r\n";
        sent_ = 0;
        request = {};
    }

    const http::dispatcher& dispatch_;
    std::vector<part> parts_;
    std::string authorization_;
    std::string boundary_;
    std::size_t next_ = 0;
    std::string answer_;    // of the part before the next one
    std::size_t sent_ = 0;  // of that
};

result<http::response> answer_batch(const context& ctx, const http::request& request) {
    const auto read = read_multipart(request.field("content-type"), request.body, parts_max);
    if (!read) return read.error();
    std::vector<batch_source::part> parts;
    for (const auto& one : *read) {
        auto inner = request_in(one);
        if (!inner) return inner.error();
        const auto id = one.field("content-id");
        parts.push_back({id.empty() ? "" : answered_id(id), std::move(*inner)});
    }
    const auto boundary = "batch_" + new_uuid();
    http::response r;
    r.content_type = "multipart/mixed; boundary=" + boundary;
    r.source = std::make_unique<batch_source>(
        ctx.dispatch, std::move(parts), request.field("authorization"), boundary
    );
    return r;
}

}  // namespace

void add_batch_routes(http::router& routes, const context& ctx) {
    for (const char* pattern : {"/batch", "/batch/genomics/v1"}) {
        auto r = route_of(http::verb::post, pattern, ctx, answer_batch);
        r.scope = auth::scope::open;  // each part is asked for its own
        r.body_type = "multipart/mixed";
        r.content_types = {"multipart/mixed"};
        routes.add(std::move(r));
    }
}

}  // namespace callstream::genomics
