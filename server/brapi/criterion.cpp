#include "server/brapi/criterion.hpp"

#include <iterator>

namespace callstream::brapi {

void criterion::add(std::vector<std::string> texts) {
    std::move(texts.begin(), texts.end(), std::back_inserter(texts_));
    std::sort(texts_.begin(), texts_.end());
    texts_.erase(std::unique(texts_.begin(), texts_.end()), texts_.end());
}

bool criterion::fits(std::string_view text) const {
    return !wanted() || std::binary_search(texts_.begin(), texts_.end(), text);
}

bool fits_references(
    const std::vector<catalog::external_reference>& references,
    const criterion& ids,
    const criterion& sources
) {
    if (!ids.wanted() && !sources.wanted()) return true;
    return std::any_of(references.begin(), references.end(), [&](const auto& r) {
        return ids.fits(r.id) && sources.fits(r.source);
    });
}

}  // namespace callstream::brapi
