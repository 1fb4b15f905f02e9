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
    const auto now = catalog::snapshot::make(catalog::scan(options.folder), nullptr);
    for (const auto& set : now->all()) {
        try {
            set.file->find_index(options.state / "index", {});
        } catch (const std::exception&) {
            // Without one, the statistics beside the file are shown.
        }
    }
    return now;
}

void print(const catalog::variant_set& set) {
    const auto records = set.file->record_count();
    std::cout << set.id << '\t' << set.samples().size() << '\t'
              << (records ? std::to_string(*records) : "?") << '\t'
              << (set.file->index() ? "ready"
                  : records         ? "csi"
                                    : "none")
              << '\t' << set.relative << '\n';
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
