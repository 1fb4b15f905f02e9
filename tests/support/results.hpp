// What tests say about a `result`: the text of an error, or a failure that shows it.
#pragma once

#include "engine/core/error.hpp"

#include <gtest/gtest.h>

#include <string>

namespace callstream::testing {

/// "" for a value.
template <class T>
std::string error_text(const result<T>& r) {
    return r.has_value() ? std::string() : r.error().text;
}

/// What the damage says that `action` finds; "" when it finds none.
template <class Action>
std::string damage_text(Action action) {
    try {
        action();
    } catch (const damaged_file& damage) {
        return damage.what();
    }
    return {};
}

template <class T>
::testing::AssertionResult has_value(const result<T>& r) {
    if (r.has_value()) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "error: " << r.error().text;
}

template <class T>
::testing::AssertionResult fails_with(const result<T>& r, errc code) {
    if (r.has_value()) return ::testing::AssertionFailure() << "it has a value";
    if (r.error().code == code) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure()
           << "code " << static_cast<int>(r.error().code) << ": " << r.error().text;
}

}  // namespace callstream::testing
