#include "server/genomics/read_writer.hpp"

#include "engine/core/id.hpp"
#include "engine/core/parse.hpp"
#include "server/streaming/json_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace callstream::genomics {
namespace {

using streaming::append_json_escaped;
using streaming::json_escaped;
using streaming::json_quoted;

constexpr std::array<std::string_view, 9> operation_names = {
    "ALIGNMENT_MATCH",
    "INSERT",
    "DELETE",
    "SKIP",
    "CLIP_SOFT",
    "CLIP_HARD",
    "PAD",
    "SEQUENCE_MATCH",
    "SEQUENCE_MISMATCH"};

std::string_view name_of(hts::cigar_kind kind) {
    const auto number = static_cast<std::size_t>(kind);
    return number < operation_names.size() ? operation_names[number] : "OPERATION_UNSPECIFIED";
}

/// The two bases of each byte.
constexpr auto base_pairs = [] {
    constexpr std::string_view letters = "=ACMGRSVTWYHKDBN";
    std::array<std::array<char, 2>, 256> out{};
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = {letters[i >> 4], letters[i & 15]};
    return out;
}();

/// Each number of a byte, and a comma.
struct number_text {
    std::array<char, 4> text{};
    std::uint8_t length = 0;
};
constexpr auto number_texts = [] {
    std::array<number_text, 256> out{};
    for (unsigned i = 0; i < out.size(); ++i) {
        auto& [text, length] = out[i];
        if (i >= 100) text[length++] = static_cast<char>('0' + i / 100);
        if (i >= 10) text[length++] = static_cast<char>('0' + i / 10 % 10);
        text[length++] = static_cast<char>('0' + i % 10);
        text[length++] = ',';
    }
    return out;
}();

void append_hex(text_buffer& out, std::uint64_t value) {
    constexpr std::size_t digits_max = 16;
    char* const room = out.prepare(digits_max);
    out.commit(std::to_chars(room, room + digits_max, value, 16).ptr);
}

void append_flag(text_buffer& out, std::string_view name, bool value) {
    out.append(name);
    out.append(value ? std::string_view("true") : std::string_view("false"));
}

void append_number(text_buffer& out, std::string_view name, std::int64_t value) {
    out.append(name);
    append_integer(out, value);
}

/// Members were each written with a comma in front: the first one's becomes the brace.
void close_object(text_buffer& out, std::size_t begin) {
    if (out.size() == begin) out.append(',');
    out.replace(begin, '{');
    out.append('}');
}

void append_sequence(text_buffer& out, const hts::bam_fields& of) {
    out.append(",\"alignedSequence\":\"");
    const std::size_t bases = of.qualities.size();
    char* room = out.prepare(2 * of.sequence.size());
    for (const std::uint8_t pair : of.sequence) {
        std::memcpy(room, base_pairs[pair].data(), 2);
        room += 2;
    }
    out.commit(room - bases % 2);
    out.append('"');
}

void append_qualities(text_buffer& out, const hts::bam_fields& of) {
    constexpr std::uint8_t none = 255;
    out.append(",\"alignedQuality\":[");
    const auto& qualities = of.qualities;
    if (!qualities.empty() && qualities.front() != none) {
        char* room = out.prepare(sizeof(number_text::text) * qualities.size());
        for (const std::uint8_t quality : qualities) {
            const auto& number = number_texts[quality];
            std::memcpy(room, number.text.data(), number.text.size());
            room += number.length;
        }
        out.commit(room - 1);
    }
    out.append(']');
}

template <class T>
T number_at(const std::uint8_t* at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

template <class T>
void append_real(text_buffer& out, T value) {
    constexpr std::size_t digits_max = 32;
    char* const room = out.prepare(digits_max);
    out.commit(std::to_chars(room, room + digits_max, value).ptr);
}

/// A number or a character of a tag.
void append_value(text_buffer& out, char type, const std::uint8_t* at) {
    switch (type) {
        case 'A':
            return append_json_escaped(out, {reinterpret_cast<const char*>(at), 1});
        case 'c':
            return append_integer(out, number_at<std::int8_t>(at));
        case 'C':
            return append_integer(out, *at);
        case 's':
            return append_integer(out, number_at<std::int16_t>(at));
        case 'S':
            return append_integer(out, number_at<std::uint16_t>(at));
        case 'i':
            return append_integer(out, number_at<std::int32_t>(at));
        case 'I':
            return append_integer(out, number_at<std::uint32_t>(at));
        case 'f':
            return append_real(out, number_at<float>(at));
        default:
            return append_real(out, number_at<double>(at));
    }
}

/// As a JSON array of texts.
void append_values(text_buffer& out, const hts::bam_tag& tag) {
    const std::size_t size = hts::tag_value_bytes(tag.type);
    out.append("[");
    if (size == 0) {
        out.append('"');
        append_json_escaped(out, tag.text());
        out.append('"');
    }
    for (std::size_t at = 0; size > 0 && at < tag.value.size(); at += size) {
        out.append(at == 0 ? std::string_view("\"") : std::string_view(",\""));
        append_value(out, tag.type, tag.value.data() + at);
        out.append('"');
    }
    out.append(']');
}

bool is_mapped(const hts::bam_record& record) {
    const auto& head = record.head;
    return (head.flag & hts::unmapped) == 0 && head.reference >= 0 && head.pos0 >= 0;
}

/// "*" stands for what is not known.
std::string_view unless_unknown(std::string_view name) {
    return name == "*" ? std::string_view() : name;
}

}  // namespace

void append_place(text_buffer& out, const reads::record_place& place) {
    append_hex(out, place.at);
    if (place.number == 0) return;
    out.append('-');
    append_hex(out, place.number);
}

std::optional<reads::record_place> parse_place(std::string_view text) {
    const auto number = [](std::string_view digits) -> std::optional<std::uint64_t> {
        std::uint64_t value = 0;
        const char* const end = digits.data() + digits.size();
        const auto [stop, problem] = std::from_chars(digits.data(), end, value, 16);
        if (problem != std::errc() || stop != end) return std::nullopt;
        return value;
    };
    const auto dash = text.find('-');
    const auto at = number(text.substr(0, dash));
    const auto behind = dash == std::string_view::npos ? 0 : number(text.substr(dash + 1));
    if (!at || !behind) return std::nullopt;
    return reads::record_place{*at, *behind};
}

read_writer::read_writer(const catalog::read_group_set& set, const field_mask& shown)
    : set_(set),
      shown_{
          .id = shown.has("id"),
          .group = shown.has("readGroupId"),
          .set = shown.has("readGroupSetId"),
          .name = shown.has("fragmentName"),
          .proper = shown.has("properPlacement"),
          .duplicate = shown.has("duplicateFragment"),
          .length = shown.has("fragmentLength"),
          .number = shown.has("readNumber"),
          .numbers = shown.has("numberReads"),
          .failed = shown.has("failedVendorQualityChecks"),
          .secondary = shown.has("secondaryAlignment"),
          .supplementary = shown.has("supplementaryAlignment"),
          .sequence = shown.has("alignedSequence"),
          .quality = shown.has("alignedQuality")},
      mate_(members_of(shown.of("nextMatePosition"))),
      alignment_(shown.has("alignment")),
      cigar_(false),
      info_(shown.of("info")),
      id_head_(",\"id\":" + json_quoted(id::join(set.id, ""))),
      set_member_(",\"readGroupSetId\":" + json_quoted(set.id)) {
    id_head_.pop_back();  // the place and a quote follow
    if (const auto alignment = shown.of("alignment")) {
        position_ = members_of(alignment->of("position"));
        mapping_quality_ = alignment->has("mappingQuality");
        if (const auto cigar = alignment->of("cigar")) {
            cigar_ = true;
            operation_ = cigar->has("operation");
            operation_length_ = cigar->has("operationLength");
            reference_bases_ = cigar->has("referenceSequence");
        }
    }
    for (const auto& group : set.file->header().read_groups)
        groups_.emplace(group.id, json_escaped(id::join(set.id, id::encode(group.id))));
}

std::optional<read_writer::position_members> read_writer::members_of(
    const std::optional<field_mask>& shown
) {
    if (!shown) return std::nullopt;
    return position_members{
        shown->has("referenceName"), shown->has("position"), shown->has("reverseStrand")};
}

void read_writer::write(
    text_buffer& out, const hts::bam_record& record, const reads::record_place& place
) {
    const std::size_t begin = out.size();
    const auto fields = hts::fields_of(record);
    if (shown_.id) {
        out.append(id_head_);
        append_place(out, place);
        out.append('"');
    }
    if (shown_.group) write_group(out, record);
    if (shown_.set) out.append(set_member_);
    if (shown_.name) {
        out.append(",\"fragmentName\":\"");
        append_json_escaped(out, unless_unknown(fields.name));
        out.append('"');
    }
    write_flags(out, record, fields);
    if (alignment_ && is_mapped(record)) write_alignment(out, record);
    if (shown_.sequence) append_sequence(out, fields);
    if (shown_.quality) append_qualities(out, fields);
    const bool is_mate_mapped = (record.head.flag & hts::mate_unmapped) == 0 &&
                                fields.next_reference >= 0 && fields.next_pos0 >= 0;
    if (mate_ && is_mate_mapped) {
        out.append(",\"nextMatePosition\":");
        const bool is_reverse = (record.head.flag & hts::mate_reverse) != 0;
        write_position(
            out, *mate_, mate_reference_, fields.next_reference, fields.next_pos0, is_reverse
        );
    }
    if (info_) write_info(out, record);
    close_object(out, begin);
}

/// None for a read without RG, or with one that the header does not have.
void read_writer::write_group(text_buffer& out, const hts::bam_record& record) {
    out.append(",\"readGroupId\":\"");
    const auto tag = hts::find_tag(record.tags, "RG");
    if (tag && tag->type == 'Z') {
        const auto name = tag->text();
        if (name != last_group_ || last_group_id_.empty()) {
            const auto found = groups_.find(name);
            last_group_ = name;
            last_group_id_ = found == groups_.end() ? std::string_view() : found->second;
        }
        out.append(last_group_id_);
    }
    out.append('"');
}

void read_writer::write_flags(
    text_buffer& out, const hts::bam_record& record, const hts::bam_fields& of
) {
    const auto flag = record.head.flag;
    const auto is_set = [flag](hts::bam_flag bit) { return (flag & bit) != 0; };
    if (shown_.proper) append_flag(out, ",\"properPlacement\":", is_set(hts::properly_paired));
    if (shown_.duplicate) append_flag(out, ",\"duplicateFragment\":", is_set(hts::duplicate));
    if (shown_.length) append_number(out, ",\"fragmentLength\":", of.template_length);
    const bool is_second =
        is_set(hts::paired) && is_set(hts::last_of_pair) && !is_set(hts::first_of_pair);
    if (shown_.number) append_number(out, ",\"readNumber\":", is_second ? 1 : 0);
    if (shown_.numbers) append_number(out, ",\"numberReads\":", is_set(hts::paired) ? 2 : 1);
    if (shown_.failed)
        append_flag(out, ",\"failedVendorQualityChecks\":", is_set(hts::failed_checks));
    if (shown_.secondary) append_flag(out, ",\"secondaryAlignment\":", is_set(hts::secondary));
    if (shown_.supplementary)
        append_flag(out, ",\"supplementaryAlignment\":", is_set(hts::supplementary));
}

void read_writer::write_alignment(text_buffer& out, const hts::bam_record& record) {
    const auto& head = record.head;
    out.append(",\"alignment\":");
    const std::size_t begin = out.size();
    if (position_) {
        out.append(",\"position\":");
        const bool is_reverse = (head.flag & hts::reverse) != 0;
        write_position(out, *position_, own_reference_, head.reference, head.pos0, is_reverse);
    }
    if (mapping_quality_) append_number(out, ",\"mappingQuality\":", record.mapping_quality);
    if (cigar_) write_cigar(out, record);
    close_object(out, begin);
}

void read_writer::write_position(
    text_buffer& out,
    const position_members& members,
    reference_name& name,
    std::int32_t reference,
    std::int32_t pos0,
    bool is_reverse
) {
    const std::size_t begin = out.size();
    if (members.reference) {
        if (name.reference != reference) {
            const auto& known = set_.file->header().references;
            name.text = json_escaped(known[static_cast<std::size_t>(reference)].name);
            name.reference = reference;
        }
        out.append(",\"referenceName\":\"");
        out.append(name.text);
        out.append('"');
    }
    if (members.position) {
        append_number(out, ",\"position\":\"", pos0);
        out.append('"');
    }
    if (members.strand) append_flag(out, ",\"reverseStrand\":", is_reverse);
    close_object(out, begin);
}

void read_writer::write_cigar(text_buffer& out, const hts::bam_record& record) {
    const auto cigar = hts::whole_cigar(record);
    const std::size_t count = cigar.size() / 4;
    std::optional<hts::md_reader> md;
    const auto tells = [](hts::cigar_kind kind) {
        return kind == hts::cigar_kind::deletion || kind == hts::cigar_kind::difference;
    };
    for (std::size_t i = 0; reference_bases_ && !md && i < count; ++i) {
        if (!tells(hts::operation_at(cigar, i).kind)) continue;
        const auto tag = hts::find_tag(record.tags, "MD");
        if (!tag || tag->type != 'Z') break;
        md.emplace(tag->text());
    }
    out.append(",\"cigar\":[");
    for (std::size_t i = 0; i < count; ++i) {
        const auto operation = hts::operation_at(cigar, i);
        if (i > 0) out.append(',');
        const std::size_t begin = out.size();
        if (operation_) {
            out.append(",\"operation\":\"");
            out.append(name_of(operation.kind));
            out.append('"');
        }
        if (operation_length_) {
            append_number(out, ",\"operationLength\":\"", operation.length);
            out.append('"');
        }
        if (md) write_reference_bases(out, *md, operation);
        close_object(out, begin);
    }
    out.append(']');
}

/// "`referenceSequence` is only used at mismatches and deletions ... If the relevant information is
/// not available, this field is unset" (the document).
void read_writer::write_reference_bases(
    text_buffer& out, hts::md_reader& md, hts::cigar_operation operation
) {
    constexpr std::string_view name = ",\"referenceSequence\":\"";
    const std::size_t begin = out.size();
    if (operation.kind == hts::cigar_kind::deletion) {
        const auto bases = md.deleted(operation.length);
        if (bases.empty()) return;
        out.append(name);
        out.append(bases);
        out.append('"');
    } else if (operation.kind == hts::cigar_kind::difference) {
        out.append(name);
        const bool agrees = md.differing(operation.length, out);
        out.append('"');
        if (!agrees || operation.length == 0) out.drop_last(out.size() - begin);
    } else if (hts::aligns(operation.kind)) {
        md.pass(operation.length);
    }
}

void read_writer::write_info(text_buffer& out, const hts::bam_record& record) {
    // The CIGAR that stands in its place shows what it holds.
    const bool shows_operations = hts::whole_cigar(record).data() != record.cigar.data();
    out.append(",\"info\":");
    const std::size_t begin = out.size();
    hts::bam_tags tags(record.tags);
    while (const auto tag = tags.next()) {
        if (shows_operations && tag->name == "CG") continue;
        // JSON has each name once; the first counts.
        const auto number =
            number_at<std::uint16_t>(reinterpret_cast<const std::uint8_t*>(tag->name.data()));
        if (seen_[number]) continue;
        seen_.set(number);
        seen_list_.push_back(number);
        if (!info_->has(tag->name)) continue;
        out.append(",\"");
        append_json_escaped(out, tag->name);
        out.append("\":");
        append_values(out, *tag);
    }
    close_object(out, begin);
    for (const auto number : seen_list_) seen_.reset(number);
    seen_list_.clear();
}

}  // namespace callstream::genomics
