// `callstream check`: everything in a folder that is not as it should be, by file, with the cure.
#include "engine/catalog/reference_link.hpp"
#include "engine/reads/reads_index.hpp"
#include "engine/variants/neighbour_index.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/index_run.hpp"
#include "server/cli/reads_check.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <iostream>
#include <memory>
#include <set>

namespace callstream::cli {
namespace {

namespace json = boost::json;
using problems = std::vector<catalog::problem>;

/// Why a CSI or TBI is not that of the file it lies beside, which our own index knows; empty when
/// it may be.
std::string foreign(const hts::index_file& beside, const variants::ordinal_index& own) {
    if (const auto records = beside.records(); records && *records != own.records()) {
        return "counts " + std::to_string(*records) + " records, the file has " +
               std::to_string(own.records());
    }
    if (!beside.has_names) return {};
    std::set<std::string_view> names;
    for (const auto& contig : own.contigs()) names.insert(contig.name);
    for (const auto& contig : beside.contigs) {
        if (contig.chunks > 0 && !names.contains(contig.name)) {
            return "has records on " + contig.name + ", the file has none there";
        }
    }
    return {};
}

void check_neighbours(const catalog::opened_file& opened, problems& out) {
    const auto& [found, file] = opened;
    for (const auto& beside : variants::find_neighbour_indexes(file->path(), file->identity())) {
        const auto own = file->index();
        const std::string why = !beside.content ? beside.content.error().text
                                : own           ? foreign(*beside.content, *own)
                                                : std::string();
        if (why.empty()) continue;
        const auto suffix = beside.path.extension().string();
        out.push_back(
            {found.relative + suffix,
             why + "; mend it with bcftools index -f" + (suffix == ".tbi" ? "t " : " ") +
                 found.relative}
        );
    }
}

void check_reference(const catalog::reference_set& set, problems& out) {
    const auto& why = set.fasta->beside_problem();
    if (why.empty()) return;
    out.push_back(
        {set.relative + ".fai",
         "is not used: " + why + "; mend it with samtools faidx " + set.relative}
    );
}

void check_reads_index(const catalog::read_group_set& set, problems& out) {
    const auto index = reads::find_reads_index(set.path, *set.file);
    if (index) return;
    const bool none = index.error().code == errc::not_found;
    out.push_back(
        {set.relative,
         (none ? "has no index" : "has an index that cannot be used: " + index.error().text) +
             "; mend it with samtools index " + set.relative}
    );
}

/// Reads every BAM and CRAM to its end. Adds what cannot be read to the failures.
void check_reads(const index_run& run, index_result& done, problems& out) {
    std::vector<std::shared_ptr<reads_check>> checks;
    for (const auto& set : done.catalog->read_group_sets()) {
        checks.push_back(std::make_shared<reads_check>(set));
    }
    const auto read = run_passes(run, {checks.begin(), checks.end()}, "read");
    for (const auto& check : checks) {
        if (const auto why = check->refusal()) out.push_back({check->set().relative, why->text});
    }
    done.failures.insert(done.failures.end(), read.failures.begin(), read.failures.end());
    done.stopped = read.stopped;
}

/// Contigs that are not those of the reference in the same folder.
void note_misfits(const catalog::snapshot& now, problems& out) {
    for (const auto* set : now.variant_sets()) {
        for (const auto& reference : now.reference_sets()) {
            const auto file = reference.fasta->file();
            if (!file || reference.home != set->home || reference.id != set->reference_set_id)
                continue;
            const auto why =
                catalog::misfit(set->files.front()->header(), *file, set->home->contigs);
            if (why.empty()) continue;
            out.push_back(
                {set->relative.front(), "does not fit " + reference.relative + ": it " + why}
            );
        }
    }
}

bool is_variant_file(const catalog::snapshot& now, const std::string& relative) {
    const auto& files = now.files();
    return std::any_of(files.begin(), files.end(), [&](const auto& opened) {
        return opened.found.relative == relative;
    });
}

/// Every problem ends with what to do about it.
std::string with_cure(const catalog::snapshot& now, const catalog::problem& p) {
    for (const char* cure : {"mend it", "get it again", "rename it", "is not used"}) {
        if (p.text.find(cure) != std::string::npos) return p.text;
    }
    if (p.text.starts_with("is damaged")) {
        const auto cure = p.text + "; get it again";
        if (!is_variant_file(now, p.relative)) return cure;
        return cure + ", or rescue what can be read with bcftools view " + p.relative;
    }
    if (p.text.find("header") != std::string::npos) {
        return p.text + "; look at it with bcftools view -h " + p.relative;
    }
    return p.text + "; mend it, or move it out of the folder";
}

void print_text(const problems& found, const problems& notes, const catalog::snapshot& now) {
    for (const auto& p : found) std::cout << "problem\t" << p.relative << "\t" << p.text << "\n";
    for (const auto& n : notes) std::cout << "note\t" << n.relative << "\t" << n.text << "\n";
    std::size_t call_sets = 0;
    for (const auto* set : now.variant_sets()) call_sets += set->samples().size();
    std::cout << now.variant_sets().size() << " variant sets with " << call_sets
              << " call sets can be served, " << found.size() << " problems\n";
}

json::array as_array(const problems& all, const char* what) {
    json::array out;
    for (const auto& p : all) out.push_back(json::object{{"file", p.relative}, {what, p.text}});
    return out;
}

}  // namespace

int check(const check_options& options) {
    const auto form = options.json ? progress_form::none : progress_form::person;
    const index_run run{options.folder, options.state, options.threads, form};
    index_result done;
    problems found;
    if (options.quick) {
        done.catalog = look_at_folder(options.folder, options.state);
    } else {
        done = run_index_passes(run);
        if (!done.stopped) check_reads(run, done, found);
    }
    const auto& now = *done.catalog;
    for (const auto& more : {now.problems(), done.failures}) {
        found.insert(found.end(), more.begin(), more.end());
    }
    for (auto& p : found) p.text = with_cure(now, p);
    for (const auto& file : now.files()) check_neighbours(file, found);
    for (const auto& set : now.reference_sets()) check_reference(set, found);
    for (const auto& set : now.read_group_sets()) check_reads_index(set, found);
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        return a.relative < b.relative;
    });
    problems notes = now.remarks();
    note_misfits(now, notes);
    for (const auto& waiting : now.waiting()) {
        notes.push_back({waiting.found.relative, "is served when it is indexed (callstream index)"}
        );
    }
    if (options.json) {
        std::cout << json::serialize(json::object{
                         {"complete", !done.stopped},
                         {"notes", as_array(notes, "note")},
                         {"problems", as_array(found, "problem")}})
                  << "\n";
    } else {
        print_text(found, notes, now);
        if (done.stopped) std::cout << "stopped; not every file was read to its end\n";
    }
    return found.empty() && !done.stopped ? 0 : 1;
}

}  // namespace callstream::cli
