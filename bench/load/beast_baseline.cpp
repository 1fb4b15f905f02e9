// callstream_bench_baseline: the rival for small requests and for long bodies. A Beast server as
// its examples write it: parse a request, send a ready answer, keep the connection. It knows one
// answer, the body and the fields of the files that it is given, and does nothing else. With
// --chunked the body leaves from memory in blocks, each a chunk and each in one system call where
// the socket takes it: what somebody writes who knows Beast and does not know how long the body
// will be.
//
// usage: callstream_bench_baseline [--chunked] BODY-FILE FIELDS-FILE THREADS
#include <boost/asio.hpp>
#include <boost/beast.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iterator>
#include <list>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

/// Bytes of a chunk, those of our own blocks.
constexpr std::size_t block_bytes = 256 * 1024;

struct ready_answer {
    std::string body;
    std::vector<std::pair<std::string, std::string>> fields;
    bool chunked = false;
};

/// Asio gives a system call at most 64 KiB when it is left to itself.
std::size_t all_at_once(beast::error_code failed, std::size_t) {
    return failed ? 0 : 2 * block_bytes;
}

class session : public std::enable_shared_from_this<session> {
 public:
    session(tcp::socket socket, const ready_answer& ready)
        : stream_(std::move(socket)), ready_(ready) {
        stream_.socket().set_option(tcp::no_delay(true));
    }

    tcp::socket::executor_type executor() { return stream_.get_executor(); }

    void read() {
        request_ = {};
        stream_.expires_after(std::chrono::seconds(30));
        http::async_read(
            stream_,
            buffer_,
            request_,
            [self = shared_from_this()](beast::error_code failed, std::size_t) {
                if (failed) return;
                if (self->ready_.chunked) {
                    self->write_head();
                } else {
                    self->write();
                }
            }
        );
    }

 private:
    void write() {
        describe(answer_);
        answer_.body() = {ready_.body.data(), ready_.body.size()};
        answer_.prepare_payload();
        stream_.expires_after(std::chrono::seconds(30));
        http::async_write(
            stream_,
            answer_,
            [self = shared_from_this()](beast::error_code failed, std::size_t) {
                self->end(failed);
            }
        );
    }

    void write_head() {
        describe(head_);
        head_.chunked(true);
        left_ = ready_.body;
        serializer_.emplace(head_);
        stream_.expires_after(std::chrono::seconds(30));
        http::async_write_header(
            stream_,
            *serializer_,
            [self = shared_from_this()](beast::error_code failed, std::size_t) {
                if (!failed) self->write_chunk();
            }
        );
    }

    void write_chunk() {
        if (left_.empty()) return write_last_chunk();
        const auto piece = left_.substr(0, block_bytes);
        left_.remove_prefix(piece.size());
        stream_.expires_after(std::chrono::seconds(30));
        asio::async_write(
            stream_,
            http::make_chunk(asio::buffer(piece)),
            all_at_once,
            [self = shared_from_this()](beast::error_code failed, std::size_t) {
                if (!failed) self->write_chunk();
            }
        );
    }

    void write_last_chunk() {
        asio::async_write(
            stream_,
            http::make_chunk_last(),
            [self = shared_from_this()](beast::error_code failed, std::size_t) {
                self->end(failed);
            }
        );
    }

    template <class Answer>
    void describe(Answer& answer) const {
        answer = {http::status::ok, request_.version()};
        for (const auto& [name, value] : ready_.fields) answer.insert(name, value);
        answer.keep_alive(request_.keep_alive());
    }

    void end(beast::error_code failed) {
        if (!failed && request_.keep_alive()) read();
    }

    beast::tcp_stream stream_;
    const ready_answer& ready_;
    beast::flat_buffer buffer_{16 * 1024};
    http::request<http::empty_body> request_;
    http::response<http::span_body<const char>> answer_;
    http::response<http::empty_body> head_;
    std::optional<http::response_serializer<http::empty_body>> serializer_;
    std::string_view left_;
};

/// One acceptor; its connections go to the contexts in turn, as those of our server do.
class listener {
 public:
    listener(std::vector<std::unique_ptr<asio::io_context>>& contexts, const ready_answer& ready)
        : contexts_(contexts),
          ready_(ready),
          acceptor_(*contexts[0], {asio::ip::address_v4::loopback(), 0}) {}

    unsigned port() const { return acceptor_.local_endpoint().port(); }

    void accept() {
        auto& context = *contexts_[next_++ % contexts_.size()];
        acceptor_.async_accept(context, [this](beast::error_code failed, tcp::socket socket) {
            if (!failed) start(std::make_shared<session>(std::move(socket), ready_));
            accept();
        });
    }

 private:
    /// On the thread of its own context; the acceptor runs on the first one.
    static void start(const std::shared_ptr<session>& made) {
        asio::post(made->executor(), [made] { made->read(); });
    }

    std::vector<std::unique_ptr<asio::io_context>>& contexts_;
    const ready_answer& ready_;
    tcp::acceptor acceptor_;
    std::size_t next_ = 0;
};

std::string read_file(const char* path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error("cannot read " + std::string(path));
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Lines of `Name: value`.
ready_answer read_answer(const char* body_path, const char* fields_path) {
    ready_answer out{read_file(body_path), {}, false};
    std::istringstream lines(read_file(fields_path));
    for (std::string line; std::getline(lines, line);) {
        const auto colon = line.find(": ");
        if (colon == std::string::npos) throw std::runtime_error("not a field: " + line);
        out.fields.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    }
    return out;
}

void serve(const ready_answer& ready, int threads) {
    std::vector<std::unique_ptr<asio::io_context>> contexts;
    std::list<asio::executor_work_guard<asio::io_context::executor_type>> guards;
    for (int i = 0; i < threads; ++i) {
        contexts.push_back(std::make_unique<asio::io_context>(1));
        guards.push_back(asio::make_work_guard(*contexts.back()));
    }
    listener in(contexts, ready);
    in.accept();
    std::printf("%u\n", in.port());
    std::fflush(stdout);
    for (auto& context : contexts) std::thread([&c = *context] { c.run(); }).detach();
    while (std::getchar() != EOF) {
    }
    std::_Exit(0);
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::string_view> words(argv + 1, argv + argc);
    const bool chunked = !words.empty() && words[0] == "--chunked";
    if (chunked) words.erase(words.begin());
    const int threads = words.size() == 3 ? std::atoi(words[2].data()) : 0;
    if (threads < 1) {
        std::fputs(
            "usage: callstream_bench_baseline [--chunked] BODY-FILE FIELDS-FILE THREADS\n", stderr
        );
        return 2;
    }
    try {
        auto ready = read_answer(words[0].data(), words[1].data());
        ready.chunked = chunked;
        serve(ready, threads);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "callstream_bench_baseline: %s\n", e.what());
        return 1;
    }
}
