#include "engine/hts/vcf_reader.hpp"

#include "engine/hts/bcf_record.hpp"
#include "engine/hts/bgzf_text.hpp"
#include "engine/hts/handles.hpp"
#include "engine/hts/header_gate.hpp"
#include "engine/hts/limits.hpp"
#include "engine/hts/vcf_record.hpp"

#include <htslib/bgzf.h>
#include <htslib/hfile.h>
#include <htslib/hts.h>
#include <htslib/vcf.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <optional>

namespace callstream::hts {
namespace {

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
    int fd = -1;                            // owned by `file`
    bcf_record_buffer binary;               // of a BCF
    std::optional<vcf_record_buffer> text;  // of a VCF
    std::optional<bgzf_input> input;        // over `file`
    int declared_lines = 0;
    raw_record raw;
    record current;

    BGZF& stream() const { return *file->fp.bgzf; }
    int samples() const { return bcf_hdr_nsamples(header.get()); }
    bool read();
    void check_counts() const;
};

bool vcf_reader::state::read() {
    const bool any = is_bcf ? binary.read(*input, raw) : text->read(*input, raw);
    if (!any) check_end(stream());
    return any;
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
    s->input.emplace(s->stream());
    s->header = header;
    if (!s->header) {
        if (auto read = read_header(*s); !read) return read.error();
        take_over(s->stream());
    }
    if (!s->is_bcf) s->text.emplace(*s->header);
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

void vcf_reader::share(std::shared_ptr<shared_blocks> others) {
    state_->input->others = std::move(others);
}

void vcf_reader::want(wanted_fields fields) {
    if (state_->text) state_->text->want(fields);
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

bool vcf_reader::holds(std::uint64_t virtual_offset) const {
    const BGZF& stream = state_->stream();
    const auto address = static_cast<std::uint64_t>(stream.block_address);
    // A block that was read to its end has given way to the next one, which is not loaded yet.
    return stream.block_length > 0 && address == virtual_offset >> 16U &&
           static_cast<int>(virtual_offset & 0xFFFFU) < stream.block_length;
}

void vcf_reader::seek(std::uint64_t virtual_offset) {
    if (holds(virtual_offset)) {
        // BGZF's own seek would inflate the block anew.
        state_->stream().block_offset = static_cast<int>(virtual_offset & 0xFFFFU);
        return;
    }
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
    const std::size_t of_text = state_->text ? state_->text->capacity() : 0;
    return state_->binary.capacity() + of_text + state_->file->line.m + own_header;
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
