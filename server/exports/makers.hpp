// What makes each kind of file; `file_formats.hpp` is for the others.
#pragma once

#include "server/exports/row_export.hpp"

#include <memory>

namespace callstream::exports {

/// The export, when it could be moved to its start.
inline made_export started(std::unique_ptr<row_export> made) {
    if (auto moved = made->start(); !moved) return moved.error();
    return std::unique_ptr<streaming::body_source>(std::move(made));
}

enum class variant_file_kind { vcf, vcf_gz, bcf };
made_export make_variant_file(export_subject from, variant_file_kind kind);

/// A row for each variant: name, contig, position, REF, ALT, then the genotypes.
enum class table_kind { tsv, csv };
made_export make_table(export_subject from, table_kind kind);

/// A row for each variant that has an equivalent there: SNPs, and indels of two alleles.
made_export make_hapmap(export_subject from);

/// Lines in rows and markers in columns, the other way round, and where the markers are.
made_export make_flapjack(export_subject from);
made_export make_flapjack_transposed(export_subject from);
made_export make_flapjack_map(export_subject from);

/// Of PLINK 1, variant by variant. The variants must have two alleles at most.
made_export make_plink_bed(export_subject from);
made_export make_plink_bim(export_subject from);
made_export make_plink_fam(export_subject from);

/// int8, variants in rows: how many alleles are not REF, -1 for a genotype with a missing one.
/// `errc::unavailable` before the files are indexed.
made_export make_npy(export_subject from);

}  // namespace callstream::exports
