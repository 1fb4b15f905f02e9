#include "engine/hts/vcf_reader.hpp"

#include "engine/hts/bcf_record.hpp"
#include "engine/hts/bgzf_text.hpp"
#include "engine/hts/handles.hpp"
#include "engine/hts/header_gate.hpp"
#include "engine/hts/limits.hpp"

#include <htslib/bgzf.h>
#include <htslib/hfile.h>
#include <htslib/hts.h>
#include <htslib/kstring.h>
#include <htslib/vcf.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace callstream::hts {
namespace {

/// What htslib merely warns about and bcftools serves: a tag or contig without a header line.
constexpr int tolerated_errors = BCF_ERR_TAG_UNDEF | BCF_ERR_CTG_UNDEF;

/// The text of a quoted header value: `\"` and `\\` are escapes (VCF 4.3, section 1.4).
std::string unquoted(std::string_view text) {
    if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
    std::string out;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        const bool escapes = text[i] == '\\' && (text[i + 1] == '"' || text[i + 1] == '\\');
        if (escapes && i + 2 < text.size()) ++i;
        out += text[i];
    }
    return out;
}

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

std::string genotype_definition(const bcf_hdr_t* h) {
    const bcf_hrec_t* line = bcf_hdr_get_hrec(h, BCF_HL_FMT, "ID", "GT", nullptr);
    std::string out;
    for (const char* key : {"Number", "Type"}) {
        const int at = line == nullptr ? -1 : bcf_hrec_find_key(const_cast<bcf_hrec_t*>(line), key);
        if (at >= 0) out.append(key).append("=").append(line->vals[at]).append(";");
    }
    return out;
}

bool is_format_field(const bcf_hdr_t* h, std::int32_t key) {
    const bool is_gap = h->id[BCF_DT_ID][key].val == nullptr;
    return !is_gap && bcf_hdr_idinfo_exists(h, BCF_HL_FMT, key);
}

/// All but the name.
field_definition definition_of(const bcf_hdr_t* h, std::int32_t key) {
    field_definition out;
    if (!is_format_field(h, key)) return out;
    switch (bcf_hdr_id2type(h, BCF_HL_FMT, key)) {
        case BCF_HT_INT:
            out.kind = field_definition::value_kind::integer;
            break;
        case BCF_HT_REAL:
            out.kind = field_definition::value_kind::real;
            break;
        default:
            break;
    }
    bcf_hrec_t* line = bcf_hdr_id2hrec(h, BCF_DT_ID, BCF_HL_FMT, key);
    const int at = line == nullptr ? -1 : bcf_hrec_find_key(line, "Description");
    if (at < 0) return out;
    auto text = unquoted(line->vals[at]);
    // htslib describes fields that it had to declare itself as "Dummy".
    if (text != "Dummy") out.description = std::move(text);
    return out;
}

hash128 hash_of(const std::vector<std::string>& samples) {
    running_hash hash;
    for (const auto& name : samples) hash.add(name.c_str(), name.size() + 1);
    return hash.value();
}

info_kind kind_of_info(const bcf_hdr_t* h, std::int32_t key) {
    const bool is_gap = h->id[BCF_DT_ID][key].val == nullptr;
    if (is_gap || !bcf_hdr_idinfo_exists(h, BCF_HL_INFO, key)) return info_kind::text;
    switch (bcf_hdr_id2type(h, BCF_HL_INFO, key)) {
        case BCF_HT_FLAG:
            return info_kind::flag;
        case BCF_HT_INT:
            return info_kind::integer;
        case BCF_HT_REAL:
            return info_kind::real;
        default:
            return info_kind::text;
    }
}

/// `name` is null where the header's dictionary has a gap.
void check_field(const char* name, const format_field& field) {
    if (name == nullptr) throw damaged_file("a FORMAT key is not in the header");
    if (field.stride() > value_bytes_max) {
        throw damaged_file(
            "a value is longer than " + std::to_string(value_bytes_max >> 20) + " MiB"
        );
    }
    if (field.per_sample > ploidy_max && std::strcmp(name, "GT") == 0) {
        throw damaged_file("a genotype has more than " + std::to_string(ploidy_max) + " alleles");
    }
}

}  // namespace

void prepare_library() {
    // An absolute folder that does not exist: an empty value would bring the default plugins back.
    ::setenv("HTS_PATH", "/nonexistent", 1);
    ::setenv("REF_PATH", "/nonexistent/%s", 1);
    ::setenv("REF_CACHE", "/nonexistent/%s", 1);
    hts_set_log_level(HTS_LOG_OFF);
}

std::string library_version() {
    return hts_version();
}

struct vcf_reader::state {
    std::unique_ptr<htsFile, close_file> file;
    shared_header header;
    bool is_bcf = false;
    int fd = -1;                           // owned by `file`
    bcf_record_buffer binary;              // of a BCF
    record_handle translated{bcf_init()};  // of a text VCF, with `line`
    kstring_t line = KS_INITIALIZE;
    int declared_contigs = 0;
    int declared_tags = 0;
    int declared_lines = 0;
    raw_record raw;
    record current;

    ~state() { ks_free(&line); }
    BGZF& stream() const { return *file->fp.bgzf; }
    int samples() const { return bcf_hdr_nsamples(header.get()); }
    bool read();
    bool read_text();
    void refuse_too_many_undeclared() const;
    void check_counts() const;
};

bool vcf_reader::state::read() {
    const bool any = is_bcf ? binary.read(stream(), raw) : read_text();
    if (!any) check_end(stream());
    return any;
}

bool vcf_reader::state::read_text() {
    if (!read_line(stream(), line, record_bytes_max)) return false;
    const std::string_view text(line.s, line.l);
    if (translated_bytes(text, static_cast<std::size_t>(samples())) > translated_bytes_max) {
        throw damaged_file("a record is too wide");
    }
    if (column_entries(text) > column_entries_max) {
        throw damaged_file("a record has too many entries in FILTER or INFO");
    }
    if (names_give_numbers(text)) throw damaged_file("a record has a name that cannot be one");
    bcf1_t& r = *translated;
    if (vcf_parse(&line, header.get(), &r) != 0) throw damaged_file("a record cannot be read");
    if ((r.errcode & ~tolerated_errors) != 0) throw damaged_file("a record is malformed");
    if (r.errcode != 0) refuse_too_many_undeclared();
    raw = {
        .contig = r.rid,
        .pos0 = r.pos,
        .length = r.rlen,
        .quality = r.qual,
        .allele_count = r.n_allele,
        .info_count = r.n_info,
        .field_count = r.n_fmt,
        .sample_count = r.n_sample,
        .shared = bytes_of(r.shared),
        .individual = bytes_of(r.indiv),
    };
    return true;
}

void vcf_reader::state::refuse_too_many_undeclared() const {
    const std::int64_t contigs = header->n[BCF_DT_CTG];
    const std::int64_t tags = header->n[BCF_DT_ID];
    const std::int64_t most = std::max(contigs - declared_contigs, tags - declared_tags);
    const std::int64_t steps = most * (contigs + tags);
    const bool too_many = most > undeclared_max || steps > undeclared_steps_max;
    if (too_many) throw damaged_file("too many contigs or tags are not declared in the header");
}

void vcf_reader::state::check_counts() const {
    const bcf_hdr_t& h = *header;
    // Dictionaries may have gaps, since a header can number its entries (IDX=).
    if (raw.contig < 0 || raw.contig >= h.n[BCF_DT_CTG] ||
        h.id[BCF_DT_CTG][raw.contig].key == nullptr) {
        throw damaged_file("a record names a contig that is not in the header");
    }
    if (raw.sample_count != static_cast<std::uint32_t>(samples())) {
        throw damaged_file("a record has another number of samples than the header");
    }
}

vcf_reader::vcf_reader(std::unique_ptr<state> made) : state_(std::move(made)) {}
vcf_reader::vcf_reader(vcf_reader&&) noexcept = default;
vcf_reader& vcf_reader::operator=(vcf_reader&&) noexcept = default;
vcf_reader::~vcf_reader() = default;

result<vcf_reader> vcf_reader::open(unique_fd fd, const shared_header& header) {
    hFILE* stream = hdopen(fd.get(), "r");
    if (stream == nullptr) return error{errc::file_unusable, "cannot be read"};
    const int number = fd.release();
    // "input" is a label only; htslib never sees a name that it could resolve.
    htsFile* file = hts_hopen(stream, "input", "r");
    if (file == nullptr) {
        hclose_abruptly(stream);
        return error{errc::file_unusable, "is neither VCF nor BCF"};
    }
    auto s = std::make_unique<state>();
    s->file.reset(file);
    s->fd = number;
    const htsFormat* format = hts_get_format(file);
    if (format->compression != ::bgzf || (format->format != ::vcf && format->format != ::bcf)) {
        return error{errc::file_unusable, "is not a BGZF-compressed VCF or a BCF"};
    }
    s->is_bcf = format->format == ::bcf;
    s->header = header;
    if (!s->header) {
        if (auto read = read_header(*s); !read) return read.error();
    }
    if (!s->translated) throw std::bad_alloc();
    s->declared_contigs = s->header->n[BCF_DT_CTG];
    s->declared_tags = s->header->n[BCF_DT_ID];
    s->declared_lines = s->header->nhrec;
    return vcf_reader(std::move(s));
}

result<void> vcf_reader::read_header(state& s) {
    try {
        if (auto fits = check_header_cost(s.stream(), s.is_bcf); !fits) return fits.error();
        s.header.reset(bcf_hdr_read(s.file.get()), destroy_header{});
        if (s.header) return {};
        return error{errc::file_unusable, why_header_is_refused(s.stream(), s.is_bcf)};
    } catch (const damaged_file& damage) {
        return error{errc::file_unusable, std::string("has a damaged header: ") + damage.what()};
    }
}

bool vcf_reader::is_bcf() const {
    return state_->is_bcf;
}

shared_header vcf_reader::share_header() const {
    return state_->is_bcf ? state_->header : nullptr;
}

variant_header vcf_reader::describe() const {
    const bcf_hdr_t* h = state_->header.get();
    variant_header out;
    const int samples = bcf_hdr_nsamples(h);
    out.samples.reserve(static_cast<std::size_t>(samples));
    for (int i = 0; i < samples; ++i) out.samples.emplace_back(h->samples[i]);
    for (std::uint32_t i = 0; i < out.samples.size(); ++i) {
        out.sample_columns.emplace(out.samples[i], i);
    }
    for (int i = 0; i < h->n[BCF_DT_CTG]; ++i) {
        const auto& pair = h->id[BCF_DT_CTG][i];
        if (pair.key == nullptr) continue;
        const auto length = pair.val == nullptr ? 0 : pair.val->info[0];
        out.contigs.push_back({pair.key, static_cast<std::int64_t>(length), i});
    }
    for (int i = 0; i < h->nhrec; ++i) {
        const bcf_hrec_t* line = h->hrec[i];
        const bool is_date = line->type == BCF_HL_GEN && std::strcmp(line->key, "fileDate") == 0;
        if (is_date && line->value != nullptr) out.file_date = line->value;
    }
    for (int key = 0; key < h->n[BCF_DT_ID]; ++key) {
        if (!is_format_field(h, key)) continue;
        out.formats.push_back(definition_of(h, key));
        out.formats.back().name = h->id[BCF_DT_ID][key].key;
    }
    out.genotype_definition = genotype_definition(h);
    out.samples_hash = hash_of(out.samples);
    return out;
}

const record* vcf_reader::next() {
    auto& s = *state_;
    if (!s.read()) return nullptr;
    s.check_counts();
    const raw_record& raw = s.raw;
    const bcf_hdr_t& h = *s.header;
    record& out = s.current;
    out.contig = raw.contig;
    out.pos0 = raw.pos0;
    out.length = raw.length;
    out.allele_count = raw.allele_count;
    out.name = decode_name(raw.shared);
    decode_format_fields(
        raw.individual, raw.field_count, raw.sample_count, h.n[BCF_DT_ID], out.fields
    );
    for (const auto& field : out.fields) check_field(h.id[BCF_DT_ID][field.key].key, field);
    return &out;
}

void vcf_reader::check_record() const {
    const auto& s = *state_;
    check_shared(s.raw.shared, s.raw.allele_count, s.raw.info_count, s.header->n[BCF_DT_ID]);
}

void vcf_reader::read_site(site_columns& out) const {
    const raw_record& raw = state_->raw;
    const bcf_hdr_t& h = *state_->header;
    decode_site(raw.shared, raw.allele_count, raw.info_count, h.n[BCF_DT_ID], out);
    const auto check = [&h](std::int32_t key) {
        const bool is_gap = h.id[BCF_DT_ID][key].key == nullptr;
        if (is_gap) throw damaged_file("a FILTER or INFO key is not in the header");
    };
    for (const auto key : out.filters) check(key);
    for (const auto& field : out.info) check(field.key);
    out.quality.reset();
    if (!bcf_float_is_missing(raw.quality)) out.quality = raw.quality;
}

std::uint64_t vcf_reader::tell() const {
    return static_cast<std::uint64_t>(bgzf_tell(&state_->stream()));
}

void vcf_reader::seek(std::uint64_t virtual_offset) {
    if (bgzf_seek(&state_->stream(), static_cast<std::int64_t>(virtual_offset), SEEK_SET) != 0) {
        throw damaged_file("the file is shorter than its index says");
    }
}

std::string_view vcf_reader::contig_name(std::int32_t contig) const {
    return bcf_hdr_id2name(state_->header.get(), contig);
}

std::int32_t vcf_reader::find_contig(std::string_view name) const {
    return bcf_hdr_name2id(state_->header.get(), std::string(name).c_str());
}

std::size_t vcf_reader::sample_count() const {
    return static_cast<std::size_t>(state_->samples());
}

std::string_view vcf_reader::field_name(std::int32_t key) const {
    const char* name = state_->header->id[BCF_DT_ID][key].key;
    return name == nullptr ? std::string_view{} : name;
}

field_definition vcf_reader::field(std::int32_t key) const {
    auto out = definition_of(state_->header.get(), key);
    out.name = field_name(key);
    return out;
}

info_kind vcf_reader::info_kind(std::int32_t key) const {
    return kind_of_info(state_->header.get(), key);
}

const format_field* vcf_reader::find_field(const record& r, std::string_view name) const {
    const auto at = std::find_if(r.fields.begin(), r.fields.end(), [&](const auto& field) {
        return field_name(field.key) == name;
    });
    return at == r.fields.end() ? nullptr : &*at;
}

std::int32_t vcf_reader::find_field(std::string_view name) const {
    return bcf_hdr_id2int(state_->header.get(), BCF_DT_ID, std::string(name).c_str());
}

std::int32_t vcf_reader::field_count() const {
    return state_->header->n[BCF_DT_ID];
}

std::size_t vcf_reader::buffer_bytes() const {
    constexpr std::size_t header_entry_bytes = 128;
    const bcf_hdr_t* h = state_->header.get();
    const auto entries = static_cast<std::size_t>(h->n[BCF_DT_ID]) +
                         static_cast<std::size_t>(h->n[BCF_DT_CTG]) +
                         static_cast<std::size_t>(h->n[BCF_DT_SAMPLE]);
    const std::size_t own_header = state_->is_bcf ? 0 : entries * header_entry_bytes;
    const bcf1_t& r = *state_->translated;
    return state_->binary.capacity() + r.shared.m + r.indiv.m + state_->line.m +
           state_->file->line.m + own_header;
}

bool vcf_reader::is_sound() const {
    return state_->stream().errcode == 0 && state_->stream().no_eof_block == 0;
}

const shared_header& vcf_reader::header() const {
    return state_->header;
}

int vcf_reader::declared_lines() const {
    return state_->declared_lines;
}

const raw_record& vcf_reader::last_bytes() const {
    return state_->raw;
}

const record& vcf_reader::last_record() const {
    return state_->current;
}

file_identity vcf_reader::identity() const {
    return identity_of(state_->fd);
}

}  // namespace callstream::hts
