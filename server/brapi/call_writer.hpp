// Call objects as JSON, from the bytes of a record. What does not change from call to call is
// prepared once, what does not change within a record once per record, the rest is copied around
// the genotype. Spec: BrAPI 2.1 Call, with the fields that 2.1 deprecates, because clients of 2.0
// read them.
#pragma once

#include "engine/core/text_buffer.hpp"
#include "engine/genotype/gt_text.hpp"
#include "engine/hts/site_columns.hpp"
#include "engine/variants/set_cursor.hpp"
#include "server/brapi/variant_namer.hpp"
#include "server/streaming/marked_text.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace callstream::brapi {

/// The members of a Call, one bit each.
enum class call_member : std::uint32_t {
    additional_info = 1 << 0,
    call_set_id = 1 << 1,
    call_set_name = 1 << 2,
    genotype = 1 << 3,
    genotype_likelihood = 1 << 4,
    genotype_metadata = 1 << 5,
    genotype_value = 1 << 6,
    phase_set = 1 << 7,
    variant_id = 1 << 8,
    variant_name = 1 << 9,
    variant_set_id = 1 << 10,
    variant_set_name = 1 << 11,
};
constexpr std::uint32_t all_call_members = (1 << 12) - 1;

/// By its name in the specification; nothing for another one.
std::optional<call_member> find_call_member(std::string_view name);
std::string_view name_of(call_member member);

struct call_form {
    genotype::genotype_format format;
    std::uint32_t members = all_call_members;  ///< bits of `call_member`
};

/// What a record must have for calls of this form.
hts::wanted_fields fields_needed(const call_form& form);

/// Writes calls of one variant set. One thread at a time; belongs to one cursor's walk, whose
/// readers give the field keys their meaning. Names and ids are given as they are, not escaped.
class call_writer {
 public:
    call_writer(std::string_view set_id, std::string_view set_name, const call_form& form);

    /// The call set of a column: the next in each row.
    void add_call_set(std::string_view id, std::string_view name, std::uint32_t column);

    /// The record whose calls are written next, the one on which `cursor` stands. Throws
    /// damaged_file.
    void enter(const hts::record& record, const variants::set_cursor& cursor);

    /// Appends the calls of this row from number `first` on, at most `most`, each followed by
    /// `terminator`, until `out` has `enough` bytes; at least one. Returns how many. Throws
    /// damaged_file.
    std::uint64_t write(
        text_buffer& out,
        std::uint64_t first,
        std::uint64_t most,
        std::size_t enough,
        char terminator
    );

    /// For those who make calls of pieces: a call is the head of its call set and the rest of the
    /// call. Of the row that was entered last, as all that follows.
    std::size_t call_sets() const { return heads_.size(); }
    std::string_view head(std::size_t number) const;
    /// Where the first of two members of a head ends.
    std::uint32_t head_cut(std::size_t number) const { return heads_[number].cut; }
    /// Cut behind each value. Throws damaged_file.
    void append_rest(streaming::marked_text& out, std::size_t number);

    /// Calls with equal bytes here have equal rests.
    struct rest_keys {
        const std::uint8_t* bytes = nullptr;
        std::size_t size = 0;                    ///< of each column
        const std::uint32_t* columns = nullptr;  ///< by number
    };
    /// Nothing where the rest depends on more than a genotype.
    std::optional<rest_keys> keys_of_rests() const;

 private:
    enum class role {
        filter,
        genotype,
        dosage,
        likelihood_log10,
        likelihood_phred,
        phase_set,
        other,
    };
    static constexpr std::size_t special_roles = static_cast<std::size_t>(role::other);
    struct field_writer {
        std::int32_t key = -1;
        role meaning = role::other;
        std::string before;  // `{"dataType":...,"fieldValue":"`
    };

    bool shows(call_member m) const { return (form_.members & static_cast<std::uint32_t>(m)) != 0; }
    const hts::format_field* special(role r) const { return special_[static_cast<std::size_t>(r)]; }
    void enter_file(std::uint32_t file);
    std::size_t writer_of(const hts::vcf_reader& reader, std::int32_t key);
    static field_writer learn_field(const hts::vcf_reader& reader, std::int32_t key);
    void find_fields(const hts::record& record, const hts::vcf_reader& reader);
    void prepare_tail(const hts::record& record, const variants::set_cursor& cursor);

    bool is_estimate() const;

    // `Out` is a text_buffer, or a marked_text for its cuts.
    template <class Out>
    void write_rest(Out& out, std::size_t number);
    template <class Out>
    void write_genotype(Out& out);
    void write_genotype_text(text_buffer& out);
    template <class Out>
    void write_likelihood(Out& out);
    template <class Out>
    void write_phase_set(Out& out);
    void write_phase_set_value(text_buffer& out, const hts::format_field& field);
    template <class Out>
    void write_metadata(Out& out);
    void write_value(text_buffer& out, const hts::format_field& field);
    template <class Out>
    void write_additional_info(Out& out);

    struct head_place {
        std::size_t begin;
        std::uint32_t length;
        std::uint32_t cut;
    };

    call_form form_;  // with the strings of its format escaped for JSON
    genotype::gt_writer genotypes_;
    variant_namer variants_;
    std::string of_set_;                  // members that all calls share
    std::vector<std::uint32_t> columns_;  // of the files
    std::string head_texts_;              // members of each call set, one behind the other
    std::vector<head_place> heads_;

    std::uint32_t file_ = 0;            // whose ids the next ones are
    std::vector<field_writer> fields_;  // those that records had, in the order they turned up
    std::size_t last_field_ = 0;        // found last: records have their fields in one order
    std::int32_t contig_ = -1;

    // Of the row
    std::array<const hts::format_field*, special_roles> special_{};
    std::vector<std::pair<const hts::format_field*, std::size_t>> shown_;  // as metadata
    hts::site_columns site_;
    streaming::marked_text tail_;  // members that are alike for all calls of the row

    std::uint32_t column_ = 0;  // of the call that is being written
    text_buffer scratch_;
};

}  // namespace callstream::brapi
