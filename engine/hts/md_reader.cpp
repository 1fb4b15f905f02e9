#include "engine/hts/md_reader.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace callstream::hts {
namespace {

bool is_base(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

}  // namespace

bool md_reader::fail() {
    return good_ = false;
}

/// Adds the number that comes, if one does.
bool md_reader::read_equal() {
    if (!good_) return false;
    std::uint32_t more = 0;
    const char* const begin = rest_.data();
    const auto [end, problem] = std::from_chars(begin, begin + rest_.size(), more);
    if (problem == std::errc::result_out_of_range) return fail();
    if (problem != std::errc()) return true;
    rest_.remove_prefix(static_cast<std::size_t>(end - begin));
    equal_ += more;
    return true;
}

bool md_reader::pass(std::uint32_t bases) {
    while (bases > 0) {
        if (!read_equal()) return false;
        if (equal_ > 0) {
            const auto passed = static_cast<std::uint32_t>(std::min<std::uint64_t>(equal_, bases));
            equal_ -= passed;
            bases -= passed;
        } else if (!rest_.empty() && is_base(rest_.front())) {
            rest_.remove_prefix(1);
            --bases;
        } else {
            return fail();
        }
    }
    return good_;
}

bool md_reader::differing(std::uint32_t bases, text_buffer& out) {
    for (std::uint32_t i = 0; i < bases; ++i) {
        const bool fits = read_equal() && equal_ == 0 && !rest_.empty() && is_base(rest_.front());
        if (!fits) {
            out.drop_last(i);
            return fail();
        }
        out.append(rest_.front());
        rest_.remove_prefix(1);
    }
    return good_;
}

std::string_view md_reader::deleted(std::uint32_t bases) {
    const bool begins = read_equal() && equal_ == 0 && rest_.starts_with('^');
    const auto out = begins ? rest_.substr(1, bases) : std::string_view();
    if (out.size() != bases || !std::all_of(out.begin(), out.end(), is_base)) {
        fail();
        return {};
    }
    rest_.remove_prefix(bases + std::size_t{1});
    return out;
}

}  // namespace callstream::hts
