// What clients wrote of entities, in memory as long as the store has nothing newer.
#pragma once

#include "engine/core/external_reference.hpp"
#include "engine/store/side_store.hpp"
#include "server/brapi/entity_type.hpp"

#include <boost/json/object.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
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

/// Reads from the store only what is newer. What this process wrote is there at once; what another
/// process wrote, a tenth of a second later at the latest. Thread-safe. The store outlives it.
class written_entities {
 public:
    using snapshot_ptr = std::shared_ptr<const written_snapshot>;
    using clock = std::chrono::steady_clock;

    /// So long nobody asks the store again when nothing was written here.
    static constexpr std::chrono::milliseconds trusted_for{100};

    explicit written_entities(
        store::side_store& store, std::function<clock::time_point()> time = clock::now
    )
        : store_(store), time_(std::move(time)) {}

    struct state {
        snapshot_ptr now;
        /// Why the store could not be asked: `now` is what was known last.
        std::optional<error> trouble;
    };
    /// May ask the store, so it blocks.
    state current();
    /// The same where that needs no look at the store, else null. Does not wait for anybody who
    /// looks.
    snapshot_ptr known() const;

 private:
    state ask();

    store::side_store& store_;
    std::function<clock::time_point()> time_;
    std::mutex asking_;              // one asks for all who wait; guards the version
    store::entity_version version_;  // of `now_`
    mutable std::mutex mutex_;       // guards what follows; nobody reads the store while he has it
    snapshot_ptr now_ = std::make_shared<const written_snapshot>();
    std::uint64_t changes_here_ = 0;     // of the store, before it was asked last
    clock::time_point trusted_until_{};  // in the past: it could not be asked
};

}  // namespace callstream::brapi
