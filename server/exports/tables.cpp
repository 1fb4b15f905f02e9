// Genotypes as text, a row for each variant: TSV, CSV, HapMap and Flapjack's transposed files.
#include "engine/genotype/allele_list.hpp"
#include "engine/genotype/gt_text.hpp"
#include "engine/hts/site_columns.hpp"
#include "server/exports/makers.hpp"

#include <algorithm>
#include <array>

namespace callstream::exports {
namespace {

/// TSV has no escapes: what would begin another cell becomes a space.
std::string for_tsv(std::string_view text) {
    std::string out(text);
    std::replace_if(
        out.begin(), out.end(), [](char c) { return c == '\t' || c == '\n' || c == '\r'; }, ' '
    );
    return out;
}

std::string with_quotes_doubled(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    return out;
}

/// RFC 4180.
std::string for_csv(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == text.npos) return std::string(text);
    return "\"" + with_quotes_doubled(text) + "\"";
}

/// Genotypes with a separator behind each, which the end of the line takes the place of.
class table_export : public row_export {
 public:
    table_export(export_subject from, char separator, std::string (*escape)(std::string_view))
        : row_export(std::move(from), hts::wanted_fields::genotypes),
          separator_(separator),
          escape_(escape),
          genotypes_(format(), frame()),
          columns_(subject().columns) {}

    std::optional<char> cell_end() const override { return separator_; }

 protected:
    void append_cell(text_buffer& out, std::string_view text) const {
        out.append(escape_(text));
        out.append(separator_);
    }
    void end_line(text_buffer& out) const {
        out.drop_last(1);
        out.append('\n');
    }
    void append_names(text_buffer& out) const {
        for (const auto& name : subject().names) append_cell(out, name);
    }
    void append_genotypes(
        text_buffer& out, const hts::record& record, const variants::set_cursor& at
    ) {
        if (subject().format.encoding == genotype::allele_encoding::bases) {
            at.reader().read_site(site_);
            genotypes_.enter_record(site_.alleles, quotes() ? with_quotes_doubled : escape_);
        }
        genotypes_.write_row(out, at.reader().find_field(record, "GT"), columns_);
    }

    hts::site_columns site_;

 private:
    /// Where a genotype may hold what needs quotes, all have them.
    bool quotes() const {
        const auto& f = subject().format;
        const std::string all = f.separator_phased + f.separator_unphased + f.unknown;
        return separator_ == ',' &&
               (escape_(all) != all || f.encoding == genotype::allele_encoding::bases);
    }
    genotype::cell_frame frame() const {
        const std::string mark = quotes() ? "\"" : "";
        return {mark, mark + separator_};
    }
    genotype::genotype_format format() const {
        auto f = subject().format;
        if (!quotes()) return f;
        for (auto* text : {&f.separator_phased, &f.separator_unphased, &f.unknown}) {
            *text = with_quotes_doubled(*text);
        }
        return f;
    }

    char separator_;
    std::string (*escape_)(std::string_view);
    genotype::gt_writer genotypes_;
    genotype::sample_row columns_;
};

class plain_table : public table_export {
 public:
    using table_export::table_export;

 private:
    void begin(text_buffer& out) override {
        for (const auto* title : {"name", "contig", "position", "REF", "ALT"}) {
            append_cell(out, title);
        }
        append_names(out);
        end_line(out);
    }
    void add(text_buffer& out, const hts::record& record, const variants::set_cursor& at) override {
        at.reader().read_site(site_);
        append_cell(out, name_of(record, at));
        append_cell(out, at.reader().contig_name(record.contig));
        append_cell(out, std::to_string(record.pos0 + 1));
        append_cell(out, site_.alleles.empty() ? "." : site_.alleles[0]);
        std::string others;
        for (std::size_t i = 1; i < site_.alleles.size(); ++i) {
            others.append(i == 1 ? "" : ",").append(site_.alleles[i]);
        }
        append_cell(out, others.empty() ? "." : others);
        append_genotypes(out, record, at);
        end_line(out);
    }
};

/// Flapjack, markers in rows.
class transposed_flapjack : public table_export {
 public:
    using table_export::table_export;

 private:
    void begin(text_buffer& out) override {
        out.append("# fjFile = GENOTYPE\n\t");
        append_names(out);
        end_line(out);
    }
    void add(text_buffer& out, const hts::record& record, const variants::set_cursor& at) override {
        append_cell(out, name_of(record, at));
        append_genotypes(out, record, at);
        end_line(out);
    }
};

class flapjack_map : public row_export {
 public:
    using row_export::row_export;

 private:
    void begin(text_buffer& out) override { out.append("# fjFile = MAP\n"); }
    void add(text_buffer& out, const hts::record& record, const variants::set_cursor& at) override {
        out.append(for_tsv(name_of(record, at)));
        out.append('\t');
        out.append(for_tsv(at.reader().contig_name(record.contig)));
        out.append('\t');
        out.append(std::to_string(record.pos0 + 1));
        out.append('\n');
    }
};

/// The letters of a HapMap for the alleles of a record: bases, or `-` and `+` for the shorter and
/// the longer allele of an indel. Nothing for what the format cannot say.
std::string letters_of(const std::vector<std::string_view>& alleles) {
    constexpr std::string_view bases = "ACGT";
    std::string letters;
    for (const auto allele : alleles) {
        const char base = allele.size() == 1 ? static_cast<char>(std::toupper(allele[0])) : '\0';
        if (bases.find(base) == bases.npos || base == '\0') break;
        letters += base;
    }
    if (letters.size() == alleles.size()) return letters;
    const auto is_sequence = [](std::string_view allele) {
        return !allele.empty() && allele.find_first_not_of("ACGTNacgtn") == allele.npos;
    };
    const bool is_indel = alleles.size() == 2 &&
                          std::all_of(alleles.begin(), alleles.end(), is_sequence) &&
                          alleles[0].size() != alleles[1].size();
    if (!is_indel) return {};
    return alleles[0].size() > alleles[1].size() ? "+-" : "-+";
}

class hapmap : public table_export {
 public:
    using table_export::table_export;

 private:
    void begin(text_buffer& out) override {
        for (const auto* title :
             {"rs#",
              "alleles",
              "chrom",
              "pos",
              "strand",
              "assembly#",
              "center",
              "protLSID",
              "assayLSID",
              "panelLSID",
              "QCcode"}) {
            append_cell(out, title);
        }
        append_names(out);
        end_line(out);
    }
    void add(text_buffer& out, const hts::record& record, const variants::set_cursor& at) override {
        at.reader().read_site(site_);
        const std::string letters = letters_of(site_.alleles);
        if (letters.empty()) return;
        append_cell(out, name_of(record, at));
        std::string alleles;
        for (const char letter : letters)
            alleles.append(alleles.empty() ? "" : "/").append(1, letter);
        append_cell(out, alleles);
        append_cell(out, at.reader().contig_name(record.contig));
        append_cell(out, std::to_string(record.pos0 + 1));
        append_cell(out, "+");
        for (int i = 0; i < 6; ++i) append_cell(out, "NA");
        const auto* field = at.reader().find_field(record, "GT");
        for (const auto column : subject().columns) append_pair(out, field, column, letters);
        end_line(out);
    }

    /// Two letters; one copy counts twice, since the format has no haploids.
    void append_pair(
        text_buffer& out,
        const hts::format_field* field,
        std::uint32_t column,
        const std::string& letters
    ) {
        std::array<char, 2> pair = {'N', 'N'};
        alleles_.clear();
        if (field != nullptr) genotype::read_alleles(*field, column, alleles_);
        const auto is_known = [&](std::int32_t allele) {
            return allele >= 0 && static_cast<std::size_t>(allele) < letters.size();
        };
        const bool complete = !alleles_.empty() && alleles_.size() <= 2 &&
                              std::all_of(alleles_.begin(), alleles_.end(), is_known);
        if (complete) {
            pair = {
                letters[static_cast<std::size_t>(alleles_.front())],
                letters[static_cast<std::size_t>(alleles_.back())]};
        }
        out.append({pair.data(), pair.size()});
        out.append('\t');
    }

    std::vector<std::int32_t> alleles_;
};

}  // namespace

made_export make_table(export_subject from, table_kind kind) {
    const bool is_csv = kind == table_kind::csv;
    return started(std::make_unique<plain_table>(
        std::move(from), is_csv ? ',' : '\t', is_csv ? for_csv : for_tsv
    ));
}

made_export make_hapmap(export_subject from) {
    return started(std::make_unique<hapmap>(std::move(from), '\t', for_tsv));
}

made_export make_flapjack_transposed(export_subject from) {
    return started(std::make_unique<transposed_flapjack>(std::move(from), '\t', for_tsv));
}

made_export make_flapjack_map(export_subject from) {
    return started(std::make_unique<flapjack_map>(std::move(from), hts::wanted_fields::none));
}

}  // namespace callstream::exports
