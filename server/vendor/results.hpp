// Files that came of an order: where they lie, and how they are served.
#pragma once

#include "engine/store/orders.hpp"
#include "server/http/request.hpp"
#include "server/http/response.hpp"

#include <filesystem>
#include <string_view>

namespace callstream::vendor {

/// Below the folder of all results. The name is one that `is_result_name` takes.
std::filesystem::path result_path(
    const std::filesystem::path& results, std::string_view order_id, std::string_view name
);

/// A plain file name: letters, digits, `.`, `_` and `-`, not beginning with a dot, at most 200
/// bytes.
bool is_result_name(std::string_view name);

/// The file, or the one range of it that the request asks for (RFC 9110, section 14): 206, and 416
/// for one that lies outside. `errc::file_unusable` when it is not there as it was kept.
result<http::response> serve_result(
    const std::filesystem::path& path, const store::result_file& file, const http::request& request
);

}  // namespace callstream::vendor
