#include "engine/reference/reference_indexes.hpp"

#include "tests/support/reference_builder.hpp"
#include "tests/support/results.hpp"
#include "tests/support/stopped.hpp"
#include "tests/support/test_data.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace callstream::reference {
namespace {

using testing::error_text;
using testing::fails_with;
using testing::fasta_text;
using testing::has_value;
using ::testing::HasSubstr;
using testing::some_letters;
using testing::write_file;

class reference_indexes_test : public ::testing::Test {
 protected:
    result<reference_indexes> build(const std::filesystem::path& path, std::stop_token stop = {}) {
        return build_indexes(path, progress_, stop);
    }
    result<reference_indexes> build_of(const std::string& bytes) {
        write_file(dir_ / "x.fa", bytes);
        return build(dir_ / "x.fa");
    }
    /// Two sequences, packed in blocks that end within lines.
    void write_packed() {
        const std::string text =
            fasta_text("one", some_letters(5000, 1)) + fasta_text("two", some_letters(7000, 2));
        write_file(dir_ / "x.fa.gz", testing::bgzf_file(text, 1000));
        const auto built = build(dir_ / "x.fa.gz");
        ASSERT_TRUE(has_value(built));
        save_indexes(*built, dir_ / "x.fa.gz.fai", dir_ / "x.fa.gz.gzi");
    }
    testing::temp_dir dir_;
    build_progress progress_;
};

TEST_F(reference_indexes_test, a_pass_makes_what_samtools_makes) {
    int compared = 0;
    for (const char* ending : {".fa", ".fasta", ".fna", ".faa", ".fa.gz", ".fasta.gz"}) {
        for (const auto& top : {testing::demo_data(), testing::collection()}) {
            for (const auto& path : testing::files_below(top, ending)) {
                SCOPED_TRACE(path);
                const auto copy = dir_ / path.filename();
                std::filesystem::copy_file(path, copy);
                std::filesystem::permissions(copy, std::filesystem::perms::owner_all);
                const auto built = build(copy);
                const std::string command = "samtools faidx " + copy.string() + " 2>/dev/null";
                if (!built) {
                    // What samtools cannot read either, or reads at wrong places, or in part.
                    EXPECT_THAT(
                        error_text(built),
                        ::testing::AnyOf(
                            HasSubstr("plain gzip"),
                            HasSubstr("two sequences"),
                            HasSubstr("no name"),
                            HasSubstr("blanks within")
                        )
                    );
                } else {
                    testing::run_tool(command);
                    EXPECT_EQ(
                        built->sequences.to_fai(), testing::read_file(copy.string() + ".fai")
                    );
                    if (built->blocks) {
                        EXPECT_EQ(
                            built->blocks->to_gzi(), testing::read_file(copy.string() + ".gzi")
                        );
                    }
                    EXPECT_EQ(progress_.bytes_done.load(), std::filesystem::file_size(copy));
                    EXPECT_TRUE(has_value(load_indexes_beside(copy)));
                    ++compared;
                }
                for (const char* beside : {"", ".fai", ".gzi"}) {
                    std::filesystem::remove(copy.string() + beside);
                }
            }
        }
    }
    EXPECT_GE(compared, 1);
}

TEST_F(reference_indexes_test, the_command_that_is_named_mends_the_file) {
    const std::string why = error_text(build_of(">a with blanks\nACG TAC\r\nAC\n"));
    const auto from = why.find("sed ");
    const auto to = why.find(" FILE > NEW");
    ASSERT_TRUE(from < to && to != std::string::npos) << why;
    testing::run_tool(
        "cd " + dir_.path().string() + " && " + why.substr(from, to - from) + " x.fa > new.fa"
    );
    const auto mended = build(dir_ / "new.fa");
    ASSERT_TRUE(has_value(mended));
    EXPECT_EQ(mended->sequences.to_fai(), "a\t8\t15\t6\t7\n");
}

TEST_F(reference_indexes_test, what_was_saved_is_loaded) {
    write_packed();
    const auto built = build(dir_ / "x.fa.gz");
    const auto loaded = load_indexes_beside(dir_ / "x.fa.gz");
    ASSERT_TRUE(has_value(loaded));
    EXPECT_EQ(loaded->sequences.sequences(), built->sequences.sequences());
    ASSERT_TRUE(loaded->blocks);
    EXPECT_EQ(loaded->blocks->blocks(), built->blocks->blocks());
    EXPECT_EQ(loaded->blocks->blocks().size(), 13U);
}

TEST_F(reference_indexes_test, why_an_index_beside_the_file_is_not_used_is_said) {
    write_packed();
    const auto fasta = dir_ / "x.fa.gz";
    const auto why = [&] { return error_text(load_indexes_beside(fasta)); };
    const std::string fai = testing::read_file(dir_ / "x.fa.gz.fai");
    const auto now = std::filesystem::last_write_time(fasta);

    std::filesystem::last_write_time(dir_ / "x.fa.gz.gzi", now - std::chrono::seconds(2));
    EXPECT_EQ(why(), "cannot use the .gzi: it is older than the file");
    write_file(dir_ / "x.fa.gz.gzi", "");
    EXPECT_EQ(why(), "cannot use the .gzi: it is too short");
    std::filesystem::remove(dir_ / "x.fa.gz.gzi");
    EXPECT_EQ(why(), "cannot use the .gzi: there is none");
    write_file(dir_ / "x.fa.gz.fai", fai.substr(0, fai.size() - 1));
    EXPECT_EQ(why(), "cannot use the .fai: line 2 is not one of a .fai");
    std::filesystem::last_write_time(dir_ / "x.fa.gz.fai", now - std::chrono::seconds(2));
    EXPECT_EQ(why(), "cannot use the .fai: it is older than the file");
    std::filesystem::remove(dir_ / "x.fa.gz.fai");
    EXPECT_EQ(why(), "cannot use the .fai: there is none");

    write_file(dir_ / "y.fa", ">a\nACGT\n");
    write_file(dir_ / "y.fa.fai", "a\t6\t3\t6\t7\n");
    EXPECT_THAT(error_text(load_indexes_beside(dir_ / "y.fa")), HasSubstr("ends beyond the file"));
}

TEST_F(reference_indexes_test, files_that_are_not_bgzf_or_not_whole_are_told_apart) {
    const std::string packed = testing::bgzf_file(fasta_text("a", some_letters(3000, 1)), 1000);
    const std::string gzip("\x1f\x8b\x08\x00\0\0\0\0\0\x03", 10);
    EXPECT_TRUE(has_value(build_of(packed)));
    EXPECT_THAT(error_text(build_of(gzip)), HasSubstr("gunzip -c FILE | bgzip > NEW"));
    EXPECT_THAT(
        error_text(build_of(packed.substr(0, packed.size() - 28))), HasSubstr("was cut off")
    );
    EXPECT_EQ(error_text(build_of("")), "is empty");
    EXPECT_TRUE(fails_with(build(dir_ / "absent.fa"), errc::file_unusable));
    std::string broken = packed;
    broken[30] ^= 1;
    EXPECT_THROW(build_of(broken), damaged_file);
}

TEST_F(reference_indexes_test, empty_blocks_are_no_obstacle) {
    const std::string text = fasta_text("a", some_letters(100, 1));
    const std::string block = testing::bgzf_block(text);
    const std::string two = testing::bgzf_block(fasta_text("b", some_letters(100, 2)));
    const auto& empty = testing::eof_block();
    write_file(dir_ / "x.fa.gz", empty + block + empty + empty + two + empty);
    const auto file = testing::open_reference(dir_ / "x.fa.gz");
    reference_cursor cursor(file);
    EXPECT_EQ(testing::bases_of(cursor, 0, 0, 100), some_letters(100, 1));
    EXPECT_EQ(testing::bases_of(cursor, 1, 50, 100), some_letters(100, 2).substr(50));
    EXPECT_EQ(testing::bases_of(cursor, 0, 90, 100), some_letters(100, 1).substr(90));
}

TEST_F(reference_indexes_test, a_pass_stops_when_asked_to) {
    write_packed();
    EXPECT_TRUE(fails_with(build(dir_ / "x.fa.gz", testing::stopped()), errc::unavailable));
    write_file(dir_ / "x.fa", fasta_text("one", "ACGT"));
    EXPECT_TRUE(fails_with(build(dir_ / "x.fa", testing::stopped()), errc::unavailable));
}

}  // namespace
}  // namespace callstream::reference
