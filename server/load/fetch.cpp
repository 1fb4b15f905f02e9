#include "server/load/fetch.hpp"

#include "server/load/answer_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <stdexcept>
#include <vector>

namespace callstream::load {
namespace {

using steady = std::chrono::steady_clock;

constexpr std::size_t body_max = 64 << 20;
constexpr std::size_t room_bytes = 64 * 1024;

class kept_body : public body_sink {
 public:
    explicit kept_body(std::string& into) : into_(into) {}
    void take(std::string_view piece) override {
        if (into_.size() + piece.size() > body_max) {
            throw std::runtime_error("the answer is longer than 64 MiB");
        }
        into_.append(piece);
    }

 private:
    std::string& into_;
};

/// Until the socket is ready for the step that is wanted.
void wait_for(const connection& c, step wanted, steady::time_point until) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - steady::now());
    if (left.count() <= 0) throw std::runtime_error("no answer in time");
    pollfd one{c.socket(), static_cast<short>(wanted == step::wants_write ? POLLOUT : POLLIN), 0};
    if (poll(&one, 1, static_cast<int>(left.count())) < 0 && errno != EINTR) {
        throw std::runtime_error("poll failed");
    }
}

template <class Operation>
step until_done(const connection& c, steady::time_point until, const Operation& operation) {
    while (true) {
        const auto how = operation();
        if (how == step::done || how == step::closed) return how;
        wait_for(c, how, until);
    }
}

}  // namespace

fetched fetch(const destination& to, const std::string& head, std::chrono::seconds patience) {
    const auto until = steady::now() + patience;
    connection c(to);
    until_done(c, until, [&] { return c.open(); });
    std::string_view rest = head;
    until_done(c, until, [&] { return c.send(rest); });

    fetched out;
    kept_body body(out.body);
    answer_reader answer;
    answer.pass_body_to(&body);
    std::vector<char> room(room_bytes);
    while (!answer.is_complete()) {
        std::size_t got = 0;
        const auto how = until_done(c, until, [&] { return c.receive(room, got); });
        if (how == step::closed) answer.end_of_stream();
        if (how == step::closed && !answer.is_complete()) {
            throw std::runtime_error("the answer was cut");
        }
        answer.feed({room.data(), how == step::done ? got : 0});
        if (steady::now() > until) throw std::runtime_error("no whole answer in time");
    }
    out.status = answer.status();
    return out;
}

}  // namespace callstream::load
