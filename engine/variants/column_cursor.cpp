#include "engine/variants/column_cursor.hpp"

#include <algorithm>
#include <utility>

namespace callstream::variants {

std::unique_ptr<column_cursor> column_cursor::of(
    const variant_file& file, const ordinal_index* index, const wanted_columns& wanted
) {
    auto held = file.columns();
    auto sites = file.sites();
    if (index == nullptr || !held || !sites) return nullptr;
    return std::unique_ptr<column_cursor>(
        new column_cursor(*index, std::move(sites), std::move(held), wanted)
    );
}

column_cursor::column_cursor(
    const ordinal_index& index,
    std::shared_ptr<const site_table> sites,
    std::shared_ptr<const columns::column_file> held,
    wanted_columns wanted
)
    : index_(index),
      sites_(std::move(sites)),
      held_(std::move(held), *wanted),
      narrower_(std::move(wanted)),
      positions_(sites_->column(site_column::pos0)),
      lengths_(sites_->column(site_column::length)),
      allele_counts_(sites_->column(site_column::allele_count)),
      name_lengths_(sites_->column(site_column::name_length)) {}

std::int64_t column_cursor::pos0_of(std::uint64_t ordinal) const {
    return static_cast<std::int64_t>(positions_[ordinal]);
}

bool column_cursor::resume(std::uint64_t ordinal, variant_cursor& rows) {
    row_ = rows.next();
    if (row_ == nullptr || ordinal >= sites_->records() || row_->pos0 != pos0_of(ordinal)) {
        return false;
    }
    seek(ordinal);
    return true;
}

const hts::record* column_cursor::next(variant_cursor& rows) {
    if (upcoming_ >= sites_->records()) return nullptr;
    enter_site(rows);
    const auto gt = held_.read(ordinal_);
    if (!gt) return narrower_.narrow(read_row(rows), rows.reader());
    record_.fields.clear();
    if (!gt->has_field) return &record_;
    // The header of a text VCF knows an undeclared field once a record with it was read.
    if (gt_key_ < 0) gt_key_ = rows.reader().find_field("GT");
    if (gt_key_ < 0) return narrower_.narrow(read_row(rows), rows.reader());
    record_.fields.push_back({gt_key_, gt->type, gt->per_sample, gt->bytes});
    return &record_;
}

void column_cursor::enter_site(variant_cursor& rows) {
    const bool is_next = stands_ && upcoming_ == ordinal_ + 1;
    const std::int64_t pos0_before = record_.pos0;
    ordinal_ = upcoming_++;
    stands_ = true;
    record_.pos0 = pos0_of(ordinal_);
    record_.length = static_cast<std::int64_t>(lengths_[ordinal_]);
    record_.allele_count = static_cast<std::uint32_t>(allele_counts_[ordinal_]);
    if (!is_next) name_end_ = sites_->name(ordinal_).data();
    record_.name = {name_end_, name_lengths_[ordinal_]};
    name_end_ += record_.name.size();
    const auto& contigs = index_.contigs();
    const bool same_contig = contig_end_ > ordinal_ && contigs[contig_].first_ordinal <= ordinal_;
    if (!same_contig) enter_contig(rows);
    if (is_next && same_contig) {
        duplicate_ = record_.pos0 == pos0_before ? duplicate_ + 1 : 1;
    } else {
        duplicate_ = duplicate_of(*sites_, contigs[contig_].first_ordinal, ordinal_);
    }
}

void column_cursor::enter_contig(variant_cursor& rows) {
    const auto& contigs = index_.contigs();
    const auto behind = std::partition_point(contigs.begin(), contigs.end(), [&](const auto& c) {
        return c.first_ordinal <= ordinal_;
    });
    contig_ = static_cast<std::size_t>(behind - contigs.begin()) - 1;
    contig_end_ = contigs[contig_].first_ordinal + contigs[contig_].records;
    record_.contig = rows.reader().find_contig(contigs[contig_].name);
    // As with GT: reading the record makes the header know it.
    if (record_.contig < 0) record_.contig = read_row(rows).contig;
}

/// Leaves `rows` on the record on which this cursor stands.
const hts::record& column_cursor::read_row(variant_cursor& rows) {
    if (row_ != nullptr && rows.ordinal() == ordinal_) return *row_;
    if (row_ == nullptr || rows.ordinal() > ordinal_) {
        rows.seek(ordinal_, index_);
        row_ = rows.next();
    } else {
        row_ = rows.next_at(ordinal_, index_);
    }
    return *row_;
}

resume_point column_cursor::here(variant_cursor& rows) {
    read_row(rows);
    return rows.here();
}

}  // namespace callstream::variants
