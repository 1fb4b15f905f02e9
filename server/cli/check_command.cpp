// `callstream check`: everything in a folder that is not as it should be, by file, with the cure.
#include "engine/variants/neighbour_index.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/index_run.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <iostream>
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

/// Every problem ends with what to do about it.
std::string with_cure(const catalog::problem& p) {
    for (const char* cure : {"mend it", "get it again", "rename it", "is not used"}) {
        if (p.text.find(cure) != std::string::npos) return p.text;
    }
    if (p.text.starts_with("is damaged")) {
        return p.text + "; get it again, or rescue what can be read with bcftools view " +
               p.relative;
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
    index_result done;
    if (options.quick) {
        done.catalog = look_at_folder(options.folder, options.state);
    } else {
        done = run_index_passes({options.folder, options.state, options.threads, form});
    }
    const auto& now = *done.catalog;
    problems found = now.problems();
    found.insert(found.end(), done.failures.begin(), done.failures.end());
    for (auto& p : found) p.text = with_cure(p);
    for (const auto& file : now.files()) check_neighbours(file, found);
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        return a.relative < b.relative;
    });
    problems notes = now.remarks();
    for (const auto& waiting : now.waiting()) {
        notes.push_back({waiting.found.relative, "is served when it is indexed (callstream index)"}
        );
    }
    if (options.json) {
        std::cout << json::serialize(json::object{
                         {"notes", as_array(notes, "note")},
                         {"problems", as_array(found, "problem")}})
                  << "\n";
    } else {
        print_text(found, notes, now);
    }
    return found.empty() && !done.stopped ? 0 : 1;
}

}  // namespace callstream::cli
