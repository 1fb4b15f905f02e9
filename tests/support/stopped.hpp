// A stop that was asked for before the work began.
#pragma once

#include <memory>
#include <stop_token>

namespace callstream::testing {

inline std::stop_token stopped() {
    // On the heap: g++ 12 wrongly warns of an uninitialised one on the stack.
    const auto source = std::make_unique<std::stop_source>();
    source->request_stop();
    return source->get_token();
}

}  // namespace callstream::testing
