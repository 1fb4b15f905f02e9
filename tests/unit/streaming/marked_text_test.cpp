#include "server/streaming/marked_text.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace callstream::streaming {
namespace {

using source = text_edit::source;

marked_text cut_text(std::initializer_list<std::string_view> pieces) {
    marked_text out;
    for (const auto piece : pieces) {
        if (!out.empty()) out.cut();
        out.append(piece);
    }
    return out;
}

std::vector<text_edit> edits_of(const marked_text& was, const marked_text& now) {
    std::vector<text_edit> out;
    find_edits(was.view(), was.cuts(), now.view(), now.cuts(), out);
    return out;
}

std::string applied(
    std::string_view was, std::string_view now, const std::vector<text_edit>& edits
) {
    std::string out;
    for (const auto& e : edits) {
        EXPECT_EQ(e.begin, out.size());
        const auto from = e.from == source::before   ? was
                          : e.from == source::itself ? std::string_view(out)
                                                     : now;
        out += from.substr(e.from == source::nothing ? e.begin : e.at, e.length);
    }
    return out;
}

TEST(find_edits, equal_texts_are_one_copy) {
    const auto text = cut_text({"one,", "two,", "three"});
    const auto edits = edits_of(text, text);
    ASSERT_EQ(edits.size(), 1U);
    EXPECT_EQ(edits[0].length, text.size());
    EXPECT_EQ(edits[0].from, source::before);
}

TEST(find_edits, a_value_of_another_length_leaves_the_pieces_behind_it_alone) {
    const auto was = cut_text({"\"depth\":9", ",\"quality\":99", "}"});
    const auto now = cut_text({"\"depth\":10", ",\"quality\":99", "}"});
    const auto edits = edits_of(was, now);
    ASSERT_EQ(edits.size(), 3U);
    EXPECT_EQ(edits[1].from, source::nothing);
    EXPECT_EQ(edits[1].length, 2U);
    EXPECT_EQ(applied(was.view(), now.view(), edits), now.view());
}

TEST(find_edits, what_changes_twice_in_the_same_way_is_copied) {
    const auto was = cut_text({"id 1~12345", " name 12345", "}"});
    const auto now = cut_text({"id 1~67890", " name 67890", "}"});
    const auto edits = edits_of(was, now);
    EXPECT_EQ(applied(was.view(), now.view(), edits), now.view());
    ASSERT_EQ(edits.size(), 5U);
    EXPECT_EQ(edits[3].from, source::itself);
}

TEST(find_edits, any_text_is_made_of_any_other) {
    std::mt19937 random(3);
    const auto below = [&](std::size_t n) { return random() % n; };
    for (int round = 0; round < 5000; ++round) {
        const auto make = [&] {
            marked_text out;
            for (std::size_t pieces = below(6); pieces > 0; --pieces) {
                std::string piece(below(30), 'a');
                for (auto& c : piece) c = static_cast<char>('a' + below(2) * below(3));
                out.append(piece);
                out.cut();
            }
            out.append("end");
            return out;
        };
        const auto was = make();
        const auto now = make();
        EXPECT_EQ(applied(was.view(), now.view(), edits_of(was, now)), now.view());
    }
}

TEST(marked_text, cuts_move_with_the_text_they_are_of) {
    marked_text out = cut_text({"ab", "c"});
    const auto tail = cut_text({"d", "e"});
    append_marked(out, tail);
    EXPECT_EQ(out.view(), "abcde");
    EXPECT_EQ(out.cuts(), (std::vector<std::uint32_t>{2, 4}));
    text_buffer plain;
    append_marked(plain, tail);
    EXPECT_EQ(plain.view(), "de");
}

}  // namespace
}  // namespace callstream::streaming
