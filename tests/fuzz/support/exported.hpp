// What the server would send of a variant file as a file, for the fuzzers of file content.
#pragma once

#include "engine/core/text_buffer.hpp"
#include "engine/hts/variant_export.hpp"
#include "engine/hts/vcf_reader.hpp"

#include <cstddef>
#include <vector>

namespace callstream::fuzzing {

/// Exports records as they are read, in several ways: as VCF and BCF, with all samples, some, none.
/// Each may find damage; what is written as BCF must be BCF.
class exported_file {
 public:
    /// The record that `reader` read last.
    void add(const hts::vcf_reader& reader);
    /// To be called after the last record.
    void check() const;

 private:
    struct one_export {
        hts::variant_export writer;
        hts::variant_form form;
        text_buffer bytes;
        std::size_t records = 0;
    };
    void open(const hts::vcf_reader& reader);

    bool is_open_ = false;
    std::vector<one_export> exports_;
};

}  // namespace callstream::fuzzing
