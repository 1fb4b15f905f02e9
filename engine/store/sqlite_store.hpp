// The side store in one SQLite file.
#pragma once

#include "engine/store/connections.hpp"
#include "engine/store/side_store.hpp"
#include "engine/store/sqlite_annotations.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>

namespace callstream::store {

class sqlite_searches : public search_store {
 public:
    explicit sqlite_searches(connections& all) : all_(all) {}

    result<void> keep(std::string_view key, std::string_view body, std::int64_t now_s) override;
    result<std::optional<std::string>> find(std::string_view key, std::int64_t now_s) override;

 private:
    connections& all_;
};

class sqlite_lists : public list_store {
 public:
    explicit sqlite_lists(connections& all) : all_(all) {}

    result<void> change(std::int64_t now_s, const std::function<result<void>(list_editor&)>& edit)
        override;
    result<std::optional<kept_list>> find(std::string_view id) override;
    result<list_selection> select(
        const list_query& wanted, std::uint64_t first, std::uint64_t count
    ) override;
    result<std::vector<std::string>> items(
        const kept_list& list, std::uint64_t first, std::uint64_t count
    ) override;

 private:
    connections& all_;
};

class sqlite_tokens : public token_store {
 public:
    explicit sqlite_tokens(connections& all) : all_(all) {}

    result<void> add(const kept_token& token) override;
    result<std::vector<kept_token>> all() override;
    result<void> assign(const editor& edit) override;
    result<bool> revoke(std::string_view name, std::int64_t now_s) override;

 private:
    connections& all_;
};

class sqlite_orders : public order_store {
 public:
    explicit sqlite_orders(connections& all) : all_(all) {}

    result<void> submit(const submission& plates) override;
    result<void> place(const submission& plates, const order& placed) override;
    result<std::optional<submission>> find_submission(std::string_view id) override;
    result<std::optional<order>> find(std::string_view id) override;
    result<order_selection> select(
        const std::optional<std::string>& id,
        const std::optional<std::string>& submission_id,
        std::uint64_t first,
        std::uint64_t count
    ) override;
    result<bool> move(
        std::string_view id, std::string_view before, std::string_view after, std::int64_t now_s
    ) override;
    result<void> add_result(
        std::string_view order_id, const result_file& file, const std::function<void()>& publish
    ) override;
    result<std::vector<result_file>> results(std::string_view order_id) override;

 private:
    connections& all_;
};

class sqlite_overlays : public overlay_store {
 public:
    explicit sqlite_overlays(connections& all) : all_(all) {}

    result<kept_overlays> all() override;
    result<void> create(const kept_data_set& created) override;
    result<void> create(const kept_call_set& created) override;
    result<void> create(const kept_variant_set& created, const kept_change& says) override;
    result<void> change(const kept_change& change, std::string_view variant_set) override;
    result<void> show(std::string_view kind, std::string_view id) override;
    result<bool> rename_call_set(std::string_view id, std::string_view name) override;
    result<bool> remove_call_set(std::string_view id) override;
    result<void> purge_data_sets(std::int64_t before_s) override;

 private:
    connections& all_;
};

class sqlite_operations : public operation_store {
 public:
    explicit sqlite_operations(connections& all) : all_(all) {}

    result<void> add(const kept_operation& operation) override;
    result<std::optional<kept_operation>> find(std::string_view id) override;
    result<std::vector<kept_operation>> select(const operation_query& wanted) override;
    result<std::vector<kept_operation>> running() override;
    result<void> start(std::string_view id, std::int64_t now_s) override;
    result<bool> end(std::string_view id, const operation_end& how, std::int64_t now_s) override;

 private:
    connections& all_;
};

class sqlite_entities : public entity_store {
 public:
    explicit sqlite_entities(connections& all) : all_(all) {}

    result<void> change(const std::function<result<void>(entity_editor&)>& edit) override;
    result<entity_version> version() override;
    result<entity_changes> since(const entity_version& known) override;
    std::uint64_t changes_here() const noexcept override { return changes_.load(); }

 private:
    connections& all_;
    std::atomic<std::uint64_t> changes_{0};
};

class sqlite_store : public side_store {
 public:
    /// Opens `path` or makes it, and brings its schema up to date. A store that cannot be opened
    /// answers every call with the reason, and is tried again by the next one.
    explicit sqlite_store(const std::filesystem::path& path);

    result<void> check() override { return all_.open(); }
    bool usable() const noexcept override { return all_.usable(); }
    search_store& searches() override { return searches_; }
    list_store& lists() override { return lists_; }
    operation_store& operations() override { return operations_; }
    order_store& orders() override { return orders_; }
    overlay_store& overlays() override { return overlays_; }
    token_store& tokens() override { return tokens_; }
    annotation_store& annotations() override { return annotations_; }
    entity_store& entities() override { return entities_; }

 private:
    connections all_;
    sqlite_searches searches_{all_};
    sqlite_lists lists_{all_};
    sqlite_operations operations_{all_};
    sqlite_orders orders_{all_};
    sqlite_overlays overlays_{all_};
    sqlite_tokens tokens_{all_};
    sqlite_annotations annotations_{all_};
    sqlite_entities entities_{all_};
};

}  // namespace callstream::store
