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

void print_text(const catalog::snapshot& now) {
    std::cout << "#variantSetDbId\tsamples\trecords\tindex\tfiles\n";
    for (const auto* set : now.variant_sets()) print(*set);
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
    };
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
