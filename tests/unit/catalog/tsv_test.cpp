#include "engine/catalog/tsv.hpp"

#include "tests/support/results.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace callstream::catalog {
namespace {

using ::testing::ElementsAre;
using testing::error_text;
using ::testing::IsEmpty;

TEST(tsv, rows_have_the_columns_of_the_first_line) {
    const auto table = parse_tsv("a\tb\n1\t2\n\t\n").value();
    EXPECT_THAT(table.columns, ElementsAre("a", "b"));
    EXPECT_THAT(table.rows, ElementsAre(ElementsAre("1", "2"), ElementsAre("", "")));
}

TEST(tsv, what_spreadsheets_write_is_read) {
    const auto table = parse_tsv("\xEF\xBB\xBF#a\tb\r\n\r\n1\t2 \r\n3\t4").value();
    EXPECT_THAT(table.columns, ElementsAre("a", "b"));
    EXPECT_THAT(table.rows, ElementsAre(ElementsAre("1", "2 "), ElementsAre("3", "4")));
    EXPECT_THAT(parse_tsv("a\n").value().rows, IsEmpty());
}

TEST(tsv, wrong_lines_are_named) {
    const std::pair<const char*, const char*> table[] = {
        {"", "has no line of column names"},
        {"\n\n", "has no line of column names"},
        {"a\tb\n\n1\n", "line 3 has 1 cells instead of 2"},
        {"a\n1\t2\n", "line 2 has 2 cells instead of 1"},
        {"a\tb\ta\n", "line 1 has the column 'a' twice"},
    };
    for (const auto& [text, wanted] : table) EXPECT_EQ(error_text(parse_tsv(text)), wanted) << text;
}

}  // namespace
}  // namespace callstream::catalog
