#include "server/load/answer_items.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace callstream::load {
namespace {

/// What an answer says when it comes in pieces of `size`.
answer_items read(subject s, std::string_view text, std::size_t size = 1 << 20) {
    json_scanner json;
    answer_items items(s);
    for (std::size_t at = 0; at < text.size(); at += size) json.feed(text.substr(at, size), items);
    json.end(items);
    return items;
}

answer_sums sums(subject s, std::string_view text) {
    const auto whole = read(s, text).sums();
    for (const std::size_t size : {1U, 2U, 7U}) {
        EXPECT_EQ(read(s, text, size).sums(), whole) << "in pieces of " << size;
    }
    return whole;
}

std::string call(const std::string& call_set, const std::string& variant, const std::string& gt) {
    return R"({"callSetDbId":")" + call_set + R"(","callSetName":"x","genotypeValue":")" + gt +
           R"(","genotype":{"values":[")" + gt + R"("]},"variantDbId":")" + variant +
           R"(","genotypeMetadata":[{"fieldValue":"5"}],"additionalInfo":{}})";
}

std::string page(const std::string& items) {
    return R"({"@context":["c"],"result":{"sepPhased":"|","data":[)" + items +
           R"(]},"metadata":{"pagination":{"totalCount":7},"status":[{"message":"well"}]}})";
}

TEST(answer_items, calls_are_the_same_as_json_and_as_ndjson) {
    const auto json =
        sums(subject::calls, page(call("s1", "v1", "0|1") + "," + call("s2", "v1", "1/1")));
    const auto ndjson = sums(
        subject::calls,
        R"({"metadata":{"pagination":{}},"result":{"sepPhased":"|"}})"
        "\n" +
            call("s1", "v1", "0|1") + "\n" + call("s2", "v1", "1/1") +
            "\n{\"nextPageToken\":\"t\"}\n{\"complete\":true,\"count\":2}\n"
    );
    EXPECT_EQ(json.items, 2U);
    EXPECT_EQ(ndjson.items, 2U);
    EXPECT_EQ(json.checksum, ndjson.checksum);
    EXPECT_NE(json.checksum, 0U);
    EXPECT_TRUE(ndjson.says_complete);
}

TEST(answer_items, order_blanks_escapes_and_further_members_make_no_difference) {
    const auto usual =
        sums(subject::calls, page(call("s1", "v1", "0|1") + "," + call("s2", "v\u00e9", "1")));
    const auto other = sums(
        subject::calls,
        R"( {"metadata" : {}, "result": { "data" : [
            {"variantDbId": "v\u00E9", "genotypeValue":"\u0031", "callSetDbId":"s2", "more":[1,{"callSetDbId":"no"}]},
            {"genotypeValue":"0|1","variantDbId":"v1","callSetDbId":"s\u0031"} ] } } )"
    );
    EXPECT_EQ(usual, other);
}

TEST(answer_items, what_is_said_makes_a_difference) {
    const auto usual =
        sums(subject::calls, page(call("s1", "v1", "0|1") + "," + call("s2", "v1", "1|1")));
    const std::string others[] = {
        page(call("s1", "v1", "1|0") + "," + call("s2", "v1", "1|1")),
        page(call("s1", "v1", "1|1") + "," + call("s2", "v1", "0|1")),
        page(call("s1", "v2", "0|1") + "," + call("s2", "v1", "1|1")),
        page(call("s1", "v1", "0|1")),
        page(""),
        page(call("s1", "v1", "0|1") + "," + call("s1", "v1", "0|1")),
    };
    for (const auto& other : others)
        EXPECT_NE(sums(subject::calls, other).checksum, usual.checksum);
}

TEST(answer_items, a_genotype_of_brapi_2_0_counts_as_that_of_2_1) {
    const auto old = sums(
        subject::calls,
        page(R"({"callSetDbId":"s1","genotype":{"values":["AA"]},"variantDbId":"v1"})")
    );
    const auto now = sums(
        subject::calls, page(R"({"callSetDbId":"s1","genotypeValue":"AA","variantDbId":"v1"})")
    );
    EXPECT_EQ(old, now);
}

TEST(answer_items, pages_add_up_to_the_whole) {
    const auto a = call("s1", "v1", "0|1");
    const auto b = call("s1", "v2", "1|1");
    EXPECT_EQ(
        sums(subject::callsets, page(a)).checksum + sums(subject::callsets, page(b)).checksum,
        sums(subject::callsets, page(b + "," + a)).checksum
    );
}

TEST(answer_items, a_matrix_is_the_same_as_json_and_as_ndjson) {
    const auto json = sums(
        subject::matrix,
        R"({"@context":["c"],"result":{"callSetDbIds":["s1","s2"],"variantSetDbIds":["p"],"dataMatrices":)"
        R"([{"dataMatrixAbbreviation":"GT","dataMatrix":[["0|1","1"],["0",null]]}],)"
        R"("variantDbIds":["v1","v2"],"pagination":[{"dimension":"VARIANTS"}]},"metadata":{}})"
    );
    const auto ndjson = sums(
        subject::matrix,
        R"({"metadata":{"datafiles":[]},"result":{"callSetDbIds":["s1","s2"],"variantSetDbIds":["p"]}})"
        "\n"
        R"({"variantDbId":"v1","GT":["0|1","1"]})"
        "\n"
        R"({"variantDbId":"v2","GT":["0",null]})"
        "\n"
        R"({"complete":true,"count":2})"
        "\n"
    );
    EXPECT_EQ(json.items, 4U);
    EXPECT_EQ(ndjson.items, 4U);
    EXPECT_EQ(json.checksum, ndjson.checksum);
}

TEST(answer_items, rows_and_cells_of_a_matrix_have_their_places) {
    const auto with = [](const std::string& rows) {
        return sums(
                   subject::matrix, R"({"result":{"dataMatrices":[{"dataMatrix":[)" + rows + "]}]}}"
        )
            .checksum;
    };
    EXPECT_NE(with(R"(["0","1"],["1","1"])"), with(R"(["1","1"],["0","1"])"));
    EXPECT_NE(with(R"(["0","1"])"), with(R"(["1","0"])"));
    EXPECT_NE(with(R"(["0","1"])"), with(R"(["01"])"));
    EXPECT_NE(with(R"(["1"])"), with("[1]"));
}

TEST(answer_items, bases_are_one_sequence) {
    const auto some =
        sums(subject::bases, R"({"metadata":{},"result":{"offset":0,"sequence":"ACGTACGTNN"}})");
    EXPECT_EQ(some.items, 10U);
    EXPECT_NE(some, sums(subject::bases, R"({"result":{"sequence":"ACGTACGTNA"}})"));
    EXPECT_NE(some, sums(subject::bases, R"({"result":{"sequence":"ACGTACGTN"}})"));
}

TEST(answer_items, variants_are_what_and_where_they_are) {
    const auto with = [](const std::string& members) {
        return sums(subject::variants, page("{" + members + "}"));
    };
    const auto usual = with(
        R"("variantDbId":"v","start":4,"end":5,"referenceBases":"G","alternateBases":["A","T"],"updated":"today")"
    );
    EXPECT_EQ(usual.items, 1U);
    EXPECT_EQ(
        usual,
        with(
            R"("alternateBases":["A","T"],"end":5,"start":4,"referenceBases":"G","variantDbId":"v")"
        )
    );
    EXPECT_NE(
        usual,
        with(
            R"("alternateBases":["T","A"],"end":5,"start":4,"referenceBases":"G","variantDbId":"v")"
        )
    );
    EXPECT_NE(
        usual,
        with(
            R"("alternateBases":["A","T"],"end":5,"start":3,"referenceBases":"G","variantDbId":"v")"
        )
    );
}

TEST(answer_items, lines_that_are_missing_are_noticed) {
    const auto text = call("s1", "v1", "0|1") + "\n{\"complete\":true,\"count\":";
    EXPECT_TRUE(read(subject::calls, text + "1}\n").counts_agree());
    EXPECT_FALSE(read(subject::calls, text + "2}\n").counts_agree());
}

TEST(json_scanner, refuses_what_is_no_json) {
    const std::string deep(65, '[');
    const std::string wrong[] = {
        "{",
        "[1",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\" 1}",
        "[1,]",
        "[,1]",
        "{,}",
        "{\"a\":1,}",
        "]",
        "}",
        "[}",
        "{]",
        "\"open",
        "[1 2]",
        "{\"a\":1 \"b\":2}",
        "[tru]",
        "[01x]",
        "[\"\\x\"]",
        "[\"\\u12g4\"]",
        "[\"\n\"]",
        "[nan]",
        "<html>",
        deep,
        "[1111111111111111111111111111111111111111111111111111]",
        "[\"a\":1]"};
    for (const auto& text : wrong) {
        for (const std::size_t size : {1U, 100U}) {
            EXPECT_THROW(read(subject::calls, text, size), std::runtime_error) << text;
        }
    }
}

TEST(json_scanner, takes_what_is_json) {
    const std::string right[] = {
        "",
        " ",
        "1",
        "[]",
        "{}",
        "[[],{},\"\",-1.5e3,true,false,null]",
        "{\"a\":{\"b\":[{}]}}",
        "1 2\n3",
        "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\ud83d\\ude00\\ud83d\"]"};
    for (const auto& text : right) {
        for (const std::size_t size : {1U, 100U}) {
            EXPECT_NO_THROW(read(subject::calls, text, size)) << text;
        }
    }
}

TEST(text_hash, does_not_depend_on_where_it_was_cut) {
    const std::string text = "The quick brown fox jumps over the lazy dog.";
    const auto whole = hash_of(text);
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        text_hash h;
        h.add(std::string_view(text).substr(0, cut));
        h.add(std::string_view(text).substr(cut));
        EXPECT_EQ(h.value(), whole) << cut;
    }
    EXPECT_NE(hash_of(""), hash_of(std::string_view("\0", 1)));
    EXPECT_NE(hash_of("abcdefgh"), hash_of(std::string_view("abcdefgh\0", 9)));
}

}  // namespace
}  // namespace callstream::load
