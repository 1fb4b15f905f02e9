// Lists of ids that users put together. Spec: BrAPI 2.0 and 2.1, Lists.
#pragma once

#include "engine/core/error.hpp"
#include "engine/core/external_reference.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::store {

/// What a client says of a list. Nothing stands for what nobody said.
struct list_facts {
    std::string name;
    std::string type;
    std::optional<std::string> description;
    std::optional<std::string> source;
    std::optional<std::string> owner_name;
    std::optional<std::string> owner_id;
    std::optional<std::string> crop;
    std::optional<std::string> program_id;
    std::optional<std::string> additional_info;  ///< a JSON object
    std::vector<external_reference> references;
};

/// A list without its items. Times are in seconds since 1970.
struct kept_list {
    std::string id;
    list_facts facts;
    std::int64_t created_s = 0;
    std::int64_t modified_s = 0;
    std::int64_t size = 0;    ///< items
    std::int64_t number = 0;  ///< of the store itself, in the order of creation
    /// Changes when items were replaced. Appending leaves those that were there as they are.
    std::int64_t items_version = 0;
};

/// Which lists are wanted. All must fit; of several texts one must; empty ones ask for nothing.
struct list_query {
    using texts = std::vector<std::string>;
    texts ids = {};
    texts names = {};
    texts types = {};
    texts sources = {};
    texts owner_names = {};
    texts owner_ids = {};
    texts crops = {};
    texts program_ids = {};
    texts reference_ids = {};  ///< and sources: of one and the same reference
    texts reference_sources = {};
    std::optional<std::int64_t> created_min_ms = {};  ///< bounds are inclusive
    std::optional<std::int64_t> created_max_ms = {};
    std::optional<std::int64_t> modified_min_ms = {};
    std::optional<std::int64_t> modified_max_ms = {};
};

struct list_selection {
    std::vector<kept_list> page;
    std::uint64_t total = 0;
};

/// Changes lists within one transaction. Not thread-safe; lives as long as `list_store::change`
/// runs. Each member but `find` wants a number that `create` or `find` gave.
class list_editor {
 public:
    virtual ~list_editor() = default;

    /// A list without anything, to be described before the change ends.
    virtual std::int64_t create(std::string_view id) = 0;
    virtual std::optional<kept_list> find(std::string_view id) = 0;
    virtual void describe(std::int64_t list, const list_facts& facts) = 0;
    virtual void clear_items(std::int64_t list) = 0;
    /// Behind the items that are there.
    virtual void add_item(std::int64_t list, std::string_view item) = 0;
};

/// Thread-safe. Lists come in the order in which they were created.
class list_store {
 public:
    virtual ~list_store() = default;

    /// Everything that `edit` does or, when it returns an error or throws, nothing. It is on the
    /// disk when this returns. Other writers wait meanwhile. `now_s` dates what is changed.
    virtual result<void> change(
        std::int64_t now_s, const std::function<result<void>(list_editor&)>& edit
    ) = 0;

    virtual result<std::optional<kept_list>> find(std::string_view id) = 0;
    virtual result<list_selection> select(
        const list_query& wanted, std::uint64_t first, std::uint64_t count
    ) = 0;
    /// Up to `count` items from the 0-based `first` on, fewer where they are long; at least one
    /// when there is one. `errc::file_replaced` when the list is gone or its items were replaced
    /// since it was found.
    virtual result<std::vector<std::string>> items(
        const kept_list& list, std::uint64_t first, std::uint64_t count
    ) = 0;
};

}  // namespace callstream::store
