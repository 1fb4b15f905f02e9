#include "server/refget/sequence_id.hpp"

#include <gtest/gtest.h>

#include <string>

namespace callstream::refget {
namespace {

// Of ACGT, as the specification of refget has it.
const std::string md5 = "f1f8f4bf413b16ad135722aa4591043e";
const std::string t24u = "aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2";
const std::string trunc512 = "68a178f7c740c5c240aa67ba41843b119d3bf9f8b0f0ac36";
const reference::sequence_digests acgt{md5, t24u};

std::string upper(std::string text) {
    for (char& c : text) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return text;
}

TEST(sequence_id, every_spelling_names_the_sequence) {
    for (const auto& text :
         {md5,
          upper(md5),
          "md5:" + md5,
          "MD5:" + md5,
          "SQ." + t24u,
          "ga4gh:SQ." + t24u,
          trunc512,
          upper(trunc512),
          "trunc512:" + trunc512,
          "TRUNC512:" + trunc512}) {
        const auto id = read_sequence_id(text);
        ASSERT_TRUE(id) << text;
        EXPECT_TRUE(id->names(acgt)) << text;
        EXPECT_FALSE(id->names({upper(md5), upper(t24u)})) << text;
    }
    EXPECT_EQ(trunc512_of(t24u), trunc512);
}

TEST(sequence_id, others_name_nothing) {
    for (const auto& text :
         {std::string(),
          std::string("chr1"),
          md5.substr(1),
          md5 + "0",
          "g" + md5.substr(1),
          "SQ." + t24u.substr(1),
          "SQ." + t24u + "A",
          "SQ.!" + t24u.substr(1),
          "sq." + t24u,
          "ga4gh:" + md5,
          "ga4gh:" + t24u,
          "md5:SQ." + t24u,
          std::string("insdc:CM000663.2")}) {
        EXPECT_FALSE(read_sequence_id(text)) << text;
    }
}

}  // namespace
}  // namespace callstream::refget
