// The sample columns of a VCF line, whatever fields they have, as BCF has them: what htslib makes
// of them, without its parser, which goes over each column twice. Sources: VCF specification 4.3,
// sections 1.6.2 (genotype fields) and 6.3.3 (BCF); that all samples get the room of the widest,
// and every field the narrowest integers that hold it, is htslib's way.
#pragma once

#include "engine/core/text_buffer.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace callstream::hts {

/// Reused from line to line; one thread at a time.
class field_columns {
 public:
    enum class kind : std::uint8_t { genotype, integer, real, text };
    struct field {
        std::int32_t key = 0;  ///< in the header's dictionary
        kind holds = kind::text;
        std::uint32_t spare =
            0;  ///< bytes that a text has room for beyond the longest of its field
    };

    /// What the columns that are read from now on have, in the order of FORMAT.
    void set_fields(std::span<const field> fields);

    /// Reads the columns behind FORMAT, separated by tabs. False for whatever is not plain, htslib
    /// takes it or not: another number of columns than `samples`, a column with more values than
    /// fields, a field that no column has, empty values, signs and exponents out of the ordinary,
    /// numbers beyond nine digits.
    bool read(std::string_view columns, std::size_t samples);

    /// The FORMAT part of the record, all fields of it; after `read` was true, until it is called
    /// again.
    std::span<const std::uint8_t> individual() const noexcept;
    std::uint32_t count() const noexcept { return static_cast<std::uint32_t>(fields_.size()); }
    std::size_t capacity() const noexcept;

 private:
    struct place;

    /// What was read of one field, sample after sample, without gaps.
    struct values {
        field of;
        std::vector<std::int32_t> numbers;  // floats as their bits
        std::vector<char> text;
        std::size_t used = 0;              // of either
        std::vector<std::uint32_t> sizes;  // by sample
        std::int32_t low = 0;              // of the numbers that are there, and 0
        std::int32_t high = 0;
        std::uint32_t least = 0;  // of the sizes
        std::uint32_t most = 0;
        bool is_there = false;  // in any column

        void clear(std::size_t samples);
        void set_size(std::size_t sample, std::size_t size);
        void push(std::int32_t number);
        void push_text(std::string_view characters);
        void push_missing(std::size_t sample);
    };

    class number_writer;

    bool read_column(place& at, std::size_t sample);
    static bool read_value(place& at, values& into);
    static bool read_genotype(place& at, values& into);
    static bool read_integers(place& at, values& into);
    static bool read_reals(place& at, values& into);
    static bool read_text(place& at, values& into);
    std::optional<std::size_t> bytes_needed() const;
    bool write();
    void write_field(const values& from, std::uint32_t room);

    std::vector<values> fields_;
    text_buffer bytes_;
};

}  // namespace callstream::hts
