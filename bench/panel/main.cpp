// callstream_make_panel: simulated call sets of any size, the same bytes for the same arguments.
#include "bench/panel/panel_file.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>

namespace {

struct command_line {
    callstream::panel::options panel;
    std::string out;
    std::string cache;
    std::string fields = "GT";
};

void describe(CLI::App& app, command_line& c) {
    auto& p = c.panel;
    app.add_option("OUT", c.out, "File to write, .bcf or .vcf.gz; its CSI goes beside it")
        ->required();
    app.add_option("--samples", p.samples, "Samples, named S1, S2, ...")->capture_default_str();
    app.add_option("--variants", p.variants, "Variants of all contigs together")
        ->capture_default_str();
    app.add_option("--ploidy", p.ploidy, "Alleles per genotype")->capture_default_str();
    app.add_option("--seed", p.seed, "Another seed, another panel")->capture_default_str();
    app.add_option("--contigs", p.contigs, "Contigs, named 1, 2, ...")->capture_default_str();
    app.add_option("--missing", p.missing, "Share of calls that are missing, 0 to 1")
        ->capture_default_str();
    app.add_option("--alleles", p.alleles, "Alleles of every site; 0: two, in 2 % of sites three")
        ->capture_default_str();
    app.add_flag("--phased,!--unphased", p.phased, "Genotypes as 1|0 (default) or as 0/1");
    app.add_option("--fields", c.fields, "FORMAT fields: GT or GT:AD:DP:GQ:PL")
        ->check(CLI::IsMember({"GT", "GT:AD:DP:GQ:PL"}))
        ->capture_default_str();
    app.add_option(
        "--cache",
        c.cache,
        "Folder of made panels: OUT is the ending alone (.bcf), the name comes\n"
        "from the arguments, is printed, and what is there is not made again"
    );
    app.footer(
        "Haplotypes are mosaics of 96 founders that switch every 200 kb; allele frequencies fall\n"
        "like 1/x. Sites are sorted, 30 bases apart on average. The same arguments and htslib "
        "give\n"
        "the same bytes. Example:\n"
        "  tools/make-panel --samples 1000 --variants 100000 --ploidy 2 --seed 1 panel.bcf"
    );
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Makes a simulated panel of genotypes.", "tools/make-panel");
    command_line c;
    describe(app, c);
    CLI11_PARSE(app, argc, argv);
    c.panel.with_depths = c.fields != "GT";
    try {
        if (c.cache.empty()) {
            callstream::panel::write_panel(c.panel, c.out);
        } else {
            std::puts(callstream::panel::cached_panel(c.panel, c.cache, c.out).c_str());
        }
    } catch (const std::exception& e) {
        std::fprintf(stderr, "make-panel: %s\n", e.what());
        return 1;
    }
}
