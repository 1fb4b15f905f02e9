#include "engine/variants/site_table.hpp"

#include "engine/variants/site_file.hpp"

#include <cstring>

namespace callstream::variants {
namespace {

template <class T>
std::uint64_t load(const char* data, std::uint64_t index) {
    T value;
    std::memcpy(&value, data + index * sizeof value, sizeof value);
    return value;
}

std::uint32_t narrow(std::uint64_t value) {
    return static_cast<std::uint32_t>(value);
}

}  // namespace

std::uint64_t column_view::operator[](std::uint64_t ordinal) const noexcept {
    switch (width_) {
        case 1:
            return load<std::uint8_t>(data_, ordinal);
        case 2:
            return load<std::uint16_t>(data_, ordinal);
        case 4:
            return load<std::uint32_t>(data_, ordinal);
        default:
            return load<std::uint64_t>(data_, ordinal);
    }
}

result<std::shared_ptr<const site_table>> site_table::load(
    const std::filesystem::path& path, std::uint64_t provisional_fingerprint
) {
    auto file = mapped_file::open(path);
    if (!file) return file.error();
    const error unusable{errc::file_unusable, "the site table is damaged"};
    const std::string_view bytes = file->bytes();
    site_file_head head;
    if (bytes.size() < sizeof head) return unusable;
    std::memcpy(&head, bytes.data(), sizeof head);
    const bool intact = std::memcmp(head.magic, site_file_magic, sizeof head.magic) == 0 &&
                        head.head_hash == head.hash() && head.bytes == bytes.size();
    if (!intact || head.provisional_fingerprint != provisional_fingerprint) return unusable;
    running_hash hash;
    hash.add(bytes.data() + sizeof head, bytes.size() - sizeof head);
    if (hash.value().low != head.body_hash) return unusable;

    // The hashes vouch for offsets and counts: `write_site_table` wrote them.
    std::shared_ptr<site_table> table(new site_table);
    table->records_ = head.records;
    table->content_ = {head.content_high, head.content_low};
    for (std::size_t i = 0; i < site_columns; ++i) {
        table->columns_[i] = column_view(
            bytes.data() + head.column_offset[i], static_cast<unsigned>(head.column_width[i])
        );
    }
    const auto ploidies = table->column(site_column::ploidy_max);
    for (std::uint64_t at = 0; at < head.records; ++at) {
        table->ploidy_max_ = std::max(table->ploidy_max_, narrow(ploidies[at]));
    }
    const char* longs = bytes.data() + head.long_offset;
    table->long_records_ = {reinterpret_cast<const long_record*>(longs), head.long_count};
    const char* groups = bytes.data() + head.name_group_offset;
    table->name_groups_ = {
        reinterpret_cast<const std::uint64_t*>(groups), name_groups(head.records)};
    table->names_ = bytes.data() + head.names_offset;
    table->file_ = std::move(*file);
    return std::shared_ptr<const site_table>(std::move(table));
}

std::string_view site_table::name(std::uint64_t ordinal) const {
    const auto lengths = column(site_column::name_length);
    std::uint64_t at = name_groups_[ordinal / names_per_group];
    for (std::uint64_t i = ordinal - ordinal % names_per_group; i < ordinal; ++i) at += lengths[i];
    return {names_ + at, lengths[ordinal]};
}

site site_table::at(std::uint64_t ordinal) const {
    const auto value = [&](site_column c) { return column(c)[ordinal]; };
    const std::uint64_t phases = value(site_column::phases);
    site out;
    out.pos0 = static_cast<std::int64_t>(value(site_column::pos0));
    out.length = static_cast<std::int64_t>(value(site_column::length));
    out.allele_count = narrow(value(site_column::allele_count));
    out.genotypes.called_alleles = narrow(value(site_column::called_alleles));
    out.genotypes.ref_alleles = narrow(value(site_column::ref_alleles));
    out.genotypes.missing_samples = narrow(value(site_column::missing_samples));
    out.genotypes.het_samples = narrow(value(site_column::het_samples));
    out.genotypes.minor_max = narrow(value(site_column::minor_max));
    out.genotypes.minor_min = narrow(value(site_column::minor_min));
    out.genotypes.ploidy_min = narrow(value(site_column::ploidy_min));
    out.genotypes.ploidy_max = narrow(value(site_column::ploidy_max));
    out.genotypes.any_phased = (phases & 1) != 0;
    out.genotypes.any_unphased = (phases & 2) != 0;
    out.name = name(ordinal);
    return out;
}

/// There are rarely others, but a file may have any number of them.
std::uint32_t duplicate_of(
    const site_table& sites, std::uint64_t contig_first, std::uint64_t ordinal
) {
    const auto positions = sites.column(site_column::pos0);
    const auto pos0 = [&](std::uint64_t at) { return static_cast<std::int64_t>(positions[at]); };
    if (ordinal == contig_first || pos0(ordinal - 1) != pos0(ordinal)) return 1;
    std::uint64_t first = contig_first;
    for (std::uint64_t end = ordinal; first < end;) {
        const std::uint64_t middle = first + (end - first) / 2;
        const bool before = pos0(middle) < pos0(ordinal);
        (before ? first : end) = before ? middle + 1 : middle;
    }
    return static_cast<std::uint32_t>(ordinal - first + 1);
}

}  // namespace callstream::variants
