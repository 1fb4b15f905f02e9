// What clients changed about served objects while the files stayed as they are: names, what is
// hidden, and objects that no file has. It is the same in every dialect.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace callstream::catalog {

/// A call set without calls.
struct created_call_set {
    std::string id;  ///< variantSetId~…
    std::string variant_set_id;
    std::string name;
    std::string sample_id;
    std::string info;  ///< a JSON object
    std::int64_t created_ms = 0;

    bool operator==(const created_call_set&) const = default;
};

/// A data set without files.
struct created_data_set {
    std::string id;
    std::string name;
    std::string project_id;
    std::int64_t created_s = 0;

    bool operator==(const created_data_set&) const = default;
};

/// A variant set whose files are still to come: those of its name, brought in under its id.
struct created_variant_set {
    std::string id;  ///< dataSet~…
    std::string data_set_id;
    std::string name = {};
    std::string reference_set_id = {};
    std::string description = {};
    std::string metadata = "[]";  ///< a JSON array

    bool operator==(const created_variant_set&) const = default;
};

struct overlay_entry {
    std::optional<std::string> name;              ///< instead of its own
    std::optional<std::string> reference_set_id;  ///< instead of its own
    bool hidden = false;
    std::optional<std::string> description = {};
    std::optional<std::string> metadata = {};  ///< a JSON array, instead of its own

    bool operator==(const overlay_entry&) const = default;
};

/// All changes, by the ids of the objects.
struct overlay {
    using entries = std::unordered_map<std::string, overlay_entry>;
    entries call_sets;
    entries data_sets;  ///< a hidden one hides all that is in it
    entries read_group_sets;
    entries variant_sets;
    std::vector<created_call_set> created_call_sets;
    std::vector<created_data_set> created_data_sets;
    std::vector<created_variant_set> created_variant_sets;  ///< as they began; changes are entries
    /// By variant set: raised with every change of its call sets, never lowered.
    std::unordered_map<std::string, std::uint32_t> generations;

    bool operator==(const overlay&) const = default;
};

/// The part of it that is about the call sets of one variant set.
struct call_set_overlay {
    std::uint32_t generation = 0;
    std::map<std::uint32_t, std::string> renamed;  ///< by column
    std::set<std::uint32_t> hidden;                ///< columns
    std::vector<created_call_set> created;         ///< in the order of their creation
};

}  // namespace callstream::catalog
