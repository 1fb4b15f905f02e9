#include "bench/load/modes.hpp"
#include "server/load/answer_reader.hpp"

#include <algorithm>
#include <barrier>
#include <cstdio>
#include <exception>
#include <fcntl.h>
#include <optional>
#include <thread>

namespace callstream::bench {
namespace {

struct outcome {
    int status = 0;
    std::uint64_t body_bytes = 0;
    std::uint64_t wire_bytes = 0;
    double first_byte = 0;
    double seconds = 0;
    bool complete = false;
    std::string problem;
};

class kept_body : public load::body_sink {
 public:
    explicit kept_body(std::string& into) : into_(into) {}
    void take(std::string_view piece) override { into_.append(piece); }

 private:
    std::string& into_;
};

void read_answer(int socket, const drain_options& options, std::string* body, outcome& out) {
    std::vector<char> into(transfer_bytes);
    load::answer_reader answer;
    std::optional<kept_body> kept;
    if (body != nullptr) answer.pass_body_to(&kept.emplace(*body));
    const auto start = steady::now();
    send_all(socket, request_text(options.to, options.to.targets.front()));
    while (!answer.is_complete()) {
        if (options.bytes_max > 0 && answer.body_bytes() >= options.bytes_max) break;
        const std::size_t got = receive(socket, into.data(), into.size());
        if (got == 0) break;
        if (out.wire_bytes == 0) out.first_byte = seconds_since(start);
        out.wire_bytes += got;
        answer.feed({into.data(), got});
    }
    out.seconds = seconds_since(start);
    out.status = answer.status();
    out.body_bytes = answer.body_bytes();
    out.complete = answer.is_complete();
}

void save(const std::string& path, const std::string& body) {
    unique_fd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!fd) throw std::runtime_error("cannot write " + path);
    write_all(fd.get(), body);
}

void print(const std::vector<outcome>& all) {
    outcome sum;
    sum.complete = true;
    std::vector<float> first;
    for (const auto& one : all) {
        if (!one.problem.empty()) throw std::runtime_error(one.problem);
        sum.status = std::max(sum.status, one.status);
        sum.body_bytes += one.body_bytes;
        sum.wire_bytes += one.wire_bytes;
        sum.seconds = std::max(sum.seconds, one.seconds);
        sum.complete = sum.complete && one.complete;
        first.push_back(static_cast<float>(one.first_byte));
    }
    std::printf(
        "{\"status\":%d,\"connections\":%zu,\"body_bytes\":%llu,\"wire_bytes\":%llu,"
        "\"first_byte_seconds\":%.6f,\"seconds\":%.6f,\"complete\":%s}\n",
        sum.status,
        all.size(),
        static_cast<unsigned long long>(sum.body_bytes),
        static_cast<unsigned long long>(sum.wire_bytes),
        quantile(first, 0.5),
        sum.seconds,
        sum.complete ? "true" : "false"
    );
}

}  // namespace

void drain(const drain_options& options) {
    std::vector<outcome> outcomes(options.to.connections);
    std::string body;
    std::barrier together(static_cast<std::ptrdiff_t>(options.to.connections));
    const auto run = [&](std::size_t i) {
        bool waited = false;
        try {
            const auto socket = connect_to(options.to.port);
            waited = true;
            together.arrive_and_wait();
            auto* keep = i == 0 && !options.save.empty() ? &body : nullptr;
            read_answer(socket.get(), options, keep, outcomes[i]);
        } catch (const std::exception& e) {
            if (!waited) together.arrive_and_drop();
            outcomes[i].problem = e.what();
        }
    };
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < outcomes.size(); ++i) threads.emplace_back(run, i);
    }
    if (!options.save.empty()) save(options.save, body);
    print(outcomes);
}

}  // namespace callstream::bench
