#include "engine/variants/site_bins.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <string_view>
#include <unordered_map>

namespace callstream::variants {
namespace {

error not_indexed() {
    return {errc::unavailable, "the file is being indexed"};
}

/// The records of one file on one contig.
struct segment {
    const site_table* sites;
    std::uint64_t file_first;  // ordinal of the file's first record
    std::uint64_t first;       // within the file
    std::uint64_t end;
};

std::uint64_t first_at(const segment& s, std::int64_t pos0) {
    const auto positions = s.sites->column(site_column::pos0);
    std::uint64_t low = s.first;
    for (std::uint64_t high = s.end; low < high;) {
        const auto middle = low + (high - low) / 2;
        const bool before = static_cast<std::int64_t>(positions[middle]) < pos0;
        (before ? low : high) = before ? middle + 1 : middle;
    }
    return low;
}

segment cut(segment s, std::int64_t begin0, std::int64_t end0) {
    const auto first = first_at(s, begin0);
    s.end = first_at(s, end0);
    s.first = first;
    return s;
}

/// Sums records up one by one; what it reads of each is five numbers.
class bin_filler {
 public:
    explicit bin_filler(const site_table& sites)
        : positions_(sites.column(site_column::pos0)),
          called_(sites.column(site_column::called_alleles)),
          refs_(sites.column(site_column::ref_alleles)),
          missing_(sites.column(site_column::missing_samples)),
          hets_(sites.column(site_column::het_samples)) {}

    void fill(const segment& s, std::uint64_t samples, binned_contig& into, std::int64_t width) {
        std::size_t bin = 0;
        std::int64_t bin_end = into.begin0 + width;
        for (auto at = s.first; at < s.end; ++at) {
            const auto pos0 = static_cast<std::int64_t>(positions_[at]);
            if (pos0 >= bin_end) {
                bin = static_cast<std::size_t>((pos0 - into.begin0) / width);
                bin_end = into.begin0 + static_cast<std::int64_t>(bin + 1) * width;
            }
            add(at, samples, into.bins[bin]);
        }
    }

 private:
    void add(std::uint64_t at, std::uint64_t samples, site_bin& bin) const {
        const auto called = called_[at];
        const auto missing = missing_[at];
        ++bin.records;
        bin.missing_samples += missing;
        if (called > 0) {
            ++bin.called_records;
            bin.other_alleles +=
                static_cast<double>(called - refs_[at]) / static_cast<double>(called);
        }
        if (samples > missing) {
            ++bin.complete_records;
            bin.heterozygous +=
                static_cast<double>(hets_[at]) / static_cast<double>(samples - missing);
        }
    }

    column_view positions_, called_, refs_, missing_, hets_;
};

/// What the files of a view have of each contig.
class contig_table {
 public:
    static result<contig_table> of(const set_view& view) {
        contig_table out;
        for (std::size_t i = 0; i < view.files().size(); ++i) {
            auto sites = view.files()[i]->sites();
            const auto file_first = view.first_ordinal(i);
            if (!sites || view.index(i) == nullptr || !file_first) return not_indexed();
            for (const auto& c : view.index(i)->contigs()) {
                out.add(
                    c.name, {sites.get(), *file_first, c.first_ordinal, c.first_ordinal + c.records}
                );
            }
            out.tables_.push_back(std::move(sites));
        }
        return out;
    }

    /// Null when no record is on it.
    const std::vector<segment>* find(std::string_view contig) const {
        const auto at = segments_.find(contig);
        return at == segments_.end() ? nullptr : &at->second;
    }

 private:
    void add(std::string_view contig, segment s) { segments_[contig].push_back(s); }

    std::vector<std::shared_ptr<const site_table>> tables_;                // keeps them alive
    std::unordered_map<std::string_view, std::vector<segment>> segments_;  // views into the indexes
};

error no_contig() {
    return {errc::not_found, "the variant set has no records on such a contig"};
}

std::unordered_map<std::string_view, std::int64_t> header_lengths(const set_view& view) {
    std::unordered_map<std::string_view, std::int64_t> out;
    for (const auto& file : view.files()) {
        for (const auto& c : file->header().contigs) {
            auto& length = out[c.name];
            length = std::max(length, c.length);
        }
    }
    return out;
}

/// The contigs that are to be binned, without bins yet.
result<std::vector<binned_contig>> stretches(const set_view& view, const binned_stretch& wanted) {
    const auto lengths = header_lengths(view);
    std::vector<binned_contig> out;
    const auto contigs = view.contigs().value();
    for (const auto& contig : contigs) {
        if (!wanted.contig.empty() && contig.name != wanted.contig) continue;
        const auto said = lengths.find(contig.name);
        auto length = contig.last_pos0 + 1;
        if (said != lengths.end()) length = std::max(length, said->second);
        binned_contig c{contig.name, 0, length, 0, 0, {}};
        if (!wanted.contig.empty()) {
            if (wanted.end0 > 0) c.end0 = std::min(wanted.end0, length);
            c.begin0 = std::min(wanted.begin0, c.end0);
        }
        out.push_back(std::move(c));
    }
    if (out.empty() && !wanted.contig.empty()) return no_contig();
    return out;
}

void fill(const contig_table& table, std::uint64_t samples, std::int64_t width, binned_contig& c) {
    c.bins.resize(static_cast<std::size_t>((c.end0 - c.begin0 + width - 1) / width));
    for (const auto& whole : *table.find(c.name)) {
        const auto part = cut(whole, c.begin0, c.end0);
        if (part.first == part.end) continue;
        if (c.records == 0) c.first_ordinal = part.file_first + part.first;
        c.records += part.end - part.first;
        bin_filler(*part.sites).fill(part, samples, c, width);
    }
}

}  // namespace

result<binned_sites> bin_sites(
    const set_view& view, const binned_stretch& stretch, std::uint32_t bins
) {
    const auto table = contig_table::of(view);
    if (!table) return table.error();
    auto contigs = stretches(view, stretch);
    if (!contigs) return contigs.error();
    std::int64_t bases = 0;
    for (const auto& c : *contigs) bases += c.end0 - c.begin0;
    binned_sites out;
    const auto count = static_cast<std::int64_t>(std::max(bins, 1U));
    out.bin_width = std::max<std::int64_t>((bases + count - 1) / count, 1);
    out.contigs = std::move(*contigs);
    const auto samples = view.files().front()->header().samples.size();
    for (auto& c : out.contigs) fill(*table, samples, out.bin_width, c);
    return out;
}

result<ordinal_range> ordinals_in(const set_view& view, const binned_stretch& stretch) {
    const auto table = contig_table::of(view);
    if (!table) return table.error();
    const auto* segments = table->find(stretch.contig);
    if (segments == nullptr) return no_contig();
    constexpr auto last = std::numeric_limits<std::int64_t>::max();
    const auto end0 = std::max(stretch.begin0, stretch.end0 == 0 ? last : stretch.end0);
    ordinal_range out;
    for (const auto& whole : *segments) {
        const auto part = cut(whole, stretch.begin0, end0);
        if (part.first == part.end) continue;
        const ordinal_range here{part.file_first + part.first, part.file_first + part.end};
        const bool is_first = out.first == out.end;
        out = is_first ? here : ordinal_range{out.first, std::max(out.end, here.end)};
    }
    return out;
}

}  // namespace callstream::variants
