// What operations on a socket that does not block come to.
#pragma once

#include <cstdint>
#include <stdexcept>

namespace callstream::load {

enum class step : std::uint8_t { done, wants_read, wants_write, closed };

/// A connection could not be made, or was cut.
class connection_error : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace callstream::load
