// What a load generator can ask for.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace callstream::load {

enum class subject : std::uint8_t { callsets, calls, matrix, bases, variants };

constexpr std::size_t subject_count = 5;
constexpr std::array<subject, subject_count> all_subjects = {
    subject::callsets, subject::calls, subject::matrix, subject::bases, subject::variants};

constexpr std::size_t index_of(subject s) {
    return static_cast<std::size_t>(s);
}
constexpr std::string_view name_of(subject s) {
    constexpr std::array<std::string_view, subject_count> names = {
        "callsets", "calls", "matrix", "bases", "variants"};
    return names[index_of(s)];
}
/// What its answers are counted in.
constexpr std::string_view unit_of(subject s) {
    return s == subject::bases ? "bases" : s == subject::variants ? "variants" : "calls";
}

}  // namespace callstream::load
