#include "engine/reads/cram_child.hpp"

#include "engine/reads/bam_export.hpp"
#include "engine/reads/depth.hpp"
#include "tests/support/damage.hpp"
#include "tests/support/results.hpp"
#include "tests/support/stopped.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/test_data.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <string>
#include <sys/wait.h>
#include <thread>

namespace callstream::reads {
namespace {

using testing::fails_with;
using testing::has_value;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

std::string random_bases(std::mt19937& random, std::size_t size) {
    std::string out(size, 'A');
    for (char& c : out) c = "ACGT"[random() % 4];
    return out;
}

/// A genome of three sequences, reads from them as BAM, and CRAMs of these.
class cram_child_test : public ::testing::Test {
 protected:
    cram_child_test() {
        std::mt19937 random(7);
        for (auto& sequence : genome_) sequence = random_bases(random, 6'000);
        write_fasta("genome.fa", {"one", "two", "three"}, genome_);
        std::string sam = "@HD\tVN:1.6\tSO:coordinate\n";
        for (const char* name : {"one", "two", "three"}) {
            sam += std::string("@SQ\tSN:") + name + "\tLN:6000\n";
        }
        for (const std::size_t number : {0U, 1U}) {
            for (std::size_t pos0 = 0; pos0 < 5'800; pos0 += 40) sam += read(random, number, pos0);
        }
        sam += "lost\t4\t*\t0\t0\t*\t*\t0\t0\tACGT\t*\n";
        testing::write_file(dir_ / "x.sam", sam);
        tool("samtools view --no-PG -b -o " + at("x.bam") + " " + at("x.sam"));
        make_cram("x.cram", "");
    }

    static std::string read(std::mt19937& random, std::size_t number, std::size_t pos0) {
        static constexpr const char* names[] = {"one", "two"};
        std::string bases = genome()[number].substr(pos0, 100);
        bases[random() % 100] = 'N';
        bases[random() % 100] = 'A';
        const bool gap = random() % 2 == 0;
        if (gap) bases.erase(40, 5);
        return "r" + std::to_string(pos0) + "\t0\t" + names[number] + '\t' +
               std::to_string(pos0 + 1) + "\t60\t" + (gap ? "3S37M5D50M2I3M" : "100M") +
               "\t*\t0\t0\t" + bases + "\t*\n";
    }
    static const std::array<std::string, 3>& genome() { return genome_; }

    std::string at(const char* name) const { return (dir_ / name).string(); }
    static void tool(const std::string& command) {
        testing::run_tool("REF_PATH=: " + command + " 2>/dev/null");
    }
    void make_cram(const char* name, const std::string& options) const {
        tool(
            "samtools view --no-PG -C " + options + " -T " + at("genome.fa") + " -o " + at(name) +
            " " + at("x.bam")
        );
    }
    void write_fasta(
        const char* name,
        const std::array<const char*, 3>& names,
        const std::array<std::string, 3>& sequences,
        std::size_t line = 60,
        const char* line_end = "\n"
    ) const {
        std::string out;
        for (std::size_t i = 0; i < 3; ++i) {
            out += std::string(">") + names[i] + " of a test" + line_end;
            for (std::size_t b = 0; b < sequences[i].size(); b += line) {
                out += sequences[i].substr(b, line) + line_end;
            }
        }
        testing::write_file(dir_ / name, out);
    }
    result<export_outcome> convert(
        const char* name, const char* fasta = nullptr, std::stop_token stop = {}
    ) {
        if (fasta != nullptr) decoding_.fasta = dir_ / fasta;
        const auto file = reads_file::open(dir_ / name).value();
        std::filesystem::remove(dir_ / "out.bam");
        auto outcome = export_bam(*file, {}, decoding_, dir_ / "out.bam", progress_, stop);
        decoding_.fasta.reset();
        EXPECT_EQ(outcome.has_value(), std::filesystem::exists(dir_ / "out.bam"));
        EXPECT_TRUE(std::filesystem::is_empty(dir_ / "scratch"));
        EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child was not reaped";
        return outcome;
    }
    /// What samtools shows of a file.
    std::string shown(const char* name) const {
        tool(
            "samtools view --no-PG -h -T " + at("genome.fa") + " " + at(name) + " > " + at("text")
        );
        return testing::read_file(dir_ / "text");
    }
    /// How a pass ends when this script stands for the decoder.
    std::string damage_by(const std::string& script) {
        decoding_.command = {"/bin/sh", "-c", script};
        return testing::damage_text([&] { (void)convert("x.cram"); });
    }

    static inline std::array<std::string, 3> genome_;
    testing::temp_dir dir_{testing::fast_parent()};
    cram_decoding decoding_{{testing::cram_decoder().string()}, std::nullopt, dir_ / "scratch"};
    pass_progress progress_;
    bool made_ = std::filesystem::create_directory(dir_ / "scratch");
};

TEST_F(cram_child_test, a_sequence_is_found_by_its_md5) {
    const std::string expected = shown("x.cram");
    auto lower = genome_;
    for (auto& sequence : lower) {
        for (char& c : sequence) c = static_cast<char>(c | 0x20);
    }
    write_fasta("names.fa", {"chr1", "chr2", "chr3"}, genome_);
    write_fasta("order.fa", {"a", "b", "c"}, {genome_[2], genome_[1], genome_[0]});
    write_fasta("lower.fa", {"one", "two", "three"}, lower, 1'000'000);
    write_fasta("crlf.fa", {"one", "two", "three"}, genome_, 7, "\r\n");
    write_fasta("twice.fa", {"one", "again", "two"}, {genome_[0], genome_[0], genome_[1]});
    tool("bgzip -c " + at("genome.fa") + " > " + at("packed.fa.gz"));
    for (const char* fasta :
         {"genome.fa", "names.fa", "order.fa", "lower.fa", "crlf.fa", "twice.fa", "packed.fa.gz"}) {
        SCOPED_TRACE(fasta);
        const auto outcome = convert("x.cram", fasta);
        ASSERT_TRUE(has_value(outcome));
        EXPECT_EQ(shown("out.bam"), expected);
        EXPECT_EQ(progress_.bytes_done.load(), std::filesystem::file_size(dir_ / "x.cram"));
    }
    // Nothing was made beside the files of the data set.
    EXPECT_FALSE(std::filesystem::exists(dir_ / "names.fa.fai"));
}

TEST_F(cram_child_test, a_sequence_that_is_not_at_hand_is_named) {
    auto changed = genome_;
    changed[1][3'000] = changed[1][3'000] == 'A' ? 'C' : 'A';
    write_fasta("changed.fa", {"one", "two", "three"}, changed);
    auto unused = genome_;
    unused[2] = "ACGT";
    write_fasta("unused.fa", {"one", "two", "three"}, unused);

    // samtools wrote where the genome lies into the header; nobody looks there.
    const auto none = convert("x.cram");
    ASSERT_TRUE(fails_with(none, errc::file_unusable));
    EXPECT_THAT(none.error().text, HasSubstr("needs the reference sequence one with the MD5 "));
    EXPECT_THAT(none.error().text, HasSubstr("must lie in the data set"));
    const auto other = convert("x.cram", "changed.fa");
    ASSERT_TRUE(fails_with(other, errc::file_unusable));
    EXPECT_THAT(other.error().text, HasSubstr("needs the reference sequence two with the MD5 "));
    EXPECT_TRUE(has_value(convert("x.cram", "unused.fa")));
    EXPECT_THROW((void)convert("x.cram", "absent.fa"), damaged_file);
}

TEST_F(cram_child_test, kinds_of_cram_are_decoded_or_refused) {
    const std::string expected = shown("x.bam");
    const struct {
        const char* options;
        bool needs_genome;
    } table[] = {
        {"--output-fmt-option version=2.1", true},
        {"--output-fmt-option version=3.0", true},
        {"--output-fmt-option version=3.1", true},
        {"--output-fmt-option multi_seq_per_slice=1", true},
        {"--output-fmt-option seqs_per_slice=20", true},
        {"--output-fmt-option embed_ref=1", false},
        {"--output-fmt-option no_ref=1", false},
        {"--output-fmt-option archive", true},
    };
    for (const auto& [options, needs_genome] : table) {
        SCOPED_TRACE(options);
        make_cram("y.cram", options);
        const std::string whole = shown("y.cram");
        const auto without = convert("y.cram");
        if (needs_genome) {
            EXPECT_TRUE(fails_with(without, errc::file_unusable));
        } else {
            EXPECT_TRUE(has_value(without));
            EXPECT_EQ(shown("out.bam"), whole);
        }
        EXPECT_TRUE(has_value(convert("y.cram", "genome.fa")));
        EXPECT_EQ(shown("out.bam"), whole);
        // Coverage is the same as that of the reads before, and needs no genome.
        const auto depth = [&](const char* name) {
            const auto file = reads_file::open(dir_ / name).value();
            EXPECT_TRUE(has_value(make_coverage(*file, decoding_, dir_ / "depth", progress_, {})));
            return testing::read_file(dir_ / "depth").substr(16);
        };
        const std::size_t head_hashes = 32;
        EXPECT_EQ(depth("y.cram").substr(head_hashes), depth("x.bam").substr(head_hashes));
    }
}

TEST_F(cram_child_test, every_way_to_end_is_told_apart) {
    const std::string cannot = "the CRAM file cannot be decoded: ";
    const std::string broken = "what the decoder writes breaks off";
    const std::string decoder = testing::cram_decoder().string() + " alignments ";
    EXPECT_EQ(damage_by("kill -SEGV $$"), cannot + "the decoder crashed (signal 11)");
    EXPECT_EQ(damage_by("kill -KILL $$"), cannot + "the decoder crashed (signal 9)");
    EXPECT_EQ(damage_by("exit 1"), cannot + "the decoder ended with status 1");
    EXPECT_EQ(damage_by("printf 'bad\\001line' >&3; exit 3"), cannot + "bad?line");
    EXPECT_EQ(damage_by("printf 9 >&3; exit 4"), cannot + "its report is wrong");
    EXPECT_EQ(damage_by("exit 0"), broken);
    EXPECT_EQ(damage_by("echo nonsense"), broken);
    EXPECT_EQ(damage_by("exec cat /dev/zero"), broken);
    EXPECT_EQ(damage_by(decoder + "| head -c 2000"), broken);
    EXPECT_EQ(damage_by(decoder + "| head -c -28"), broken);
    EXPECT_EQ(damage_by(decoder + "; exit 1"), cannot + "the decoder ended with status 1");
    EXPECT_EQ(damage_by(decoder + "; kill -ABRT $$"), cannot + "the decoder crashed (signal 6)");
    EXPECT_EQ(damage_by(decoder), "");
}

TEST_F(cram_child_test, lack_of_room_and_of_memory_may_pass) {
    decoding_.command = {"/bin/sh", "-c", "exit 5"};
    EXPECT_TRUE(fails_with(convert("x.cram"), errc::storage_full));
    decoding_.command = {"/bin/sh", "-c", "exit 6"};
    EXPECT_TRUE(fails_with(convert("x.cram"), errc::unavailable));
}

TEST_F(cram_child_test, without_a_decoder_a_cram_is_refused) {
    for (const auto& command : {std::vector<std::string>{}, {at("nothing")}, {at("x.cram")}}) {
        decoding_.command = command;
        EXPECT_TRUE(fails_with(convert("x.cram"), errc::file_unusable));
    }
    EXPECT_THAT(
        cram_decoding::decoder_beside_this_program()[0], ::testing::EndsWith("/callstream-cram")
    );
}

TEST_F(cram_child_test, a_child_that_hangs_is_killed_by_a_stop) {
    for (const char* script : {"exec sleep 100", "exec >&-; exec sleep 100"}) {
        SCOPED_TRACE(script);
        decoding_.command = {"/bin/sh", "-c", script};
        std::stop_source source;
        const std::jthread stopper([&] {
            std::this_thread::sleep_for(150ms);
            source.request_stop();
        });
        const auto from = std::chrono::steady_clock::now();
        const auto outcome = convert("x.cram", nullptr, source.get_token());
        EXPECT_TRUE(fails_with(outcome, errc::unavailable));
        EXPECT_LT(std::chrono::steady_clock::now() - from, 5s);
    }
    EXPECT_TRUE(fails_with(convert("x.cram", nullptr, testing::stopped()), errc::unavailable));
}

TEST_F(cram_child_test, the_child_sees_nothing_of_this_process) {
    ::setenv("CALLSTREAM_TEST_SECRET", "secret", 1);
    const int inherited = ::dup(2);  // without close-on-exec
    EXPECT_EQ(
        damage_by(
            "(env; ls /proc/self/fd | tr '\\n' ' ') | grep -c -e SECRET -e '[5-9]' >&3; exit 3"
        ),
        "the CRAM file cannot be decoded: 0?"
    );
    ::close(inherited);
    ::unsetenv("CALLSTREAM_TEST_SECRET");
}

TEST_F(cram_child_test, damage_is_an_error_and_leaves_nothing_behind) {
    make_cram("old.cram", "--output-fmt-option version=2.1");
    int refused = 0;
    for (const char* name : {"x.cram", "old.cram"}) {
        testing::for_each_flip(testing::read_file(dir_ / name), 60, 3, [&](const auto& changed) {
            testing::write_file(dir_ / "damaged.cram", changed);
            if (!reads_file::open(dir_ / "damaged.cram")) return;
            try {
                refused += !convert("damaged.cram", "genome.fa");
            } catch (const damaged_file&) {
                ++refused;
            }
        });
    }
    EXPECT_GT(refused, 60);
}

}  // namespace
}  // namespace callstream::reads
