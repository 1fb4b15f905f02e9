#include "server/load/answer_judge.hpp"

#include "engine/core/text_buffer.hpp"
#include "server/streaming/compression.hpp"

#include <gtest/gtest.h>

namespace callstream::load {
namespace {

const planned_request as_json{subject::calls, "/calls", "", false};
const planned_request as_ndjson{subject::calls, "/calls", "", true};

std::string body_of(std::size_t calls, const std::string& genotype = "0|1") {
    std::string out = R"({"result":{"data":[)";
    for (std::size_t i = 0; i < calls; ++i) {
        out += (i == 0 ? "" : ",") + std::string(R"({"callSetDbId":"s","genotypeValue":")") +
               genotype + R"(","variantDbId":"v)" + std::to_string(i) + R"("})";
    }
    return out + "]},\"metadata\":{}}";
}

std::string with_length(const std::string& body, const std::string& more = "") {
    return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + more +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string in_chunks(const std::string& body) {
    std::string out = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (std::size_t at = 0; at < body.size(); at += 1000) {
        const auto piece = body.substr(at, 1000);
        char size[24];
        std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
        out += size + piece + "\r\n";
    }
    return out + "0\r\n\r\n";
}

std::string packed(const std::string& body) {
    const auto coder = streaming::make_encoder(streaming::coding::gzip);
    text_buffer out;
    coder->encode(body, true, out);
    return std::string(out.view());
}

class answer_judge_test : public testing::Test {
 protected:
    /// What comes of an answer that arrives in pieces: its sums, or the kind of error.
    std::string judge(
        const std::string& answer,
        std::size_t piece = 1 << 20,
        const planned_request& request = as_json,
        const known_answer* known = nullptr
    ) {
        try {
            judge_.restart(request, known);
            bool complete = false;
            for (std::size_t at = 0; at < answer.size(); at += piece) {
                EXPECT_FALSE(complete);
                complete = judge_.feed(std::string_view(answer).substr(at, piece));
            }
            if (!complete) judge_.end_of_stream();
            sums_ = judge_.finish();
            return "right";
        } catch (const bad_answer& e) {
            return e.kind();
        }
    }

    stretch_budget budget_;
    answer_judge judge_{budget_};
    answer_sums sums_;
};

TEST_F(answer_judge_test, framing_and_packing_make_no_difference) {
    const auto body = body_of(5000);
    ASSERT_EQ(judge(with_length(body)), "right");
    const auto usual = sums_;
    EXPECT_EQ(usual.items, 5000U);
    const std::string until_close = "HTTP/1.1 200 OK\r\n\r\n" + body;
    const auto gzip = with_length(packed(body), "Content-Encoding: gzip\r\n");
    for (const auto& answer : {in_chunks(body), until_close, gzip}) {
        for (const std::size_t piece : {1UL, 777UL, 100'000UL, 1UL << 20}) {
            EXPECT_EQ(judge(answer, piece), "right");
            EXPECT_EQ(sums_, usual);
            EXPECT_EQ(judge_.decoded_bytes(), body.size());
        }
    }
}

TEST_F(answer_judge_test, says_whether_the_connection_stays) {
    ASSERT_EQ(judge(with_length(body_of(1))), "right");
    EXPECT_TRUE(judge_.keeps_connection());
    ASSERT_EQ(judge(with_length(body_of(1), "Connection: close\r\n")), "right");
    EXPECT_FALSE(judge_.keeps_connection());
    ASSERT_EQ(judge("HTTP/1.1 200 OK\r\n\r\n" + body_of(1)), "right");
    EXPECT_FALSE(judge_.keeps_connection());
    ASSERT_EQ(judge("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}"), "right");
    EXPECT_FALSE(judge_.keeps_connection());
}

TEST_F(answer_judge_test, whatever_is_cut_is_short) {
    const auto body = body_of(200);
    for (const auto& answer : {with_length(body), in_chunks(body)}) {
        for (std::size_t size = 0; size < answer.size(); size += 97) {
            EXPECT_EQ(judge(answer.substr(0, size)), "short body") << size;
        }
    }
    EXPECT_EQ(judge("HTTP/1.1 200 OK\r\n\r\n" + body.substr(0, body.size() - 1)), "wrong answer");
    const auto gzip = packed(body);
    const auto cut = gzip.substr(0, gzip.size() - 4);
    EXPECT_EQ(judge(with_length(cut, "Content-Encoding: gzip\r\n")), "short body");
}

TEST_F(answer_judge_test, errors_have_their_kinds) {
    const auto body = body_of(3);
    EXPECT_EQ(judge("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone"), "status 404");
    EXPECT_EQ(judge("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"), "status 503");
    EXPECT_EQ(judge("HTTP/1.1 204 No Content\r\n\r\n"), "status 204");
    EXPECT_EQ(judge("220 mail ready, who are you?\r\n\r\n"), "protocol");
    EXPECT_EQ(judge(with_length(body) + "x"), "protocol");
    EXPECT_EQ(judge(with_length(body, "Transfer-Encoding: chunked\r\n")), "protocol");
    EXPECT_EQ(judge(with_length(body, "Content-Encoding: br\r\n")), "protocol");
    EXPECT_EQ(judge("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"), "protocol");
    EXPECT_EQ(judge("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"), "protocol");
    EXPECT_EQ(judge("HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x')), "protocol");
    EXPECT_EQ(judge(with_length("<html>")), "wrong answer");
    EXPECT_EQ(judge(with_length(body, "Content-Encoding: gzip\r\n")), "wrong answer");
    EXPECT_EQ(judge(with_length(body), 1 << 20, as_ndjson), "wrong answer");
}

TEST_F(answer_judge_test, an_interim_answer_is_none) {
    EXPECT_EQ(judge("HTTP/1.1 100 Continue\r\n\r\n" + with_length(body_of(2)), 5), "right");
    EXPECT_EQ(sums_.items, 2U);
}

TEST_F(answer_judge_test, later_answers_must_say_the_same) {
    const auto body = body_of(20'000);  // many stretches
    ASSERT_EQ(judge(with_length(body)), "right");
    const auto first = judge_.remember();
    EXPECT_GT(first.stretches.size(), 10U);
    EXPECT_EQ(judge(in_chunks(body), 5000, as_json, &first), "right");
    EXPECT_EQ(sums_, first.sums);

    // The same calls written in another way, from the middle on.
    auto blank = body;
    blank.insert(blank.find(",{", body.size() / 2) + 1, " ");
    EXPECT_EQ(judge(with_length(blank), 5000, as_json, &first), "right");
    EXPECT_EQ(sums_, first.sums);

    for (const std::size_t from : {std::size_t{0}, body.size() / 2, body.size() - 200}) {
        auto lie = body;
        lie[lie.find("0|1", from)] = '1';
        EXPECT_EQ(judge(with_length(lie), 5000, as_json, &first), "wrong answer") << from;
    }
    EXPECT_EQ(judge(with_length(body_of(19'999)), 5000, as_json, &first), "wrong answer");
    EXPECT_EQ(
        judge(with_length(body.substr(0, body.size() - 1)), 5000, as_json, &first), "wrong answer"
    );
}

TEST_F(answer_judge_test, an_ndjson_answer_must_end_as_the_first_one_did) {
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n\r\n";
    const std::string line = R"({"callSetDbId":"s","genotypeValue":"0","variantDbId":"v"})"
                             "\n";
    const auto whole = head + line + line + "{\"complete\":true,\"count\":2}\n";
    ASSERT_EQ(judge(whole, 9, as_ndjson), "right");
    const auto first = judge_.remember();
    EXPECT_EQ(judge(whole, 9, as_ndjson, &first), "right");
    EXPECT_EQ(judge(head + line + line, 9, as_ndjson, &first), "wrong answer");
    EXPECT_EQ(
        judge(head + line + "{\"complete\":true,\"count\":2}\n", 9, as_ndjson), "wrong answer"
    );
}

}  // namespace
}  // namespace callstream::load
