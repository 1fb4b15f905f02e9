// Bodies that do exactly what a test wants of them.
#pragma once

#include "server/streaming/body_source.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace callstream::testing {

/// One piece per call; the last one ends it.
class listed_source : public streaming::body_source {
 public:
    explicit listed_source(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {}
    result<progress> fill(text_buffer& out) override {
        out.append(pieces_.at(at_));
        return ++at_ == pieces_.size() ? progress::done : progress::more;
    }

 private:
    std::vector<std::string> pieces_;
    std::size_t at_ = 0;
};

/// One that says how long it is, truly or not.
class measured_source : public listed_source {
 public:
    measured_source(std::vector<std::string> pieces, std::uint64_t length)
        : listed_source(std::move(pieces)), length_(length) {}
    std::optional<std::uint64_t> length() const override { return length_; }

 private:
    std::uint64_t length_;
};

/// Fails at its first call.
class failing_source : public streaming::body_source {
 public:
    explicit failing_source(error e) : error_(std::move(e)) {}
    result<progress> fill(text_buffer& out) override {
        out.append("half an item");
        return error_;
    }

 private:
    error error_;
};

/// Finds its file damaged at its first call.
class throwing_source : public streaming::body_source {
 public:
    result<progress> fill(text_buffer& out) override {
        out.append("half an item");
        throw damaged_file("a block cannot be inflated");
    }
};

}  // namespace callstream::testing
