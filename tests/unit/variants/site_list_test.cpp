#include "engine/variants/site_list.hpp"

#include "tests/support/results.hpp"
#include "tests/support/vcf_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace callstream::variants {
namespace {

using ::testing::ElementsAre;
using testing::fails_with;
using testing::vcf_builder;

/// Five records at one place, an empty file, a sixth at the same place of another contig.
class site_list_test : public ::testing::Test {
 protected:
    void SetUp() override {
        const std::vector<std::string> cells = {"0|1", "1|1"};
        vcf_builder first;
        first.record("1", 90, "GT", cells, "a");
        for (int i = 0; i < 5; ++i) first.record("1", 100, "GT", cells);
        add(first);
        add(vcf_builder());
        vcf_builder last;
        last.record("2", 100, "GT", cells, "b;c").record("2", 100, "GT", cells);
        add(last);
    }
    void add(const vcf_builder& file) {
        const auto path = dir / (std::to_string(files.size()) + ".vcf.gz");
        file.write_vcf_gz(path);
        files.push_back(variant_file::open(path).value());
    }
    std::vector<std::string> texts(std::shared_ptr<const selection> selected = nullptr) {
        for (const auto& file : files) EXPECT_TRUE(file->make_index(dir / "state", {}));
        const auto list = site_list::of(set_view(files), std::move(selected)).value();
        std::vector<std::string> out;
        for (std::uint64_t i = 0; i < list.size(); ++i) {
            const auto site = list[i];
            out.push_back(
                std::string(site.contig) + ":" + std::to_string(site.pos0) + "~" +
                std::to_string(site.duplicate) + " " + std::string(list.name(i))
            );
        }
        return out;
    }

    testing::temp_dir dir;
    file_list files;
};

TEST_F(site_list_test, numbers_the_records_of_a_place) {
    EXPECT_THAT(
        texts(),
        ElementsAre(
            "1:89~1 a",
            "1:99~1 ",
            "1:99~2 ",
            "1:99~3 ",
            "1:99~4 ",
            "1:99~5 ",
            "2:99~1 b;c",
            "2:99~2 "
        )
    );
}

TEST_F(site_list_test, shows_what_is_selected) {
    const std::vector<std::uint64_t> ordinals = {7, 3, 4};
    EXPECT_THAT(
        texts(std::make_shared<const selection>(ordinals)),
        ElementsAre("1:99~3 ", "1:99~4 ", "2:99~2 ")
    );
}

TEST_F(site_list_test, waits_for_the_index) {
    EXPECT_TRUE(fails_with(site_list::of(set_view(files)), errc::unavailable));
}

}  // namespace
}  // namespace callstream::variants
