// The header that an export writes, and what the keys of its sources are called in it.
#pragma once

#include "engine/core/text_buffer.hpp"
#include "engine/hts/handles.hpp"
#include "engine/hts/variant_export.hpp"
#include "engine/hts/vcf_reader.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::hts {

/// Which columns of its files an export has.
enum class sample_choice { all, some, none };

/// Not thread-safe, but for the headers of its sources, which it only reads.
class export_header {
 public:
    /// As variant_export.
    export_header(
        std::span<const vcf_reader* const> files,
        std::span<const std::uint32_t> columns,
        sample_choice choice,
        variant_form form,
        std::span<const std::string> contigs,
        std::span<const std::string> names
    );

    void append(text_buffer& out) const;

    /// The keys that follow are those of this header.
    void enter(const shared_header& source);
    /// What they are in the header that is written. `column` is one of htslib's BCF_HL_. Throws
    /// damaged_file for what is not declared, unless it can be written as text nevertheless.
    std::int32_t contig(std::int32_t id);
    std::int32_t tag(std::int32_t key, int column);
    /// By the key in this header.
    std::string_view tag_name(std::int32_t key) const { return written_->id[BCF_DT_ID][key].key; }

    /// Of INFO/AC and INFO/AN, which are declared where samples are chosen.
    std::int32_t allele_counts() const noexcept { return allele_counts_; }
    std::int32_t allele_total() const noexcept { return allele_total_; }
    const bcf_hdr_t& written() const noexcept { return *written_; }

 private:
    std::int32_t find(int dictionary, std::int32_t key);
    std::int32_t learn(int dictionary, std::int32_t key);
    void declare_contigs(std::span<const std::string> names);
    void declare_counts();

    variant_form form_;
    header_handle written_;
    shared_header source_;
    std::vector<std::int32_t> tags_;  // by key of the source; -1 until somebody asked
    std::vector<std::int32_t> contigs_;
    std::int32_t allele_counts_ = -1;
    std::int32_t allele_total_ = -1;
};

}  // namespace callstream::hts
