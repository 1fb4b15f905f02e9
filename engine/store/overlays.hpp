// What clients changed about objects that files have, and objects without files. Spec: Google
// Genomics v1, data sets, call sets and read group sets.
#pragma once

#include "engine/core/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::store {

/// Changes of one object; nothing where nobody changed anything.
struct kept_change {
    std::string kind;  ///< `dataset`, `callset`, `readgroupset` or `variantset`
    std::string id;
    std::optional<std::string> name = {};
    std::optional<std::string> reference_set = {};
    std::optional<std::int64_t> hidden_s = {};  ///< since when, in seconds since 1970
    std::optional<std::string> description = {};
    std::optional<std::string> metadata = {};  ///< a JSON array
};

struct kept_data_set {
    std::string id;
    std::string name;
    std::string project;
    std::int64_t created_s = 0;
};

struct kept_call_set {
    std::string id;
    std::string variant_set;
    std::string name;
    std::string sample_id;
    std::string info;  ///< a JSON object
    std::int64_t created_ms = 0;
};

/// What is said of it is a change of kind `variantset`.
struct kept_variant_set {
    std::string id;
    std::string data_set;
};

struct kept_generation {
    std::string variant_set;
    std::int64_t generation = 0;
};

/// Created objects come in the order of their creation.
struct kept_overlays {
    std::vector<kept_change> changes;
    std::vector<kept_data_set> data_sets;
    std::vector<kept_call_set> call_sets;
    std::vector<kept_variant_set> variant_sets;
    std::vector<kept_generation> generations;
};

/// Thread-safe. A change of a call set also raises the generation of its variant set.
class overlay_store {
 public:
    virtual ~overlay_store() = default;

    virtual result<kept_overlays> all() = 0;
    virtual result<void> create(const kept_data_set& created) = 0;
    virtual result<void> create(const kept_call_set& created) = 0;
    virtual result<void> create(const kept_variant_set& created, const kept_change& says) = 0;
    /// Changes what `change` has; the rest stays. `variant_set` is that of a call set, else empty.
    virtual result<void> change(const kept_change& change, std::string_view variant_set) = 0;
    /// Shows a hidden object again.
    virtual result<void> show(std::string_view kind, std::string_view id) = 0;
    /// Of a created call set; false when there is none with this id.
    virtual result<bool> rename_call_set(std::string_view id, std::string_view name) = 0;
    virtual result<bool> remove_call_set(std::string_view id) = 0;
    /// Removes created data sets that were hidden at `before_s` or earlier, with their annotation
    /// sets: nobody can show them again. One that files were imported into stays hidden.
    virtual result<void> purge_data_sets(std::int64_t before_s) = 0;
};

}  // namespace callstream::store
