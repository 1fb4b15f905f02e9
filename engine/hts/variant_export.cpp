#include "engine/hts/variant_export.hpp"

#include "engine/core/error.hpp"
#include "engine/hts/bcf_record.hpp"
#include "engine/hts/bcf_values.hpp"
#include "engine/hts/byte_reader.hpp"
#include "engine/hts/export_header.hpp"
#include "engine/hts/gt_value.hpp"
#include "engine/hts/handles.hpp"
#include "engine/hts/limits.hpp"
#include "engine/hts/vcf_reader.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <utility>
#include <vector>

namespace callstream::hts {
namespace {

/// ID and alleles, which no export changes.
std::span<const std::uint8_t> names_of(const raw_record& raw) {
    byte_reader reader(raw.shared);
    for (std::uint32_t i = 0; i <= raw.allele_count; ++i) {
        reader.take_values(reader.take_descriptor());
    }
    return raw.shared.first(raw.shared.size() - reader.left());
}

/// Adds one sample's alleles to `counts`, which has a place for each allele of the record.
template <class T>
void count_alleles(const typed_values& genotype, std::span<std::int32_t> counts) {
    for (std::uint32_t i = 0; i < genotype.count; ++i) {
        T value;
        std::memcpy(&value, genotype.bytes + std::size_t{i} * sizeof value, sizeof value);
        if (value == gt_vector_end<T>) return;
        const std::uint32_t code = gt_allele_code(value);
        if (code == 0) continue;
        if (code > counts.size()) {
            throw damaged_file("a genotype names an allele that the record does not have");
        }
        ++counts[code - 1];
    }
}

void count_alleles(const typed_values& genotype, std::span<std::int32_t> counts) {
    switch (genotype.type) {
        case value_type::int8:
            return count_alleles<std::int8_t>(genotype, counts);
        case value_type::int16:
            return count_alleles<std::int16_t>(genotype, counts);
        case value_type::int32:
            return count_alleles<std::int32_t>(genotype, counts);
        case value_type::absent:
            return;
        default:
            throw damaged_file("a genotype is not made of integers");
    }
}

/// Characters that htslib needs at most for a value with the comma before it.
std::size_t chars_max(value_type type) {
    switch (type) {
        case value_type::int8:
            return 5;
        case value_type::int16:
            return 7;
        case value_type::int32:
            return 12;
        case value_type::float32:
            return 16;
        default:
            return 1;
    }
}

/// Bounds htslib's text before it is made: a field without values costs a record nothing and a text
/// a character for each sample, and a name costs a record a byte, however long it is.
class width_check {
 public:
    void add(std::size_t characters) {
        width_ += characters;
        if (width_ > translated_bytes_max) throw damaged_file("a record is too wide");
    }

 private:
    std::size_t width_ = 0;
};

/// Shows bytes to htslib as those of a record of its own, for as long as this lives.
class lent_bytes {
 public:
    lent_bytes(bcf1_t& record, std::span<const char> shared, std::span<const char> individual)
        : record_(record) {
        lend(record_.shared, shared);
        lend(record_.indiv, individual);
    }
    ~lent_bytes() {
        record_.shared = KS_INITIALIZE;
        record_.indiv = KS_INITIALIZE;
    }
    lent_bytes(const lent_bytes&) = delete;
    lent_bytes& operator=(const lent_bytes&) = delete;

 private:
    static void lend(kstring_t& to, std::span<const char> bytes) {
        to = {bytes.size(), bytes.size(), const_cast<char*>(bytes.data())};
    }

    bcf1_t& record_;
};

sample_choice choice_of(std::span<const std::uint32_t> columns, std::size_t samples) {
    std::vector<bool> chosen(samples);
    bool is_file_order = columns.size() == samples;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (columns[i] >= samples || chosen[columns[i]]) {
            throw std::invalid_argument("a column that is not there, or twice");
        }
        chosen[columns[i]] = true;
        is_file_order = is_file_order && columns[i] == i;
    }
    if (is_file_order) return sample_choice::all;
    return columns.empty() ? sample_choice::none : sample_choice::some;
}

std::size_t samples_of(std::span<const vcf_reader* const> files) {
    if (files.empty()) throw std::invalid_argument("a set without files");
    return files[0]->sample_count();
}

/// What BCF writes before the bytes of a record.
struct record_head {
    std::uint32_t shared_bytes = 0;  ///< with the counts that follow
    std::uint32_t individual_bytes = 0;
    std::int32_t contig = 0;
    std::int32_t pos0 = 0;
    std::int32_t length = 0;
    float quality = 0;
    std::uint16_t info_count = 0;
    std::uint16_t allele_count = 0;
    std::uint32_t samples_and_fields = 0;

    static constexpr std::size_t lengths_bytes = 8;  // before what `shared_bytes` counts
};
static_assert(sizeof(record_head) == 32);

template <class Narrow>
Narrow narrowed(std::int64_t value, const char* too_large) {
    if (!std::in_range<Narrow>(value)) throw damaged_file(too_large);
    return static_cast<Narrow>(value);
}

}  // namespace

struct variant_export::state {
    state(
        std::span<const vcf_reader* const> files,
        std::span<const std::uint32_t> wanted,
        variant_form wanted_form,
        std::span<const std::string> contigs,
        std::span<const std::string> names
    )
        : form(wanted_form),
          file_samples(samples_of(files)),
          columns(wanted.begin(), wanted.end()),
          choice(choice_of(wanted, file_samples)),
          header(files, wanted, choice, wanted_form, contigs, names) {
        if (!lent) throw std::bad_alloc();
    }

    void append_as_bcf(text_buffer& out, const vcf_reader& source);
    void append_as_text(text_buffer& out, const vcf_reader& source);
    record_head put_record(text_buffer& out, const vcf_reader& source);
    record_head head_of(const vcf_reader& source);
    std::uint32_t put_info(text_buffer& out);
    std::uint32_t put_count(
        text_buffer& out, std::int32_t key, std::span<const std::int32_t> values
    ) const;
    void put_samples(text_buffer& out, const format_field& field) const;
    void count_chosen(const vcf_reader& source);
    void check_width(const vcf_reader& source) const;

    variant_form form;
    std::size_t file_samples;
    std::vector<std::uint32_t> columns;
    sample_choice choice;
    export_header header;

    // Of one record, kept for the room that they have.
    site_columns site;
    bool is_counted = false;           // whether INFO/AC and AN are to be those of `counts`
    std::vector<std::int32_t> counts;  // by allele
    text_buffer bytes;
    record_handle lent{bcf_init()};
    text_handle line;
};

/// Counts the alleles of the samples that are chosen, where the record has genotypes.
void variant_export::state::count_chosen(const vcf_reader& source) {
    is_counted = false;
    if (choice != sample_choice::some) return;
    for (const auto& field : source.last_record().fields) {
        if (source.field_name(field.key) != "GT") continue;
        counts.assign(source.last_record().allele_count, 0);
        for (const auto column : columns) count_alleles(field.values_of(column), counts);
        is_counted = true;
        return;
    }
}

/// The number of fields that this makes: a tag without values is no field.
std::uint32_t variant_export::state::put_count(
    text_buffer& out, std::int32_t key, std::span<const std::int32_t> values
) const {
    if (values.empty()) return 0;
    put_integer(out, key);
    put_integers(out, values);
    return 1;
}

/// INFO, with counts in the place of those that are there or else at the end. Returns how many
/// fields it has.
std::uint32_t variant_export::state::put_info(text_buffer& out) {
    const std::span<const std::int32_t> all(counts);
    const auto alternatives = all.subspan(std::min<std::size_t>(1, all.size()));
    const std::int32_t total = std::accumulate(all.begin(), all.end(), 0);
    bool needs_counts = is_counted;
    bool needs_total = is_counted;
    std::uint32_t fields = 0;
    for (const auto& field : site.info) {
        const std::int32_t key = header.tag(field.key, BCF_HL_INFO);
        if (needs_counts && key == header.allele_counts()) {
            needs_counts = false;
            fields += put_count(out, key, alternatives);
        } else if (needs_total && key == header.allele_total()) {
            needs_total = false;
            fields += put_count(out, key, {&total, 1});
        } else {
            put_integer(out, key);
            put_descriptor(out, field.type, field.count);
            put_bytes(out, field.bytes);
            ++fields;
        }
    }
    if (needs_counts) fields += put_count(out, header.allele_counts(), alternatives);
    if (needs_total) fields += put_count(out, header.allele_total(), {&total, 1});
    return fields;
}

void variant_export::state::put_samples(text_buffer& out, const format_field& field) const {
    if (choice == sample_choice::all) return put_bytes(out, field.bytes);
    const std::size_t stride = field.stride();
    char* to = out.prepare(stride * columns.size());
    for (const auto column : columns) {
        if (stride > 0) std::memcpy(to, field.of_sample(column), stride);
        to += stride;
    }
    out.commit(to);
}

/// All but the counts and lengths of what follows.
record_head variant_export::state::head_of(const vcf_reader& source) {
    const raw_record& raw = source.last_bytes();
    if (raw.sample_count != file_samples) {
        throw damaged_file("the files of a set have different numbers of samples");
    }
    record_head head;
    head.contig = header.contig(raw.contig);
    head.quality = raw.quality;
    head.allele_count = narrowed<std::uint16_t>(raw.allele_count, "a record has too many alleles");
    if (form == variant_form::vcf) return head;
    head.pos0 = narrowed<std::int32_t>(raw.pos0, "a position is too large for BCF");
    head.length = narrowed<std::int32_t>(raw.length, "a record is too long for BCF");
    return head;
}

/// Appends a record as BCF has it.
record_head variant_export::state::put_record(text_buffer& out, const vcf_reader& source) {
    const raw_record& raw = source.last_bytes();
    header.enter(source.header());
    source.read_site(site);
    record_head head = head_of(source);
    count_chosen(source);
    const std::size_t begin = out.size();
    out.commit(out.prepare(sizeof head) + sizeof head);
    put_bytes(out, names_of(raw));
    for (auto& key : site.filters) key = header.tag(key, BCF_HL_FLT);
    put_integers(out, site.filters);
    head.info_count = narrowed<std::uint16_t>(put_info(out), "a record has too many INFO fields");
    const std::size_t individual = out.size();
    if (choice != sample_choice::none) {
        for (const auto& field : source.last_record().fields) {
            put_integer(out, header.tag(field.key, BCF_HL_FMT));
            put_descriptor(out, field.type, field.per_sample);
            put_samples(out, field);
        }
        const auto chosen = static_cast<std::uint32_t>(columns.size());
        head.samples_and_fields = (raw.field_count << 24) | chosen;
    }
    head.shared_bytes = static_cast<std::uint32_t>(individual - begin - record_head::lengths_bytes);
    head.individual_bytes = static_cast<std::uint32_t>(out.size() - individual);
    std::memcpy(out.prepare(0) - (out.size() - begin), &head, sizeof head);
    return head;
}

/// Of the record that was put last.
void variant_export::state::check_width(const vcf_reader& source) const {
    width_check width;
    for (const auto key : site.filters) width.add(1 + header.tag_name(key).size());
    for (const auto& field : site.info) {
        width.add(2 + source.info_name(field.key).size() + field.count * chars_max(field.type));
    }
    if (choice == sample_choice::none) return;
    for (const auto& field : source.last_record().fields) {
        width.add(1 + source.field_name(field.key).size());
        width.add(columns.size() * (2 + field.per_sample * chars_max(field.type)));
    }
}

void variant_export::state::append_as_bcf(text_buffer& out, const vcf_reader& source) {
    const std::size_t before = out.size();
    try {
        put_record(out, source);
    } catch (...) {
        out.commit(out.data() + before);
        throw;
    }
}

void variant_export::state::append_as_text(text_buffer& out, const vcf_reader& source) {
    bytes.clear();
    const record_head head = put_record(bytes, source);
    check_width(source);
    const std::size_t shared_end = record_head::lengths_bytes + head.shared_bytes;
    bcf1_t& r = *lent;
    bcf_clear(&r);
    const lent_bytes for_now(
        r,
        {bytes.data() + sizeof head, shared_end - sizeof head},
        {bytes.data() + shared_end, head.individual_bytes}
    );
    r.rid = head.contig;
    r.pos = source.last_bytes().pos0;
    r.rlen = source.last_bytes().length;
    r.qual = head.quality;
    r.n_info = head.info_count;
    r.n_allele = head.allele_count;
    r.n_sample = head.samples_and_fields & 0xffffff;
    r.n_fmt = head.samples_and_fields >> 24;
    line.text.l = 0;
    if (vcf_format(&header.written(), &r, &line.text) != 0) {
        throw damaged_file("a record cannot be written as text");
    }
    out.append(line.view());
}

variant_export::variant_export(
    std::span<const vcf_reader* const> files,
    std::span<const std::uint32_t> columns,
    variant_form form,
    std::span<const std::string> contigs,
    std::span<const std::string> names
)
    : state_(std::make_unique<state>(files, columns, form, contigs, names)) {}
variant_export::variant_export(variant_export&&) noexcept = default;
variant_export& variant_export::operator=(variant_export&&) noexcept = default;
variant_export::~variant_export() = default;

void variant_export::append_header(text_buffer& out) const {
    state_->header.append(out);
}

void variant_export::append(text_buffer& out, const vcf_reader& source) {
    if (state_->form == variant_form::bcf) return state_->append_as_bcf(out, source);
    state_->append_as_text(out, source);
}

std::size_t variant_export::buffer_bytes() const {
    const auto& s = *state_;
    return s.bytes.capacity() + s.line.text.m + s.counts.capacity() * sizeof s.counts[0];
}

}  // namespace callstream::hts
