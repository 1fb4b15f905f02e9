#include "server/http/outgoing_body.hpp"

#include "tests/support/requests.hpp"
#include "tests/support/sources.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace callstream::http {
namespace {

using strings = std::vector<std::string>;

/// Two ends of a stream whose buffers hold little, so that it is full before the body ends.
class stream_pair {
 public:
    stream_pair() {
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()) != 0) std::abort();
        constexpr int few = 4096;
        setsockopt(server(), SOL_SOCKET, SO_SNDBUF, &few, sizeof few);
    }
    ~stream_pair() {
        close(server());
        close_client();
    }
    int server() const { return ends_[0]; }
    std::string read_some() const {
        std::array<char, 3000> some;
        const auto n = recv(ends_[1], some.data(), some.size(), MSG_DONTWAIT);
        return n > 0 ? std::string(some.data(), static_cast<std::size_t>(n)) : std::string();
    }
    void close_client() {
        if (ends_[1] >= 0) close(ends_[1]);
        ends_[1] = -1;
    }

 private:
    std::array<int, 2> ends_{-1, -1};
};

bool never() {
    return false;
}

class outgoing_body_test : public ::testing::Test {
 protected:
    void serve(std::unique_ptr<streaming::body_source> source, const std::string& version = "1.1") {
        source_ = std::move(source);
        routes_.add({.pattern = "/", .handle = [this](const auto&, const auto&) {
                         response r;
                         r.source = std::move(source_);
                         return result<response>(std::move(r));
                     }});
        request asked = testing::make_request("GET /");
        asked.http_1_1 = version == "1.1";
        exchange_.emplace(context_, std::move(asked));
        exchange_->prepare();
        body.emplace(*exchange_, true, blocks_);
    }
    void serve(strings pieces, const std::string& version = "1.1") {
        serve(std::make_unique<testing::listed_source>(std::move(pieces)), version);
    }
    /// Sends and reads in turn until the body has ended or failed.
    std::string exchange_all(const std::function<bool()>& enough = never) {
        std::string got;
        for (int turns = 0; !body->has_ended() && !body->has_failed() && turns < 10'000; ++turns) {
            body->advance(pair.server(), enough);
            got += pair.read_some();
        }
        for (std::string more = pair.read_some(); !more.empty(); more = pair.read_some()) {
            got += more;
        }
        return got.substr(got.find("\r\n\r\n") + 4);
    }

    stream_pair pair;

 private:
    router routes_;
    streaming::block_pool blocks_{64 * streaming::block_bytes};
    exchange_context context_{&routes_, &blocks_, [](const std::string&) {}};
    std::unique_ptr<streaming::body_source> source_;
    std::optional<exchange> exchange_;

 protected:
    std::optional<outgoing_body> body;  // goes first
};

TEST_F(outgoing_body_test, each_block_is_a_chunk) {
    serve({"one,", "twelve chars", "end"});
    EXPECT_EQ(exchange_all(), "4\r\none,\r\nc\r\ntwelve chars\r\n3\r\nend\r\n0\r\n\r\n");
    EXPECT_TRUE(body->has_ended());
}

TEST_F(outgoing_body_test, a_block_without_bytes_is_no_chunk_that_would_end_the_body) {
    serve({"one", "", "two", ""});
    EXPECT_EQ(exchange_all(), "3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n");
}

TEST_F(outgoing_body_test, a_client_of_http_1_0_gets_no_chunks_and_sees_the_end_of_the_connection) {
    serve({"one,", "two"}, "1.0");
    EXPECT_FALSE(body->is_framed());
    EXPECT_EQ(exchange_all(), "one,two");
}

TEST_F(outgoing_body_test, what_a_full_socket_does_not_take_is_sent_later_in_its_place) {
    strings pieces;
    std::string all;
    for (int i = 0; i < 40; ++i) {
        pieces.push_back(std::string(5000, static_cast<char>('a' + i % 26)));
        all += "1388\r\n" + pieces.back() + "\r\n";
    }
    serve(pieces);
    body->advance(pair.server(), never);
    EXPECT_FALSE(body->is_sent());
    EXPECT_FALSE(body->can_fill_ahead());  // it was, while the socket was full
    all.insert(all.size() - 2, "\r\n0\r\n");
    EXPECT_EQ(exchange_all(), all);
}

TEST_F(outgoing_body_test, goes_on_after_each_block_where_others_want_the_worker) {
    serve({"one,", "two,", "three"});
    int asked = 0;
    const auto enough = [&asked] {
        ++asked;
        return true;
    };
    body->advance(pair.server(), enough);
    EXPECT_TRUE(body->is_sent());
    EXPECT_FALSE(body->has_ended());
    EXPECT_EQ(exchange_all(enough), "4\r\none,\r\n4\r\ntwo,\r\n5\r\nthree\r\n0\r\n\r\n");
    EXPECT_EQ(asked, 2);  // not behind the last one
}

TEST_F(outgoing_body_test, whoever_sends_by_himself_gets_block_after_block) {
    serve({"one,", "two,", "three"});
    std::string got;
    while (!body->has_ended()) {
        if (body->is_sent() && !body->take_filled()) body->advance();
        if (body->can_fill_ahead()) body->fill_ahead();
        for (const auto piece : body->left()) got += piece;
        body->set_sent();
    }
    EXPECT_TRUE(got.ends_with("4\r\none,\r\n4\r\ntwo,\r\n5\r\nthree\r\n0\r\n\r\n")) << got;
}

TEST_F(outgoing_body_test, behind_a_block_that_failed_nothing_is_filled) {
    class failing_later : public testing::listed_source {
     public:
        failing_later() : listed_source({"one,", "never"}) {}
        result<progress> fill(text_buffer& out) override {
            if (++fills_ == 1) return listed_source::fill(out);
            EXPECT_EQ(fills_, 2) << "asked again";
            return error{errc::file_unusable, "gone"};
        }

     private:
        int fills_ = 0;
    };
    serve(std::make_unique<failing_later>());
    body->fill_ahead();
    body->set_sent();
    EXPECT_TRUE(body->take_filled());
    EXPECT_TRUE(body->has_failed());
    EXPECT_FALSE(body->can_fill_ahead());
    body->advance();
    EXPECT_EQ(body->problem(), "gone");
}

TEST_F(outgoing_body_test, counts_what_it_sent_with_the_frame) {
    serve({"one,", "two"});
    const auto got = exchange_all();
    EXPECT_GT(body->take_sent_bytes(), got.size());
    EXPECT_EQ(body->take_sent_bytes(), 0U);
}

TEST_F(outgoing_body_test, a_client_that_has_gone_is_a_failure_without_a_problem_of_ours) {
    serve({"one,", "two"});
    pair.close_client();
    body->advance(pair.server(), never);
    EXPECT_TRUE(body->has_failed());
    EXPECT_FALSE(body->has_ended());
    EXPECT_EQ(body->problem(), "");
}

TEST_F(outgoing_body_test, a_body_of_another_length_than_it_said_fails_before_it_misleads) {
    struct {
        std::uint64_t said;
        std::string sent;
    } cases[] = {{20, "one,two,"}, {9, "one,two,"}, {4, "one,"}};
    for (const auto& c : cases) {
        serve(std::make_unique<testing::measured_source>(strings{"one,", "two,", "three"}, c.said));
        EXPECT_TRUE(body->is_framed());
        EXPECT_EQ(exchange_all(), c.sent) << c.said;
        EXPECT_EQ(body->problem(), "not of its length");
    }
}

}  // namespace
}  // namespace callstream::http
