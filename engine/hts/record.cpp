#include "engine/hts/record.hpp"

#include "engine/hts/byte_reader.hpp"

namespace callstream::hts {

std::size_t size_of(value_type type) {
    switch (type) {
        case value_type::int8:
        case value_type::text:
            return 1;
        case value_type::int16:
            return 2;
        case value_type::int32:
        case value_type::float32:
            return 4;
        default:
            return 0;
    }
}

std::string_view decode_name(std::span<const std::uint8_t> shared) {
    byte_reader reader(shared);
    const auto d = reader.take_descriptor();
    const auto bytes = reader.take_values(d);
    if (d.type != value_type::text) return {};
    std::string_view name(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    name = name.substr(0, name.find('\0'));
    return name == "." ? std::string_view{} : name;
}

void check_shared(
    std::span<const std::uint8_t> shared,
    std::uint32_t allele_count,
    std::uint32_t info_count,
    std::int32_t key_count
) {
    struct {
        void allele(std::span<const std::uint8_t>) {}
        void filter(std::int32_t) {}
        void info(const info_field&) {}
    } nobody;
    walk_shared(shared, allele_count, info_count, key_count, nobody);
}

void decode_format_fields(
    std::span<const std::uint8_t> individual,
    std::uint32_t field_count,
    std::uint32_t sample_count,
    std::int32_t key_count,
    std::vector<format_field>& out
) {
    out.clear();
    byte_reader reader(individual);
    for (std::uint32_t i = 0; i < field_count; ++i) {
        const std::int32_t key = reader.take_integer();
        if (key < 0 || key >= key_count) refuse_record("a FORMAT key is not in the header");
        const auto d = reader.take_descriptor();
        const std::uint64_t stride = std::uint64_t{d.count} * size_of(d.type);
        const auto bytes = reader.take(stride * sample_count);
        out.push_back({key, d.type, d.count, bytes});
    }
}

}  // namespace callstream::hts
