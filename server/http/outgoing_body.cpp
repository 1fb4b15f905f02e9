#include "server/http/outgoing_body.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <exception>
#include <sys/socket.h>

namespace callstream::http {
namespace {

using progress = streaming::body_source::progress;

/// The size line of a chunk (RFC 9112, section 7.1).
std::string chunk_head(std::size_t bytes) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), bytes, 16).ptr;
    return std::string(digits.data(), end) + "\r\n";
}

/// A damaged file or a lack of memory ends the answer, not the server.
result<progress> fill(streaming::body_source& source, text_buffer& out) noexcept {
    try {
        out.clear();
        return source.fill(out);
    } catch (const std::exception& problem) {
        return error{errc::file_unusable, problem.what()};
    }
}

}  // namespace

outgoing_body::outgoing_body(exchange& e, bool keep_alive, streaming::block_pool& blocks)
    : exchange_(e),
      length_(e.length()),
      chunked_(e.asked().http_1_1 && !length_),
      head_(e.head(keep_alive)),
      sending_(e.take_block()),
      // Without a second block, rendering and waiting for the client take turns.
      ahead_(blocks.take()) {
    size_.reserve(20);
    frame();
    if (!failed_) left_[0] = head_;
}

bool outgoing_body::is_sent() const noexcept {
    return std::all_of(left_.begin(), left_.end(), [](auto piece) { return piece.empty(); });
}

void outgoing_body::advance(int socket, const std::function<bool()>& enough) noexcept {
    for (;;) {
        if (is_sent() && !next_block()) return;
        if (send_now(socket)) {
            if (has_ended() || enough()) return;
        } else if (can_fill_ahead()) {
            fill_ahead();  // meanwhile the client may have made room
        } else {
            return;
        }
    }
}

void outgoing_body::advance() noexcept {
    if (is_sent()) next_block();
}

/// False when there is none.
bool outgoing_body::next_block() noexcept {
    if (last_ || failed_) return false;
    if (take_filled()) return !failed_;
    step_ = fill(exchange_.source(), *sending_);
    frame();
    return !failed_;
}

void outgoing_body::fill_ahead() noexcept {
    step_ = fill(exchange_.source(), **ahead_);
    is_ahead_ = true;
}

bool outgoing_body::take_filled() noexcept {
    if (!is_ahead_) return false;
    is_ahead_ = false;
    std::swap(sending_, *ahead_);
    frame();
    return true;
}

/// Never another number of bytes than was said: the client would take them for an answer.
void outgoing_body::frame() noexcept {
    left_ = {};
    if (!step_) return fail(step_.error().text);
    last_ = *step_ == progress::done;
    body_bytes_ += sending_->size();
    const bool wrong = length_ && (last_ ? body_bytes_ != *length_ : body_bytes_ > *length_);
    if (wrong) return fail("not of its length");
    const bool has_chunk = chunked_ && !sending_->empty();
    size_ = has_chunk ? chunk_head(sending_->size()) : std::string();
    left_[1] = size_;
    left_[2] = sending_->view();
    if (has_chunk) left_[3] = last_ ? "\r\n0\r\n\r\n" : "\r\n";
    if (chunked_ && !has_chunk && last_) left_[3] = "0\r\n\r\n";
}

/// Without waiting. False when not all could be sent.
bool outgoing_body::send_now(int socket) noexcept {
    std::array<iovec, std::tuple_size_v<pieces>> parts{};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        // The system call does not write there, though its interface does not say so.
        parts[i] = {const_cast<char*>(left_[i].data()), left_[i].size()};
    }
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    ssize_t count = 0;
    do {
        count = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        if (errno != EAGAIN && errno != EWOULDBLOCK) fail({});
        return false;
    }
    sent_bytes_ += static_cast<std::uint64_t>(count);
    drop_sent(static_cast<std::size_t>(count));
    return is_sent();
}

void outgoing_body::drop_sent(std::size_t count) noexcept {
    for (auto& piece : left_) {
        const std::size_t taken = std::min(count, piece.size());
        piece.remove_prefix(taken);
        count -= taken;
    }
}

void outgoing_body::fail(std::string problem) noexcept {
    failed_ = true;
    problem_ = std::move(problem);
    left_ = {};
}

}  // namespace callstream::http
