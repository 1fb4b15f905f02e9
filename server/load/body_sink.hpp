// Where the pieces of a body go as they come.
#pragma once

#include <string_view>

namespace callstream::load {

class body_sink {
 public:
    virtual ~body_sink() = default;
    /// The piece lives until the call returns.
    virtual void take(std::string_view piece) = 0;
};

}  // namespace callstream::load
