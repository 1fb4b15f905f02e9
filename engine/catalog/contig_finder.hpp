// Contigs of a variant set by what people call them.
#pragma once

#include "engine/catalog/catalog.hpp"
#include "engine/variants/set_view.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace callstream::catalog {

/// Finds out which contigs of one variant set somebody means. Set and view outlive it. One thread
/// at a time.
class contig_finder {
 public:
    contig_finder(const variant_set& set, const variants::set_view& view)
        : set_(set), view_(view) {}

    /// As the files have it; nothing when they do not.
    std::optional<std::string> find(const std::string& name);
    /// The contig that is this reference.
    std::optional<std::string> find_reference(const std::string& id);

 private:
    bool has(const std::string& name);
    /// Calls `each(name)` for every contig, until it returns true, which is then returned.
    template <class Each>
    bool any_contig(Each each) const;

    const variant_set& set_;
    const variants::set_view& view_;
    int asked_ = 0;
    std::unordered_set<std::string_view> names_;  // made when it begins to pay
};

}  // namespace callstream::catalog
