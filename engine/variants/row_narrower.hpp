// Records that have nothing but GT, of a few call sets: what is left when no other field and no
// other column is wanted.
#pragma once

#include "engine/hts/record.hpp"
#include "engine/hts/vcf_reader.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace callstream::variants {

/// Columns of a file, at least one, in the order in which they are wanted.
using wanted_columns = std::shared_ptr<const std::vector<std::uint32_t>>;

/// One user at a time.
class row_narrower {
 public:
    explicit row_narrower(wanted_columns wanted) : wanted_(std::move(wanted)) {}

    /// The record with GT alone, if it has one, and of that what is wanted, in that order. Valid
    /// until the next call and as long as `record`.
    const hts::record* narrow(const hts::record& record, const hts::vcf_reader& reader);

 private:
    wanted_columns wanted_;
    hts::record narrowed_;
    std::vector<std::uint8_t> bytes_;
};

}  // namespace callstream::variants
