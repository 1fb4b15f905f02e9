// Annotations of regions of a reference, in sets. Spec: Google Genomics v1. What only clients
// understand (info, and what makes a variant or a transcript of an annotation) is JSON that the
// store keeps as it is.
#pragma once

#include "engine/core/error.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::store {

struct annotation_set {
    std::string id;
    std::string data_set;
    std::string reference_set;
    std::string name;
    std::string source_uri;
    std::string type;
    std::string info;         ///< a JSON object
    std::int64_t number = 0;  ///< of the store itself, in the order of creation
};

/// What is absent stays as it is.
struct annotation_set_changes {
    std::optional<std::string> name;
    std::optional<std::string> source_uri;
    std::optional<std::string> info;
};

/// All must fit; of several texts one must; what is empty asks for nothing.
struct annotation_set_query {
    std::vector<std::string> data_sets;
    std::string reference_set;
    std::string name;  ///< part of it; the case of ASCII letters does not count
    std::vector<std::string> types;
};

struct annotation_set_page {
    std::vector<annotation_set> sets;
    bool more = false;
};

/// A sequence of the reference set.
struct annotation_reference {
    std::int64_t index = 0;  ///< 0-based, among the sequences of the reference set
    std::string id;
    std::string name;
};

/// Positions are 0-based, the end is exclusive and may be the start.
struct new_annotation {
    annotation_reference reference;
    std::int64_t start = 0;
    std::int64_t end = 0;
    bool reverse_strand = false;
    std::string name;
    std::optional<std::string> details;  ///< JSON; which kind is known from the type of the set
    std::string info;                    ///< a JSON object
};

/// Where an annotation stands in the order of searches.
struct annotation_place {
    std::int64_t rank = 0;  ///< of its reference in its set
    std::int64_t start = 0;
    std::int64_t number = 0;
};

struct annotation {
    std::int64_t set = 0;  ///< its number
    std::string reference_id;
    std::string reference_name;
    annotation_place place;
    std::int64_t end = 0;
    bool reverse_strand = false;
    std::string name;
    std::optional<std::string> details;
    std::string info;
};

/// What is absent stays as it is; details that are given and hold nothing are taken away.
struct annotation_changes {
    std::optional<std::string> name;
    std::optional<std::optional<std::string>> details;
    std::optional<std::string> info;
};

/// A request that is answered once, however often it comes.
struct annotation_request {
    std::string id;         ///< the client's, unique within the set
    std::string body_hash;  ///< 64 characters
    std::int64_t now_s = 0;
};

/// A stretch of one reference, given by its id or else by its name. An annotation without bases is
/// found where a base at its start would be.
struct annotation_region {
    std::string reference_id;
    std::string reference_name;
    std::int64_t start = 0;
    std::int64_t end = std::numeric_limits<std::int64_t>::max();
};

struct annotation_query {
    std::vector<std::int64_t> sets;           ///< numbers, each once
    std::optional<annotation_region> region;  ///< absent: all of the sets
    std::optional<annotation_place> after;    ///< the last one that was seen
};

struct annotation_page {
    std::vector<annotation> annotations;
    bool more = false;
};

/// Thread-safe.
class annotation_store {
 public:
    /// Of all kept answers together; the oldest give way.
    static constexpr std::int64_t answer_bytes_max = 64 << 20;
    static constexpr std::int64_t answers_kept_s = 24 * 3600;
    /// A page is not longer, unless its first element is.
    static constexpr std::size_t page_bytes_max = 8 << 20;

    virtual ~annotation_store() = default;

    virtual result<void> create(const annotation_set& set) = 0;
    virtual result<std::optional<annotation_set>> find_set(std::string_view id) = 0;
    /// The set as it is then; nothing when there is none.
    virtual result<std::optional<annotation_set>> change_set(
        std::string_view id, const annotation_set_changes& changes
    ) = 0;
    /// With all that is in it; false when there is none. It cannot be found from the first moment
    /// on; its annotations go bit by bit, so that others can write meanwhile.
    virtual result<bool> remove_set(std::string_view id) = 0;
    /// In the order of creation, those behind the set with number `after` (0: from the first).
    virtual result<annotation_set_page> select_sets(
        const annotation_set_query& wanted, std::int64_t after, std::uint64_t count
    ) = 0;

    /// What this request was answered; nothing when it is new. `errc::bad_request` when its id came
    /// with another body.
    virtual result<std::optional<std::string>> answer_to(
        std::int64_t set, const annotation_request& request
    ) = 0;
    /// Makes an answer once the numbers of what was added are known.
    using answer_function = std::function<std::string(const std::vector<std::int64_t>&)>;
    /// All of them and the answer, or nothing. A request that was answered already gets that
    /// answer, and nothing is added. `errc::not_found` when the set is gone, `errc::bad_request`
    /// as above.
    virtual result<std::string> add(
        std::int64_t set,
        const std::vector<new_annotation>& annotations,
        const std::optional<annotation_request>& request,
        const answer_function& answer
    ) = 0;

    virtual result<std::optional<annotation>> find(std::int64_t set, std::int64_t number) = 0;
    /// The annotation as it is then; nothing when there is none.
    virtual result<std::optional<annotation>> change(
        std::int64_t set, std::int64_t number, const annotation_changes& changes
    ) = 0;
    /// False when there is none.
    virtual result<bool> remove(std::int64_t set, std::int64_t number) = 0;

    /// By reference, then start, then number. With a region references count as one, because sets
    /// may know it at different ranks. Reads what is returned, one per length class and set more,
    /// and those that begin before the region and end before it.
    virtual result<annotation_page> search(const annotation_query& wanted, std::uint64_t count) = 0;
    /// Whether one of the sets has had an annotation on the reference with this id.
    virtual result<bool> knows_reference(
        const std::vector<std::int64_t>& sets, std::string_view reference_id
    ) = 0;
};

}  // namespace callstream::store
