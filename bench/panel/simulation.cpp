#include "bench/panel/simulation.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace callstream::panel {
namespace {

// Per haplotype and base: a haplotype keeps its founder for 200 kb on average.
constexpr double switch_rate = 5e-6;
// Per base: how fast the relations between founders change along a contig.
constexpr double reorder_rate = 2e-3;
// Per allele: new mutations and errors of the genotyping.
constexpr double error_rate = 1e-5;
constexpr std::uint32_t third_allele_percent = 2;
// Of one carrier, against which k carriers weigh 1/k.
constexpr std::uint64_t weight_one = std::uint64_t{1} << 40;

}  // namespace

simulation::simulation(const options& wanted)
    : wanted_(wanted), random_(wanted.seed), order_(founders), allele_of_(founders) {
    const std::size_t haplotypes = std::size_t{wanted.samples} * wanted.ploidy;
    copied_.resize(haplotypes);
    alleles_.resize(haplotypes);
    spectrum_.reserve(haplotypes);
    std::uint64_t total = 0;
    // Up to all but one: a site where everybody differs from REF is none.
    for (std::size_t k = 1; k < std::max<std::size_t>(haplotypes, 2); ++k) {
        spectrum_.push_back(total += weight_one / k);
    }
}

void simulation::enter_contig() {
    site_.pos0 = 0;
    std::iota(order_.begin(), order_.end(), std::uint8_t{0});
    for (std::uint32_t i = founders - 1; i > 0; --i) {
        std::swap(order_[i], order_[random_.below(i + 1)]);
    }
    for (auto& founder : copied_) founder = static_cast<std::uint8_t>(random_.below(founders));
}

const site& simulation::next() {
    const auto contig =
        static_cast<std::uint32_t>(std::uint64_t{sites_made_} * wanted_.contigs / wanted_.variants);
    if (sites_made_ == 0 || contig != site_.contig) enter_contig();
    site_.contig = contig;
    const std::uint32_t gap = 1 + random_.below(gap_max);
    site_.pos0 += gap;
    site_.allele_count = draw_allele_count();
    switch_founders(gap);
    const std::uint32_t carriers = draw_carrier_count();
    const auto per_founder = static_cast<std::uint32_t>(copied_.size() / founders);
    if (carriers <= per_founder) {
        draw_rare(carriers);
    } else {
        draw_carriers(carriers);
    }
    add_errors();
    ++sites_made_;
    return site_;
}

std::uint32_t simulation::draw_allele_count() {
    if (wanted_.alleles != 0) return wanted_.alleles;
    if (wanted_.with_depths) return 2;
    return random_.below(100) < third_allele_percent ? 3 : 2;
}

std::uint32_t simulation::draw_carrier_count() {
    // 32 random bits scaled to the total weight, which is less than 2^45.
    const std::uint64_t total = spectrum_.back();
    const std::uint64_t drawn = (random_.next() >> 32) * (total >> 13) >> 19;
    const auto found = std::upper_bound(spectrum_.begin(), spectrum_.end(), drawn);
    return static_cast<std::uint32_t>(std::distance(spectrum_.begin(), found)) + 1;
}

void simulation::switch_founders(std::uint32_t gap) {
    const auto haplotypes = static_cast<std::uint32_t>(copied_.size());
    const auto rate = fixed_point(switch_rate * gap);
    for (auto n = switches_.advance(rate * haplotypes); n > 0; --n) {
        const std::uint32_t haplotype = random_.below(haplotypes);
        copied_[haplotype] = static_cast<std::uint8_t>(random_.below(founders));
    }
    for (auto n = reorderings_.advance(fixed_point(reorder_rate) * gap); n > 0; --n) {
        const std::uint32_t at = random_.below(founders);
        std::swap(order_[at], order_[random_.below(founders)]);
    }
}

/// Neighbours in the order of founders carry it, so that the carriers of two sites nearby are
/// nested, disjoint or overlapping in few places, as descendants in a tree are.
void simulation::draw_carriers(std::uint32_t carriers) {
    std::fill(allele_of_.begin(), allele_of_.end(), std::uint8_t{0});
    const auto share = std::uint64_t{carriers} * founders / copied_.size();
    const auto count = std::clamp<std::uint64_t>(share, 1, founders - 1);
    const std::uint32_t first = random_.below(founders);
    std::uint8_t allele = draw_alternative();
    for (std::uint32_t i = 0; i < count; ++i) {
        if (site_.allele_count > 2 && random_.below(4) == 0) allele = draw_alternative();
        allele_of_[order_[(first + i) % founders]] = allele;
    }
    const std::uint8_t* table = allele_of_.data();
    for (std::size_t h = 0; h < copied_.size(); ++h) alleles_[h] = table[copied_[h]];
}

void simulation::draw_rare(std::uint32_t carriers) {
    std::fill(alleles_.begin(), alleles_.end(), std::uint8_t{0});
    const auto haplotypes = static_cast<std::uint32_t>(copied_.size());
    // The founder of a random haplotype has at least that one descendant here.
    const std::uint8_t founder = copied_[random_.below(haplotypes)];
    descendants_.clear();
    for (std::uint32_t h = 0; h < haplotypes; ++h) {
        if (copied_[h] == founder) descendants_.push_back(h);
    }
    const auto found = static_cast<std::uint32_t>(descendants_.size());
    const std::uint32_t first = random_.below(found);
    for (std::uint32_t i = 0; i < std::min(carriers, found); ++i) {
        alleles_[descendants_[(first + i) % found]] = draw_alternative();
    }
}

void simulation::add_errors() {
    const auto haplotypes = static_cast<std::uint32_t>(alleles_.size());
    for (auto n = errors_.advance(fixed_point(error_rate) * haplotypes); n > 0; --n) {
        auto& allele = alleles_[random_.below(haplotypes)];
        allele = allele == 0 ? draw_alternative() : std::uint8_t{0};
    }
}

}  // namespace callstream::panel
