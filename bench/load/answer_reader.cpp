#include "bench/load/answer_reader.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace callstream::bench {
namespace {

constexpr std::size_t head_max = 64 * 1024;
constexpr std::size_t line_max = 1024;

std::uint64_t number(std::string_view text, int base) {
    std::uint64_t out = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), out, base);
    if (read.ec != std::errc{}) throw std::runtime_error("a number is missing in the answer");
    return out;
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return out;
}

}  // namespace

void answer_reader::restart() {
    state_ = state::head;
    head_.clear();
    line_.clear();
    left_ = body_bytes_ = 0;
    status_ = 0;
}

std::size_t answer_reader::feed(std::string_view piece) {
    std::size_t used = 0;
    while (used < piece.size() && !is_complete()) {
        const auto rest = piece.substr(used);
        switch (state_) {
            case state::head:
                used += feed_head(rest);
                break;
            case state::length:
            case state::until_close:
            case state::chunk:
                used += feed_body(rest);
                break;
            default:
                used += feed_line(rest);
        }
    }
    return used;
}

std::size_t answer_reader::feed_head(std::string_view piece) {
    constexpr std::string_view mark = "\r\n\r\n";
    const std::size_t before = head_.size();
    head_.append(piece.substr(0, head_max));
    const auto end = head_.find(mark, before < mark.size() ? 0 : before - mark.size());
    if (end == std::string::npos) {
        if (head_.size() >= head_max) throw std::runtime_error("the head of an answer has no end");
        return head_.size() - before;
    }
    head_.resize(end + mark.size());
    begin_body();
    return head_.size() - before;
}

std::string_view answer_reader::field(std::string_view name) const {
    std::string_view rest = head_;
    while (!rest.empty()) {
        const auto line = rest.substr(0, rest.find("\r\n"));
        if (line.size() > name.size() && line[name.size()] == ':' &&
            lower(line.substr(0, name.size())) == name) {
            const auto value = line.substr(name.size() + 1);
            return value.substr(std::min(value.find_first_not_of(' '), value.size()));
        }
        rest.remove_prefix(line.size() + 2);
    }
    return {};
}

void answer_reader::begin_body() {
    constexpr std::size_t status_at = 9;  // behind `HTTP/1.1 `
    if (!head_.starts_with("HTTP/1.") || head_.size() < status_at + 3) {
        throw std::runtime_error("the answer is not HTTP/1");
    }
    status_ = static_cast<int>(number(std::string_view(head_).substr(status_at, 3), 10));
    const auto length = field("content-length");
    if (lower(field("transfer-encoding")) == "chunked") {
        state_ = state::chunk_size;
    } else if (!length.empty()) {
        left_ = number(length, 10);
        state_ = left_ > 0 ? state::length : state::complete;
    } else {
        const bool no_body = status_ == 204 || status_ == 304;
        state_ = no_body ? state::complete : state::until_close;
    }
}

std::size_t answer_reader::feed_body(std::string_view piece) {
    const std::size_t count =
        state_ == state::until_close
            ? piece.size()
            : static_cast<std::size_t>(std::min<std::uint64_t>(left_, piece.size()));
    if (body_ != nullptr) body_->append(piece.substr(0, count));
    body_bytes_ += count;
    if (state_ == state::until_close) return count;
    left_ -= count;
    if (left_ == 0) state_ = state_ == state::chunk ? state::chunk_end : state::complete;
    return count;
}

std::size_t answer_reader::feed_line(std::string_view piece) {
    const auto end = piece.find('\n');
    const std::size_t count = end == std::string_view::npos ? piece.size() : end + 1;
    line_.append(piece.substr(0, count));
    if (line_.size() > line_max)
        throw std::runtime_error("a line of the chunked framing is too long");
    if (line_.ends_with('\n')) end_line();
    return count;
}

void answer_reader::end_line() {
    const bool is_empty = line_ == "\r\n";
    if (state_ == state::chunk_size) {
        left_ = number(line_, 16);
        state_ = left_ > 0 ? state::chunk : state::trailer;
    } else if (state_ == state::chunk_end) {
        if (!is_empty) throw std::runtime_error("a chunk is longer than it says");
        state_ = state::chunk_size;
    } else if (is_empty) {
        state_ = state::complete;
    }
    line_.clear();
}

}  // namespace callstream::bench
