#include "engine/hts/export_header.hpp"

#include "engine/core/error.hpp"

#include <array>
#include <cstring>
#include <string>

namespace callstream::hts {
namespace {

constexpr std::int32_t unknown = -1;

void check(bool fine) {
    if (!fine) throw damaged_file("the headers of the files cannot be written as one");
}

void append_columns(
    std::string& out,
    const bcf_hdr_t& h,
    std::span<const std::uint32_t> columns,
    std::span<const std::string> names
) {
    out += "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";
    if (!columns.empty()) out += "\tFORMAT";
    for (std::size_t i = 0; i < columns.size(); ++i) {
        out.append("\t").append(names.empty() ? h.samples[columns[i]] : names[i].c_str());
    }
    out += '\n';
}

/// What the file declares, without what htslib has added to its header since. Lines are written
/// without their numbers (IDX=), so that dictionaries get no gaps.
std::string declared_text(
    const vcf_reader& file,
    std::span<const std::uint32_t> columns,
    sample_choice choice,
    std::span<const std::string> names
) {
    const bcf_hdr_t& h = *file.header();
    std::string out;
    text_handle line;
    for (int i = 0; i < file.declared_lines(); ++i) {
        if (choice == sample_choice::none && h.hrec[i]->type == BCF_HL_FMT) continue;
        line.text.l = 0;
        check(bcf_hrec_format(h.hrec[i], &line.text) >= 0);
        out += line.view();
    }
    append_columns(out, h, columns, names);
    return out;
}

header_handle parsed(std::string text) {
    header_handle out(bcf_hdr_init("r"));
    check(out && bcf_hdr_parse(out.get(), text.data()) == 0);
    return out;
}

/// Adds to `into` what only `other` declares.
void merge(header_handle& into, const bcf_hdr_t& other) {
    check(bcf_hdr_merge(into.get(), &other) != nullptr);
    check(bcf_hdr_sync(into.get()) == 0);
}

/// A line of the header that declares a key in one way or another, or null.
bcf_hrec_t* any_line(const bcf_idpair_t& entry) {
    if (entry.val == nullptr) return nullptr;
    for (bcf_hrec_t* line : entry.val->hrec) {
        if (line != nullptr) return line;
    }
    return nullptr;
}

const char* name_of(int column) {
    switch (column) {
        case BCF_HL_FLT:
            return "FILTER ";
        case BCF_HL_INFO:
            return "INFO ";
        default:
            return "FORMAT ";
    }
}

[[noreturn]] void refuse_undeclared(const std::string& what) {
    throw damaged_file(
        "a record uses " + what + ", which the header does not declare; BCF cannot hold it"
    );
}

}  // namespace

export_header::export_header(
    std::span<const vcf_reader* const> files,
    std::span<const std::uint32_t> columns,
    sample_choice choice,
    variant_form form,
    std::span<const std::string> contigs,
    std::span<const std::string> names
)
    : form_(form) {
    const std::string first = declared_text(*files[0], columns, choice, names);
    written_ = parsed(first);
    for (const vcf_reader* file : files.subspan(1)) {
        auto text = declared_text(*file, columns, choice, names);
        if (text != first) merge(written_, *parsed(std::move(text)));
    }
    declare_contigs(contigs);
    if (choice == sample_choice::some) declare_counts();
}

void export_header::declare_contigs(std::span<const std::string> names) {
    for (const auto& name : names) {
        // What a header line cannot hold stays undeclared.
        if (name.empty() || name.find_first_of("<>,=\" \t\r\n") != name.npos) continue;
        if (bcf_hdr_name2id(written_.get(), name.c_str()) >= 0) continue;
        const std::string line = "##contig=<ID=" + name + ">";
        check(bcf_hdr_append(written_.get(), line.c_str()) == 0);
    }
    check(bcf_hdr_sync(written_.get()) == 0);
}

void export_header::declare_counts() {
    constexpr std::array lines = {
        "##INFO=<ID=AC,Number=A,Type=Integer,Description=\"Allele count in genotypes\">",
        "##INFO=<ID=AN,Number=1,Type=Integer,Description=\"Total number of alleles in called "
        "genotypes\">",
    };
    for (const char* line : lines) check(bcf_hdr_append(written_.get(), line) == 0);
    check(bcf_hdr_sync(written_.get()) == 0);
    allele_counts_ = bcf_hdr_id2int(written_.get(), BCF_DT_ID, "AC");
    allele_total_ = bcf_hdr_id2int(written_.get(), BCF_DT_ID, "AN");
}

void export_header::append(text_buffer& out) const {
    const bool is_bcf = form_ == variant_form::bcf;
    text_handle text;
    if (bcf_hdr_format(written_.get(), is_bcf, &text.text) != 0) throw std::bad_alloc();
    if (is_bcf) {
        const auto length = static_cast<std::uint32_t>(text.text.l + 1);
        out.append({"BCF\2\2", 5});
        out.append({reinterpret_cast<const char*>(&length), sizeof length});
    }
    out.append(text.view());
    if (is_bcf) out.append('\0');
}

void export_header::enter(const shared_header& source) {
    if (source == source_) return;
    source_ = source;
    tags_.clear();
    contigs_.clear();
}

std::int32_t export_header::contig(std::int32_t id) {
    return find(BCF_DT_CTG, id);
}

std::int32_t export_header::tag(std::int32_t key, int column) {
    const std::int32_t found = find(BCF_DT_ID, key);
    if (form_ == variant_form::bcf && !bcf_hdr_idinfo_exists(written_.get(), column, found)) {
        refuse_undeclared(name_of(column) + std::string(source_->id[BCF_DT_ID][key].key));
    }
    return found;
}

std::int32_t export_header::find(int dictionary, std::int32_t key) {
    auto& known = dictionary == BCF_DT_CTG ? contigs_ : tags_;
    const auto at = static_cast<std::size_t>(key);
    // A text VCF learns keys while it is read.
    if (at >= known.size()) {
        known.resize(static_cast<std::size_t>(source_->n[dictionary]), unknown);
    }
    if (known[at] == unknown) known[at] = learn(dictionary, key);
    return known[at];
}

std::int32_t export_header::learn(int dictionary, std::int32_t key) {
    const bcf_idpair_t& entry = source_->id[dictionary][key];
    if (entry.key == nullptr) throw damaged_file("a key is not in the header");
    const int declared = bcf_hdr_id2int(written_.get(), dictionary, entry.key);
    if (declared >= 0) return declared;
    const bool is_contig = dictionary == BCF_DT_CTG;
    if (form_ == variant_form::bcf) {
        refuse_undeclared((is_contig ? "the contig " : "the tag ") + std::string(entry.key));
    }
    // Text needs no more than its name. The header itself has been sent.
    bcf_hrec_t* const line = any_line(entry);
    header_line_handle copy(line == nullptr ? nullptr : bcf_hrec_dup(line));
    check(copy && bcf_hdr_add_hrec(written_.get(), copy.get()) >= 0);
    copy.release();
    check(bcf_hdr_sync(written_.get()) == 0);
    return bcf_hdr_id2int(written_.get(), dictionary, entry.key);
}

}  // namespace callstream::hts
