#include "server/exports/file_formats.hpp"

#include "server/exports/makers.hpp"

#include <array>

namespace callstream::exports {
namespace {

using genotype::allele_encoding;
using genotype::genotype_format;

/// What Flapjack takes without a question: `A`, `A/T`, `-`.
const genotype_format flapjack_genotypes = {
    .separator_phased = "/",
    .unknown = "-",
    .expand_homozygotes = false,
    .encoding = allele_encoding::bases};

template <variant_file_kind kind>
made_export make_file(export_subject from) {
    return make_variant_file(std::move(from), kind);
}
template <table_kind kind>
made_export make_rows(export_subject from) {
    return make_table(std::move(from), kind);
}

constexpr std::string_view text = "text/plain; charset=utf-8";
constexpr std::string_view tsv = "text/tab-separated-values; charset=utf-8";
constexpr std::string_view bytes = "application/octet-stream";

const std::array<file_format, 13>& all() {
    static const std::array<file_format, 13> formats = {{
        {".vcf", "VCF", "text/tsv", text, false, ~0U, {}, false, make_file<variant_file_kind::vcf>},
        {".vcf.gz",
         "VCF",
         "application/gzip",
         "application/gzip",
         true,
         ~0U,
         {},
         false,
         make_file<variant_file_kind::vcf_gz>},
        {".bcf",
         "BCF",
         "application/octet-stream",
         bytes,
         true,
         ~0U,
         {},
         false,
         make_file<variant_file_kind::bcf>},
        {".flapjack.txt",
         "Flapjack",
         "text/tsv",
         tsv,
         false,
         ~0U,
         flapjack_genotypes,
         true,
         make_flapjack},
        {".flapjack-transposed.txt",
         "Flapjack-transposed",
         "text/tsv",
         tsv,
         false,
         ~0U,
         flapjack_genotypes,
         true,
         make_flapjack_transposed},
        {".flapjack.map",
         "Flapjack-map",
         "text/tsv",
         tsv,
         false,
         ~0U,
         {},
         false,
         make_flapjack_map},
        {".hmp.txt", "Hapmap", "text/tsv", tsv, false, ~0U, {}, false, make_hapmap},
        {".tsv", "tabular", "text/tsv", tsv, false, ~0U, {}, true, make_rows<table_kind::tsv>},
        {".csv",
         "tabular",
         "text/csv",
         "text/csv; charset=utf-8",
         false,
         ~0U,
         {},
         true,
         make_rows<table_kind::csv>},
        {".bed", "PLINK", "application/octet-stream", bytes, true, 2, {}, false, make_plink_bed},
        {".bim", "PLINK", "text/tsv", text, false, 2, {}, false, make_plink_bim},
        {".fam", "PLINK", "text/tsv", text, false, 2, {}, false, make_plink_fam},
        {".npy", "NumPy", "application/octet-stream", bytes, true, ~0U, {}, false, make_npy},
    }};
    return formats;
}

}  // namespace

std::span<const file_format> file_formats() {
    return all();
}

const file_format* find_format(std::string_view file_name) {
    const file_format* found = nullptr;
    for (const auto& format : all()) {
        const bool is_longer =
            found == nullptr || format.extension.size() > found->extension.size();
        if (file_name.ends_with(format.extension) && is_longer) found = &format;
    }
    return found;
}

}  // namespace callstream::exports
