// Genotypes as numbers: PLINK's bed, bim and fam, and NumPy's npy.
#include "engine/genotype/allele_list.hpp"
#include "engine/hts/site_columns.hpp"
#include "server/exports/makers.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace callstream::exports {
namespace {

/// A word of PLINK's text files: they have spaces between them.
std::string word(std::string_view text) {
    std::string out(text);
    std::replace_if(
        out.begin(), out.end(), [](unsigned char c) { return c <= ' '; }, '_'
    );
    return out.empty() ? "0" : out;
}

/// Layout: PLINK 1.9, "bed": 00 two copies of the first allele of the .bim, 01 missing, 10 one, 11
/// none; four samples to a byte, the first in the lowest bits.
class plink_bed : public row_export {
 public:
    // A haploid is homozygous, as plink2 writes it.
    explicit plink_bed(export_subject from)
        : row_export(std::move(from), hts::wanted_fields::genotypes),
          dosages_(true),
          row_((subject().columns.size() + 3) / 4 * 4, padding) {}

    std::optional<std::uint64_t> length() const override {
        const auto rows = row_count();
        if (!rows) return std::nullopt;
        return magic.size() + *rows * (row_.size() / 4);
    }

 private:
    void begin(text_buffer& out) override { out.append(magic); }
    void add(text_buffer& out, const hts::record& record, const variants::set_cursor& at) override {
        dosages_.read(at.reader().find_field(record, "GT"), subject().columns, row_.data());
        char* end = out.prepare(row_.size() / 4);
        for (std::size_t i = 0; i < row_.size(); i += 4) {
            unsigned byte = 0;
            for (unsigned j = 0; j < 4; ++j) byte |= code_of(row_[i + j]) << (2 * j);
            *end++ = static_cast<char>(byte);
        }
        out.commit(end);
    }

    static constexpr std::string_view magic = {"\x6c\x1b\x01", 3};  // variant by variant
    static constexpr std::int8_t padding = 2;  // bits that stand for no sample are 0

    static unsigned code_of(std::int8_t dosage) {
        constexpr std::array<unsigned char, 4> codes = {0b01, 0b11, 0b10, 0b00};
        return codes[static_cast<std::size_t>(dosage + 1) & 3];
    }

    genotype::dosage_reader dosages_;
    std::vector<std::int8_t> row_;
};

class plink_bim : public row_export {
 public:
    using row_export::row_export;

 private:
    void add(text_buffer& out, const hts::record& record, const variants::set_cursor& at) override {
        at.reader().read_site(site_);
        const auto& alleles = site_.alleles;
        out.append(word(at.reader().contig_name(record.contig)));
        out.append('\t');
        out.append(word(name_of(record, at)));
        out.append("\t0\t");
        out.append(std::to_string(record.pos0 + 1));
        out.append('\t');
        out.append(alleles.size() > 1 ? word(alleles[1]) : "0");
        out.append('\t');
        out.append(alleles.empty() ? "0" : word(alleles[0]));
        out.append('\n');
    }

    hts::site_columns site_;
};

/// Needs no record.
class plink_fam : public streaming::body_source {
 public:
    explicit plink_fam(export_subject from) : names_(std::move(from.names)) {}

    result<progress> fill(text_buffer& out) override {
        const std::size_t limit = out.size() + streaming::block_bytes;
        for (; at_ < names_.size(); ++at_) {
            if (out.size() >= limit) return progress::more;
            out.append("0\t" + word(names_[at_]) + "\t0\t0\t0\t-9\n");
        }
        return progress::done;
    }

 private:
    std::vector<std::string> names_;
    std::size_t at_ = 0;
};

/// Format: NumPy enhancement proposal 1, version 1.0. The header says the shape, so the number of
/// variants must be known.
class npy : public row_export {
 public:
    npy(export_subject from, std::uint64_t rows)
        : row_export(std::move(from), hts::wanted_fields::genotypes),
          rows_(rows),
          head_(head_of(rows, subject().columns.size())) {}

    std::optional<std::uint64_t> length() const override {
        return head_.size() + rows_ * subject().columns.size();
    }

 private:
    static std::string head_of(std::uint64_t rows, std::size_t columns) {
        constexpr std::size_t before = 10;  // magic, version and length of what follows
        std::string shape = "{'descr': '|i1', 'fortran_order': False, 'shape': (" +
                            std::to_string(rows) + ", " + std::to_string(columns) + "), }";
        shape.append(63 - (before + shape.size()) % 64, ' ').append("\n");
        std::string out("\x93NUMPY\x01\x00", 8);
        out += static_cast<char>(shape.size() & 0xff);
        out += static_cast<char>(shape.size() >> 8);
        return out + shape;
    }
    void begin(text_buffer& out) override { out.append(head_); }
    void add(text_buffer& out, const hts::record& record, const variants::set_cursor& at) override {
        const auto& columns = subject().columns;
        char* row = out.prepare(columns.size());
        dosages_.read(
            at.reader().find_field(record, "GT"), columns, reinterpret_cast<std::int8_t*>(row)
        );
        out.commit(row + columns.size());
    }

    std::uint64_t rows_;
    std::string head_;
    genotype::dosage_reader dosages_{false};
};

}  // namespace

made_export make_plink_bed(export_subject from) {
    return started(std::make_unique<plink_bed>(std::move(from)));
}

made_export make_plink_bim(export_subject from) {
    return started(std::make_unique<plink_bim>(std::move(from), hts::wanted_fields::none));
}

made_export make_plink_fam(export_subject from) {
    return std::unique_ptr<streaming::body_source>(std::make_unique<plink_fam>(std::move(from)));
}

made_export make_npy(export_subject from) {
    const auto rows =
        from.variants ? std::optional(from.variants->size()) : from.view.indexed_records();
    if (!rows) {
        return error{
            errc::unavailable, "the file is being indexed; until then its shape is not known"};
    }
    return started(std::make_unique<npy>(std::move(from), *rows));
}

}  // namespace callstream::exports
