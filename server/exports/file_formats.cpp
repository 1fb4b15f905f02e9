#include "server/exports/file_formats.hpp"

#include "engine/variants/site_list.hpp"
#include "server/exports/makers.hpp"

#include <array>
#include <string>
#include <utility>

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
made_export make_rows_of(export_subject from) {
    return make_variant_file(std::move(from), kind);
}
template <table_kind kind>
made_export make_rows_of(export_subject from) {
    return make_table(std::move(from), kind);
}

constexpr std::string_view bytes = "application/octet-stream";
constexpr std::string_view gzip = "application/gzip";
constexpr std::string_view text = "text/plain; charset=utf-8";
constexpr std::string_view tsv = "text/tab-separated-values; charset=utf-8";
constexpr std::string_view csv = "text/csv; charset=utf-8";

const std::array<file_format, 13>& all() {
    static const std::array<file_format, 13> formats = {{
        {.extension = ".vcf",
         .data_format = "VCF",
         .file_type = "text/tsv",
         .media_type = text,
         .make = make_rows_of<variant_file_kind::vcf>},
        {.extension = ".vcf.gz",
         .data_format = "VCF",
         .file_type = gzip,
         .media_type = gzip,
         .is_binary = true,
         .make = make_rows_of<variant_file_kind::vcf_gz>},
        {.extension = ".bcf",
         .data_format = "BCF",
         .file_type = bytes,
         .media_type = bytes,
         .is_binary = true,
         .make = make_rows_of<variant_file_kind::bcf>},
        {.extension = ".flapjack.txt",
         .data_format = "Flapjack",
         .file_type = "text/tsv",
         .media_type = tsv,
         .genotypes = flapjack_genotypes,
         .has_genotypes = true,
         .make = make_flapjack},
        {.extension = ".flapjack-transposed.txt",
         .data_format = "Flapjack-transposed",
         .file_type = "text/tsv",
         .media_type = tsv,
         .genotypes = flapjack_genotypes,
         .has_genotypes = true,
         .make = make_flapjack_transposed},
        {.extension = ".flapjack.map",
         .data_format = "Flapjack-map",
         .file_type = "text/tsv",
         .media_type = tsv,
         .make = make_flapjack_map},
        {.extension = ".hmp.txt",
         .data_format = "Hapmap",
         .file_type = "text/tsv",
         .media_type = tsv,
         .ploidy_max = 2,
         .make = make_hapmap},
        {.extension = ".tsv",
         .data_format = "tabular",
         .file_type = "text/tsv",
         .media_type = tsv,
         .has_genotypes = true,
         .make = make_rows_of<table_kind::tsv>},
        {.extension = ".csv",
         .data_format = "tabular",
         .file_type = "text/csv",
         .media_type = csv,
         .has_genotypes = true,
         .make = make_rows_of<table_kind::csv>},
        {.extension = ".bed",
         .data_format = "PLINK",
         .file_type = bytes,
         .media_type = bytes,
         .is_binary = true,
         .alleles_max = 2,
         .ploidy_max = 2,
         .make = make_plink_bed},
        {.extension = ".bim",
         .data_format = "PLINK",
         .file_type = "text/tsv",
         .media_type = text,
         .alleles_max = 2,
         .ploidy_max = 2,
         .make = make_plink_bim},
        {.extension = ".fam",
         .data_format = "PLINK",
         .file_type = "text/tsv",
         .media_type = text,
         .alleles_max = 2,
         .ploidy_max = 2,
         .make = make_plink_fam},
        {.extension = ".npy",
         .data_format = "NumPy",
         .file_type = bytes,
         .media_type = bytes,
         .is_binary = true,
         .make = make_npy},
    }};
    return formats;
}

result<void> check_ploidy(const file_format& format, const export_subject& from) {
    if (format.ploidy_max == no_limit) return {};
    const auto sites = variants::site_list::of(from.view, from.variants);
    if (!sites) return sites.error();
    if (sites->ploidy_max() <= format.ploidy_max) return {};
    return error{
        errc::bad_request,
        std::string(format.data_format) + " holds no genotype of more than " +
            std::to_string(format.ploidy_max) + " alleles, and this set has some"};
}

}  // namespace

made_export make_file(const file_format& format, export_subject from) {
    if (auto fits = check_ploidy(format, from); !fits) return fits.error();
    return format.make(std::move(from));
}

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
