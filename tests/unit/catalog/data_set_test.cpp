#include "engine/catalog/data_set.hpp"

#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace callstream::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class data_set_test : public ::testing::Test {
 protected:
    std::shared_ptr<const data_set> read(
        const std::string& toml, const std::string& samples = "", const std::string& references = ""
    ) {
        found_data_set found{"barley/2020", {}, {}, {}};
        const auto add = [&](std::optional<found_text>& into, const char* name, const auto& text) {
            if (text.empty()) return;
            testing::write_file(dir / name, text);
            into = found_text{dir / name, name};
        };
        add(found.description, "dataset.toml", toml);
        add(found.samples, "samples.tsv", samples);
        add(found.references, "references.tsv", references);
        const auto made = read_data_set(found, last);
        problems = made->problems;
        last = made;
        return made;
    }
    std::string problem_of(const std::string& toml, const std::string& samples = "") {
        read(toml, samples);
        return problems.size() == 1 ? problems[0].text : std::to_string(problems.size());
    }

    testing::temp_dir dir;
    std::vector<problem> problems;
    std::shared_ptr<const data_set> last;
};

TEST_F(data_set_test, without_a_description_it_is_its_own_study_trial_and_program) {
    const auto d = read("");
    EXPECT_EQ(d->id, "barley.2F2020");
    EXPECT_EQ(d->name, "barley/2020");
    EXPECT_EQ(d->study.id, d->id);
    EXPECT_EQ(d->trial.name, d->name);
    EXPECT_EQ(d->program.id, d->id);
    EXPECT_EQ(d->study_type, "genotype");
    EXPECT_EQ(d->project_id, "default");
    EXPECT_THAT(problems, IsEmpty());
}

TEST_F(data_set_test, everything_of_the_description_is_read) {
    const auto d = read(R"(
        name = "Core collection"
        crop = "barley"
        projectId = "p1"
        [program]
        id = "prog"
        name = "Breeding"
        [trial]
        id = "t"
        [study]
        id = "s"
        name = "Study"
        type = "gwas"
        [contact]
        name = "A. Person"
        email = "a@example.org"
        institute = "Institute"
        [aliases]
        "chr1H" = ["1H", "one"]
    )");
    ASSERT_THAT(problems, IsEmpty());
    EXPECT_EQ(d->name, "Core collection");
    EXPECT_EQ(d->crop, "barley");
    EXPECT_EQ(d->project_id, "p1");
    EXPECT_EQ(d->program.name, "Breeding");
    EXPECT_EQ(d->trial.id, "t");
    EXPECT_EQ(d->trial.name, "Core collection") << "the name of the data set stands in";
    EXPECT_EQ(d->study_type, "gwas");
    EXPECT_EQ(d->about.institute, "Institute");
    EXPECT_THAT(d->contigs.spellings("one"), ElementsAre("one", "chr1H", "1H", "chrone"));
}

TEST_F(data_set_test, samples_are_described_by_columns) {
    const auto d = read(
        "",
        "sample\tsampleDbId\tgermplasmDbId\tgermplasmName\tstudyDbId\texternalReferenceId\t"
        "externalReferenceSource\tplate\n"
        "S1\tid1\tg1\tG 1\tst\ta;b\tX\tP7\n"
        "S2\t\t\t\t\ta;b\tX;Y\t\n"
    );
    ASSERT_THAT(problems, IsEmpty());
    const auto* first = d->find_sample("S1");
    ASSERT_NE(first, nullptr);
    EXPECT_EQ(first->sample_id, "id1");
    EXPECT_EQ(first->germplasm_name, "G 1");
    EXPECT_EQ(first->study_id, "st");
    ASSERT_EQ(first->external_references.size(), 2U);
    EXPECT_EQ(first->external_references[1].id, "b");
    EXPECT_EQ(first->external_references[1].source, "X");
    EXPECT_THAT(first->extra, ElementsAre(std::pair<std::string, std::string>("plate", "P7")));
    EXPECT_EQ(d->find_sample("S2")->external_references[1].source, "Y");
    EXPECT_EQ(d->find_sample("S3"), nullptr);
}

TEST_F(data_set_test, samples_keep_the_order_of_their_rows) {
    const auto d = read("", "sample\nb\nc\na\n");
    EXPECT_THAT(d->sample_order, ElementsAre("b", "c", "a"));
}

TEST_F(data_set_test, what_is_wrong_is_named_and_nothing_of_the_file_is_used) {
    const std::pair<const char*, const char*> table[] = {
        {"name = \"x\"\ncolour = \"red\"", "is not used: it has an unknown key: colour"},
        {"[study]\nage = \"x\"", "is not used: it has an unknown key: study.age"},
        {"name = 7", "is not used: it wants a text in quotes for name"},
        {"study = \"x\"", "is not used: it wants a section [study]"},
        {"[aliases]\na = \"b\"", "is not used: it wants a list of names for aliases.a"},
        {"[aliases]\na = [1]", "is not used: it wants texts in aliases.a"},
    };
    for (const auto& [toml, wanted] : table) EXPECT_EQ(problem_of(toml), wanted) << toml;
    EXPECT_THAT(
        problem_of("name = \"x\"\nname"), ::testing::StartsWith("is not used: it line 2: ")
    );
    EXPECT_EQ(read("name = \"x\"\ncolour = \"red\"")->name, "barley/2020");
    const std::pair<const char*, const char*> tables[] = {
        {"name\nS1\n", "is not used: it has no column 'sample' with the names of the VCF columns"},
        {"sample\nS1\nS1\n", "is not used: it has the sample 'S1' twice"},
        {"sample\nS1\tx\n", "is not used: it line 2 has 2 cells instead of 1"},
        {"sample\texternalReferenceId\texternalReferenceSource\nS1\ta;b;c\tx;y\n",
         "is not used: it sample 'S1' has another number of externalReferenceSource than of "
         "externalReferenceId"},
    };
    for (const auto& [samples, wanted] : tables) EXPECT_EQ(problem_of("", samples), wanted);
}

TEST_F(data_set_test, is_read_again_only_when_its_files_have_changed) {
    const found_data_set found{"d", found_text{dir / "dataset.toml", "dataset.toml"}, {}, {}};
    testing::write_file(dir / "dataset.toml", "name = \"one\"");
    const auto one = read_data_set(found, nullptr);
    EXPECT_EQ(read_data_set(found, one), one);
    testing::replace_file(dir / "dataset.toml", "name = \"two\"");
    const auto two = read_data_set(found, one);
    EXPECT_EQ(two->name, "two");
    EXPECT_EQ(read_data_set({"d", {}, {}, {}}, two)->name, "d");
}

TEST_F(data_set_test, references_are_found_by_the_names_of_their_sequences) {
    const auto d = read("", "", "name\tsourceURI\n1\thttp://x\n");
    EXPECT_THAT(problems, IsEmpty());
    ASSERT_NE(d->find_reference("1"), nullptr);
    EXPECT_EQ(d->find_reference("1")->source_uri, "http://x");
    EXPECT_EQ(d->find_reference("2"), nullptr);
    read("", "", "name\tcolour\n1\tred\n");
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems[0].text, "is not used: it has an unknown column: colour");
    read("", "", "sourceURI\nx\n");
    ASSERT_EQ(problems.size(), 1U);
}

TEST_F(data_set_test, its_assembly_is_described) {
    const auto d = read(
        "[referenceSet]\nassemblyPUI = \"A_1\"\ndescription = \"best\"\n"
        "externalReferenceId = \"a;b\"\nexternalReferenceSource = \"X\"\n"
    );
    EXPECT_EQ(d->assembly.pui, "A_1");
    EXPECT_EQ(d->assembly.description, "best");
    ASSERT_EQ(d->assembly.external_references.size(), 2U);
    EXPECT_EQ(d->assembly.external_references[1].id, "b");
    EXPECT_EQ(
        problem_of("[referenceSet]\nexternalReferenceId = \"a\"\nexternalReferenceSource = \"X;Y\""
        ),
        "is not used: it [referenceSet] has another number of externalReferenceSource than of "
        "externalReferenceId"
    );
}

}  // namespace
}  // namespace callstream::catalog
