#include "server/load/answer_reader.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace callstream::load {
namespace {

const std::string chunked =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5\r\nhello\r\n10;note=x\r\n0123456789abcdef\r\n0\r\n\r\n";

struct kept_body : body_sink {
    void take(std::string_view piece) override { text.append(piece); }
    std::string text;
};

TEST(answer_reader, follows_chunks_in_pieces_of_any_size) {
    for (std::size_t size = 1; size <= chunked.size(); ++size) {
        answer_reader answer;
        kept_body body;
        answer.pass_body_to(&body);
        for (std::size_t at = 0; at < chunked.size(); at += size) {
            const auto piece = std::string_view(chunked).substr(at, size);
            EXPECT_FALSE(answer.is_complete());
            EXPECT_EQ(answer.feed(piece), piece.size());
        }
        EXPECT_TRUE(answer.is_complete());
        EXPECT_EQ(answer.status(), 200);
        EXPECT_EQ(answer.body_bytes(), 21U);
        EXPECT_EQ(body.text, "hello0123456789abcdef");
    }
}

TEST(answer_reader, ends_with_the_content_length) {
    answer_reader answer;
    const std::string text = "HTTP/1.1 404 Not Found\r\ncontent-length:4\r\n\r\nnone";
    EXPECT_EQ(answer.feed(text + "HTTP/1.1"), text.size());
    EXPECT_TRUE(answer.is_complete());
    EXPECT_EQ(answer.status(), 404);
    EXPECT_EQ(answer.body_bytes(), 4U);
}

TEST(answer_reader, without_a_length_only_the_end_of_the_stream_ends_it) {
    answer_reader answer;
    answer.feed("HTTP/1.1 200 OK\r\n\r\nabc");
    EXPECT_FALSE(answer.is_complete());
    EXPECT_EQ(answer.body_bytes(), 3U);
    answer.end_of_stream();
    EXPECT_TRUE(answer.is_complete());
}

TEST(answer_reader, a_cut_chunk_is_not_complete) {
    answer_reader answer;
    answer.feed(std::string_view(chunked).substr(0, chunked.size() - 2));
    EXPECT_FALSE(answer.is_complete());
}

TEST(answer_reader, starts_again_for_the_next_answer) {
    answer_reader answer;
    answer.feed(chunked);
    answer.restart();
    EXPECT_FALSE(answer.is_complete());
    EXPECT_EQ(answer.feed(chunked), chunked.size());
    EXPECT_EQ(answer.body_bytes(), 21U);
}

TEST(answer_reader, refuses_what_is_not_http) {
    answer_reader answer;
    EXPECT_THROW(answer.feed("220 mail ready, who are you?\r\n\r\n"), std::runtime_error);
    answer.restart();
    const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    EXPECT_THROW(answer.feed(head + "zz\r\n"), std::runtime_error);
    answer.restart();
    EXPECT_THROW(answer.feed(head + "2\r\nabcdef\r\n"), std::runtime_error);
}

}  // namespace
}  // namespace callstream::load
