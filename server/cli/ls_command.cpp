// `callstream ls`: what `serve` would serve.
#include "engine/catalog/catalog_service.hpp"
#include "server/cli/commands.hpp"

#include <iostream>

namespace callstream::cli {
namespace {

/// Finds kept indexes without building any, unless it is asked to.
std::shared_ptr<const catalog::snapshot> look(const ls_options& options) {
    if (options.wait) {
        catalog::catalog_service catalog(options.folder, options.state, [](const auto&) {});
        catalog.wait_until_indexed();
        return catalog.current();
    }
    const auto found = catalog::scan(options.folder);
    const auto opened = catalog::snapshot::make(found, nullptr);
    for (const auto& [where, file] : opened->files()) {
        try {
            file->find_index(options.state / "index", {});
        } catch (const std::exception&) {
            // Without one, the statistics beside the file are shown.
        }
    }
    return catalog::snapshot::make(
        found, opened.get()
    );  // what belongs together is known better now
}

std::string joined(const std::vector<std::string>& names) {
    std::string out;
    for (const auto& name : names) out.append(out.empty() ? "" : ",").append(name);
    return out;
}

void print(const catalog::variant_set& set) {
    const variants::set_view view(set.files);
    const auto records = view.record_count();
    std::cout << set.id << '\t' << set.samples().size() << '\t'
              << (records ? std::to_string(*records) : "?") << '\t'
              << (view.indexed_records() ? "ready"
                  : records              ? "csi"
                                         : "none")
              << '\t' << joined(set.relative) << '\n';
}

}  // namespace

int ls(const ls_options& options) {
    const auto now = look(options);
    std::cout << "#variantSetDbId\tsamples\trecords\tindex\tfile\n";
    for (const auto* set : now->variant_sets()) print(*set);
    const auto problems = now->problems();
    for (const auto& p : problems)
        std::cerr << "not served: " << p.relative << " " << p.text << '\n';
    return problems.empty() ? 0 : 1;
}

}  // namespace callstream::cli
