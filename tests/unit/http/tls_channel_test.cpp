#include "server/http/tls_channel.hpp"

#include "server/http/tls_identity.hpp"
#include "tests/support/certificates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace callstream::http {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using step = tls_channel::step;
using testing::temp_dir;
using testing::tls_client;

class tls_channel_test : public ::testing::Test {
 protected:
    void SetUp() override {
        testing::write_pair(dir.path(), "here");
        identity.reload().value();
        channel = std::make_unique<tls_channel>(*identity.context());
    }

    /// Everything that the server has for the client, on its way.
    void deliver(tls_client& client) {
        client.receive(channel->output());
        channel->sent(channel->output().size());
    }
    step agree(tls_client& client) {
        step last = step::wants_input;
        for (int i = 0; i < 4 && last == step::wants_input; ++i) {
            client.handshake();
            const auto wire = client.take_output();
            if (!wire.empty()) channel->receive(wire);
            last = channel->handshake();
            deliver(client);
        }
        client.handshake();
        return last;
    }
    std::string heard() {
        std::string out;
        std::array<char, 100> room{};
        std::size_t size = 0;
        while (channel->read(room, size) == step::done) out.append(room.data(), size);
        return out;
    }

    temp_dir dir;
    tls_identity identity{dir / "cert.pem", dir / "key.pem"};
    std::unique_ptr<tls_channel> channel;
};

TEST_F(tls_channel_test, carries_both_ways) {
    tls_client client;
    ASSERT_EQ(agree(client), step::done);
    client.write("question");
    channel->receive(client.take_output());
    EXPECT_EQ(heard(), "question");
    EXPECT_TRUE(channel->write("an"));
    EXPECT_TRUE(channel->write(""));
    EXPECT_TRUE(channel->write("swer"));
    deliver(client);
    EXPECT_EQ(client.read(), "answer");
}

TEST_F(tls_channel_test, carries_bytes_that_come_one_by_one) {
    tls_client client;
    ASSERT_EQ(agree(client), step::done);
    client.write("question");
    std::string got;
    for (const char byte : client.take_output()) {
        channel->receive({&byte, 1});
        got += heard();
    }
    EXPECT_EQ(got, "question");
}

TEST_F(tls_channel_test, carries_much_in_pieces_that_a_slow_socket_takes) {
    tls_client client;
    ASSERT_EQ(agree(client), step::done);
    std::string much;
    for (int i = 0; much.size() < 300'000; ++i) much += std::to_string(i);
    ASSERT_TRUE(channel->write(much));
    std::string got;
    while (!channel->output().empty()) {
        const auto piece = channel->output().substr(0, 10'007);
        client.receive(piece);
        channel->sent(piece.size());
        got += client.read();
    }
    EXPECT_EQ(got, much);
    channel->rest();
    ASSERT_TRUE(channel->write("and on"));
    deliver(client);
    EXPECT_EQ(client.read(), "and on");
}

TEST_F(tls_channel_test, speaks_what_is_safe_today) {
    tls_client newest;
    ASSERT_EQ(agree(newest), step::done);
    EXPECT_EQ(newest.version(), "TLSv1.3");
    channel = std::make_unique<tls_channel>(*identity.context());
    tls_client older({.newest = TLS1_2_VERSION});
    ASSERT_EQ(agree(older), step::done);
    EXPECT_EQ(older.version(), "TLSv1.2");
    EXPECT_THAT(older.cipher(), StartsWith("ECDHE-"));
    EXPECT_THAT(older.cipher(), AnyOf(HasSubstr("GCM"), HasSubstr("CHACHA20")));
    channel = std::make_unique<tls_channel>(*identity.context());
    tls_client too_old({.newest = TLS1_1_VERSION});
    EXPECT_EQ(agree(too_old), step::failed);
}

TEST_F(tls_channel_test, agrees_on_http_1_1_only) {
    tls_client both({.protocols = "\x02h2\x08http/1.1"});
    ASSERT_EQ(agree(both), step::done);
    EXPECT_EQ(both.protocol(), "http/1.1");
    channel = std::make_unique<tls_channel>(*identity.context());
    tls_client other({.protocols = "\x02h2"});
    EXPECT_EQ(agree(other), step::failed);
}

TEST_F(tls_channel_test, knows_a_client_that_speaks_plain_http) {
    channel->receive(std::string_view("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    EXPECT_EQ(channel->handshake(), step::plain_http);
}

TEST_F(tls_channel_test, ends_with_nonsense) {
    channel->receive(std::string_view("\x16\x03\x01nonsense that is long enough for a record"));
    EXPECT_EQ(channel->handshake(), step::failed);
    tls_client client;
    channel = std::make_unique<tls_channel>(*identity.context());
    ASSERT_EQ(agree(client), step::done);
    client.write("question");
    auto wire = client.take_output();
    wire[wire.size() / 2] ^= 1;
    channel->receive(wire);
    EXPECT_EQ(heard(), "");
    EXPECT_FALSE(channel->write("answer"));
}

TEST_F(tls_channel_test, tells_an_end_from_a_cut) {
    tls_client client;
    ASSERT_EQ(agree(client), step::done);
    ASSERT_TRUE(channel->write("all"));
    deliver(client);
    EXPECT_EQ(client.read(), "all");
    EXPECT_FALSE(client.was_closed());
    channel->close();
    deliver(client);
    EXPECT_EQ(client.read(), "");
    EXPECT_TRUE(client.was_closed());
}

}  // namespace
}  // namespace callstream::http
