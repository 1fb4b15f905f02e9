// Inflates a gzip'd body as it comes.
#pragma once

#include "server/load/body_sink.hpp"

#include <memory>
#include <vector>

namespace callstream::load {

/// One body at a time. Its memory does not depend on what the body claims or holds.
class gunzip : public body_sink {
 public:
    gunzip();
    ~gunzip() override;

    /// Before each body. What was packed goes to `out`.
    void restart(body_sink& out);
    /// Throws std::runtime_error where it is not gzip, or a checksum is wrong.
    void take(std::string_view packed) override;
    /// Whether the body has come to its end.
    bool is_complete() const;

 private:
    struct state;
    std::unique_ptr<state> state_;
    std::vector<unsigned char> room_;
    body_sink* out_ = nullptr;
};

}  // namespace callstream::load
