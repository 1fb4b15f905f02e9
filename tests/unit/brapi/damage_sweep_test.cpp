// Every damage that a file can suffer by itself, thousands of times: an answer is the whole right
// one or an error, never a clean end with less. What the tests count they print.
#include "engine/hts/bgzf.hpp"
#include "engine/variants/variant_file.hpp"
#include "tests/support/damage.hpp"
#include "tests/support/one_call_set.hpp"
#include "tests/support/results.hpp"
#include "tests/support/vcf_builder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace callstream::brapi {
namespace {

using testing::many_records;
using testing::read_file;
using testing::vcf_builder;
using testing::write_file;
using variants::variant_file;

#ifdef CALLSTREAM_SANITIZED
constexpr int flips = 1000;
constexpr int offsets = 200;
#else
constexpr int flips = 10'000;
constexpr int offsets = 1000;
#endif
constexpr std::uint64_t seed = 20260131;
constexpr int rows_per_contig = 60;

/// How a walk over a file ended.
enum class outcome { refused, damaged, whole, short_or_wrong };

struct tally {
    std::map<outcome, int> walks;
    std::map<outcome, int> passes;

    std::string text() const {
        const auto of = [](const std::map<outcome, int>& counts, outcome what) {
            const auto at = counts.find(what);
            return std::to_string(at == counts.end() ? 0 : at->second);
        };
        std::string out;
        for (const auto& [name, counts] : {std::pair{"walks", &walks}, {"index passes", &passes}}) {
            out += std::string(out.empty() ? "" : "; ") + name + ": " +
                   of(*counts, outcome::refused) + " refused, " + of(*counts, outcome::damaged) +
                   " damaged, " + of(*counts, outcome::whole) + " whole, " +
                   of(*counts, outcome::short_or_wrong) + " wrong";
        }
        return out;
    }
    int wrong() const {
        int out = 0;
        for (const auto* counts : {&walks, &passes}) {
            const auto at = counts->find(outcome::short_or_wrong);
            if (at != counts->end()) out += at->second;
        }
        return out;
    }
};

class damage_sweep : public ::testing::TestWithParam<const char*> {
 protected:
    damage_sweep() {
        std::filesystem::create_directories(indexes);
        const auto file = many_records(rows_per_contig);
        constexpr std::size_t block = 400;
        is_bcf() ? file.write_bcf(path, block) : file.write_vcf_gz(path, block);
        whole = read_file(path);
        const auto walked = walk(*variant_file::open(path).value());
        expected = walked.calls;
    }

    bool is_bcf() const { return std::string(GetParam()) == "bcf"; }

    struct walked_calls {
        std::vector<std::string> calls;
        bool complete = false;  ///< it came to an end without an error
    };

    /// The calls of both samples, as answers would have them.
    static walked_calls walk(variant_file& file) {
        walked_calls out;
        try {
            variants::set_cursor cursor{variants::set_view({file.shared_from_this()})};
            if (!cursor.rewind()) return out;
            std::vector<testing::one_call_set> writers;
            for (std::uint32_t sample = 0; sample < 2; ++sample) writers.emplace_back(sample);
            text_buffer text;
            while (const auto* record = cursor.next()) {
                text.clear();
                for (auto& writer : writers) writer.write(text, *record, cursor);
                out.calls.emplace_back(text.view());
            }
            out.complete = true;
        } catch (const damaged_file&) {
        }
        return out;
    }

    outcome judge_walk(variant_file& file) const {
        const auto walked = walk(file);
        const bool begins_right =
            walked.calls.size() <= expected.size() &&
            std::equal(walked.calls.begin(), walked.calls.end(), expected.begin());
        if (!begins_right) return outcome::short_or_wrong;
        if (!walked.complete) return outcome::damaged;
        return walked.calls.size() == expected.size() ? outcome::whole : outcome::short_or_wrong;
    }

    outcome judge_pass(variant_file& file) const {
        const auto made = file.make_index(indexes, {});
        if (file.refusal()) return outcome::damaged;
        if (!made || !file.index()) return outcome::short_or_wrong;
        const auto records = file.index()->records();
        return records == expected.size() ? outcome::whole : outcome::short_or_wrong;
    }

    void judge(const std::string& bytes, tally& into) {
        write_file(path, bytes);
        const auto file = variant_file::open(path);
        if (!file) {
            ++into.walks[outcome::refused];
            return;
        }
        ++into.walks[judge_walk(**file)];
        ++into.passes[judge_pass(**file)];
        std::filesystem::remove_all(indexes);
        std::filesystem::create_directories(indexes);
    }

    std::vector<std::size_t> block_edges() const {
        std::vector<std::size_t> edges;
        const auto* bytes = reinterpret_cast<const unsigned char*>(whole.data());
        for (std::size_t at = 0; at < whole.size();) {
            edges.push_back(at);
            at += hts::block_bytes(bytes + at, whole.size() - at);
        }
        return edges;
    }

    testing::temp_dir dir{testing::fast_parent()};
    std::filesystem::path path = dir / "a";
    std::filesystem::path indexes = dir / "state";
    std::string whole;
    std::vector<std::string> expected;
};

void report(const std::string& what, const tally& seen) {
    std::cout << what << ": " << seen.text() << "\n";
}

TEST_P(damage_sweep, the_sound_file_is_whole) {
    tally seen;
    judge(whole, seen);
    EXPECT_EQ(expected.size(), 2U * rows_per_contig);
    EXPECT_EQ(seen.walks[outcome::whole], 1);
    EXPECT_EQ(seen.passes[outcome::whole], 1);
    EXPECT_GT(block_edges().size(), 10U);
}

TEST_P(damage_sweep, a_truncated_file_is_refused) {
    tally seen;
    const auto edges = block_edges();
    for (const std::size_t size : edges) judge(whole.substr(0, size), seen);
    std::mt19937_64 random(seed);
    for (int i = 0; i < offsets; ++i) judge(whole.substr(0, random() % whole.size()), seen);
    report(std::to_string(edges.size()) + " block edges and random offsets", seen);
    EXPECT_EQ(seen.walks[outcome::refused], static_cast<int>(edges.size()) + offsets);
}

TEST_P(damage_sweep, a_truncated_file_that_got_an_end_of_file_block_is_not_read_wrongly) {
    // Cut within a block: what is there of the block is damage, whatever follows it.
    tally seen;
    std::mt19937_64 random(seed);
    const auto edges = block_edges();
    int judged = 0;
    while (judged < offsets) {
        const std::size_t size = random() % whole.size();
        if (std::binary_search(edges.begin(), edges.end(), size)) continue;
        judge(whole.substr(0, size) + testing::eof_block(), seen);
        ++judged;
    }
    report("random offsets, with an end-of-file block", seen);
    EXPECT_EQ(seen.wrong(), 0);
    EXPECT_EQ(seen.walks[outcome::whole], 0);
}

TEST_P(damage_sweep, empty_blocks_in_the_middle_end_nothing) {
    std::string padded;
    const auto edges = block_edges();
    for (std::size_t i = 0; i < edges.size(); ++i) {
        const std::size_t end = i + 1 < edges.size() ? edges[i + 1] : whole.size();
        padded += whole.substr(edges[i], end - edges[i]) + testing::eof_block();
    }
    tally seen;
    judge(padded, seen);
    EXPECT_EQ(seen.walks[outcome::whole], 1) << seen.text();
    EXPECT_EQ(seen.passes[outcome::whole], 1) << seen.text();
}

TEST_P(damage_sweep, a_flipped_byte_is_noticed_or_means_nothing) {
    tally seen;
    testing::for_each_flip(whole, flips, seed, [&](const std::string& bytes) {
        judge(bytes, seen);
    });
    report("flipped bytes", seen);
    EXPECT_EQ(seen.wrong(), 0);
    EXPECT_GT(seen.walks[outcome::damaged], flips / 2);
}

TEST_P(damage_sweep, changed_content_with_right_checksums_crashes_nothing) {
    // No checksum tells; other values may be served, but what is read stays within its bounds.
    const std::string content = testing::gunzip(whole);
    int records = 0;
    testing::for_each_flip(content, flips / 4, seed, [&](const std::string& bytes) {
        write_file(path, testing::bgzf_file(bytes, 0xff00, 1));
        const auto file = variant_file::open(path);
        if (!file) return;
        records += static_cast<int>(walk(**file).calls.size());
        (void)(*file)->make_index(indexes, {});
    });
    std::cout << "content changed " << flips / 4 << " times: " << records << " records read\n";
    EXPECT_GT(records, flips / 4);
}

/// Of what only a BCF has.
class binary_damage_sweep : public damage_sweep {};

TEST_P(binary_damage_sweep, odd_numbers_in_the_content_crash_nothing) {
    // The first records are enough: every field of a record is in each.
    many_records(2).write_bcf(path);
    const std::string content = testing::gunzip(read_file(path));
    int files = 0;
    int records = 0;
    const std::size_t tail = std::min<std::size_t>(content.size(), 260);
    const std::string head = content.substr(0, content.size() - tail);
    testing::for_each_odd_number(content.substr(head.size()), [&](const std::string& changed) {
        write_file(path, testing::bgzf_file(head + changed, 0xff00, 1));
        const auto file = variant_file::open(path);
        ++files;
        if (!file) return;
        records += static_cast<int>(walk(**file).calls.size());
        (void)(*file)->make_index(indexes, {});
    });
    std::cout << files << " files with odd numbers: " << records << " records read\n";
    EXPECT_GT(files, 1000);
    EXPECT_LT(records, files * 4);
}

TEST_P(damage_sweep, a_flipped_index_beside_the_file_changes_nothing) {
    for (const std::string ending : {".csi", ".tbi"}) {
        if (is_bcf() && ending == ".tbi") continue;
        // bcftools goes by names.
        const auto named = dir / (is_bcf() ? "x.bcf" : "x.vcf.gz");
        write_file(named, whole);
        testing::run_tool(
            "bcftools index -f " + std::string(ending == ".csi" ? "-c " : "-t ") + named.string()
        );
        const std::string index = read_file(named.string() + ending);
        const auto beside = path.string() + ending;
        write_file(path, whole);
        int counted = 0;
        int wrong = 0;
        testing::for_each_flip(index, flips, seed, [&](const std::string& bytes) {
            write_file(beside, bytes);
            const auto file = variant_file::open(path).value();
            const auto count = file->record_count();
            if (count) ++counted;
            if (count && *count != expected.size()) ++wrong;
        });
        std::cout << ending << " flipped " << flips << " times: " << counted << " usable\n";
        EXPECT_EQ(wrong, 0);
        // With right checksums and any content at all, it decides no answer.
        tally seen;
        testing::for_each_flip(
            testing::gunzip(index),
            flips / 20,
            seed,
            [&](const std::string& bytes) {
                write_file(beside, testing::bgzf_file(bytes));
                (void)variant_file::open(path).value()->record_count();
                judge(whole, seen);
            }
        );
        report(ending + " with other content", seen);
        EXPECT_EQ(seen.walks[outcome::whole], flips / 20);
        EXPECT_EQ(seen.passes[outcome::whole], flips / 20);
        std::filesystem::remove(beside);
    }
}

TEST_P(damage_sweep, a_flipped_derived_file_is_made_again) {
    ASSERT_TRUE(variant_file::open(path).value()->make_index(indexes, {}));
    const auto fingerprint = variant_file::open(path).value()->provisional_fingerprint();
    const auto derived = variants::derived_files::in(indexes, fingerprint);
    const auto remade_every = 50;
    for (const auto& of_ours : {derived.ordinals, derived.sites}) {
        const std::string sound = read_file(of_ours);
        int taken = 0;
        int wrongly_remade = 0;
        int round = 0;
        testing::for_each_flip(sound, flips, seed, [&](const std::string& bytes) {
            write_file(of_ours, bytes);
            const auto file = variant_file::open(path).value();
            if (file->find_index(indexes, {})) ++taken;
            if (round++ % remade_every != 0) return;
            const bool remade = file->make_index(indexes, {}) && read_file(of_ours) == sound;
            if (!remade) ++wrongly_remade;
        });
        std::cout << of_ours.extension().string() << " flipped " << flips << " times: " << taken
                  << " taken, " << round / remade_every << " made again\n";
        EXPECT_EQ(taken, 0);
        EXPECT_EQ(wrongly_remade, 0);
    }
}

TEST_P(damage_sweep, a_flipped_csi_of_ours_decides_nothing) {
    ASSERT_TRUE(variant_file::open(path).value()->make_index(indexes, {}));
    const auto fingerprint = variant_file::open(path).value()->provisional_fingerprint();
    const auto csi = variants::derived_files::in(indexes, fingerprint).csi;
    int right = 0;
    testing::for_each_flip(read_file(csi), flips / 20, seed, [&](const std::string& bytes) {
        write_file(csi, bytes);
        const auto file = variant_file::open(path).value();
        const bool found = file->find_index(indexes, {});
        if (found && judge_walk(*file) == outcome::whole) ++right;
    });
    EXPECT_EQ(right, flips / 20);
}

INSTANTIATE_TEST_SUITE_P(
    formats,
    damage_sweep,
    ::testing::Values("vcf_gz", "bcf"),
    [](const auto& p) { return std::string(p.param); }
);
INSTANTIATE_TEST_SUITE_P(formats, binary_damage_sweep, ::testing::Values("bcf"));

}  // namespace
}  // namespace callstream::brapi
