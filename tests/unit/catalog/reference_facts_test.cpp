#include "engine/catalog/reference_facts.hpp"

#include "tests/support/results.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace callstream::catalog {
namespace {

using ::testing::ElementsAre;
using testing::error_text;

TEST(reference_facts, every_column_is_read) {
    const auto table = read_reference_table(
        "additionalInfo\tname\tcommonCropName\texternalReferenceId\texternalReferenceSource\t"
        "isDerived\tmd5checksum\tsourceAccessions\tsourceDivergence\tsourceGermplasmDbId\t"
        "sourceGermplasmName\tsourceURI\tspeciesTerm\tspeciesTermURI\n"
        "{\"a\":1}\t1\tMaize\tx;y\tDOI\ttrue\tABC0\tA.1;B.2\t0.25\tg1;g2\tG1;G2\thttp://u\tZea "
        "mays\tT:1\n"
    );
    ASSERT_TRUE(testing::has_value(table));
    const auto& facts = table->at("1");
    EXPECT_EQ(facts.additional_info, "{\"a\":1}");
    EXPECT_EQ(facts.crop, "Maize");
    ASSERT_EQ(facts.external_references.size(), 2U);
    EXPECT_EQ(facts.external_references[1].id, "y");
    EXPECT_EQ(facts.is_derived, true);
    EXPECT_EQ(facts.md5, "abc0");
    EXPECT_THAT(facts.source_accessions, ElementsAre("A.1", "B.2"));
    EXPECT_EQ(facts.source_divergence, 0.25);
    ASSERT_EQ(facts.germplasm.size(), 2U);
    EXPECT_EQ(facts.germplasm[1].id, "g2");
    EXPECT_EQ(facts.germplasm[1].name, "G2");
    EXPECT_EQ(facts.source_uri, "http://u");
    EXPECT_EQ(facts.species_term, "Zea mays");
    EXPECT_EQ(facts.species_uri, "T:1");
}

TEST(reference_facts, empty_cells_say_nothing) {
    const auto table =
        read_reference_table("name\tisDerived\tsourceDivergence\tsourceGermplasmName\n1\t\t\tG\n");
    ASSERT_TRUE(testing::has_value(table));
    const auto& facts = table->at("1");
    EXPECT_EQ(facts.is_derived, std::nullopt);
    EXPECT_EQ(facts.source_divergence, std::nullopt);
    ASSERT_EQ(facts.germplasm.size(), 1U);
    EXPECT_EQ(facts.germplasm[0].id, "");
}

TEST(reference_facts, what_makes_no_sense_is_named) {
    const std::pair<const char*, const char*> table[] = {
        {"name\tcolour\n1\tred\n", "has an unknown column: colour"},
        {"sourceURI\nx\n", "has no column 'name' with the names of the sequences"},
        {"name\n1\n1\n", "has the sequence '1' twice"},
        {"name\tisDerived\n1\tyes\n",
         "has the sequence '1', which wants true or false for isDerived"},
        {"name\tsourceDivergence\n1\t1.5\n",
         "has the sequence '1', which wants a number from 0 to 1 for sourceDivergence"},
        {"name\tsourceDivergence\n1\t0.5x\n",
         "has the sequence '1', which wants a number from 0 to 1 for sourceDivergence"},
        {"name\tsourceGermplasmDbId\tsourceGermplasmName\n1\ta\tb;c\n",
         "has the sequence '1', which has another number of sourceGermplasmName than of "
         "sourceGermplasmDbId"},
    };
    for (const auto& [text, wanted] : table) {
        EXPECT_EQ(error_text(read_reference_table(text)), wanted);
    }
}

}  // namespace
}  // namespace callstream::catalog
