// Which reads a request means.
#pragma once

#include "engine/reads/read_regions.hpp"
#include "engine/reads/read_shard.hpp"
#include "server/genomics/context.hpp"
#include "server/genomics/wire.hpp"
#include "server/http/request.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace callstream::genomics {

/// Of SearchReadsRequest and StreamReadsRequest.
struct wanted_reads {
    std::vector<std::string> sets;    ///< ids of read group sets
    std::vector<std::string> groups;  ///< or of read groups of one such set
    std::string reference;            ///< its name, `*` for reads without one; empty: all reads
    genomics::window window;          ///< on it
    std::uint32_t shard = 0;
    std::uint32_t total_shards = 1;
};

/// What is wanted of one read group set.
struct chosen_reads {
    const catalog::read_group_set* set = nullptr;
    std::vector<reads::read_region> regions;  ///< none: everything
};

/// Immutable. Sets in which nothing can be wanted are not in it.
struct read_choice {
    std::shared_ptr<const catalog::snapshot> now;  ///< what the sets point into
    std::vector<chosen_reads> sets;
    std::vector<std::string> groups;         ///< names of read groups; none: all
    std::optional<reads::read_shard> shard;  ///< nothing: all
};

/// `errc::not_found` for a set or a group that is not there, `errc::bad_request` for groups of
/// several sets and for sets that do not have their references in common,
/// `errc::precondition` for several of which one is not sorted, `errc::file_replaced`. A reference
/// that no file has leaves nothing, as for variants.
result<read_choice> choose_reads(
    const context& ctx, const http::request& request, const wanted_reads& wanted
);

}  // namespace callstream::genomics
