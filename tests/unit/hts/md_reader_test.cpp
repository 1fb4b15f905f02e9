#include "engine/hts/md_reader.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace callstream::hts {
namespace {

/// What it says along operations: of X and D the reference, `-` where it is not told.
std::string read(std::string_view text, const std::vector<std::pair<std::uint32_t, char>>& cigar) {
    md_reader md(text);
    std::string out;
    for (const auto& [bases, kind] : cigar) {
        text_buffer found;
        if (kind == 'X') {
            out += md.differing(bases, found) ? std::string(found.view()) : "-";
            EXPECT_EQ(found.empty(), out.ends_with('-'));
        } else if (kind == 'D') {
            const auto deleted = md.deleted(bases);
            out += deleted.empty() ? "-" : std::string(deleted);
        } else {
            out += md.pass(bases) ? "" : "-";
        }
        out += ' ';
    }
    return out;
}

TEST(md_reader, tells_the_reference_of_mismatches_and_deletions) {
    EXPECT_EQ(read("10A5^AC6", {{16, 'M'}, {2, 'D'}, {6, 'M'}}), " AC  ");
    EXPECT_EQ(read("2A0C1", {{2, '='}, {2, 'X'}, {1, '='}}), " AC  ");
    EXPECT_EQ(read("0A0^T0G0", {{1, 'X'}, {1, 'D'}, {1, 'X'}}), "A T G ");
    EXPECT_EQ(read("4", {{2, 'M'}, {2, 'M'}}), "  ");
    EXPECT_EQ(read("2^NN3", {{2, 'M'}, {2, 'D'}, {3, 'M'}}), " NN  ");
}

TEST(md_reader, tells_nothing_from_where_it_does_not_fit_on) {
    EXPECT_EQ(read("4", {{2, 'M'}, {1, 'D'}, {2, 'M'}}), " - - ");
    EXPECT_EQ(read("3A1", {{2, '='}, {2, 'X'}, {1, '='}}), " - - ");
    EXPECT_EQ(read("2A0", {{2, '='}, {2, 'X'}}), " - ");
    EXPECT_EQ(read("2^A2", {{2, 'M'}, {2, 'D'}}), " - ");
    EXPECT_EQ(read("2^A2", {{4, 'M'}}), "- ");
    EXPECT_EQ(read("", {{1, 'M'}}), "- ");
    EXPECT_EQ(read("?", {{1, 'X'}}), "- ");
    EXPECT_EQ(read("99999999999999999999", {{1, 'M'}}), "- ");
}

}  // namespace
}  // namespace callstream::hts
