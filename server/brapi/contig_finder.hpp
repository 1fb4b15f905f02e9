// Contigs of a variant set by what people call them.
#pragma once

#include "engine/catalog/catalog.hpp"
#include "engine/variants/set_view.hpp"

#include <optional>
#include <string>

namespace callstream::brapi {

/// Finds out which contigs of one variant set somebody means. Set and view outlive it.
class contig_finder {
 public:
    contig_finder(const catalog::variant_set& set, const variants::set_view& view)
        : set_(set), view_(view) {}

    /// As the files have it; nothing when they do not.
    std::optional<std::string> find(const std::string& name) const;
    /// The contig that is this reference.
    std::optional<std::string> find_reference(const std::string& id) const;

 private:
    bool has(const std::string& name) const;

    const catalog::variant_set& set_;
    const variants::set_view& view_;
};

}  // namespace callstream::brapi
