// Where the genotypes of a record are, and whether a format can hold them.
#pragma once

#include "engine/variants/set_cursor.hpp"
#include "server/exports/export_subject.hpp"

#include <cstdint>
#include <limits>
#include <string_view>

namespace callstream::exports {

/// Finds GT without comparing names in each record. One walk's.
class genotype_field {
 public:
    /// Null when the record has none.
    const hts::format_field* find(const hts::record& record, const variants::set_cursor& at) {
        if (key_ < 0 || at.file() != file_) {
            file_ = at.file();
            key_ = at.reader().find_field("GT");
        }
        for (const auto& field : record.fields) {
            if (field.key == key_) return &field;
        }
        return nullptr;
    }

 private:
    std::uint32_t file_ = std::numeric_limits<std::uint32_t>::max();
    std::int32_t key_ = -1;
};

/// `errc::bad_request` when a genotype of the set has more than two alleles, `errc::unavailable`
/// while that is not known. `format` is what cannot hold it.
result<void> check_diploid(const export_subject& from, std::string_view format);

}  // namespace callstream::exports
