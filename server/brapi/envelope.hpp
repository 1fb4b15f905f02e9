// The frame around every BrAPI answer: @context, metadata with datafiles, status and pagination,
// result. Spec: BrAPI 2.1, Response Structure.
#pragma once

#include "server/http/json_body.hpp"
#include "server/http/query.hpp"
#include "server/http/response.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace callstream::brapi {

/// Page paging as clients read it. `page` repeats `currentPage`, because Flapjack's library looks
/// for that name.
struct page_numbers {
    std::uint64_t page = 0;
    std::uint64_t size = 0;
    std::uint64_t total = 0;
};

boost::json::object pagination(const page_numbers& numbers);

/// The whole `metadata` member. Each warning becomes a status message of type WARNING.
boost::json::object metadata(
    boost::json::object pagination, const std::vector<std::string>& warnings
);

/// `"@context":[...]` as it stands at the start of each answer, without braces.
std::string_view context_member();

/// An answer about one object: pagination is all zeros.
http::response single(const boost::json::value& result, const std::vector<std::string>& warnings);
/// The same for an object that is JSON text already.
http::response single_text(std::string_view result, const std::vector<std::string>& warnings);

/// One sentence per parameter that nobody understood.
std::vector<std::string> ignored_parameters(const http::query& q);
/// One sentence per member of the body that nobody understood, as far as the first few.
std::vector<std::string> ignored_fields(const http::json_fields& body);
std::vector<std::string> ignored_fields(const std::vector<std::string>& names);

}  // namespace callstream::brapi
