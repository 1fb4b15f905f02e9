// The order of coordinates: by reference as the header lists them, records without one last,
// positions not decreasing.
#pragma once

#include "engine/reads/sam_header.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace callstream::reads {

/// Follows records in the order of their file. The header must outlive it.
class read_order {
 public:
    explicit read_order(const sam_header& header) : header_(header) {}

    /// `reference` is -1 for none, `pos0` 0-based. False from the first break on.
    bool accept(std::int64_t reference, std::int64_t pos0) {
        if (broken_) return false;
        const std::pair<std::int64_t, std::int64_t> at = {
            reference < 0 ? std::numeric_limits<std::int64_t>::max() : reference, pos0};
        if (at < last_) {
            const auto& references = header_.references;
            broken_ = reference < 0 ? std::string("a record without a reference")
                                    : references[static_cast<std::size_t>(reference)].name + ":" +
                                          std::to_string(pos0 + 1);
        }
        last_ = at;
        return !broken_;
    }
    /// Where the order broke ("chr2:1001", 1-based).
    const std::optional<std::string>& broken_at() const noexcept { return broken_; }

 private:
    const sam_header& header_;
    std::pair<std::int64_t, std::int64_t> last_{-1, -1};
    std::optional<std::string> broken_;
};

}  // namespace callstream::reads
