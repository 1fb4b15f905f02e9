#include "engine/reference/sequence_digest.hpp"

#include "tests/support/reference_builder.hpp"
#include "tests/support/results.hpp"
#include "tests/support/stopped.hpp"
#include "tests/support/test_data.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

namespace callstream::reference {
namespace {

using testing::fails_with;
using testing::has_value;
using testing::open_reference;
using testing::write_file;

TEST(sequence_digest_test, digests_are_those_of_the_specifications) {
    const testing::temp_dir dir;
    write_file(dir / "x.fa", ">a\nAcg\nT\n>b\nACGT\n");
    const auto file = open_reference(dir / "x.fa");
    for (const std::size_t sequence : {0U, 1U}) {
        const auto digests = digest_sequence(file, sequence, {});
        ASSERT_TRUE(has_value(digests));
        EXPECT_EQ(digests->md5, "f1f8f4bf413b16ad135722aa4591043e");
        EXPECT_EQ(digests->sha512t24u, "aKF498dAxcJAqme6QYQ7EZ07-fiw8Kw2");
    }
}

TEST(sequence_digest_test, it_can_be_stopped_and_knows_its_sequences) {
    const testing::temp_dir dir;
    write_file(dir / "x.fa", ">a\nACGT\n");
    const auto file = open_reference(dir / "x.fa");
    EXPECT_TRUE(fails_with(digest_sequence(file, 0, testing::stopped()), errc::unavailable));
    EXPECT_TRUE(fails_with(digest_sequence(file, 1, {}), errc::bad_request));
}

/// Hexadecimal digits of what base64url text holds.
std::string hex_of_base64url(const std::string& text) {
    const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string hex;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        const auto bits = digits.find(text[i]) << 6 | digits.find(text[i + 1]);
        for (const int shift : {8, 4, 0}) hex += "0123456789abcdef"[bits >> shift & 15];
    }
    return hex;
}

TEST(sequence_digest_test, digests_of_real_files_are_the_known_ones) {
    const auto list = testing::collection() / "FASTA-MD5.tsv";
    if (!std::filesystem::exists(list)) GTEST_SKIP() << "the collection of files is not here";
    std::ifstream lines(list);
    std::string line;
    int compared = 0;
    for (std::getline(lines, line); std::getline(lines, line);) {
        std::istringstream fields(line);
        std::string path, name, length, md5, trunc512;
        fields >> path >> name >> length >> md5 >> trunc512;
        build_progress progress;
        auto indexes = build_indexes(testing::collection() / path, progress, {});
        if (!indexes) continue;
        const auto file =
            reference_file::open(testing::collection() / path, std::move(*indexes)).value();
        const auto sequence = file->find(name);
        if (!sequence) continue;
        const auto digests = digest_sequence(file, *sequence, {});
        ASSERT_TRUE(has_value(digests));
        EXPECT_EQ(digests->md5, md5) << path << " " << name;
        EXPECT_EQ(hex_of_base64url(digests->sha512t24u), trunc512) << path << " " << name;
        ++compared;
    }
    EXPECT_GT(compared, 30);
}

}  // namespace
}  // namespace callstream::reference
