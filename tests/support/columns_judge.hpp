// htslib, which says what the sample columns of a VCF line mean.
#pragma once

#include "engine/hts/handles.hpp"

#include <gtest/gtest.h>
#include <htslib/kstring.h>
#include <htslib/vcf.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::testing {

/// In memory of exactly its size, so that a sanitizer sees one byte too far.
inline std::string_view exactly(const std::string& text, std::vector<char>& room) {
    room.assign(text.begin(), text.end());
    room.shrink_to_fit();
    return {room.data(), room.size()};
}

/// Of a header with one contig, `1`, and so many samples.
class columns_judge {
 public:
    using bytes = std::vector<std::uint8_t>;

    /// `lines` are those of the header, but for the contig's.
    columns_judge(const std::vector<std::string>& lines, std::size_t samples)
        : header_(bcf_hdr_init("w")) {
        bcf_hdr_append(header_.get(), "##contig=<ID=1>");
        for (const auto& line : lines) bcf_hdr_append(header_.get(), line.c_str());
        for (std::size_t i = 0; i < samples; ++i) {
            bcf_hdr_add_sample(header_.get(), ("S" + std::to_string(i)).c_str());
        }
        EXPECT_EQ(bcf_hdr_sync(header_.get()), 0);
    }

    /// Of a FORMAT field, in the header's dictionary.
    int key(const char* name) const { return bcf_hdr_id2int(header_.get(), BCF_DT_ID, name); }

    /// The FORMAT part of the record; nothing for a line that it refuses.
    std::optional<bytes> individual(const std::string& format, const std::string& columns) {
        hts::text_handle line;
        const std::string whole = "1\t5\t.\tA\tC\t.\t.\t.\t" + format + "\t" + columns;
        kputsn(whole.data(), whole.size(), &line.text);
        if (vcf_parse(&line.text, header_.get(), record_.get()) != 0) return std::nullopt;
        if (record_->errcode != 0) return std::nullopt;
        const auto* data = reinterpret_cast<const std::uint8_t*>(record_->indiv.s);
        return bytes(data, data + record_->indiv.l);
    }

 private:
    hts::header_handle header_;
    hts::record_handle record_{bcf_init()};
};

}  // namespace callstream::testing
