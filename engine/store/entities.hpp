// What clients wrote of samples, studies and their like: for each entity one JSON object of the
// members that somebody wrote, and nothing of what files say. Spec: BrAPI 2.1, POST and PUT.
#pragma once

#include "engine/core/error.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::store {

struct kept_entity {
    std::string kind;         ///< `sample`; the store takes any
    std::string id;           ///< of its kind
    std::string body;         ///< a JSON object
    bool made = false;        ///< it is there without any file; false: files make it, if they do
    std::int64_t number = 0;  ///< of the store itself, in the order of the first write
};

/// Of all entities together: another one after each change. Another epoch means another store, as
/// after a backup was restored, so nothing that was read before counts.
struct entity_version {
    std::int64_t epoch = 0;
    std::int64_t number = 0;

    bool operator==(const entity_version&) const = default;
};

struct entity_changes {
    entity_version version;             ///< the one with these changes
    std::vector<kept_entity> entities;  ///< as they are now, by their numbers
    bool all = false;                   ///< all there are, not only those that changed
};

/// Changes entities within one transaction. Not thread-safe; lives as long as
/// `entity_store::change` runs.
class entity_editor {
 public:
    virtual ~entity_editor() = default;

    virtual std::optional<kept_entity> find(std::string_view kind, std::string_view id) = 0;
    /// Adds it, or replaces the body of the one with this kind and id.
    virtual void put(const kept_entity& entity) = 0;
};

/// Thread-safe. Nothing is ever taken away.
class entity_store {
 public:
    /// Of all ids and bodies together, since servers have them in memory.
    static constexpr std::int64_t bytes_max = 512LL << 20;

    virtual ~entity_store() = default;

    /// Everything that `edit` does or, when it returns an error or throws, nothing. It is on the
    /// disk when this returns. `errc::storage_full` beyond `bytes_max`.
    virtual result<void> change(const std::function<result<void>(entity_editor&)>& edit) = 0;
    /// Quick, but a read of the disk. Tells of the changes of other processes, too.
    virtual result<entity_version> version() = 0;
    /// What changed after `known`; everything when that was another epoch.
    virtual result<entity_changes> since(const entity_version& known) = 0;
    /// How often `change` has run to its end in this process, whatever came of it: while it is the
    /// same number, nothing was written through this object. Does not wait.
    virtual std::uint64_t changes_here() const noexcept = 0;
};

}  // namespace callstream::store
