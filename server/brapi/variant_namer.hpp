// Ids and names of variants as BrAPI has them.
#pragma once

#include "engine/catalog/variant_id.hpp"
#include "engine/core/text_buffer.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace callstream::brapi {

/// Writes ids and names of the variants of one set into JSON strings. One thread at a time.
class variant_namer {
 public:
    explicit variant_namer(std::string_view variant_set_id) : ids_(variant_set_id) {}

    /// The contig of the variants that follow, by its name in the file.
    void enter_contig(std::string_view name);

    void append_id(text_buffer& out, std::int64_t pos0, std::uint32_t duplicate) const {
        ids_.append(out, pos0, duplicate);
    }
    /// The first name of the ID column, which is the one that people use; `contig:position` when
    /// there is none.
    void append_name(text_buffer& out, std::string_view names, std::int64_t pos0) const;

 private:
    catalog::variant_id_writer ids_;
    std::string name_prefix_;  // `contig:`, escaped
};

}  // namespace callstream::brapi
