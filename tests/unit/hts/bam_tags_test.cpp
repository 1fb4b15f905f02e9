#include "engine/hts/bam_tags.hpp"

#include "engine/core/error.hpp"
#include "tests/support/results.hpp"

#include <gtest/gtest.h>

#include <string>

namespace callstream::hts {
namespace {

using namespace std::string_literals;

std::span<const std::uint8_t> bytes_of(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

TEST(bam_tags, come_one_after_the_other_with_their_values) {
    const std::string text = "XAA!"s + "XCC\xff"s + "XSs\1\2"s + "RGZone\0"s + "XHH1AF\0"s +
                             "XBBS\2\0\0\0abcd"s + "XEBf\0\0\0\0"s;
    bam_tags tags(bytes_of(text));
    std::string seen;
    while (const auto tag = tags.next()) {
        seen += std::string(tag->name) + (tag->is_array ? "B" : "") + tag->type + "=" +
                std::string(tag->text()) + ";";
    }
    EXPECT_EQ(seen, "XAA=!;XCC=\xff;XSs=\1\2;RGZ=one;XHH=1AF;XBBS=abcd;XEBf=;");
}

TEST(bam_tags, are_found_by_name_and_the_first_counts) {
    const std::string text = "NMc\1"s + "RGZone\0"s + "RGZtwo\0"s;
    EXPECT_EQ(find_tag(bytes_of(text), "RG")->text(), "one");
    EXPECT_FALSE(find_tag(bytes_of(text), "MD"));
    EXPECT_FALSE(find_tag({}, "MD"));
}

TEST(bam_tags, beyond_their_end_are_damage) {
    for (const auto& text :
         {"X"s,
          "XA"s,
          "XAi123"s,
          "XAZopen"s,
          "XAB"s,
          "XABi\2\0\0\0abcd"s,
          "XA?1"s,
          "XABZ\1\0\0\0a"s,
          "XABd\xff\xff\xff\xff"s}) {
        EXPECT_EQ(
            testing::damage_text([&] { find_tag(bytes_of(text), "YY"); }),
            "the tags of a record are malformed"
        ) << text;
    }
}

}  // namespace
}  // namespace callstream::hts
