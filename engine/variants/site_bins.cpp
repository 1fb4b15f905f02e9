#include "engine/variants/site_bins.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
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

/// What starts in a stretch. A telomere, POS 0, lies before the first base, and counts to it.
segment cut(segment s, std::int64_t begin0, std::int64_t end0) {
    const auto first = begin0 == 0 ? s.first : first_at(s, begin0);
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
        std::int64_t bin = 0;
        // A header may say lengths whose sum with a width is beyond 63 bits.
        const auto begin = static_cast<std::uint64_t>(into.begin0);
        std::uint64_t bin_end = begin + static_cast<std::uint64_t>(width);
        for (auto at = s.first; at < s.end; ++at) {
            const auto pos0 = std::max(static_cast<std::int64_t>(positions_[at]), into.begin0);
            if (static_cast<std::uint64_t>(pos0) >= bin_end) {
                bin = (pos0 - into.begin0) / width;
                bin_end =
                    begin + static_cast<std::uint64_t>(bin + 1) * static_cast<std::uint64_t>(width);
            }
            add(at, samples, into.bins[static_cast<std::size_t>(bin)]);
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

/// Records of one contig that stand together in the set.
struct run {
    std::string_view contig;  // into an index
    std::vector<segment> segments;
};

/// What the files of a view have of each contig: a run, but where parts that all have several
/// contigs take turns.
class contig_table {
 public:
    static result<contig_table> of(const set_view& view) {
        contig_table out;
        for (std::size_t i = 0; i < view.files().size(); ++i) {
            auto sites = view.files()[i]->sites();
            const auto file_first = view.first_ordinal(i);
            if (!sites || view.index(i) == nullptr || !file_first) return not_indexed();
            for (const auto& c : view.index(i)->contigs()) {
                if (c.records == 0) continue;
                out.add(
                    c.name, {sites.get(), *file_first, c.first_ordinal, c.first_ordinal + c.records}
                );
            }
            out.tables_.push_back(std::move(sites));
        }
        return out;
    }

    const std::vector<run>& runs() const noexcept { return runs_; }

    std::size_t count_of(std::string_view contig) const {
        const auto at = counts_.find(contig);
        return at == counts_.end() ? 0 : at->second;
    }

 private:
    void add(std::string_view contig, segment s) {
        if (runs_.empty() || runs_.back().contig != contig) {
            runs_.push_back({contig, {}});
            ++counts_[contig];
        }
        runs_.back().segments.push_back(s);
    }

    std::vector<std::shared_ptr<const site_table>> tables_;  // keeps them alive
    std::vector<run> runs_;
    std::unordered_map<std::string_view, std::size_t> counts_;  // of runs
};

std::int64_t position(const segment& s, std::uint64_t at) {
    const auto pos0 = static_cast<std::int64_t>(s.sites->column(site_column::pos0)[at]);
    return std::max<std::int64_t>(pos0, 0);
}

error no_contig() {
    return {errc::not_found, "the variant set has no records on such a contig"};
}

error not_together() {
    return {
        errc::bad_request,
        "the variants of this stretch do not stand together in the set; choose them by number"};
}

std::unordered_map<std::string, std::int64_t> header_lengths(const set_view& view) {
    std::unordered_map<std::string, std::int64_t> out;
    for (const auto& file : view.files()) {
        for (const auto& c : file->header().contigs) {
            auto& length = out[c.name];
            length = std::max(length, c.length);
        }
    }
    return out;
}

/// A contig as long as the header says, or as its last record; one of several runs as far as it
/// goes.
binned_contig whole(const run& of, std::int64_t said_length, bool is_only) {
    const auto last = position(of.segments.back(), of.segments.back().end - 1);
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    binned_contig c{std::string(of.contig), 0, std::min(last, most - 1) + 1, 0, 0, {}};
    if (is_only) {
        c.end0 = std::max(c.end0, said_length);
    } else {
        c.begin0 = position(of.segments.front(), of.segments.front().first);
    }
    return c;
}

void fill(const run& of, std::uint64_t samples, std::int64_t width, binned_contig& c) {
    const auto bases = static_cast<std::uint64_t>(c.end0 - c.begin0);
    const auto each = static_cast<std::uint64_t>(width);
    c.bins.resize(static_cast<std::size_t>((bases + each - 1) / each));
    for (const auto& all : of.segments) {
        const auto part = cut(all, c.begin0, c.end0);
        if (part.first == part.end) continue;
        if (c.records == 0) c.first_ordinal = part.file_first + part.first;
        c.records += part.end - part.first;
        bin_filler(*part.sites).fill(part, samples, c, width);
    }
}

/// In doubles: what headers say may add up to more than any integer holds.
std::int64_t width_of(const std::vector<binned_contig>& contigs, std::uint32_t bins) {
    double bases = 0;
    for (const auto& c : contigs) bases += static_cast<double>(c.end0 - c.begin0);
    const double width = std::ceil(bases / std::max(bins, 1U));
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    if (width >= static_cast<double>(most)) return most;
    return std::max<std::int64_t>(static_cast<std::int64_t>(width), 1);
}

}  // namespace

result<binned_sites> bin_sites(
    const set_view& view, const binned_stretch& stretch, std::uint32_t bins
) {
    const auto table = contig_table::of(view);
    if (!table) return table.error();
    if (!stretch.contig.empty() && table->count_of(stretch.contig) == 0) return no_contig();
    const auto lengths = header_lengths(view);
    binned_sites out;
    std::vector<const run*> runs;  // parallel to the contigs
    for (const auto& of : table->runs()) {
        if (!stretch.contig.empty() && of.contig != stretch.contig) continue;
        const auto said = lengths.find(std::string(of.contig));
        const bool is_only = table->count_of(of.contig) == 1;
        auto c = whole(of, said == lengths.end() ? 0 : said->second, is_only);
        if (!stretch.contig.empty()) {
            if (stretch.end0 > 0) c.end0 = std::clamp(stretch.end0, c.begin0, c.end0);
            c.begin0 = std::clamp(stretch.begin0, c.begin0, c.end0);
        }
        runs.push_back(&of);
        out.contigs.push_back(std::move(c));
    }
    out.bin_width = width_of(out.contigs, bins);
    const auto samples = view.files().front()->header().samples.size();
    for (std::size_t i = 0; i < runs.size(); ++i) {
        fill(*runs[i], samples, out.bin_width, out.contigs[i]);
    }
    return out;
}

result<ordinal_range> ordinals_in(const set_view& view, const binned_stretch& stretch) {
    const auto table = contig_table::of(view);
    if (!table) return table.error();
    if (table->count_of(stretch.contig) == 0) return no_contig();
    constexpr auto last = std::numeric_limits<std::int64_t>::max();
    const auto end0 = std::max(stretch.begin0, stretch.end0 == 0 ? last : stretch.end0);
    ordinal_range out;
    for (const auto& of : table->runs()) {
        if (of.contig != stretch.contig) continue;
        ordinal_range here;
        for (const auto& all : of.segments) {
            const auto part = cut(all, stretch.begin0, end0);
            if (part.first == part.end) continue;
            if (here.first == here.end) here.first = part.file_first + part.first;
            here.end = part.file_first + part.end;
        }
        if (here.first == here.end) continue;
        if (out.first != out.end) return not_together();
        out = here;
    }
    return out;
}

}  // namespace callstream::variants
