#include "engine/hts/shared_blocks.hpp"

#include "engine/hts/bgzf_text.hpp"
#include "tests/support/bgzf_builder.hpp"
#include "tests/support/results.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>
#include <htslib/bgzf.h>

#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace callstream::hts {
namespace {

using testing::bgzf_file;

struct close_stream {
    void operator()(BGZF* stream) const noexcept { bgzf_close(stream); }
};
using stream_ptr = std::unique_ptr<BGZF, close_stream>;

std::string content_of(const shared_blocks::block& b) {
    return {b.content.begin(), b.content.end()};
}

TEST(shared_blocks, are_found_by_where_they_were_asked_for) {
    shared_blocks shared;
    shared.enter();
    shared.enter();
    shared.keep(0, 28, 100, "behind an empty one");
    shared.keep(100, 100, 150, "next");
    const auto found = shared.find(0);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->address, 28U);
    EXPECT_EQ(found->next_address, 100U);
    EXPECT_EQ(content_of(*found), "behind an empty one");
    EXPECT_EQ(shared.find(28), nullptr);
    EXPECT_EQ(content_of(*shared.find(100)), "next");
}

TEST(shared_blocks, the_oldest_give_way) {
    shared_blocks shared;
    shared.enter();
    shared.enter();
    shared.keep(0, 0, 1, "held");
    const auto held = shared.find(0);
    for (std::uint64_t at = 1; at <= shared_blocks::blocks_per_file + 1; ++at) {
        shared.keep(at, at, at + 1, std::to_string(at));
    }
    EXPECT_EQ(shared.find(0), nullptr);
    EXPECT_EQ(shared.find(1), nullptr);
    EXPECT_EQ(content_of(*shared.find(2)), "2");
    EXPECT_EQ(content_of(*held), "held") << "whoever reads one keeps it";
}

TEST(shared_blocks, nothing_is_left_when_one_reader_is_alone) {
    shared_blocks shared;
    shared.enter();
    EXPECT_FALSE(shared.has_several());
    shared.enter();
    EXPECT_TRUE(shared.has_several());
    shared.keep(0, 0, 1, "x");
    shared.leave();
    EXPECT_FALSE(shared.has_several());
    EXPECT_EQ(shared.find(0), nullptr);
}

TEST(shared_blocks, files_together_have_a_limit) {
    std::vector<std::unique_ptr<shared_blocks>> files;
    for (std::size_t i = 0; i <= shared_blocks::blocks_in_all / shared_blocks::blocks_per_file;
         ++i) {
        files.push_back(std::make_unique<shared_blocks>());
        for (std::uint64_t at = 0; at < shared_blocks::blocks_per_file; ++at) {
            files.back()->keep(at, at, at + 1, "x");
        }
    }
    EXPECT_NE(files.front()->find(0), nullptr);
    EXPECT_EQ(files.back()->find(0), nullptr) << "no room was left";
    files.front().reset();
    files.back()->keep(0, 0, 1, "x");
    EXPECT_NE(files.back()->find(0), nullptr);
}

TEST(shared_blocks, few_are_kept_while_nobody_takes_any) {
    shared_blocks shared;
    const auto is_kept = [&shared](std::uint64_t at) {
        shared.keep(at, at, at + 1, "x");
        return shared.find(at) != nullptr;
    };
    std::uint64_t at = 0;
    while (at <= shared_blocks::patience) {
        shared.keep(at, at, at + 1, "x");
        ++at;
    }
    int passed_over = 0;
    for (; !is_kept(at); ++at) ++passed_over;
    EXPECT_EQ(passed_over, 15);
    EXPECT_TRUE(is_kept(at + 1)) << "one was taken";
}

class shared_streams : public ::testing::Test {
 protected:
    struct reader {
        stream_ptr stream;
        bgzf_input input;
        std::string seen;

        /// Some bytes, however many blocks they lie in.
        std::string read(std::size_t size) {
            std::string out(size, '\0');
            if (!read_bytes(input, out.data(), size)) out.clear();
            return out;
        }
    };

    reader open(bool shares = true) {
        stream_ptr stream(bgzf_open((dir / "a").c_str(), "r"));
        bgzf_input input(*stream);
        reader out{std::move(stream), std::move(input), {}};
        if (shares) {
            shared->enter();
            out.input.others = shared;
        }
        return out;
    }

    testing::temp_dir dir;
    std::shared_ptr<shared_blocks> shared = std::make_shared<shared_blocks>();
};

TEST_F(shared_streams, readers_that_take_turns_read_what_each_would_alone) {
    std::mt19937 random(3);
    std::string text;
    while (text.size() < 20'000) text += static_cast<char>('a' + random() % 26);
    // Empty blocks between, as concatenated files have them.
    auto bytes = bgzf_file(text.substr(0, 9000), 700);
    bytes += bgzf_file(text.substr(9000), 1100);
    testing::write_file(dir / "a", bytes);
    std::vector<reader> readers;
    for (int i = 0; i < 3; ++i) readers.push_back(open());
    auto alone = open(false);
    for (std::size_t done = 0; done < text.size();) {
        auto& r = readers[random() % readers.size()];
        const auto piece = std::min<std::size_t>(1 + random() % 3000, text.size() - r.seen.size());
        if (piece > 0) r.seen += r.read(piece);
        done = text.size();
        for (const auto& each : readers) done = std::min(done, each.seen.size());
    }
    ASSERT_EQ(alone.read(text.size()), text);
    for (auto& r : readers) {
        EXPECT_EQ(r.seen, text);
        EXPECT_EQ(bgzf_tell(r.stream.get()), bgzf_tell(alone.stream.get()));
        EXPECT_TRUE(bytes_ahead(r.input).empty());
        check_end(*r.stream);
    }
}

TEST_F(shared_streams, a_block_of_another_reader_is_not_read_from_the_file) {
    testing::write_file(dir / "a", bgzf_file("one block\nanother\n", 10));
    auto first = open();
    auto second = open();
    EXPECT_EQ(first.read(18), "one block\nanother\n");
    testing::write_file(dir / "a", "no file any more");
    EXPECT_EQ(second.read(18), "one block\nanother\n");
    EXPECT_EQ(bgzf_tell(second.stream.get()), bgzf_tell(first.stream.get()));
}

TEST_F(shared_streams, a_file_that_lost_its_end_meanwhile_is_noticed_by_who_knew_it) {
    std::mt19937 random(4);
    std::string text;
    while (text.size() < 500'000) text += static_cast<char>(random());
    testing::write_file(dir / "a", bgzf_file(text, 60'000));
    auto first = open();
    auto second = open();
    for (auto* r : {&first, &second}) {
        ASSERT_EQ(r->read(text.size()), text);
        ASSERT_TRUE(bytes_ahead(r->input).empty());
        check_end(*r->stream);
    }
    const auto size = std::filesystem::file_size(dir / "a");
    std::filesystem::resize_file(dir / "a", size - testing::eof_block().size());
    ASSERT_EQ(bgzf_seek(first.stream.get(), 0, SEEK_SET), 0);
    ASSERT_EQ(first.read(text.size()), text);
    EXPECT_TRUE(bytes_ahead(first.input).empty());
    EXPECT_EQ(
        testing::damage_text([&] { check_end(*first.stream); }),
        "the file ends without its last block"
    );
}

TEST_F(shared_streams, an_end_without_its_block_is_noticed_behind_blocks_of_others) {
    const auto whole = bgzf_file("one block\nanother\n", 10);
    testing::write_file(dir / "a", whole.substr(0, whole.size() - testing::eof_block().size()));
    auto first = open();
    auto second = open();
    for (auto* r : {&first, &second}) {
        EXPECT_EQ(r->read(18), "one block\nanother\n");
        EXPECT_TRUE(bytes_ahead(r->input).empty());
        EXPECT_EQ(
            testing::damage_text([&] { check_end(*r->stream); }),
            "the file ends without its last block"
        );
    }
}

}  // namespace
}  // namespace callstream::hts
