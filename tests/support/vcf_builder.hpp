// Small variant files for tests. The default header declares the contigs 1 and 2 and the FORMAT
// fields that the tests use; `ZZ` stays undeclared on purpose.
#pragma once

#include "tests/support/bgzf_builder.hpp"
#include "tests/support/temp_dir.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace callstream::testing {

class vcf_builder {
 public:
    /// A meta line, without `##`.
    vcf_builder& meta(const std::string& line) {
        meta_ += "##" + line + "\n";
        return *this;
    }
    vcf_builder& samples(std::vector<std::string> names) {
        samples_ = std::move(names);
        return *this;
    }
    /// `cells` is what follows FORMAT, one text per sample.
    vcf_builder& record(
        const std::string& contig,
        long position,
        const std::string& format,
        const std::vector<std::string>& cells,
        const std::string& name = ".",
        const std::string& alternatives = "C"
    ) {
        std::string line = contig + "\t" + std::to_string(position) + "\t" + name + "\tA\t" +
                           alternatives + "\t.\t.\t.\t" + format;
        for (const auto& cell : cells) line += "\t" + cell;
        records_ += line + "\n";
        return *this;
    }
    /// A line as it is, for files that no tool would write.
    vcf_builder& line(const std::string& text) {
        records_ += text + "\n";
        return *this;
    }

    std::string text() const {
        std::string out =
            "##fileformat=VCFv4.2\n"
            "##contig=<ID=1,length=1000000>\n"
            "##contig=<ID=2,length=2000000>\n"
            "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n"
            "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"Depth\">\n"
            "##FORMAT=<ID=AD,Number=R,Type=Integer,Description=\"Depths\">\n"
            "##FORMAT=<ID=PL,Number=G,Type=Integer,Description=\"Likelihoods\">\n"
            "##FORMAT=<ID=GL,Number=G,Type=Float,Description=\"Likelihoods\">\n"
            "##FORMAT=<ID=PS,Number=1,Type=Integer,Description=\"Phase set\">\n"
            "##FORMAT=<ID=NT,Number=1,Type=String,Description=\"A \\\"note\\\"\">\n" +
            meta_ + "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";
        if (!samples_.empty()) out += "\tFORMAT";
        for (const auto& name : samples_) out += "\t" + name;
        return out + "\n" + records_;
    }

    std::string vcf_gz(std::size_t block_bytes = 0xff00) const {
        return bgzf_file(text(), block_bytes);
    }
    void write_vcf_gz(const std::filesystem::path& path, std::size_t block_bytes = 0xff00) const {
        write_file(path, vcf_gz(block_bytes));
    }
    /// By bcftools, then cut into blocks of `block_bytes` of content.
    void write_bcf(const std::filesystem::path& path, std::size_t block_bytes = 0xff00) const {
        const temp_dir work;
        write_file(work / "in.vcf", text());
        run_tool(
            "bcftools view --no-version -Ob -o " + (work / "out.bcf").string() + " " +
            (work / "in.vcf").string() + " 2>/dev/null"
        );
        write_file(path, bgzf_file(gunzip(read_file(work / "out.bcf")), block_bytes));
    }

 private:
    std::vector<std::string> samples_ = {"s1", "s2"};
    std::string meta_;
    std::string records_;
};

/// Two samples, `per_contig` records on each contig; every third record stands at the same position
/// as the one before it.
inline vcf_builder many_records(int per_contig) {
    vcf_builder out;
    for (const char* contig : {"1", "2"}) {
        long position = 100;
        for (int i = 0; i < per_contig; ++i) {
            position += i % 3 == 2 ? 0 : 10;
            const auto depth = std::to_string(i);
            out.record(contig, position, "GT:DP", {"0/1:" + depth, "1|1:" + depth});
        }
    }
    return out;
}

}  // namespace callstream::testing
