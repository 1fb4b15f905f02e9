#include "engine/hts/vcf_record.hpp"

#include "engine/core/error.hpp"
#include "engine/hts/bgzf_text.hpp"
#include "engine/hts/limits.hpp"

#include <htslib/kstring.h>
#include <htslib/vcf.h>

#include <algorithm>
#include <bit>
#include <new>
#include <string>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace callstream::hts {
namespace {

/// What htslib merely warns about and bcftools serves: a tag or contig without a header line.
constexpr int tolerated_errors = BCF_ERR_TAG_UNDEF | BCF_ERR_CTG_UNDEF;

/// FORMAT fields of a line that is read without htslib.
constexpr std::size_t plain_fields_max = 64;

/// Columns before FORMAT.
constexpr std::size_t site_column_count = 8;

std::span<const std::uint8_t> bytes_of(const kstring_t& s) {
    return {reinterpret_cast<const std::uint8_t*>(s.s), s.l};
}

/// Bytes that htslib takes at most to translate the samples of a line: each sample gets, in every
/// field, the room of the widest; a number of two characters becomes four bytes. 0 when a glance
/// shows that they are few.
std::size_t translated_bytes(std::string_view line, std::size_t samples) {
    constexpr std::size_t spare = 4;  // per field
    constexpr std::size_t fields_max = 256;
    const std::size_t narrowest = std::min(line.size(), 2 * samples);
    const std::size_t at_most = 2 * (line.size() - narrowest + spare * fields_max) * samples;
    if (at_most <= translated_bytes_max) return 0;
    std::vector<std::size_t> widest;  // by field
    std::size_t begin = 0;
    for (std::size_t column = 0; begin < line.size(); ++column) {
        const std::size_t end = std::min(line.find('\t', begin), line.size());
        auto cell = line.substr(begin, end - begin);
        begin = end + 1;
        if (column < 9) continue;
        for (std::size_t field = 0; field < fields_max; ++field) {
            const std::size_t width = std::min(cell.find(':'), cell.size());
            if (field == widest.size()) widest.push_back(0);
            widest[field] = std::max(widest[field], width);
            if (width == cell.size()) break;
            cell.remove_prefix(width + 1);
        }
    }
    std::size_t per_sample = 0;
    for (const std::size_t width : widest) per_sample += 2 * width + spare;
    return per_sample * samples;
}

/// Entries of the FILTER or the INFO column, whichever has more; 0 when a glance shows that they
/// are few.
std::size_t column_entries(std::string_view line) {
    if (line.size() <= 2 * column_entries_max) return 0;
    constexpr std::size_t filter = 6;
    constexpr std::size_t info = 7;
    std::ptrdiff_t most = 0;
    std::size_t begin = 0;
    for (std::size_t column = 0; column <= info && begin < line.size(); ++column) {
        const std::size_t end = std::min(line.find('\t', begin), line.size());
        const auto cell = line.substr(begin, end - begin);
        begin = end + 1;
        if (column < filter) continue;
        most = std::max(most, std::count(cell.begin(), cell.end(), ';') + 1);
    }
    return static_cast<std::size_t>(most);
}

/// Whether the name of a contig, a FILTER or a FORMAT field gives a number to a dictionary. htslib
/// declares what it does not know by parsing a header line with that name in it, so
/// `x,IDX=500000000` would take gigabytes.
bool names_give_numbers(std::string_view line) {
    constexpr std::size_t contig = 0;
    constexpr std::size_t filter = 6;
    constexpr std::size_t format = 8;
    std::size_t begin = 0;
    for (std::size_t column = 0; column <= format && begin < line.size(); ++column) {
        const std::size_t end = std::min(line.find('\t', begin), line.size());
        const auto cell = line.substr(begin, end - begin);
        begin = end + 1;
        if (column != contig && column != filter && column != format) continue;
        if (cell.find("IDX") != cell.npos && cell.find('=') != cell.npos) return true;
    }
    return false;
}

/// How many bytes at the start of `text`, in steps of 16, have fewer tabs than the columns before
/// FORMAT, no line end and no zero byte; takes their tabs off `tabs_left`.
std::size_t pass_site(std::string_view text, std::size_t& tabs_left) {
    std::size_t at = 0;
#if defined(__x86_64__)
    constexpr std::size_t step = 16;
    for (; at + step <= text.size(); at += step) {
        const __m128i in = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
        const __m128i is_end = _mm_or_si128(
            _mm_cmpeq_epi8(in, _mm_set1_epi8('\n')), _mm_cmpeq_epi8(in, _mm_setzero_si128())
        );
        const auto is_tab = _mm_movemask_epi8(_mm_cmpeq_epi8(in, _mm_set1_epi8('\t')));
        const auto tabs = static_cast<std::size_t>(std::popcount(static_cast<unsigned>(is_tab)));
        if (tabs >= tabs_left || _mm_movemask_epi8(is_end) != 0) break;
        tabs_left -= tabs;
    }
#endif
    return at;
}

/// Where FORMAT begins; `npos` when the line ends before, and for a zero byte before it, where
/// htslib stops, which must see then that the rest is not there.
std::size_t start_of_format(std::string_view text) {
    std::size_t tabs_left = site_column_count;
    for (std::size_t at = pass_site(text, tabs_left); at < text.size(); ++at) {
        const char c = text[at];
        if (c == '\n' || c == '\0') break;
        if (c == '\t' && --tabs_left == 0) return at + 1;
    }
    return std::string_view::npos;
}

/// Whether htslib gives text room for the colon before it, where it is not the first field. All
/// versions up to now do, but nobody promised it.
bool text_has_spare_byte() {
    static const bool has = [] {
        const header_handle header(bcf_hdr_init("w"));
        const record_handle record(bcf_init());
        text_handle line;
        if (!header || !record) throw std::bad_alloc();
        bcf_hdr_append(header.get(), "##contig=<ID=1>");
        for (const auto* name : {"GT", "FT"}) {
            const auto field =
                std::string("##FORMAT=<ID=") + name + ",Number=1,Type=String,Description=\"x\">";
            bcf_hdr_append(header.get(), field.c_str());
        }
        bcf_hdr_add_sample(header.get(), "S");
        if (bcf_hdr_sync(header.get()) < 0) throw std::bad_alloc();
        kputs("1\t1\t.\tA\tC\t.\t.\t.\tGT:FT\t0:x", &line.text);
        if (vcf_parse(&line.text, header.get(), record.get()) != 0) throw std::bad_alloc();
        const auto bytes = bytes_of(record->indiv);
        return !bytes.empty() && bytes.back() == 0;
    }();
    return has;
}

/// Nothing for a FORMAT field that the header does not declare, or as what no value can be.
std::optional<field_columns::field> declared_field(
    const bcf_hdr_t& header, const std::string& name
) {
    using kind = field_columns::kind;
    const int key = bcf_hdr_id2int(&header, BCF_DT_ID, name.c_str());
    if (key < 0 || !bcf_hdr_idinfo_exists(&header, BCF_HL_FMT, key)) return std::nullopt;
    const auto type = bcf_hdr_id2type(&header, BCF_HL_FMT, key);
    const bool is_genotype = name == "GT";
    if (type == BCF_HT_STR) {
        return field_columns::field{key, is_genotype ? kind::genotype : kind::text, 0};
    }
    if (is_genotype) return std::nullopt;
    if (type == BCF_HT_INT) return field_columns::field{key, kind::integer, 0};
    if (type == BCF_HT_REAL) return field_columns::field{key, kind::real, 0};
    return std::nullopt;
}

}  // namespace

vcf_record_buffer::vcf_record_buffer(bcf_hdr_t& header)
    : header_(header),
      declared_contigs_(header.n[BCF_DT_CTG]),
      declared_tags_(header.n[BCF_DT_ID]) {
    if (!translated_) throw std::bad_alloc();
}

bool vcf_record_buffer::read(bgzf_input& in, raw_record& out) {
    if (read_pairs(in, out)) return true;
    std::string_view line;
    if (!read_line(in, long_line_.text, record_bytes_max, line)) return false;
    const auto samples = static_cast<std::uint32_t>(bcf_hdr_nsamples(&header_));
    const auto format = start_of_format(line);
    const auto fields = format == line.npos ? std::nullopt : read_fields(line.substr(format));
    if (fields) {
        parse(line.substr(0, format - 1));
    } else {
        if (translated_bytes(line, samples) > translated_bytes_max) {
            throw damaged_file("a record is too wide");
        }
        parse(line);
    }
    give_out(out, fields);
    return true;
}

/// The next line, when its columns are diploid genotypes of one digit each, so that nobody has to
/// look for its end: it is where it must be. All that is before is looked at, so no line that ends
/// earlier passes for one.
bool vcf_record_buffer::read_pairs(bgzf_input& in, raw_record& out) {
    constexpr std::string_view genotypes_only = "GT\t";
    if (wanted_ == wanted_fields::none || !knows_genotypes()) return false;
    const auto ahead = bytes_ahead(in);
    const auto format = start_of_format(ahead);
    if (format == ahead.npos) return false;
    const auto columns = ahead.substr(format);
    const auto samples = static_cast<std::size_t>(bcf_hdr_nsamples(&header_));
    const std::size_t length = genotypes_only.size() + 4 * samples - 1;  // three and a tab each
    const bool has_length = samples > 0 && columns.size() > length && columns[length] == '\n';
    if (!has_length || !columns.starts_with(genotypes_only)) return false;
    if (!read_genotypes(columns.substr(0, length))) return false;
    pass_bytes(in, format + length + 1);
    parse(ahead.substr(0, format - 1));
    give_out(out, fields_read{1, genotypes_.individual()});
    return true;
}

void vcf_record_buffer::give_out(raw_record& out, const std::optional<fields_read>& fields) const {
    const bcf1_t& r = *translated_;
    const auto samples = static_cast<std::uint32_t>(bcf_hdr_nsamples(&header_));
    out = {
        .contig = r.rid,
        .pos0 = r.pos,
        .length = r.rlen,
        .quality = r.qual,
        .allele_count = r.n_allele,
        .info_count = r.n_info,
        .field_count = fields ? fields->count : r.n_fmt,
        .sample_count = fields ? samples : r.n_sample,
        .shared = bytes_of(r.shared),
        .individual = fields ? fields->individual : bytes_of(r.indiv),
    };
}

/// By htslib, with all that is not a damage to it refused that is one to us.
void vcf_record_buffer::parse(std::string_view columns) {
    if (column_entries(columns) > column_entries_max) {
        throw damaged_file("a record has too many entries in FILTER or INFO");
    }
    if (names_give_numbers(columns)) throw damaged_file("a record has a name that cannot be one");
    // A long line need not be there twice.
    const auto& long_line = long_line_.text;
    const bool is_long = columns.data() == long_line.s && columns.size() == long_line.l;
    kstring_t& text = is_long ? long_line_.text : parsed_.text;
    if (!is_long) {
        text.l = 0;
        if (kputsn(columns.data(), columns.size(), &text) < 0) throw std::bad_alloc();
    }
    bcf1_t& r = *translated_;
    if (vcf_parse(&text, &header_, &r) != 0) throw damaged_file("a record cannot be read");
    if ((r.errcode & ~tolerated_errors) != 0) throw damaged_file("a record is malformed");
    if (r.errcode != 0) refuse_too_many_undeclared();
}

/// The FORMAT fields that are wanted, when they could be read without htslib.
std::optional<vcf_record_buffer::fields_read> vcf_record_buffer::read_fields(
    std::string_view behind_info
) {
    if (wanted_ == wanted_fields::none) return fields_read{};
    if (read_genotypes(behind_info)) return fields_read{1, genotypes_.individual()};
    if (read_all(behind_info)) return fields_read{fields_.count(), fields_.individual()};
    return std::nullopt;
}

/// Whether FORMAT and what is behind it are plain genotypes, which are read then; they stand first
/// where there is more.
bool vcf_record_buffer::read_genotypes(std::string_view behind_info) {
    const auto format = behind_info.substr(0, behind_info.find('\t'));
    if (format.size() == behind_info.size()) return false;
    const bool has_more = format.starts_with("GT:") && wanted_ == wanted_fields::genotypes;
    if ((format != "GT" && !has_more) || !knows_genotypes()) return false;
    return genotypes_.read(
        behind_info.substr(format.size() + 1),
        static_cast<std::size_t>(bcf_hdr_nsamples(&header_)),
        static_cast<std::uint8_t>(genotype_key_),
        has_more ? gt_columns::tail::ignored : gt_columns::tail::none
    );
}

/// Whether all fields are plain, which are read then.
bool vcf_record_buffer::read_all(std::string_view behind_info) {
    const auto format = behind_info.substr(0, behind_info.find('\t'));
    if (format.size() == behind_info.size() || !knows_format(format)) return false;
    const auto samples = static_cast<std::size_t>(bcf_hdr_nsamples(&header_));
    return fields_.read(behind_info.substr(format.size() + 1), samples);
}

/// Whether the header has all fields that FORMAT names, each once and GT, if at all, first. Lines
/// are mostly like the one before.
bool vcf_record_buffer::knows_format(std::string_view format) {
    if (!format_.empty() && format == format_) return true;
    format_.clear();
    if (format == ".") return false;  // no fields, whatever the header declares
    std::vector<field_columns::field> fields;
    std::string name;
    for (std::size_t begin = 0; begin <= format.size(); begin += name.size() + 1) {
        name = format.substr(begin, format.find(':', begin) - begin);
        auto field = declared_field(header_, name);
        const auto is_same = [&](const auto& f) { return f.key == field->key; };
        if (!field || fields.size() == plain_fields_max) return false;
        if (std::any_of(fields.begin(), fields.end(), is_same)) return false;
        if (name == "GT" && !fields.empty()) return false;
        const bool is_text = field->holds == field_columns::kind::text;
        if (is_text && !fields.empty() && text_has_spare_byte()) field->spare = 1;
        fields.push_back(*field);
    }
    fields_.set_fields(fields);
    format_ = format;
    return true;
}

/// Whether GT is what it should be, and its key takes one byte. A header that does not declare it
/// learns it from the first line that has it.
bool vcf_record_buffer::knows_genotypes() {
    constexpr int one_byte_max = 127;
    if (genotype_key_ >= 0) return genotype_key_ <= one_byte_max;
    const int key = bcf_hdr_id2int(&header_, BCF_DT_ID, "GT");
    if (key < 0 || !bcf_hdr_idinfo_exists(&header_, BCF_HL_FMT, key)) return false;
    if (bcf_hdr_id2type(&header_, BCF_HL_FMT, key) != BCF_HT_STR) return false;
    genotype_key_ = key;
    return key <= one_byte_max;
}

void vcf_record_buffer::refuse_too_many_undeclared() const {
    const std::int64_t contigs = header_.n[BCF_DT_CTG];
    const std::int64_t tags = header_.n[BCF_DT_ID];
    const std::int64_t most = std::max(contigs - declared_contigs_, tags - declared_tags_);
    const std::int64_t steps = most * (contigs + tags);
    const bool too_many = most > undeclared_max || steps > undeclared_steps_max;
    if (too_many) throw damaged_file("too many contigs or tags are not declared in the header");
}

std::size_t vcf_record_buffer::capacity() const noexcept {
    return translated_->shared.m + translated_->indiv.m + long_line_.text.m + parsed_.text.m +
           genotypes_.capacity() + fields_.capacity();
}

}  // namespace callstream::hts
