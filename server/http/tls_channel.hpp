// One connection's TLS without its socket: bytes of the wire go in and come out, plain bytes go in
// and come out.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

struct bio_st;
struct ssl_ctx_st;
struct ssl_st;

namespace callstream::http {

/// Used by one thread at a time. No member blocks. After every call there may be `output`, which
/// is to be sent whatever the call said.
class tls_channel {
 public:
    enum class step {
        done,
        wants_input,  ///< again after `receive`
        plain_http,   ///< the client speaks HTTP without TLS
        failed,       ///< nothing more will come or go
    };

    /// The server's side. Throws `std::bad_alloc`.
    explicit tls_channel(ssl_ctx_st& identity);
    ~tls_channel();

    step handshake();

    /// Bytes that came over the wire; they are copied.
    void receive(std::span<const char> wire);

    /// `done` with `size` bytes of what the client said in `room`, which is not empty.
    step read(std::span<char> room, std::size_t& size);

    /// False when the connection has ended.
    bool write(std::string_view text);

    /// Tells the client that nothing more comes, so that it knows a cut from an end.
    void close();

    /// Bytes for the wire, valid until the next call.
    std::string_view output() const;
    /// The first so many of them have been sent.
    void sent(std::size_t size);

    /// Gives back what only a connection at work needs.
    void rest();

 private:
    step step_of(int outcome) const;

    struct free_connection {
        void operator()(ssl_st* s) const noexcept;
    };
    std::unique_ptr<ssl_st, free_connection> connection_;
    // Owned by the connection.
    bio_st* input_;
    bio_st* output_;
    std::size_t sent_ = 0;  // of what lies in `output_`
};

}  // namespace callstream::http
