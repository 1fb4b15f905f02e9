// The tags of a BAM record, one after the other (SAM specification, section 4.2.4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace callstream::hts {

/// Points into the record.
struct bam_tag {
    std::string_view name;  ///< two characters, whatever they are
    char type = 'A';        ///< A c C s S i I f d Z H; of an array (B) that of its elements
    bool is_array = false;
    /// The value, of an array all of them, little-endian and at any address; a text (Z, H) without
    /// the zero behind it.
    std::span<const std::uint8_t> value;

    std::string_view text() const {
        return {reinterpret_cast<const char*>(value.data()), value.size()};
    }
};

/// Bytes of one number or character of this type; 0 for a text, or for what is no type.
std::size_t tag_value_bytes(char type);

/// Not thread-safe.
class bam_tags {
 public:
    explicit bam_tags(std::span<const std::uint8_t> tags) : rest_(tags) {}

    /// Nothing at the end. Throws damaged_file where it would go beyond it, or for an unknown type.
    std::optional<bam_tag> next();

 private:
    std::span<const std::uint8_t> rest_;
};

/// The first one of this name. Throws as above.
std::optional<bam_tag> find_tag(std::span<const std::uint8_t> tags, std::string_view name);

}  // namespace callstream::hts
