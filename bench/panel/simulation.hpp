// Simulated haplotypes: every one is a mosaic of founders, with a switch now and then along the
// contig; each variant is carried by neighbouring founders or, when it is rarer than a founder, by
// a few of the haplotypes that copy one founder. So allele frequencies fall like 1/x and nearby
// variants are linked, which is what makes real panels compress as they do.
#pragma once

#include "bench/panel/random.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace callstream::panel {

struct options {
    std::uint32_t samples = 1000;
    std::uint32_t variants = 10000;  ///< of all contigs together
    std::uint32_t ploidy = 2;
    std::uint64_t seed = 1;
    std::uint32_t contigs = 1;
    double missing = 0;         ///< share of calls without a genotype, 0 to 1
    bool phased = true;         ///< unphased genotypes have their alleles in ascending order
    bool with_depths = false;   ///< AD, DP, GQ and PL beside GT; all sites have two alleles then
    std::uint32_t alleles = 0;  ///< of every site, REF included; 0: two, now and then three
};

struct site {
    std::uint32_t contig = 0;
    std::int64_t pos0 = 0;
    std::uint32_t allele_count = 2;
};

/// Makes sites one after the other. Same options, same output.
class simulation {
 public:
    explicit simulation(const options& wanted);

    /// Moves to the next site; to be called `variants` times.
    const site& next();

    /// Allele index of each haplotype at the site; sample after sample, `ploidy` each.
    std::span<const std::uint8_t> alleles() const { return alleles_; }

    /// Bases between sites: 1 to twice the mean, so that a contig with `n` sites ends before
    /// `n * gap_max`.
    static constexpr std::uint32_t gap_max = 59;

 private:
    static constexpr std::uint32_t founders = 96;

    void enter_contig();
    void switch_founders(std::uint32_t gap);
    void draw_carriers(std::uint32_t carriers);
    void draw_rare(std::uint32_t carriers);
    void add_errors();
    std::uint32_t draw_allele_count();
    std::uint32_t draw_carrier_count();
    std::uint8_t draw_alternative() {
        return static_cast<std::uint8_t>(1 + random_.below(site_.allele_count - 1));
    }

    options wanted_;
    random_source random_;
    std::uint32_t sites_made_ = 0;
    site site_;
    std::vector<std::uint64_t> spectrum_;     // cumulative weight of 1, 2, ... carriers
    std::vector<std::uint8_t> order_;         // of the founders; neighbours are related
    std::vector<std::uint8_t> copied_;        // by haplotype: the founder that it copies here
    std::vector<std::uint8_t> alleles_;       // by haplotype
    std::vector<std::uint8_t> allele_of_;     // by founder
    std::vector<std::uint32_t> descendants_;  // of one founder, here
    event_counter switches_, reorderings_, errors_;
};

}  // namespace callstream::panel
