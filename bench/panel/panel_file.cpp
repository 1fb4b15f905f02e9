#include "bench/panel/panel_file.hpp"

#include <htslib/hts.h>
#include <htslib/vcf.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace callstream::panel {
namespace {

namespace fs = std::filesystem;

// Part of the name of cached files; to be raised when the same options give other bytes.
constexpr int simulation_version = 1;
constexpr int csi_min_shift = 14;
constexpr int compression_threads = 2;  // changes no byte

struct file_closer {
    void operator()(htsFile* file) const { hts_close(file); }
};
struct header_deleter {
    void operator()(bcf_hdr_t* header) const { bcf_hdr_destroy(header); }
};
struct record_deleter {
    void operator()(bcf1_t* record) const { bcf_destroy(record); }
};
using file_handle = std::unique_ptr<htsFile, file_closer>;
using header_handle = std::unique_ptr<bcf_hdr_t, header_deleter>;
using record_handle = std::unique_ptr<bcf1_t, record_deleter>;

void check(bool good, std::string_view what) {
    if (!good) throw std::runtime_error("htslib cannot " + std::string(what));
}

header_handle make_header(const options& wanted) {
    header_handle header(bcf_hdr_init("w"));
    check(header != nullptr, "make a header");
    std::vector<std::string> lines;
    const auto sites_max = wanted.variants / wanted.contigs + 1;
    for (std::uint32_t c = 1; c <= wanted.contigs; ++c) {
        const auto length = std::uint64_t{sites_max} * simulation::gap_max + 1000;
        lines.push_back(
            "##contig=<ID=" + std::to_string(c) + ",length=" + std::to_string(length) + ">"
        );
    }
    lines.push_back("##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">");
    if (wanted.with_depths) {
        lines.push_back("##FORMAT=<ID=AD,Number=R,Type=Integer,Description=\"Allelic depths\">");
        lines.push_back("##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"Read depth\">");
        lines.push_back("##FORMAT=<ID=GQ,Number=1,Type=Integer,Description=\"Genotype quality\">");
        lines.push_back(
            "##FORMAT=<ID=PL,Number=G,Type=Integer,Description=\"Phred-scaled likelihoods\">"
        );
    }
    for (const auto& line : lines) {
        check(bcf_hdr_append(header.get(), line.c_str()) == 0, "append to the header");
    }
    for (std::uint32_t s = 1; s <= wanted.samples; ++s) {
        const auto name = "S" + std::to_string(s);
        check(bcf_hdr_add_sample(header.get(), name.c_str()) == 0, "add a sample");
    }
    check(bcf_hdr_sync(header.get()) == 0, "sync the header");
    return header;
}

/// Turns sites and haplotypes into records.
class record_maker {
 public:
    record_maker(const options& wanted, bcf_hdr_t* header)
        : wanted_(wanted),
          header_(header),
          random_(~wanted.seed),
          genotypes_(std::size_t{wanted.samples} * wanted.ploidy) {}

    void make(bcf1_t* record, const site& where, std::span<const std::uint8_t> alleles) {
        bcf_clear(record);
        record->rid = static_cast<std::int32_t>(where.contig);
        record->pos = where.pos0;
        bcf_float_set_missing(record->qual);
        const auto name = "rs" + std::to_string(++records_);
        check(bcf_update_id(header_, record, name.c_str()) == 0, "set an id");
        set_alleles(record, where.allele_count);
        set_genotypes(record, alleles);
        if (wanted_.with_depths) set_depths(record, alleles);
    }

 private:
    void set_alleles(bcf1_t* record, std::uint32_t count) {
        constexpr std::string_view bases = "ACGT";
        const std::uint32_t first = random_.below(4);
        std::string text(1, bases[first]);
        for (std::uint32_t i = 1; i < count; ++i) {
            text.append(1, ',');
            // The three other bases, then insertions of growing length.
            text.append(1 + (i - 1) / 3, bases[(first + 1 + (i - 1) % 3) % 4]);
        }
        check(bcf_update_alleles_str(header_, record, text.c_str()) == 0, "set alleles");
    }

    void set_genotypes(bcf1_t* record, std::span<const std::uint8_t> alleles) {
        const std::uint32_t ploidy = wanted_.ploidy;
        const int phase = wanted_.phased ? 1 : 0;
        for (std::size_t i = 0; i < alleles.size(); ++i) {
            genotypes_[i] = (alleles[i] + 1) << 1 | phase;
        }
        if (!wanted_.phased && ploidy > 1) {
            for (auto at = genotypes_.begin(); at != genotypes_.end(); at += ploidy) {
                std::sort(at, at + ploidy);
            }
        }
        const std::uint64_t rate = fixed_point(wanted_.missing);
        for (auto n = missing_.advance(rate * wanted_.samples); n > 0; --n) {
            const std::size_t sample = random_.below(wanted_.samples);
            std::fill_n(genotypes_.begin() + static_cast<long>(sample * ploidy), ploidy, phase);
        }
        // htslib 1.16 reads `0|1` with the phase of the second allele only.
        for (std::size_t i = 0; i < genotypes_.size(); i += ploidy) genotypes_[i] &= ~1;
        const int count = static_cast<int>(genotypes_.size());
        check(
            bcf_update_genotypes(header_, record, genotypes_.data(), count) == 0, "set genotypes"
        );
    }

    /// Reads and what a caller would say of them: depths around 20, a few reads that are wrong.
    void set_depths(bcf1_t* record, std::span<const std::uint8_t> alleles) {
        const std::uint32_t ploidy = wanted_.ploidy;
        const std::uint32_t likelihoods = ploidy + 1;  // two alleles
        depths_.clear();
        allele_depths_.clear();
        qualities_.clear();
        likelihoods_.clear();
        for (std::size_t s = 0; s < wanted_.samples; ++s) {
            std::uint32_t dosage = 0;
            for (std::uint32_t p = 0; p < ploidy; ++p) dosage += alleles[s * ploidy + p];
            const std::uint64_t drawn = random_.next();
            const int depth = 4 + std::popcount(drawn & 0xffffffffU);
            int other = depth * static_cast<int>(dosage) / static_cast<int>(ploidy);
            if (dosage > 0 && dosage < ploidy) other += std::popcount(drawn >> 56) - 4;
            if ((drawn >> 32 & 63) == 0) ++other;
            other = std::clamp(other, 0, depth);
            depths_.push_back(depth);
            allele_depths_.push_back(depth - other);
            allele_depths_.push_back(other);
            qualities_.push_back(std::min(99, 3 * depth));
            for (std::uint32_t g = 0; g < likelihoods; ++g) {
                const int distance =
                    g > dosage ? static_cast<int>(g - dosage) : static_cast<int>(dosage - g);
                likelihoods_.push_back(std::min(999, distance * (3 * depth + other)));
            }
        }
        put(record, "AD", allele_depths_);
        put(record, "DP", depths_);
        put(record, "GQ", qualities_);
        put(record, "PL", likelihoods_);
    }

    void put(bcf1_t* record, const char* field, const std::vector<std::int32_t>& values) {
        const int count = static_cast<int>(values.size());
        check(
            bcf_update_format_int32(header_, record, field, values.data(), count) == 0,
            "set a field"
        );
    }

    const options& wanted_;
    bcf_hdr_t* header_;
    random_source random_;
    event_counter missing_;
    std::uint64_t records_ = 0;
    std::vector<std::int32_t> genotypes_, depths_, allele_depths_, qualities_, likelihoods_;
};

void write_file(const options& wanted, const fs::path& path, bool is_bcf) {
    file_handle file(hts_open(path.c_str(), is_bcf ? "wb" : "wz"));
    check(file != nullptr, "open " + path.string());
    check(hts_set_threads(file.get(), compression_threads) == 0, "start threads");
    const auto header = make_header(wanted);
    check(bcf_hdr_write(file.get(), header.get()) == 0, "write the header");
    simulation simulated(wanted);
    record_maker maker(wanted, header.get());
    record_handle record(bcf_init());
    check(record != nullptr, "make a record");
    for (std::uint32_t i = 0; i < wanted.variants; ++i) {
        maker.make(record.get(), simulated.next(), simulated.alleles());
        check(bcf_write(file.get(), header.get(), record.get()) == 0, "write a record");
    }
    check(hts_close(file.release()) == 0, "close the file");
}

/// Not while the file is written: with threads, htslib 1.16 puts wrong offsets into the index of a
/// BCF then.
void write_index(const fs::path& path, const fs::path& csi) {
    const auto done =
        bcf_index_build3(path.c_str(), csi.c_str(), csi_min_shift, compression_threads);
    check(done == 0, "write the index");
}

void refuse_nonsense(const options& wanted) {
    const auto demand = [](bool good, const char* rule) {
        if (!good) throw std::runtime_error(rule);
    };
    demand(wanted.samples >= 1 && wanted.samples <= 10'000'000, "samples: 1 to 10,000,000");
    demand(wanted.variants >= 1, "variants: at least 1");
    demand(wanted.ploidy >= 1 && wanted.ploidy <= 16, "ploidy: 1 to 16");
    demand(std::uint64_t{wanted.samples} * wanted.ploidy < 200'000'000, "too many haplotypes");
    demand(wanted.contigs >= 1 && wanted.contigs <= wanted.variants, "contigs: 1 to variants");
    const auto longest = std::uint64_t{wanted.variants / wanted.contigs + 1} * simulation::gap_max;
    demand(longest < 2'000'000'000, "variants: too many for one contig");
    demand(wanted.missing >= 0 && wanted.missing <= 1, "missing: 0 to 1");
    const bool allele_count = wanted.alleles == 0 || (wanted.alleles >= 2 && wanted.alleles <= 200);
    demand(allele_count, "alleles: 2 to 200");
    demand(
        !wanted.with_depths || wanted.alleles == 0 || wanted.alleles == 2,
        "alleles: sites with AD and PL have two"
    );
}

std::string name_of(const options& wanted) {
    std::string name = "panel" + std::to_string(simulation_version);
    const std::array<std::pair<char, std::uint64_t>, 5> numbers = {{
        {'s', wanted.samples},
        {'v', wanted.variants},
        {'p', wanted.ploidy},
        {'c', wanted.contigs},
        {'r', wanted.seed},
    }};
    for (const auto& [letter, value] : numbers) {
        name.append(1, '-').append(1, letter).append(std::to_string(value));
    }
    if (wanted.missing > 0) name += "-m" + std::to_string(fixed_point(wanted.missing));
    if (wanted.alleles > 0) name += "-a" + std::to_string(wanted.alleles);
    if (!wanted.phased) name += "-unphased";
    if (wanted.with_depths) name += "-depths";
    return name;
}

}  // namespace

void write_panel(const options& wanted, const fs::path& path) {
    const bool is_bcf = path.native().ends_with(".bcf");
    if (!is_bcf && !path.native().ends_with(".vcf.gz")) {
        throw std::runtime_error("the file's name must end in .bcf or .vcf.gz");
    }
    refuse_nonsense(wanted);
    const auto beside = path.native() + ".part" + std::to_string(getpid());
    const auto csi = beside + ".csi";
    try {
        write_file(wanted, beside, is_bcf);
        write_index(beside, csi);
    } catch (...) {
        std::error_code ignored;
        fs::remove(beside, ignored);
        fs::remove(csi, ignored);
        throw;
    }
    fs::rename(csi, path.native() + ".csi");
    fs::rename(beside, path);
}

fs::path cached_panel(const options& wanted, const fs::path& folder, const std::string& ending) {
    auto path = folder / (name_of(wanted) + ending);
    if (!fs::exists(path)) {
        fs::create_directories(folder);
        write_panel(wanted, path);
    }
    return path;
}

}  // namespace callstream::panel
