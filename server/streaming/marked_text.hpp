// Text with cuts: it consists of pieces, and what is of one make has pieces that are mostly like
// those of the one before it.
#pragma once

#include "engine/core/text_buffer.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace callstream::streaming {

/// Whoever writes to a template's `text_buffer` or `marked_text` says where a piece ends; only the
/// latter listens.
class marked_text : public text_buffer {
 public:
    void restart() {
        clear();
        cuts_.clear();
    }
    void cut() { cuts_.push_back(static_cast<std::uint32_t>(size())); }
    void append_marked(const marked_text& other) {
        for (const auto c : other.cuts_) cuts_.push_back(static_cast<std::uint32_t>(size()) + c);
        append(other.view());
    }
    /// Ends of pieces, from left to right; the last piece ends with the text.
    const std::vector<std::uint32_t>& cuts() const noexcept { return cuts_; }

 private:
    std::vector<std::uint32_t> cuts_;
};

inline void cut(text_buffer&) {}
inline void cut(marked_text& out) {
    out.cut();
}
inline void append_marked(text_buffer& out, const marked_text& text) {
    out.append(text.view());
}
inline void append_marked(marked_text& out, const marked_text& text) {
    out.append_marked(text);
}

/// How a text is made of the one before it.
struct text_edit {
    enum class source { nothing, before, itself };
    std::uint32_t begin = 0;  ///< in the text
    std::uint32_t length = 0;
    source from = source::nothing;
    std::uint32_t at = 0;  ///< where the source has it
};

/// Appends the edits that make `now` of `was`, piece by piece: what both begin and end with, and
/// between that what stands at the same place; what is like the change before it is a copy of that.
/// Edits from one source that go on with each other are one.
void find_edits(
    std::string_view was,
    const std::vector<std::uint32_t>& was_cuts,
    std::string_view now,
    const std::vector<std::uint32_t>& now_cuts,
    std::vector<text_edit>& edits
);

}  // namespace callstream::streaming
