// `callstream ls`: what `serve` would serve.
#include "server/cli/commands.hpp"
#include "server/cli/index_run.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>

namespace callstream::cli {
namespace {

namespace json = boost::json;

std::string joined(const std::vector<std::string>& names) {
    std::string out;
    for (const auto& name : names) out.append(out.empty() ? "" : ",").append(name);
    return out;
}

/// Where the count of records comes from.
const char* index_state(
    const variants::set_view& view, const std::optional<std::uint64_t>& records
) {
    if (view.indexed_records()) return "ready";
    return records ? "csi" : "none";
}

void print(const catalog::variant_set& set) {
    const variants::set_view view(set.files);
    const auto records = view.record_count();
    std::cout << set.id << '\t' << set.samples().size() << '\t'
              << (records ? std::to_string(*records) : "?") << '\t' << index_state(view, records)
              << '\t' << joined(set.relative) << '\n';
}

std::uint64_t bases_of(const reference::reference_file& file) {
    std::uint64_t total = 0;
    for (const auto& sequence : file.sequences()) total += sequence.length;
    return total;
}

void print(const catalog::reference_set& set) {
    const auto file = set.fasta->file();
    std::cout << set.id << '\t' << (file ? std::to_string(file->sequences().size()) : "?") << '\t'
              << (file ? std::to_string(bases_of(*file)) : "?") << '\t' << set.relative << '\n';
}

const char* format_text(reads::reads_format format) {
    return format == reads::reads_format::bam ? "BAM" : "CRAM";
}

void print(const catalog::read_group_set& set) {
    const auto& header = set.file->header();
    std::cout << set.id << '\t' << format_text(set.file->format()) << '\t'
              << header.read_groups.size() << '\t' << header.references.size() << '\t'
              << set.relative << '\n';
}

void print(const catalog::track& track) {
    std::cout << track.id << '\t' << track.format << '\t' << track.relative << '\n';
}

void print_text(const catalog::snapshot& now) {
    std::cout << "#variantSetDbId\tsamples\trecords\tindex\tfiles\n";
    for (const auto* set : now.variant_sets()) print(*set);
    if (!now.reference_sets().empty()) {
        std::cout << "#referenceSetDbId\tsequences\tbases\tfile\n";
        for (const auto& set : now.reference_sets()) print(set);
    }
    if (!now.read_group_sets().empty()) {
        std::cout << "#readGroupSetId\tformat\treadGroups\treferences\tfile\n";
        for (const auto& set : now.read_group_sets()) print(set);
    }
    if (!now.tracks().empty()) {
        std::cout << "#trackId\tformat\tfile\n";
        for (const auto& track : now.tracks()) print(track);
    }
    for (const auto& waiting : now.waiting()) {
        std::cerr << "served when it is indexed: " << waiting.found.relative << '\n';
    }
    for (const auto& p : now.problems()) {
        std::cerr << "not served: " << p.relative << " " << p.text << '\n';
    }
}

json::object to_json(const catalog::variant_set& set) {
    const variants::set_view view(set.files);
    const auto records = view.record_count();
    return {
        {"variantSetDbId", set.id},
        {"samples", set.samples().size()},
        {"records", records ? json::value(*records) : json::value(nullptr)},
        {"index", index_state(view, records)},
        {"files", json::array(set.relative.begin(), set.relative.end())},
        {"referenceSetDbId",
         set.reference_set_id.empty() ? json::value(nullptr) : json::value(set.reference_set_id)},
    };
}

json::object to_json(const catalog::reference_set& set) {
    const auto file = set.fasta->file();
    const auto known = [&](std::uint64_t value) {
        return file ? json::value(value) : json::value(nullptr);
    };
    return {
        {"referenceSetDbId", set.id},
        {"sequences", known(file ? file->sequences().size() : 0)},
        {"bases", known(file ? bases_of(*file) : 0)},
        {"file", set.relative},
    };
}

json::object to_json(const catalog::read_group_set& set) {
    const auto& header = set.file->header();
    return {
        {"readGroupSetId", set.id},
        {"format", format_text(set.file->format())},
        {"readGroups", header.read_groups.size()},
        {"references", header.references.size()},
        {"file", set.relative},
    };
}

json::object to_json(const catalog::track& track) {
    return {{"trackId", track.id}, {"format", track.format}, {"file", track.relative}};
}

template <class Sets>
json::array as_array(const Sets& sets) {
    json::array out;
    for (const auto& set : sets) out.push_back(to_json(set));
    return out;
}

void print_json(const catalog::snapshot& now) {
    json::array sets;
    for (const auto* set : now.variant_sets()) sets.push_back(to_json(*set));
    json::array waiting;
    for (const auto& w : now.waiting()) waiting.emplace_back(w.found.relative);
    json::array problems;
    for (const auto& p : now.problems()) {
        problems.push_back(json::object{{"file", p.relative}, {"problem", p.text}});
    }
    std::cout << json::serialize(json::object{
                     {"variantSets", std::move(sets)},
                     {"referenceSets", as_array(now.reference_sets())},
                     {"readGroupSets", as_array(now.read_group_sets())},
                     {"tracks", as_array(now.tracks())},
                     {"waiting", std::move(waiting)},
                     {"problems", std::move(problems)}})
              << "\n";
}

}  // namespace

int ls(const ls_options& options) {
    const auto now =
        options.wait
            ? run_index_passes({options.folder, options.state, 1, progress_form::none}).catalog
            : look_at_folder(options.folder, options.state);
    if (options.json) {
        print_json(*now);
    } else {
        print_text(*now);
    }
    return now->problems().empty() ? 0 : 1;
}

}  // namespace callstream::cli
