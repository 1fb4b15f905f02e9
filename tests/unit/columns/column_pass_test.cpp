#include "engine/columns/column_pass.hpp"

#include "tests/support/columns_of.hpp"
#include "tests/support/results.hpp"
#include "tests/support/stopped.hpp"
#include "tests/support/test_data.hpp"
#include "tests/support/vcf_builder.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <sys/resource.h>
#include <system_error>

namespace callstream::columns {
namespace {

using testing::all_samples;
using testing::columns_of;
using testing::expect_same_rows;
using testing::fails_with;
using testing::has_value;
using testing::read_file;
using testing::vcf_builder;
using testing::write_file;

constexpr tile_shape small = {.records_max = 7, .raw_bytes_max = 200, .cells_max = 21};

class column_pass : public ::testing::Test {
 protected:
    std::shared_ptr<const column_file> build(const tile_shape& shape = small) {
        const auto made = columns.make(shape);
        EXPECT_TRUE(has_value(made));
        return columns.load().value();
    }
    /// Every sample alone, all together, and some in another order. Returns how many records are
    /// held for all.
    std::uint64_t compare(const column_file& file) {
        for (std::uint32_t s = 0; s < file.samples(); ++s) {
            expect_same_rows(file, columns.data(), {s});
        }
        auto all = all_samples(file);
        if (all.empty()) return 0;
        std::reverse(all.begin(), all.end());
        const auto held = expect_same_rows(file, columns.data(), all);
        all.resize((all.size() + 1) / 2);
        expect_same_rows(file, columns.data(), all);
        return held;
    }

    testing::temp_dir dir;
    columns_of columns{dir / "data", dir.path()};
};

std::vector<std::string> names(int count) {
    std::vector<std::string> out;
    for (int i = 0; i < count; ++i) out.push_back("s" + std::to_string(i));
    return out;
}

/// Genotypes of all kinds in turn, many samples, many blocks.
vcf_builder mixed(int records, int samples = 9) {
    const std::vector<std::string> cells = {
        "0/0", "0|1", "1/1", "./.", "1|.", "0", "0/1/1", "1|0|1|1", ".", "2/3"};
    vcf_builder file;
    file.samples(names(samples));
    for (int i = 0; i < records; ++i) {
        std::vector<std::string> row;
        const int kinds = i % 5 == 0 ? 10 : i % 3 == 0 ? 5 : 3;
        for (int s = 0; s < samples; ++s) {
            row.push_back(cells[static_cast<std::size_t>((i * 7 + s * 3) % kinds)]);
        }
        if (i % 11 == 4) row.assign(row.size(), "5");
        file.record("1", 10 + i, i % 11 == 4 ? "DP" : "GT", row, ".", "C,G,T");
    }
    return file;
}

TEST_F(column_pass, columns_have_what_the_rows_have) {
    write_file(columns.data(), mixed(200).vcf_gz(2000));
    const auto file = build();
    EXPECT_EQ(file->records(), 200U);
    EXPECT_EQ(file->samples(), 9U);
    EXPECT_GT(file->blocks().size(), 20U);
    EXPECT_LT(file->group_samples(), 9U);
    EXPECT_EQ(compare(*file), 200U);
    EXPECT_EQ(columns.bytes_done, std::filesystem::file_size(columns.data()));
    EXPECT_FALSE(std::filesystem::exists(columns.paths.work));
}

TEST_F(column_pass, one_large_tile_has_the_same) {
    write_file(columns.data(), mixed(200).vcf_gz());
    const auto file = build({});
    EXPECT_EQ(file->blocks().size(), 1U);
    EXPECT_EQ(compare(*file), 200U);
}

TEST_F(column_pass, what_records_have_besides_gt_is_known) {
    write_file(columns.data(), mixed(3).vcf_gz());
    EXPECT_FALSE(build()->has(other_field::any)) << "a header that knows a field is no record";
    const auto deep = vcf_builder()
                          .record("1", 1, "GT:DP", {"0/1:1", "0/0:2"})
                          .record("1", 2, "GT:PL", {"0/1:1,2,3", "0/0:1,2,3"});
    write_file(columns.data(), deep.vcf_gz());
    const auto file = build();
    EXPECT_TRUE(file->has(other_field::any));
    EXPECT_TRUE(file->has(other_field::likelihood_phred));
    EXPECT_FALSE(file->has(other_field::likelihood_log10));
    EXPECT_FALSE(file->has(other_field::phase_set));
    EXPECT_FALSE(file->has(other_field::filter));
    EXPECT_FALSE(file->has(other_field::dosage));
}

TEST_F(column_pass, an_undeclared_field_is_seen_too) {
    write_file(columns.data(), vcf_builder().record("1", 1, "GT:ZZ", {"0/1:x", "0/0:y"}).vcf_gz());
    EXPECT_TRUE(build()->has(other_field::any));
}

/// The numbers of a tile have 2, 4 or 8 bits, and more distinct cells are not held.
TEST_F(column_pass, codes_are_as_wide_as_they_must_be) {
    const std::pair<int, unsigned> table[] = {{4, 2}, {5, 4}, {16, 4}, {17, 8}, {256, 8}, {257, 0}};
    for (const auto& [distinct, bits] : table) {
        vcf_builder file;
        file.samples(names(1));
        std::string others = "C";
        for (int i = 1; i < distinct; ++i) others += ",<A" + std::to_string(i) + ">";
        for (int i = 0; i < distinct; ++i) {
            // Alleles beyond 62 need 16 bits: one row has one type, so one with the highest comes
            // along as the second allele.
            const auto cell = std::to_string(i) + "/" + std::to_string(distinct);
            file.record("1", 10 + i, "GT", {cell}, ".", others);
        }
        write_file(columns.data(), file.vcf_gz());
        const auto made = build({});
        const auto tile = made->find_tile(0, 0);
        EXPECT_EQ(tile ? tile->bits : 0, bits) << distinct;
        EXPECT_EQ(compare(*made), bits == 0 ? 0U : static_cast<unsigned>(distinct));
    }
}

TEST_F(column_pass, a_row_that_is_too_large_is_not_held_and_its_neighbours_are) {
    vcf_builder file;
    file.samples(names(3));
    std::string wide = "0";
    for (int i = 0; i < 200; ++i) wide += "/1";
    for (int i = 0; i < 20; ++i) {
        const std::string cell = i == 9 || i == 10 ? wide : "0/1";
        file.record("1", 10 + i, "GT", {cell, "0/0", "1/1"});
    }
    write_file(columns.data(), file.vcf_gz());
    EXPECT_EQ(compare(*build()), 18U);
}

TEST_F(column_pass, files_without_records_or_samples_have_columns_too) {
    write_file(columns.data(), vcf_builder().vcf_gz());
    EXPECT_EQ(build()->records(), 0U);
    write_file(columns.data(), vcf_builder().samples({}).line("1\t5\t.\tA\tC\t.\t.\t.").vcf_gz());
    const auto file = build();
    EXPECT_EQ(file->samples(), 0U);
    EXPECT_EQ(file->records(), 1U);
}

TEST_F(column_pass, goes_on_where_it_was_stopped) {
    write_file(columns.data(), mixed(200).vcf_gz(700));
    (void)build();
    const auto whole = read_file(columns.paths.columns);
    std::filesystem::remove(columns.paths.columns);
    int passes = 0;
    for (;; ++passes) {
        const auto outcome = columns.make(small, testing::stopped());
        if (outcome) break;
        ASSERT_TRUE(fails_with(outcome, errc::unavailable));
        ASSERT_FALSE(std::filesystem::exists(columns.paths.columns));
        ASSERT_LT(passes, 1000);
    }
    EXPECT_GT(passes, 20);
    EXPECT_EQ(read_file(columns.paths.columns), whole);
    EXPECT_FALSE(std::filesystem::exists(columns.paths.work));
}

TEST_F(column_pass, does_not_go_on_with_working_files_that_were_changed) {
    write_file(columns.data(), mixed(200).vcf_gz(700));
    (void)build();
    const auto whole = read_file(columns.paths.columns);
    for (const char* name : {"checkpoint", "tiles", "blocks", "entries"}) {
        for (const int what : {0, 1}) {
            for (int i = 0; i < 3; ++i) (void)columns.make(small, testing::stopped());
            const auto path = columns.paths.work / name;
            std::string bytes = read_file(path);
            if (what == 0) bytes[bytes.size() / 2] ^= 1;
            write_file(path, what == 0 ? bytes : bytes.substr(0, bytes.size() / 2));
            ASSERT_TRUE(has_value(columns.make(small)));
            EXPECT_EQ(read_file(columns.paths.columns), whole) << name;
        }
    }
}

TEST_F(column_pass, starts_anew_when_the_file_is_another_one_or_tiles_are) {
    write_file(columns.data(), mixed(200).vcf_gz(700));
    (void)columns.make(small, testing::stopped());
    EXPECT_EQ(compare(*build({})), 200U);
    (void)columns.make(small, testing::stopped());
    write_file(columns.data(), mixed(30).vcf_gz(700));
    EXPECT_EQ(compare(*build()), 30U);
}

TEST_F(column_pass, a_file_that_is_not_the_one_that_was_indexed_is_refused) {
    write_file(columns.data(), mixed(30).vcf_gz());
    const auto before = testing::subject_of(columns.data());
    const auto pass = [&](const column_subject& subject) {
        return run_column_pass(columns.data(), columns.paths, subject, columns.bytes_done, {});
    };
    auto miscounted = before;
    ++miscounted.records;
    EXPECT_TRUE(fails_with(pass(miscounted), errc::file_replaced));
    testing::replace_file(columns.data(), mixed(31).vcf_gz());
    EXPECT_TRUE(fails_with(pass(before), errc::file_replaced));
    EXPECT_FALSE(std::filesystem::exists(columns.paths.columns));
}

TEST_F(column_pass, a_damaged_file_throws_and_leaves_nothing) {
    std::string bytes = mixed(200).vcf_gz(700);
    write_file(columns.data(), bytes);
    columns.subject = testing::subject_of(columns.data());
    bytes[bytes.size() - 60] ^= 0x10;
    write_file(columns.data(), bytes);
    columns.subject.source = identity_of(columns.data()).value();
    const auto pass = [&] {
        (void)run_column_pass(
            columns.data(), columns.paths, columns.subject, columns.bytes_done, {}, small
        );
    };
    EXPECT_THROW(pass(), damaged_file);
    EXPECT_FALSE(std::filesystem::exists(columns.paths.columns));
    EXPECT_FALSE(std::filesystem::exists(columns.paths.work));
}

/// A limit on the size of files stands for a disk without room: writing fails in the same way.
class small_disk {
 public:
    explicit small_disk(rlim_t bytes) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        handler_ = std::signal(SIGXFSZ, SIG_IGN);
        rlimit now = before_;
        now.rlim_cur = bytes;
        ::setrlimit(RLIMIT_FSIZE, &now);
    }
    ~small_disk() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }

 private:
    rlimit before_{};
    void (*handler_)(int) = SIG_DFL;
};

TEST_F(column_pass, a_full_disk_is_an_error_that_loses_nothing) {
    write_file(columns.data(), mixed(200).vcf_gz(700));
    (void)build();
    const auto whole = read_file(columns.paths.columns);
    for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(fails_with(columns.make(small, testing::stopped()), errc::unavailable));
    }
    const auto kept = read_file(columns.paths.work / "checkpoint");
    {
        const small_disk full(std::filesystem::file_size(columns.paths.work / "tiles") + 100);
        EXPECT_THROW((void)columns.make(small), std::system_error);
    }
    EXPECT_EQ(read_file(columns.paths.columns), whole) << "the columns that were there are";
    EXPECT_EQ(read_file(columns.paths.work / "checkpoint"), kept) << "so is what was done";
    ASSERT_TRUE(has_value(columns.make(small)));
    EXPECT_EQ(read_file(columns.paths.columns), whole);
}

TEST_F(column_pass, a_folder_that_cannot_be_made_throws) {
    write_file(columns.data(), mixed(3).vcf_gz());
    write_file(dir / "no_folder", "");
    columns.paths.work = dir / "no_folder" / "work";
    EXPECT_THROW((void)columns.make(), std::system_error);
}

/// Every cell of every file that can be opened, with tiles of two shapes.
class every_file : public column_pass {
 protected:
    static bool is_readable(const std::filesystem::path& path) {
        try {
            return testing::subject_of(path).records > 0;
        } catch (const std::runtime_error&) {
            return false;
        }
    }
    void compare_below(const std::filesystem::path& top) {
        for (const char* ending : {".vcf.gz", ".vcf.bgz", ".bcf"}) {
            for (const auto& path : testing::files_below(top, ending)) {
                if (!is_readable(path)) continue;
                ++files;
                compare_one(path, {.records_max = 50, .raw_bytes_max = 5000, .cells_max = 900});
                compare_one(path, {});
            }
        }
    }
    void compare_one(const std::filesystem::path& path, const tile_shape& shape) {
        columns_of made(path, dir.path());
        ASSERT_TRUE(has_value(made.make(shape))) << path;
        const auto file = made.load().value();
        if (file->samples() == 0) return;
        held += expect_same_rows(*file, path, all_samples(*file));
        records += file->records();
        const auto last = static_cast<std::uint32_t>(file->samples() - 1);
        expect_same_rows(*file, path, {last});
    }

    int files = 0;
    std::uint64_t records = 0;
    std::uint64_t held = 0;
};

/// Those that ship, and the collection where it is.
TEST_F(every_file, has_its_columns) {
    compare_below(testing::demo_data());
    EXPECT_GT(files, 0);
    EXPECT_EQ(held, records);
    compare_below(testing::collection());
    EXPECT_GT(held, records / 10 * 9) << "repeats have too many alleles, few files have repeats";
}

}  // namespace
}  // namespace callstream::columns
