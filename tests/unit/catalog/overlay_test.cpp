#include "engine/catalog/overlay.hpp"

#include "engine/catalog/catalog.hpp"
#include "engine/catalog/reads_reference.hpp"
#include "tests/support/vcf_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace callstream::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::vcf_builder;

class overlay_test : public ::testing::Test {
 protected:
    void SetUp() override {
        vcf_builder()
            .samples({"A", "B", "C"})
            .record("1", 5, "GT", {"0|0", "0|1", "1|1"})
            .write_vcf_gz(dir / "beans" / "chip.vcf.gz");
        vcf_builder()
            .record("1", 5, "GT", {"0|0", "0|1"})
            .write_vcf_gz(dir / "peas" / "chip.vcf.gz");
        plain = snapshot::make(scan(dir.path()), nullptr);
    }
    /// `id=name` of all call sets of `beans~chip` as they are shown.
    std::vector<std::string> call_sets() const {
        std::vector<std::string> out;
        const auto now = plain->changed_by(changes);
        const auto* set = now->find_variant_set("beans~chip");
        if (set == nullptr) return out;
        set->each_call_set([&](const call_set& c) {
            out.push_back(c.id() + "=" + c.name());
            return true;
        });
        EXPECT_EQ(out.size(), set->call_set_count());
        return out;
    }

    testing::temp_dir dir;
    std::shared_ptr<const snapshot> plain;
    overlay changes;
};

TEST_F(overlay_test, nothing_changed_is_as_the_files_say) {
    EXPECT_THAT(call_sets(), ElementsAre("beans~chip~A=A", "beans~chip~B=B", "beans~chip~C=C"));
    const auto now = plain->changed_by(changes);
    EXPECT_EQ(now->find_variant_set("beans~chip")->overlay_generation(), 0U);
    EXPECT_EQ(now->data_sets().size(), 2U);
}

TEST_F(overlay_test, call_sets_are_renamed_hidden_and_created) {
    changes.call_sets["beans~chip~A"].name = "Anna";
    changes.call_sets["beans~chip~B"].hidden = true;
    changes.call_sets["beans~chip~nobody"].hidden = true;
    changes.call_sets["nothing"].hidden = true;
    changes.created_call_sets = {
        {"beans~chip~x1", "beans~chip", "new", "s1", "{}", 7},
        {"gone~chip~x", "gone~chip", "x", "", "{}", 0}};
    changes.generations["beans~chip"] = 3;
    EXPECT_THAT(
        call_sets(), ElementsAre("beans~chip~A=Anna", "beans~chip~C=C", "beans~chip~x1=new")
    );
    const auto now = plain->changed_by(changes);
    EXPECT_EQ(now->find_variant_set("beans~chip")->overlay_generation(), 3U);
    EXPECT_EQ(now->find_variant_set("peas~chip")->overlay_generation(), 0U);
    EXPECT_FALSE(now->find_call_set("beans~chip~B"));
    EXPECT_EQ(now->find_call_set("beans~chip~A")->name(), "Anna");
    const auto made = now->find_call_set("beans~chip~x1");
    ASSERT_TRUE(made);
    EXPECT_EQ(made->id(), "beans~chip~x1");
    EXPECT_EQ(made->created()->sample_id, "s1");
    EXPECT_EQ(made->facts(), nullptr);
    EXPECT_EQ(now->find_call_set("beans~chip~C")->created(), nullptr);
}

TEST_F(overlay_test, a_hidden_data_set_hides_what_is_in_it) {
    changes.data_sets["beans"].hidden = true;
    const auto now = plain->changed_by(changes);
    EXPECT_EQ(now->find_variant_set("beans~chip"), nullptr);
    EXPECT_FALSE(now->find_call_set("beans~chip~A"));
    ASSERT_EQ(now->data_sets().size(), 1U);
    EXPECT_EQ(now->data_sets()[0]->id, "peas");
    EXPECT_NE(now->find_variant_set("peas~chip"), nullptr);
}

TEST_F(overlay_test, data_sets_are_renamed_and_created) {
    changes.data_sets["beans"].name = "Broad beans";
    changes.created_data_sets = {
        {"d1", "first", "p", 1}, {"d2", "second", "p", 2}, {"d3", "third", "p", 3}};
    changes.data_sets["d2"].hidden = true;
    changes.data_sets["d3"].name = "renamed";
    const auto now = plain->changed_by(changes);
    EXPECT_EQ(now->data_sets()[0]->name, "Broad beans");
    EXPECT_EQ(now->find_variant_set("beans~chip")->home, now->data_sets()[0]);
    EXPECT_EQ(plain->data_sets()[0]->name, "beans") << "the files say so still";
    std::vector<std::string> names;
    for (const auto& set : now->created_data_sets()) names.push_back(set.id + "=" + set.name);
    EXPECT_THAT(names, ElementsAre("d1=first", "d3=renamed"));
}

TEST_F(overlay_test, whoever_may_see_a_part_sees_it_changed) {
    changes.call_sets["beans~chip~A"].name = "Anna";
    changes.created_data_sets = {{"d1", "first", "p", 1}};
    const auto part = plain->changed_by(changes)->restricted_to({"beans"});
    EXPECT_EQ(part->find_call_set("beans~chip~A")->name(), "Anna");
    EXPECT_EQ(part->find_variant_set("peas~chip"), nullptr);
    EXPECT_THAT(part->created_data_sets(), IsEmpty());
}

}  // namespace
}  // namespace callstream::catalog
