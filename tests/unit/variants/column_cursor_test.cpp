#include "engine/variants/column_cursor.hpp"

#include "engine/variants/set_cursor.hpp"
#include "tests/support/results.hpp"
#include "tests/support/vcf_builder.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

namespace callstream::variants {
namespace {

using testing::has_value;
using testing::vcf_builder;

/// Files with names, duplicates, an undeclared contig and records without GT; none of them has
/// anything in common with its neighbour but the samples.
class column_cursor_test : public ::testing::Test {
 protected:
    void SetUp() override {
        add("1", 40, "late");
        add("1", 0, "1");
        add("undeclared", 25, "2");
    }
    void add(const std::string& contig, int records, const std::string& second) {
        vcf_builder file;
        file.samples({"a", "b", "c", "d"});
        for (int i = 0; i < records; ++i) {
            const std::string at = i % 3 == 0 ? "0|1" : i % 5 == 0 ? "./." : "1/1/0";
            const std::string name = i % 4 == 0 ? "." : "rs" + std::to_string(i);
            const auto& where = i < records / 2 ? contig : second;
            if (i % 7 == 2) {
                file.record(where, 100 + i / 3, "DP", {"1", "2", "3", "4"}, name);
            } else {
                file.record(where, 100 + i / 3, "GT:DP", {"0/0:1", at + ":2", "1:3", "0/0"}, name);
            }
        }
        const auto path = dir / (std::to_string(files.size()) + ".vcf.gz");
        file.write_vcf_gz(path, 300);
        files.push_back(variant_file::open(path).value());
        ASSERT_TRUE(has_value(files.back()->make_index(state, {})));
    }
    void make_columns() {
        for (const auto& file : files) {
            std::atomic<std::uint64_t> bytes{0};
            ASSERT_TRUE(has_value(file->make_columns(state, bytes, {})));
            ASSERT_NE(file->columns(), nullptr);
        }
    }
    set_cursor cursor() const {
        return set_cursor(set_view(files), hts::wanted_fields::all, wanted);
    }

    static std::string text_at(const set_cursor& at, const hts::record& r) {
        std::string out(at.reader().contig_name(r.contig));
        out += ":" + std::to_string(r.pos0) + "+" + std::to_string(r.length) + "~" +
               std::to_string(at.duplicate()) + " " + std::string(r.name) + " #" +
               std::to_string(at.ordinal()) + " " + std::to_string(r.allele_count);
        for (const auto& field : r.fields) {
            out += " " + std::string(at.reader().field_name(field.key)) +
                   std::to_string(static_cast<int>(field.type)) + "x" +
                   std::to_string(field.per_sample);
            for (const auto byte : field.bytes) out += " " + std::to_string(byte);
        }
        return out;
    }
    static std::vector<std::string> rest(set_cursor& at, std::vector<set_place>* places = nullptr) {
        std::vector<std::string> out;
        while (const auto* r = at.next()) {
            out.push_back(text_at(at, *r));
            if (places != nullptr) places->push_back(at.here());
        }
        return out;
    }
    std::vector<std::string> whole(std::vector<set_place>* places = nullptr) const {
        auto at = cursor();
        EXPECT_TRUE(at.rewind());
        return rest(at, places);
    }

    testing::temp_dir dir;
    std::filesystem::path state = dir / "state";
    file_list files;
    wanted_columns wanted =
        std::make_shared<const std::vector<std::uint32_t>>(std::vector<std::uint32_t>{2, 1});
};

TEST_F(column_cursor_test, a_narrowed_record_has_gt_alone_in_the_order_that_is_wanted) {
    const auto all = whole();
    ASSERT_EQ(all.size(), 65U);
    EXPECT_EQ(all[0], "1:99+1~1  #0 2 GT1x2 4 129 2 5");
    EXPECT_EQ(all[2], "1:99+1~3 rs2 #2 2");
}

TEST_F(column_cursor_test, columns_give_what_records_give) {
    std::vector<set_place> places_before;
    const auto before = whole(&places_before);
    make_columns();
    std::vector<set_place> places;
    EXPECT_EQ(whole(&places), before);
    EXPECT_EQ(places, places_before);
    EXPECT_EQ(whole(), before) << "also where no place is asked for";
}

TEST_F(column_cursor_test, seeks_and_resumes_at_every_record) {
    std::vector<set_place> places;
    const auto all = whole(&places);
    make_columns();
    for (std::size_t i = 0; i <= all.size(); ++i) {
        const std::vector<std::string> expected(all.begin() + static_cast<long>(i), all.end());
        auto sought = cursor();
        ASSERT_TRUE(sought.seek(i));
        EXPECT_EQ(rest(sought), expected) << i;
        EXPECT_EQ(sought.records_at_end(), 65U);
        if (i == all.size()) break;
        auto resumed = cursor();
        ASSERT_TRUE(resumed.resume(places[i]).value()) << i;
        std::vector<set_place> more;
        EXPECT_EQ(rest(resumed, &more), expected) << i;
        EXPECT_EQ(more, std::vector(places.begin() + static_cast<long>(i), places.end()));
    }
}

TEST_F(column_cursor_test, skips_to_chosen_records) {
    const auto all = whole();
    make_columns();
    for (const std::uint64_t step : {2U, 7U, 20U, 39U}) {
        auto at = cursor();
        ASSERT_TRUE(at.seek(0));
        for (std::uint64_t i = 0; i < all.size(); i += step) {
            const auto* r = at.next_at(i);
            ASSERT_EQ(text_at(at, *r), all[i]);
            if (i % 3 == 0) {
                EXPECT_EQ(at.here().ordinal(), i);
            }
        }
    }
}

TEST_F(column_cursor_test, a_place_that_counts_otherwise_is_read_from_its_record) {
    std::vector<set_place> places;
    const auto all = whole(&places);
    make_columns();
    auto place = places[10];
    place.point.ordinal = 17;
    auto at = cursor();
    ASSERT_TRUE(at.resume(place).value());
    const auto* r = at.next();
    EXPECT_EQ(r->pos0, 102);
    EXPECT_EQ(at.ordinal(), 17U);
    place.point.check ^= 1;
    EXPECT_FALSE(cursor().resume(place).value());
}

TEST_F(column_cursor_test, damaged_columns_are_passed_over) {
    const auto all = whole();
    make_columns();
    const auto path = derived_files::in(state, files[0]->provisional_fingerprint()).columns;
    std::string bytes = testing::read_file(path);
    bytes[5] ^= 1;  // of the first tile
    testing::write_file(path, bytes);
    ASSERT_TRUE(files[0]->find_columns(state));
    EXPECT_EQ(whole(), all);
    EXPECT_EQ(files[0]->columns(), nullptr) << "from now on";
    EXPECT_EQ(whole(), all);
    std::atomic<std::uint64_t> done{0};
    ASSERT_TRUE(has_value(files[0]->make_columns(state, done, {})));
    EXPECT_GT(done, 0U) << "they were made anew";
    EXPECT_NE(files[0]->columns(), nullptr);
    EXPECT_EQ(whole(), all);
}

TEST_F(column_cursor_test, columns_of_another_file_are_not_taken) {
    make_columns();
    const auto of = [&](std::size_t file) {
        return derived_files::in(state, files[file]->provisional_fingerprint()).columns;
    };
    std::filesystem::copy_file(of(2), of(0), std::filesystem::copy_options::overwrite_existing);
    const auto again = variant_file::open(files[0]->path()).value();
    ASSERT_TRUE(again->find_index(state, {}));
    EXPECT_EQ(again->columns(), nullptr);
    std::filesystem::remove(of(2));
    const auto without = variant_file::open(files[2]->path()).value();
    ASSERT_TRUE(without->find_index(state, {}));
    EXPECT_EQ(without->columns(), nullptr);
}

}  // namespace
}  // namespace callstream::variants
