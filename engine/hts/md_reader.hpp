// The tag MD: which bases the reference has where a read differs (SAM tags specification).
#pragma once

#include "engine/core/text_buffer.hpp"

#include <cstdint>
#include <string_view>

namespace callstream::hts {

/// Follows the text along the operations of a CIGAR. Everything is false from the first place on
/// where both do not agree.
class md_reader {
 public:
    explicit md_reader(std::string_view text) : rest_(text) {}

    /// Bases that are laid over the reference, equal or not.
    bool pass(std::uint32_t bases);
    /// The reference under bases that all differ from it, appended; nothing if they do not.
    bool differing(std::uint32_t bases, text_buffer& out);
    /// The reference where a deletion is; empty where the text has another one, or none.
    std::string_view deleted(std::uint32_t bases);

 private:
    bool read_equal();
    bool fail();

    std::string_view rest_;
    std::uint64_t equal_ = 0;  // bases that are equal before what comes in `rest_`
    bool good_ = true;
};

}  // namespace callstream::hts
