// Annotations in SQLite.
#pragma once

#include "engine/store/annotations.hpp"
#include "engine/store/connections.hpp"

#include <atomic>

namespace callstream::store {

class sqlite_annotations : public annotation_store {
 public:
    explicit sqlite_annotations(connections& all) : all_(all) {}

    result<void> create(const annotation_set& set) override;
    result<std::optional<annotation_set>> find_set(std::string_view id) override;
    result<std::optional<annotation_set>> change_set(
        std::string_view id, const annotation_set_changes& changes
    ) override;
    result<bool> remove_set(std::string_view id) override;
    result<annotation_set_page> select_sets(
        const annotation_set_query& wanted, std::int64_t after, std::uint64_t count
    ) override;

    result<std::optional<std::string>> answer_to(
        std::int64_t set, const annotation_request& request
    ) override;
    result<std::string> add(
        std::int64_t set,
        const std::vector<new_annotation>& annotations,
        const std::optional<annotation_request>& request,
        const answer_function& answer
    ) override;
    result<std::optional<annotation>> find(std::int64_t set, std::int64_t number) override;
    result<std::optional<annotation>> change(
        std::int64_t set, std::int64_t number, const annotation_changes& changes
    ) override;
    result<bool> remove(std::int64_t set, std::int64_t number) override;

    result<annotation_page> search(const annotation_query& wanted, std::uint64_t count) override;
    result<bool> knows_reference(
        const std::vector<std::int64_t>& sets, std::string_view reference_id
    ) override;

 private:
    void keep_answer(
        database& db, std::int64_t set, const annotation_request& request, const std::string& answer
    );
    /// What belonged to removed sets.
    void purge();

    connections& all_;
    /// Kept answers are counted now and then only; these say when it is time.
    std::atomic<std::int64_t> answer_bytes_ = annotation_store::answer_bytes_max;
    std::atomic<int> answers_until_count_ = 0;
};

/// Of `SELECT` + `annotation_columns` + a condition on `a`.
constexpr const char* annotation_columns =
    "a.annotation_set, r.id, r.name, a.reference, a.start, a.number, a.\"end\", a.reverse_strand, "
    "a.name, a.details, a.info FROM annotations a JOIN annotation_references r "
    "ON r.annotation_set = a.annotation_set AND r.rank = a.reference WHERE ";
annotation annotation_of(const statement& row);

}  // namespace callstream::store
