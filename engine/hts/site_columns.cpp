#include "engine/hts/site_columns.hpp"

#include "engine/hts/byte_reader.hpp"
#include "engine/hts/limits.hpp"

namespace callstream::hts {
namespace {

struct collector {
    void allele(std::span<const std::uint8_t> bytes) {
        const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        out.alleles.push_back(text.empty() ? "." : text.substr(0, text.find('\0')));
    }
    void filter(std::int32_t key) {
        if (out.filters.size() == column_entries_max) {
            refuse_record("a record has too many entries in FILTER or INFO");
        }
        out.filters.push_back(key);
    }
    void info(const info_field& field) { out.info.push_back(field); }

    site_columns& out;
};

}  // namespace

void decode_site(
    std::span<const std::uint8_t> shared,
    std::uint32_t allele_count,
    std::uint32_t info_count,
    std::int32_t key_count,
    site_columns& out
) {
    out.alleles.clear();
    out.filters.clear();
    out.info.clear();
    collector into{out};
    walk_shared(shared, allele_count, info_count, key_count, into);
}

}  // namespace callstream::hts
