// What clients wrote of entities, in memory as long as the store has nothing newer.
#pragma once

#include "engine/core/external_reference.hpp"
#include "engine/store/side_store.hpp"
#include "server/brapi/entity_type.hpp"

#include <boost/json/object.hpp>

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace callstream::brapi {

struct extract;

/// What was written of one entity. What follows the body is out of it, for filters and relations;
/// nothing where nobody wrote it.
struct written {
    using text = std::optional<std::string>;

    std::string id;
    bool made = false;  ///< by a client; else it is there when files make it
    std::string body;   ///< a JSON object
    text name;
    text crop;
    text study_type;
    text program_id;
    text program_name;
    text trial_id;
    text trial_name;
    text study_id;
    text germplasm_id;
    text plate_id;
    text plate_name;
    std::optional<std::vector<external_reference>> references;
    std::shared_ptr<const extract> extracted;  ///< of an extract

    /// The members that were written.
    boost::json::object members() const;
};

/// Immutable, shared between threads.
class written_snapshot {
 public:
    using entity = std::shared_ptr<const written>;

    written_snapshot();

    /// Of extracts nothing else depends.
    bool any_but_extracts() const noexcept;
    bool any(entity_type type) const noexcept { return !of(type).all.empty(); }
    /// Null when nobody wrote anything of it.
    const written* find(entity_type type, std::string_view id) const;
    /// In the order of their first write.
    const std::vector<entity>& all(entity_type type) const { return of(type).all; }

    /// The same after these changes. Valid without this one.
    std::shared_ptr<const written_snapshot> changed_by(const store::entity_changes& changes) const;

 private:
    struct entities {
        std::vector<entity> all;
        std::unordered_map<std::string_view, std::size_t> by_id;  // views into `all`

        void put(entity one);
    };
    const entities& of(entity_type type) const { return *types_[static_cast<std::size_t>(type)]; }

    std::array<std::shared_ptr<const entities>, entity_type_count> types_;
};

/// Asks the store each time whether something is newer, also what another process wrote, and reads
/// only that. Thread-safe. The store outlives it.
class written_entities {
 public:
    using snapshot_ptr = std::shared_ptr<const written_snapshot>;

    explicit written_entities(store::side_store& store) : store_(store) {}

    struct state {
        snapshot_ptr now;
        /// Why the store could not be asked: `now` is what was known last.
        std::optional<error> trouble;
    };
    state current();

 private:
    store::side_store& store_;
    std::mutex mutex_;  // guards what follows
    snapshot_ptr now_ = std::make_shared<const written_snapshot>();
    store::entity_version version_;
};

}  // namespace callstream::brapi
