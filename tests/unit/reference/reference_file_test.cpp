#include "engine/reference/reference_file.hpp"

#include "tests/support/allocation_watch.hpp"
#include "tests/support/damage.hpp"
#include "tests/support/reference_builder.hpp"
#include "tests/support/results.hpp"
#include "tests/support/test_data.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <random>
#include <string>
#include <vector>

namespace callstream::reference {
namespace {

using testing::bases_of;
using testing::error_text;
using testing::fails_with;
using testing::fasta_text;
using testing::has_value;
using ::testing::HasSubstr;
using testing::open_reference;
using testing::some_letters;
using testing::write_file;

const std::string one = some_letters(130, 1);
const std::string two = some_letters(6000, 2);
const std::string three = some_letters(59, 3);

class reference_file_test : public ::testing::Test {
 protected:
    static std::string text(std::string_view line_end = "\n", std::size_t width = 60) {
        return fasta_text("one first", one, width, line_end) +
               fasta_text("two", two, width, line_end) +
               fasta_text("three", three, width, line_end);
    }
    /// Every way to store the same sequences.
    std::vector<std::filesystem::path> write_all_kinds() {
        const std::pair<std::string, std::string> kinds[] = {
            {"lf.fa", text()},
            {"crlf.fa", text("\r\n")},
            {"open.fa", text().substr(0, text().size() - 1)},
            {"long.fa", text("\n", 100'000)},
            {"narrow.fa", text("\n", 1)},
            {"lf.fa.gz", testing::bgzf_file(text(), 700)},
            {"crlf.fa.gz", testing::bgzf_file(text("\r\n"), 61)},
            {"single.fa.gz", testing::bgzf_file(text())},
            {"letters.fa.gz", testing::bgzf_file(text(), 1)},
        };
        std::vector<std::filesystem::path> paths;
        for (const auto& [name, bytes] : kinds) {
            write_file(dir_ / name, bytes);
            paths.push_back(dir_ / name);
        }
        return paths;
    }
    testing::temp_dir dir_;
};

TEST_F(reference_file_test, any_stretch_comes_back_from_any_kind_of_file) {
    const std::string* letters[] = {&one, &two, &three};
    for (const auto& path : write_all_kinds()) {
        SCOPED_TRACE(path.filename());
        const auto file = open_reference(path);
        reference_cursor cursor(file);
        std::mt19937_64 random(5);
        for (int i = 0; i < 300; ++i) {
            const std::size_t sequence = random() % 3;
            const auto& all = *letters[sequence];
            const auto start = random() % (all.size() + 1);
            const auto end = start + random() % (all.size() - start + 1);
            const std::size_t piece = 1 + random() % 200;
            ASSERT_EQ(
                bases_of(cursor, sequence, start, end, letter_case::as_in_file, piece),
                all.substr(start, end - start)
            ) << sequence
              << ":" << start << "-" << end;
        }
    }
}

TEST_F(reference_file_test, names_lengths_and_identity_are_those_of_the_file) {
    write_file(dir_ / "x.fa", text());
    const auto file = open_reference(dir_ / "x.fa");
    EXPECT_EQ(file->find("one"), 0U);
    EXPECT_EQ(file->find("three"), 2U);
    EXPECT_EQ(file->find("first"), std::nullopt);
    EXPECT_EQ(file->sequences()[1].length, two.size());
    EXPECT_EQ(file->identity(), identity_of(dir_ / "x.fa").value());
}

TEST_F(reference_file_test, blanks_before_a_name_are_no_part_of_it) {
    write_file(dir_ / "x.fa", fasta_text("one", one) + fasta_text(" \ttwo words", two));
    const auto file = open_reference(dir_ / "x.fa");
    ASSERT_EQ(file->find("two"), 1U);
    reference_cursor cursor(file);
    EXPECT_EQ(bases_of(cursor, 1, 0, two.size()), two);
}

TEST_F(reference_file_test, upper_case_is_made_when_asked_for) {
    write_file(dir_ / "x.fa", text());
    reference_cursor cursor(open_reference(dir_ / "x.fa"));
    std::string expected = two;
    for (char& c : expected) c = static_cast<char>(std::toupper(c));
    EXPECT_EQ(bases_of(cursor, 1, 0, two.size(), letter_case::upper), expected);
    EXPECT_EQ(bases_of(cursor, 1, 7, 9, letter_case::upper, 1), expected.substr(7, 2));
}

TEST_F(reference_file_test, stretches_outside_are_refused) {
    write_file(dir_ / "x.fa", text());
    reference_cursor cursor(open_reference(dir_ / "x.fa"));
    const auto most = ~std::uint64_t{0};
    EXPECT_TRUE(fails_with(cursor.turn_to(3, 0, 0), errc::bad_request));
    EXPECT_TRUE(fails_with(cursor.turn_to(0, 0, 131), errc::bad_request));
    EXPECT_TRUE(fails_with(cursor.turn_to(0, 131, 131), errc::bad_request));
    EXPECT_TRUE(fails_with(cursor.turn_to(0, 2, 1), errc::bad_request));
    EXPECT_TRUE(fails_with(cursor.turn_to(0, 0, most), errc::bad_request));
    EXPECT_TRUE(fails_with(cursor.turn_to(0, most, most), errc::bad_request));
    EXPECT_EQ(cursor.left(), 0U);
    ASSERT_TRUE(has_value(cursor.turn_to(0, 130, 130)));
    std::string out(10, '?');
    EXPECT_EQ(cursor.read(out), 0U);
    ASSERT_TRUE(has_value(cursor.turn_to(0, 100, 130)));
    EXPECT_EQ(cursor.left(), 30U);
    EXPECT_EQ(cursor.read(out), 10U);
    EXPECT_EQ(cursor.left(), 20U);
}

TEST_F(reference_file_test, it_goes_on_with_the_file_that_was_opened) {
    write_file(dir_ / "x.fa", text());
    const auto file = open_reference(dir_ / "x.fa");
    testing::replace_file(dir_ / "x.fa", fasta_text("one", "TTTT"));
    reference_cursor cursor(file);
    EXPECT_EQ(bases_of(cursor, 1, 0, two.size()), two);
}

TEST_F(reference_file_test, a_file_that_shrinks_is_damaged) {
    write_file(dir_ / "x.fa", text());
    const auto file = open_reference(dir_ / "x.fa");
    std::filesystem::resize_file(dir_ / "x.fa", 200);
    reference_cursor cursor(file);
    EXPECT_THROW(bases_of(cursor, 1, 0, two.size()), damaged_file);
}

/// What an index that is one version behind its file would give.
TEST_F(reference_file_test, a_stale_index_is_an_error_and_not_wrong_bases) {
    const std::string now = text();
    write_file(dir_ / "now.fa", now);
    const std::pair<std::string, std::string> earlier[] = {
        {"a longer header", fasta_text("one first time", one) + now.substr(now.find(">two"))},
        {"another name", ">One" + now.substr(4)},
        {"names changed round",
         fasta_text("two first", one) + fasta_text("one", two) + fasta_text("three", three)},
        {"other lines", text("\n", 61)},
        {"other line ends", text("\r\n")},
        {"a letter less", fasta_text("one first", one.substr(1)) + now.substr(now.find(">two"))},
        {"a line less", fasta_text("one first", one.substr(60)) + now.substr(now.find(">two"))},
    };
    for (const auto& [what, bytes] : earlier) {
        SCOPED_TRACE(what);
        write_file(dir_ / "earlier.fa", bytes);
        build_progress progress;
        auto stale = build_indexes(dir_ / "earlier.fa", progress, {});
        ASSERT_TRUE(has_value(stale));
        const auto file = reference_file::open(dir_ / "now.fa", std::move(*stale));
        if (!file) continue;
        reference_cursor cursor(*file);
        EXPECT_THROW(bases_of(cursor, 0, 0, 10), damaged_file);
    }
}

TEST_F(reference_file_test, a_line_that_changed_its_length_is_noticed) {
    // Two lines of 60 became one of 61 and one of 59: no byte of any other line has moved.
    std::string bytes = text();
    const std::size_t line = bytes.find(">two\n") + 5 + 10 * 61;
    write_file(dir_ / "x.fa", bytes);
    const auto file = open_reference(dir_ / "x.fa");
    std::swap(bytes[line + 60], bytes[line + 61]);
    write_file(dir_ / "x.fa", bytes);
    reference_cursor cursor(file);
    EXPECT_EQ(bases_of(cursor, 1, 540, 600), two.substr(540, 60));
    EXPECT_THROW(bases_of(cursor, 1, 600, 601), damaged_file);
    EXPECT_THROW(bases_of(cursor, 1, 650, 651), damaged_file);
    EXPECT_THROW(bases_of(cursor, 1, 665, 670), damaged_file);
    EXPECT_THROW(bases_of(cursor, 1, 0, 6000), damaged_file);
    EXPECT_EQ(bases_of(cursor, 1, 720, 780), two.substr(720, 60));
}

TEST_F(reference_file_test, indexes_of_another_file_are_refused) {
    write_file(dir_ / "x.fa", text());
    write_file(dir_ / "x.fa.gz", testing::bgzf_file(text(), 500));
    write_file(dir_ / "short.fa", text().substr(0, 3000));
    build_progress progress;
    const auto plain = build_indexes(dir_ / "x.fa", progress, {}).value();
    const auto packed = build_indexes(dir_ / "x.fa.gz", progress, {}).value();
    const auto why = [&](const char* name, const reference_indexes& indexes) {
        return error_text(reference_file::open(dir_ / name, indexes));
    };
    EXPECT_THAT(why("x.fa.gz", plain), HasSubstr("another file"));
    EXPECT_THAT(why("x.fa", packed), HasSubstr("another file"));
    EXPECT_THAT(why("short.fa", plain), HasSubstr("another file"));
    write_file(dir_ / "other.fa.gz", testing::bgzf_file(text(), 600));
    EXPECT_FALSE(reference_file::open(dir_ / "other.fa.gz", packed));
    write_file(dir_ / "longer.fa.gz", testing::bgzf_file(text() + text(), 500));
    EXPECT_THAT(why("longer.fa.gz", packed), HasSubstr("block index"));
}

/// Reads stretches all over the file; false when somebody noticed the damage, and a failure when
/// nobody did although the bases are wrong.
bool read_all_over(const std::filesystem::path& path, const reference_indexes& indexes) {
    const std::pair<const char*, const std::string*> all[] = {
        {"one", &one}, {"two", &two}, {"three", &three}};
    const auto file = reference_file::open(path, indexes);
    if (!file) return false;
    bool intact = true;
    for (const auto& [name, letters] : all) {
        const auto sequence = (*file)->find(name);
        if (!sequence) continue;
        const std::size_t size = letters->size();
        for (const std::size_t start : {std::size_t{0}, size / 3, size / 2, size - 10}) {
            reference_cursor cursor(*file);
            try {
                std::string out(10, '?');
                if (!cursor.turn_to(*sequence, start, start + 10)) continue;
                cursor.read(out);
                EXPECT_EQ(out, letters->substr(start, 10)) << indexes.sequences.to_fai();
            } catch (const damaged_file&) {
                intact = false;
            }
        }
    }
    return intact;
}

TEST_F(reference_file_test, damaged_indexes_never_give_wrong_bases) {
    write_file(dir_ / "x.fa", text());
    write_file(dir_ / "x.fa.gz", testing::bgzf_file(text(), 700));
    build_progress progress;
    const auto sound = build_indexes(dir_ / "x.fa.gz", progress, {}).value();
    const auto packed_bytes = std::filesystem::file_size(dir_ / "x.fa.gz");
    const std::string fai = sound.sequences.to_fai();
    const std::string gzi = sound.blocks->to_gzi();
    EXPECT_TRUE(read_all_over(dir_ / "x.fa.gz", sound));
    const testing::allocation_watch watch;
    int noticed = 0;
    testing::for_each_flip(fai, 4000, 1, [&](const std::string& changed) {
        auto sequences = fasta_index::parse(changed);
        if (!sequences) return;
        noticed += !read_all_over(dir_ / "x.fa", {*sequences, std::nullopt});
        noticed += !read_all_over(dir_ / "x.fa.gz", {*sequences, sound.blocks});
    });
    testing::for_each_flip(gzi, 4000, 2, [&](const std::string& changed) {
        auto blocks = block_index::parse(changed, packed_bytes);
        if (blocks) noticed += !read_all_over(dir_ / "x.fa.gz", {sound.sequences, *blocks});
    });
    EXPECT_GT(noticed, 100);
    EXPECT_LT(watch.largest(), 600'000U);
}

TEST_F(reference_file_test, damaged_packed_files_never_give_wrong_bases) {
    const std::string whole = testing::bgzf_file(text(), 700);
    write_file(dir_ / "x.fa.gz", whole);
    build_progress progress;
    const auto sound = build_indexes(dir_ / "x.fa.gz", progress, {}).value();
    int noticed = 0;
    testing::for_each_flip(whole, 300, 3, [&](const std::string& changed) {
        write_file(dir_ / "x.fa.gz", changed);
        noticed += !read_all_over(dir_ / "x.fa.gz", sound);
    });
    EXPECT_GT(noticed, 50);
}

/// What samtools says of `regions` of a file, a string of bases for each.
std::vector<std::string> samtools_bases(
    const std::filesystem::path& fasta, const std::string& regions, const testing::temp_dir& dir
) {
    write_file(dir / "regions", regions);
    testing::run_tool(
        "samtools faidx -n 0 -r " + (dir / "regions").string() + " " + fasta.string() + " > " +
        (dir / "bases").string() + " 2>/dev/null"
    );
    std::vector<std::string> all;
    const std::string out = testing::read_file(dir / "bases");
    for (std::size_t at = 0; at < out.size();) {
        const std::size_t end = std::min(out.find('\n', at), out.size());
        if (out[at] == '>') {
            all.emplace_back();
        } else {
            all.back().append(out, at, end - at);
        }
        at = end + 1;
    }
    return all;
}

TEST_F(reference_file_test, bases_are_those_of_samtools) {
    int compared = 0;
    std::mt19937_64 random(11);
    for (const char* ending : {".fa", ".fasta", ".faa", ".fa.gz", ".fasta.gz"}) {
        for (const auto& top : {testing::demo_data(), testing::collection()}) {
            for (const auto& path : testing::files_below(top, ending)) {
                SCOPED_TRACE(path);
                const auto copy = dir_ / path.filename();
                std::filesystem::copy_file(path, copy);
                build_progress progress;
                auto indexes = build_indexes(copy, progress, {});
                if (!indexes) continue;
                const auto file = reference_file::open(copy, std::move(*indexes)).value();
                reference_cursor cursor(file);
                std::string regions;
                std::vector<std::string> ours;
                for (std::size_t i = 0; i < file->sequences().size(); ++i) {
                    const auto& s = file->sequences()[i];
                    const auto add = [&](std::uint64_t start, std::uint64_t end) {
                        regions += "{" + s.name + "}:" + std::to_string(start + 1) + "-" +
                                   std::to_string(end) + "\n";
                        ours.push_back(bases_of(cursor, i, start, end));
                    };
                    add(0, s.length);
                    for (int j = 0; j < 5; ++j) {
                        const auto start = random() % s.length;
                        add(start, start + 1 + random() % (s.length - start));
                    }
                }
                EXPECT_EQ(samtools_bases(copy, regions, dir_), ours);
                compared += static_cast<int>(ours.size());
            }
        }
    }
    EXPECT_GE(compared, 30);
}

}  // namespace
}  // namespace callstream::reference
