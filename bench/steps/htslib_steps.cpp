// The rivals: what htslib does with the same files.
#include "bench/steps/steps.hpp"
#include "engine/core/text_buffer.hpp"
#include "server/streaming/body_source.hpp"

#include <htslib/bgzf.h>
#include <htslib/vcf.h>

#include <charconv>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <vector>

namespace callstream::bench {
namespace {

struct file_closer {
    void operator()(htsFile* file) const { hts_close(file); }
    void operator()(BGZF* file) const { bgzf_close(file); }
};
struct header_deleter {
    void operator()(bcf_hdr_t* header) const { bcf_hdr_destroy(header); }
};
struct record_deleter {
    void operator()(bcf1_t* record) const { bcf_destroy(record); }
};

/// `bcf_get_genotypes` grows its array with realloc.
struct genotype_array {
    genotype_array() = default;
    genotype_array(const genotype_array&) = delete;
    genotype_array& operator=(const genotype_array&) = delete;
    ~genotype_array() { std::free(values); }

    std::int32_t* values = nullptr;
    int capacity = 0;
};

struct open_file {
    explicit open_file(const std::filesystem::path& path) : file(hts_open(path.c_str(), "r")) {
        if (!file) throw std::runtime_error("cannot open " + path.string());
        header.reset(bcf_hdr_read(file.get()));
        if (!header) throw std::runtime_error("cannot read the header of " + path.string());
        record.reset(bcf_init());
    }

    bool next() {
        const int status = bcf_read(file.get(), header.get(), record.get());
        if (status < -1) throw std::runtime_error("bcf_read failed");
        return status == 0;
    }
    std::uint64_t samples() const {
        return static_cast<std::uint64_t>(bcf_hdr_nsamples(header.get()));
    }

    std::unique_ptr<htsFile, file_closer> file;
    std::unique_ptr<bcf_hdr_t, header_deleter> header;
    std::unique_ptr<bcf1_t, record_deleter> record;
};

char* write_cell(char* out, const std::int32_t* alleles, int ploidy) {
    constexpr std::ptrdiff_t digits_max = 10;
    *out++ = '"';
    for (int i = 0; i < ploidy && alleles[i] != bcf_int32_vector_end; ++i) {
        if (i > 0) *out++ = bcf_gt_is_phased(alleles[i]) ? '|' : '/';
        if (bcf_gt_is_missing(alleles[i])) {
            *out++ = '.';
        } else {
            out = std::to_chars(out, out + digits_max, bcf_gt_allele(alleles[i])).ptr;
        }
    }
    *out++ = '"';
    *out++ = ',';
    return out;
}

}  // namespace

measured inflate(const std::filesystem::path& path) {
    std::unique_ptr<BGZF, file_closer> file(bgzf_open(path.c_str(), "r"));
    if (!file) throw std::runtime_error("cannot open " + path.string());
    std::vector<char> into(BGZF_MAX_BLOCK_SIZE);
    return timed([&](measured& m) {
        ssize_t got = 0;
        while ((got = bgzf_read(file.get(), into.data(), into.size())) > 0) {
            m.bytes_in += static_cast<std::uint64_t>(got);
        }
        if (got < 0) throw std::runtime_error("bgzf_read failed");
    });
}

measured bcf_read_only(const std::filesystem::path& path) {
    open_file in(path);
    return timed([&](measured& m) {
        while (in.next()) m.calls += in.samples();
    });
}

measured matrix_cells_htslib(const std::filesystem::path& path) {
    open_file in(path);
    genotype_array genotypes;
    text_buffer block(2 * streaming::block_bytes);
    return timed([&](measured& m) {
        while (in.next()) {
            const int count = bcf_get_genotypes(
                in.header.get(), in.record.get(), &genotypes.values, &genotypes.capacity
            );
            if (count <= 0) throw std::runtime_error("bcf_get_genotypes failed");
            const int ploidy = count / static_cast<int>(in.samples());
            const std::size_t room = 3 + static_cast<std::size_t>(ploidy) * 11;
            for (std::uint64_t s = 0; s < in.samples(); ++s) {
                if (block.size() >= streaming::block_bytes) {
                    m.bytes_out += block.size();
                    block.clear();
                }
                block.commit(write_cell(
                    block.prepare(room),
                    genotypes.values + s * static_cast<unsigned>(ploidy),
                    ploidy
                ));
            }
            m.calls += in.samples();
        }
        m.bytes_out += block.size();
    });
}

}  // namespace callstream::bench
