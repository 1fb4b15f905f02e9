// What a genotype filter means in the catalog of a moment: variant sets, which of their records,
// and which of their columns.
#pragma once

#include "engine/paging/page_token.hpp"
#include "engine/variants/item_walk.hpp"
#include "server/brapi/context.hpp"
#include "server/brapi/genotype_filter.hpp"
#include "server/brapi/relations.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace callstream::brapi {

/// One variant set of files, or what an extract leaves of one.
struct chosen_set {
    std::string id;  ///< of the variant set that was asked for: that of the files, or the extract
    std::string name;
    const catalog::variant_set* set = nullptr;  ///< of the files
    variants::set_view view;
    std::shared_ptr<const variants::selection> variants;  ///< null: all
    std::vector<std::uint32_t> columns;                   ///< in the order of the answer
    std::uint64_t selection_key = 0;                      ///< another one for other variants
};

/// Sets that cannot have what is wanted are not in it; those of which a filter leaves no variant
/// are. Immutable.
struct genotype_choice {
    std::shared_ptr<const catalog::snapshot> now;  ///< what the sets point into
    std::vector<chosen_set> sets;      ///< in the order of the catalog, then what extracts leave
    std::uint64_t list_version = 0;    ///< 0: no list chose
    std::vector<std::string> missing;  ///< what is named and not there, a sentence each
    std::vector<std::string> gone;     ///< likewise, of what extracts were made of

    /// What page tokens of a walk over it are bound to. `query` is the canonical request, paging
    /// left out.
    paging::token_scope scope(std::string_view query) const;

    /// Other texts for what shows other bytes: of all that `query` shows of it.
    std::string version(std::string_view query) const;

    /// Whether a filter left a variant of any set, or there was none.
    bool has_variants() const;

    /// The sets as parts of a walk over their calls, or over their variants.
    std::vector<variants::walk_part> calls() const;
    std::vector<variants::walk_part> records() const;
};

/// Extracts are chosen only where they are named: they repeat what the files have.
/// Adds a warning about each thing that is named and not there, and when nothing is left.
/// `errc::unavailable` while a file that must be indexed for it is not, and then sees to it that it
/// will be; `errc::bad_request` and `errc::forbidden` as `read_listed`.
result<genotype_choice> choose_genotypes(
    const context& ctx,
    const http::request& request,
    const genotype_filter& wanted,
    std::vector<std::string>& warnings
);

enum class choose_for {
    all,
    call_sets,  ///< variants are not looked at, so files need no index
};
/// The same of a moment that is known. What is named and not there is only in `missing`.
result<genotype_choice> choose_genotypes(
    const context& ctx,
    const http::request& request,
    const relations& all,
    const genotype_filter& wanted,
    choose_for what
);

/// 404 in words when there is no variant set with this id, of files or an extract.
result<void> check_variant_set(
    const context& ctx, const http::request& request, std::string_view id
);

/// Puts what a path names into a criterion. `errc::bad_request` when the query names something
/// else.
result<void> take_from_path(criterion& ids, std::string_view id, std::string_view parameter);

/// 404 in words when no variant has this id; `errc::unavailable` while that is not known.
result<void> check_variant(const context& ctx, const http::request& request, std::string_view id);

/// Puts the files of all sets first in the line of those to be indexed when waiting for that is
/// what the error asks for.
error index_if_that_helps(const context& ctx, const genotype_choice& chosen, error why);

}  // namespace callstream::brapi
