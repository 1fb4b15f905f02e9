// Answers that walk over variant sets item by item, calls or variants, as one JSON document or as
// NDJSON, paged by token or by number.
#pragma once

#include "engine/paging/page_plan.hpp"
#include "engine/variants/item_walk.hpp"
#include "server/brapi/context.hpp"
#include "server/brapi/genotype_choice.hpp"
#include "server/brapi/listing.hpp"
#include "server/http/query.hpp"
#include "server/http/response.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::streaming {
class deflate_writer;
}

namespace callstream::brapi {

constexpr std::string_view ndjson_type = "application/x-ndjson";

/// Which items, and in which frame.
struct item_request {
    paging::page_request page;
    bool ndjson = false;
    std::vector<std::string> warnings;

    /// NDJSON needs no pages: without a size it goes on to the end.
    bool unpaged() const { return ndjson && !page.page && !page.size; }
};

/// The frame that the client accepts, `errc::not_acceptable` when it is none of ours, and the page
/// as asked for. Warnings are the caller's to add.
result<item_request> read_item_request(const http::request& request, const list_page& page);

/// What makes items of records. One thread at a time.
class row_writer {
 public:
    row_writer() = default;
    row_writer(const row_writer&) = delete;
    row_writer& operator=(const row_writer&) = delete;
    virtual ~row_writer() = default;

    /// The record whose items follow, on which `cursor` stands. `part` is that of the walk.
    virtual void enter(
        const hts::record& record, const variants::set_cursor& cursor, std::size_t part
    ) = 0;
    /// Appends items of the row from number `first` on, at most `most`, each followed by
    /// `terminator`, until `out` has `enough` bytes; at least one. Returns how many.
    virtual std::uint64_t write(
        text_buffer& out,
        std::uint64_t first,
        std::uint64_t most,
        std::size_t enough,
        char terminator
    ) = 0;
    /// Whether it had better write items compressed itself. Asked in the first row.
    virtual bool deflates() const { return false; }
    /// The same with `terminator` before each item, before the first one where `owed`, and none
    /// behind the last; until `out` is full.
    virtual std::uint64_t deflate(
        streaming::deflate_writer& /*out*/,
        std::uint64_t /*first*/,
        std::uint64_t /*most*/,
        char /*terminator*/,
        bool /*owed*/
    ) {
        return 0;
    }
    /// What its records must have.
    virtual hts::wanted_fields wanted() const { return hts::wanted_fields::all; }
    /// Members of the result that stand before its data, each followed by a comma.
    virtual void append_members(text_buffer&) const {}
};

/// The walk over `parts` from where the page starts. `query` is the canonical request without its
/// page; `count` is added to as items leave, null: nobody counts. Keeps the choice.
/// `errc::bad_request` for a token that does not fit, `errc::unavailable` for a page that cannot be
/// found yet.
result<http::response> stream_items(
    const context& ctx,
    std::shared_ptr<const genotype_choice> chosen,
    std::vector<variants::walk_part> parts,
    std::string_view query,
    item_request request,
    std::unique_ptr<row_writer> writer,
    std::atomic<std::uint64_t>* count
);

}  // namespace callstream::brapi
