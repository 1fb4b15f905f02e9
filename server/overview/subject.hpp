// What an overview is of, and how its parameters are read.
#pragma once

#include "engine/variants/set_view.hpp"
#include "engine/variants/site_bins.hpp"
#include "server/http/query.hpp"
#include "server/overview/context.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::overview {

/// A variant set of files at one moment.
struct subject {
    std::shared_ptr<const catalog::snapshot> now;  ///< what the set points into
    const catalog::variant_set* set = nullptr;
    variants::set_view view;
    std::uint64_t records = 0;

    /// The columns of its call sets, in the order in which they are listed.
    std::vector<std::uint32_t> columns() const;

    /// Another text for other files or other call sets.
    std::string version() const;
};

/// 404 for what is not there, is out of reach, or is an extract; `errc::unavailable` while a file
/// is not indexed, which then comes next; `errc::file_replaced` when a path names other bytes now.
result<subject> find_subject(
    const context& ctx, const http::request& request, std::string_view variant_set_id
);

/// `contig`, `start` (0-based) and `end` (exclusive). Contigs by any name that people use for them.
/// Nothing when none of the three is given.
result<std::optional<variants::binned_stretch>> read_stretch(http::query& q, const subject& of);

/// A whole number from `least` to `most`.
struct number_bounds {
    std::int64_t usual;
    std::int64_t least;
    std::int64_t most;
};
result<std::int64_t> read_number(http::query& q, const char* name, number_bounds bounds);

/// An error that names the first parameter that nobody asked for.
result<void> refuse_unknown(const http::query& q);

}  // namespace callstream::overview
