#include "server/load/fetch.hpp"

#include "server/load/answer_reader.hpp"

#include <cerrno>
#include <poll.h>
#include <stdexcept>
#include <vector>

namespace callstream::load {
namespace {

using steady = std::chrono::steady_clock;

constexpr std::size_t body_max = 64 << 20;
constexpr std::size_t room_bytes = 64 * 1024;
/// How often a wait looks whether it is to end.
constexpr int look_every_ms = 100;

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

/// One exchange, with a limit in time.
class exchange {
 public:
    exchange(const destination& to, steady::time_point until, const std::atomic<bool>& stopped)
        : line_(to), until_(until), stopped_(stopped) {}

    fetched run(const std::string& head) {
        until_done([&] { return line_.open(); });
        std::string_view rest = head;
        until_done([&] { return line_.send(rest); });
        fetched out;
        kept_body body(out.body);
        answer_reader answer;
        answer.pass_body_to(&body);
        while (!answer.is_complete()) receive(answer);
        out.status = answer.status();
        return out;
    }

 private:
    void receive(answer_reader& answer) {
        std::size_t got = 0;
        if (until_done([&] { return line_.receive(room_, got); }) == step::done) {
            answer.feed({room_.data(), got});
            return require_time();
        }
        answer.end_of_stream();
        if (!answer.is_complete()) throw std::runtime_error("the answer was cut");
    }

    template <class Operation>
    step until_done(const Operation& operation) {
        while (true) {
            const auto how = operation();
            if (how == step::done || how == step::closed) return how;
            wait_for(how);
        }
    }

    /// Until the socket may be ready.
    void wait_for(step wanted) const {
        require_time();
        const short events = wanted == step::wants_write ? POLLOUT : POLLIN;
        pollfd one{line_.socket(), events, 0};
        if (poll(&one, 1, look_every_ms) < 0 && errno != EINTR) {
            throw std::runtime_error("poll failed");
        }
    }

    void require_time() const {
        if (stopped_) throw std::runtime_error("stopped");
        if (steady::now() > until_) throw std::runtime_error("no whole answer in time");
    }

    connection line_;
    steady::time_point until_;
    const std::atomic<bool>& stopped_;
    std::vector<char> room_ = std::vector<char>(room_bytes);
};

}  // namespace

fetched fetch(
    const destination& to,
    const std::string& head,
    steady::time_point until,
    const std::atomic<bool>& stopped
) {
    return exchange(to, until, stopped).run(head);
}

}  // namespace callstream::load
