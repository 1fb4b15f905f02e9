// What an answer says, as a count and a checksum that do not depend on how it is written: JSON or
// NDJSON, the order of members, blanks, escapes, members that other servers do not have.
//
// Calls and variants: the sum of a hash for each of them, so their order does not count, and pages
// of any size add up to the same. A call is its callSetDbId, variantDbId and genotype; a variant
// its variantDbId, referenceName, start, end, referenceBases and alternateBases. A matrix: the sum
// of a hash for each row of cells and each id, at its place in the answer. Bases: a hash of the
// sequence.
#pragma once

#include "server/load/json_scanner.hpp"
#include "server/load/subject.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace callstream::load {

struct answer_sums {
    std::uint64_t checksum = 0;
    std::uint64_t items = 0;  ///< calls, cells, variants or bases
    /// Whether the last line of an NDJSON answer said that it is complete.
    bool says_complete = false;

    bool operator==(const answer_sums&) const = default;
};

/// Made by one answer. Can be copied at any point of it.
class answer_items : public json_events {
 public:
    explicit answer_items(subject s) : subject_(s) {}

    const answer_sums& sums() const { return sums_; }
    /// False when an NDJSON answer says that it has another number of lines than came.
    bool counts_agree() const {
        return !sums_.says_complete || !announced_ || *announced_ == lines_;
    }

    void open(bool array) override;
    void close() override;
    bool key(std::string_view name) override;
    void text(const text_hash& value) override;
    void word(std::string_view value) override;

 private:
    static constexpr std::size_t levels_kept = 6;  // nothing that counts lies deeper

    struct level {
        std::uint8_t name = 0;  // of the member that is being read; `element` in an array
        std::uint32_t index = 0;
    };

    void leaf(std::uint64_t hash);
    void call_leaf(std::uint64_t place, std::uint64_t hash);
    void variant_leaf(std::uint64_t place, std::uint64_t hash);
    void matrix_leaf(std::uint64_t place, std::uint64_t hash);
    void end_item();
    void end_document();
    void add_row(std::uint64_t number);
    void pass_element();
    std::uint64_t place() const;
    std::uint64_t place_in_item() const;

    subject subject_;
    std::uint8_t depth_ = 0;
    bool has_item_ = false;
    bool has_genotype_ = false;
    std::array<level, levels_kept> levels_{};
    std::uint64_t item_ = 0;      // of the call, variant or row that is being read
    std::uint64_t genotype_ = 0;  // of `genotype.values`, where `genotypeValue` is missing
    std::uint64_t row_cells_ = 0;
    std::uint64_t lines_ = 0;
    std::optional<std::uint64_t> announced_;
    answer_sums sums_;
};

}  // namespace callstream::load
