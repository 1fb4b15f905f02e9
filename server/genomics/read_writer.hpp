// Reads as JSON, from the bytes of a record. Spec: Read of the discovery document of 2016-10-04.
#pragma once

#include "engine/catalog/catalog.hpp"
#include "engine/core/text_buffer.hpp"
#include "engine/hts/bam_bytes.hpp"
#include "engine/hts/bam_fields.hpp"
#include "engine/hts/bam_tags.hpp"
#include "engine/hts/cigar.hpp"
#include "engine/hts/md_reader.hpp"
#include "engine/reads/record_walk.hpp"
#include "server/genomics/field_mask.hpp"

#include <array>
#include <bitset>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::genomics {

/// A place in a file as it stands in ids and page tokens: hexadecimal, `AT` or `AT-NUMBER`.
void append_place(text_buffer& out, const reads::record_place& place);
/// Nothing for other texts.
std::optional<reads::record_place> parse_place(std::string_view text);

/// Writes reads of one read group set, which must outlive it. One thread at a time.
class read_writer {
 public:
    /// `shown`: of a Read.
    read_writer(const catalog::read_group_set& set, const field_mask& shown);

    /// Appends the read. Throws damaged_file where its tags are malformed.
    void write(text_buffer& out, const hts::bam_record& record, const reads::record_place& place);

 private:
    /// What is shown of a Read, of an alignment, of a position.
    struct position_members {
        bool reference, position, strand;
    };
    struct shown_members {
        bool id, group, set, name, proper, duplicate, length, number, numbers, failed, secondary,
            supplementary, sequence, quality;
    };
    /// The name of the reference that was written last, as it stands in JSON.
    struct reference_name {
        std::int32_t reference = -1;
        std::string text;
    };

    static std::optional<position_members> members_of(const std::optional<field_mask>& shown);
    void write_group(text_buffer& out, const hts::bam_record& record);
    void write_flags(text_buffer& out, const hts::bam_record& record, const hts::bam_fields& of);
    void write_alignment(text_buffer& out, const hts::bam_record& record);
    void write_cigar(text_buffer& out, const hts::bam_record& record);
    void write_reference_bases(
        text_buffer& out, hts::md_reader& md, hts::cigar_operation operation
    );
    void write_position(
        text_buffer& out,
        const position_members& members,
        reference_name& name,
        std::int32_t reference,
        std::int32_t pos0,
        bool is_reverse
    );
    void write_info(text_buffer& out, const hts::bam_record& record);

    const catalog::read_group_set& set_;
    shown_members shown_;
    std::optional<position_members> position_;  // nothing: not shown
    std::optional<position_members> mate_;
    bool alignment_;
    bool mapping_quality_ = false;
    bool cigar_;
    bool operation_ = false;
    bool operation_length_ = false;
    bool reference_bases_ = false;
    std::optional<field_mask> info_;

    std::string id_head_;
    std::string set_member_;
    std::map<std::string, std::string, std::less<>> groups_;  // ids by name
    std::string last_group_;
    std::string_view last_group_id_;
    reference_name own_reference_;
    reference_name mate_reference_;
    std::bitset<1 << 16> seen_;  // names of tags of the record
    std::vector<std::uint16_t> seen_list_;
};

}  // namespace callstream::genomics
