// BAI, TBI and CSI indexes made by hand, field by field.
#pragma once

#include "tests/support/bgzf_builder.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace callstream::testing {

class index_bytes {
 public:
    index_bytes& raw(std::string_view bytes) {
        bytes_ += bytes;
        return *this;
    }
    index_bytes& u32(std::uint64_t value) {
        append_little_endian(bytes_, value, 4);
        return *this;
    }
    index_bytes& u64(std::uint64_t value) {
        append_little_endian(bytes_, value, 8);
        return *this;
    }
    index_bytes& pairs(const std::vector<std::pair<std::uint64_t, std::uint64_t>>& chunks) {
        u32(chunks.size());
        for (const auto& [beg, end] : chunks) u64(beg).u64(end);
        return *this;
    }
    const std::string& bytes() const { return bytes_; }
    std::string packed() const { return bgzf_file(bytes_); }

 private:
    std::string bytes_;
};

}  // namespace callstream::testing
