#include "server/load/answer_reader.hpp"

#include "engine/core/parse.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace callstream::load {
namespace {

constexpr std::size_t head_max = 64 * 1024;
constexpr std::size_t line_max = 1024;

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return out;
}

std::string_view without_blanks(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

/// The hexadecimal number at the start of a line of the chunked framing.
std::uint64_t chunk_size_of(std::string_view line) {
    std::uint64_t out = 0;
    const char* end = line.data() + line.size();
    const auto [stop, ec] = std::from_chars(line.data(), end, out, 16);
    if (ec != std::errc{} || (*stop != '\r' && *stop != ';' && *stop != ' ')) {
        throw std::runtime_error("the size of a chunk is no number");
    }
    return out;
}

}  // namespace

void answer_reader::restart() {
    state_ = state::head;
    head_.clear();
    line_.clear();
    left_ = body_bytes_ = 0;
    status_ = 0;
    keeps_ = false;
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

void answer_reader::end_of_stream() {
    if (state_ == state::until_close) state_ = state::complete;
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
    const std::size_t used = head_.size() - before;
    begin_body();
    return used;
}

std::string_view answer_reader::field(std::string_view name) const {
    std::string_view rest = head_;
    while (!rest.empty()) {
        const auto line = rest.substr(0, rest.find("\r\n"));
        if (line.size() > name.size() && line[name.size()] == ':' &&
            lower(line.substr(0, name.size())) == name) {
            return without_blanks(line.substr(name.size() + 1));
        }
        rest.remove_prefix(std::min(line.size() + 2, rest.size()));
    }
    return {};
}

void answer_reader::begin_body() {
    constexpr std::size_t status_at = 9;  // behind `HTTP/1.1 `
    const auto status = head_.size() < status_at + 3
                            ? std::nullopt
                            : parse_integer<int>(std::string_view(head_).substr(status_at, 3));
    if (!head_.starts_with("HTTP/1.") || !status || *status < 100) {
        throw std::runtime_error("the answer is not HTTP/1");
    }
    const bool is_interim = *status < 200 && *status != 101;
    if (is_interim) return head_.clear();  // the answer itself follows
    status_ = *status;
    const auto connection = lower(field("connection"));
    keeps_ = head_[7] == '1' ? connection.find("close") == std::string::npos
                             : connection.find("keep-alive") != std::string::npos;
    choose_framing();
}

void answer_reader::choose_framing() {
    const auto length = field("content-length");
    const auto coding = lower(field("transfer-encoding"));
    if (status_ == 204 || status_ == 304) {
        state_ = state::complete;
    } else if (!coding.empty()) {
        // Two ends of one body: whoever believes the other one reads what is not there.
        if (coding != "chunked" || !length.empty()) {
            throw std::runtime_error("the answer says in two ways how long it is");
        }
        state_ = state::chunk_size;
    } else if (!length.empty()) {
        const auto bytes = parse_integer<std::uint64_t>(length);
        if (!bytes) throw std::runtime_error("Content-Length is no number");
        left_ = *bytes;
        state_ = left_ > 0 ? state::length : state::complete;
    } else {
        keeps_ = false;
        state_ = state::until_close;
    }
}

std::size_t answer_reader::feed_body(std::string_view piece) {
    const std::size_t count =
        state_ == state::until_close
            ? piece.size()
            : static_cast<std::size_t>(std::min<std::uint64_t>(left_, piece.size()));
    if (sink_ != nullptr) sink_->take(piece.substr(0, count));
    body_bytes_ += count;
    if (state_ == state::until_close) return count;
    left_ -= count;
    if (left_ == 0) state_ = state_ == state::chunk ? state::chunk_end : state::complete;
    return count;
}

std::size_t answer_reader::feed_line(std::string_view piece) {
    const auto end = piece.find('\n');
    const std::size_t count = end == std::string_view::npos ? piece.size() : end + 1;
    line_.append(piece.substr(0, std::min(count, line_max + 1)));
    if (line_.size() > line_max)
        throw std::runtime_error("a line of the chunked framing is too long");
    if (line_.ends_with('\n')) end_line();
    return count;
}

void answer_reader::end_line() {
    const bool is_empty = line_ == "\r\n";
    if (state_ == state::chunk_size) {
        left_ = chunk_size_of(line_);
        state_ = left_ > 0 ? state::chunk : state::trailer;
    } else if (state_ == state::chunk_end) {
        if (!is_empty) throw std::runtime_error("a chunk is longer than it says");
        state_ = state::chunk_size;
    } else if (is_empty) {
        state_ = state::complete;
    }
    line_.clear();
}

}  // namespace callstream::load
