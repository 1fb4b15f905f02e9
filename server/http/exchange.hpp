// One request and its answer, without a socket: routing, rights, the handler, content coding, the
// first block of the body. The session adds the bytes on the wire.
#pragma once

#include "server/auth/gate.hpp"
#include "server/http/request_body.hpp"
#include "server/http/router.hpp"
#include "server/streaming/block_pool.hpp"
#include "server/streaming/compression.hpp"

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace callstream::http {

/// What an exchange needs of the server around it; outlives every exchange.
struct exchange_context {
    const router* routes;
    streaming::block_pool* blocks;
    std::function<void(const std::string&)> log_problem;
    const auth::gate* gate = nullptr;  ///< null: nobody is asked
    /// Pages from here may read answers in browsers, when somebody is asked; otherwise all may.
    std::vector<std::string> origins = {};
    /// For what can be done at the same time; null: nothing is.
    streaming::run_elsewhere elsewhere = nullptr;
};

/// Made per request, and decides from the head alone what can be decided: route, rights, whether
/// the body may come. `prepare` runs once, on a worker thread if `blocking`; afterwards the parts
/// are the session's.
class exchange {
 public:
    exchange(const exchange_context& context, request r);

    /// An answer to bytes that are not a request.
    static exchange refused(const exchange_context& context, int status, std::string_view text);

    /// Whether `asked().body_bytes` bytes are to be read and handed to `take_body`.
    bool wants_body() const noexcept { return !answered_ && request_.body_bytes > 0; }
    void take_body(std::string body, body_share share) noexcept;
    void take_body(std::shared_ptr<const spool_file> body) noexcept;
    /// Ends it with this answer instead: the body did not come as it should.
    void refuse(int status, std::string_view text);
    /// Whether bytes of this request may still arrive, so that the connection has to close.
    bool body_unread() const noexcept { return request_.body_bytes > 0 && !body_taken_; }

    bool blocking() const noexcept { return !answered_ && match_.found->blocking; }
    const route* matched() const noexcept { return match_.found; }
    const request& asked() const noexcept { return request_; }
    /// The path as logs may show it: without what is a key by itself.
    std::string shown_path() const;

    /// Instead of `prepare`, on the connection's thread, what can be answered without a worker.
    /// False when that is not known; then nothing has happened yet.
    bool prepare_at_once() noexcept;
    /// Never throws.
    void prepare() noexcept;

    /// Instead of asking `source()`: makes all of the body, so that it is `complete`. One that is
    /// longer, or breaks off, becomes an error. Never throws.
    void gather(std::size_t bytes_max) noexcept;

    int status() const noexcept { return answer_.status; }
    bool head_only() const noexcept { return request_.method == verb::head; }
    /// Whether the body, now in `body()`, is all there is.
    bool complete() const noexcept { return answer_.source == nullptr; }
    std::string_view body() const noexcept;
    /// Bytes of the whole body, where that is known before it is made; otherwise it goes in chunks,
    /// as far as the client knows them.
    std::optional<std::uint64_t> length() const noexcept { return length_; }
    /// The block in which `body()` lies while `complete()` is false.
    streaming::block take_block() { return std::move(*block_); }
    streaming::body_source& source() noexcept { return *answer_.source; }
    /// When nobody asks `source` any more. May wait for a thread that is at work for it.
    void drop_source() noexcept { answer_.source.reset(); }

    /// Status line and fields up to and including the empty line.
    std::string head(bool keep_alive) const;

 private:
    void decide_from_head();
    void check_body_fields();
    void call_handler();
    void start_body();
    std::optional<streaming::block> spare_block() const;
    void fill_first_block();
    result<std::string> rest_of_body(std::size_t bytes_max);
    /// Names the answer to a GET by what its body depends on, or by the body, and leaves the body
    /// out where the client has it (RFC 9110, sections 8.8.3 and 13.1.2).
    void tag_by_version();
    void tag_by_body();
    void tag(std::string_view what);
    bool can_be_tagged() const noexcept;
    void use_problem(const std::exception& e) noexcept;
    void use_error(const error& e);
    std::string allowed_methods() const;
    bool asks_for_tokens() const noexcept;
    result<auth::rights_ptr> admit() const;
    /// What browsers may do with the answer.
    void append_cors_fields(std::string& out) const;

    const exchange_context* context_;
    request request_;
    router::match match_;
    response answer_;
    streaming::coding coding_ = streaming::coding::identity;
    std::optional<streaming::block> block_;
    std::optional<std::uint64_t> length_;  // of a body that is not complete
    body_share body_share_;
    bool body_taken_ = false;
    bool answered_ = false;  // without the handler
};

}  // namespace callstream::http
