#include "server/vendor/results.hpp"

#include "engine/core/file.hpp"
#include "engine/core/parse.hpp"

#include <algorithm>
#include <memory>
#include <optional>

namespace callstream::vendor {
namespace {

struct byte_range {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;  // exclusive
};

/// Bytes of a file, a block at a time.
class file_source : public streaming::body_source {
 public:
    file_source(unique_fd fd, byte_range range) : fd_(std::move(fd)), left_(range) {}

    result<progress> fill(text_buffer& out) override {
        const auto count = static_cast<std::size_t>(
            std::min<std::uint64_t>(left_.end - left_.begin, streaming::block_bytes)
        );
        char* bytes = out.prepare(count);
        if (!read_exactly(fd_.get(), bytes, count, left_.begin)) {
            return error{errc::file_unusable, "a result has become shorter"};
        }
        out.commit(bytes + count);
        left_.begin += count;
        return left_.begin == left_.end ? progress::done : progress::more;
    }

 private:
    unique_fd fd_;
    byte_range left_;
};

enum class range_kind { none, one, outside };

/// Of several ranges, or in other units, the whole is served, as the standard allows.
range_kind read_range(std::string_view field, std::uint64_t size, byte_range& into) {
    constexpr std::string_view unit = "bytes=";
    if (!field.starts_with(unit) || field.find(',') != std::string_view::npos) {
        return range_kind::none;
    }
    field.remove_prefix(unit.size());
    const auto dash = field.find('-');
    if (dash == std::string_view::npos) return range_kind::none;
    const auto first = parse_integer<std::uint64_t>(field.substr(0, dash));
    const auto last = parse_integer<std::uint64_t>(field.substr(dash + 1));
    const bool is_open = dash + 1 == field.size();
    if (dash == 0) {  // so many at the end
        if (!last) return range_kind::none;
        if (*last == 0 || size == 0) return range_kind::outside;
        into = {size - std::min(*last, size), size};
        return range_kind::one;
    }
    if (!first || (!last && !is_open) || (last && *last < *first)) return range_kind::none;
    if (*first >= size) return range_kind::outside;
    into = {*first, last && *last < size ? *last + 1 : size};
    return range_kind::one;
}

}  // namespace

std::filesystem::path result_path(
    const std::filesystem::path& results, std::string_view order_id, std::string_view name
) {
    return results / order_id / name;
}

bool is_result_name(std::string_view name) {
    constexpr std::size_t bytes_max = 200;
    constexpr std::string_view allowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    return !name.empty() && name.size() <= bytes_max && name[0] != '.' &&
           name.find_first_not_of(allowed) == std::string_view::npos;
}

result<http::response> serve_result(
    const std::filesystem::path& path, const store::result_file& file, const http::request& request
) {
    auto fd = open_regular(path);
    if (!fd && fd.error().code == errc::unavailable) return fd.error();
    const auto size = static_cast<std::uint64_t>(file.bytes);
    if (!fd || identity_of(fd->get()).size != size) {
        return error{errc::file_unusable, "the result is not there as it was delivered"};
    }
    http::response r;
    r.content_type = file.type;
    r.may_compress = false;
    r.fields = {
        {"Accept-Ranges", "bytes"},
        {"Content-Disposition", "attachment; filename=\"" + file.name + "\""}};
    byte_range range{0, size};
    // There is nothing that an If-Range could name, so it names something else; HEAD has no ranges.
    const bool may_be_part = request.method == http::verb::get && request.field("if-range").empty();
    const auto asked = may_be_part ? request.field("range") : "";
    switch (read_range(asked, size, range)) {
        case range_kind::none:
            break;
        case range_kind::one:
            r.status = 206;
            r.fields.emplace_back(
                "Content-Range",
                "bytes " + std::to_string(range.begin) + "-" + std::to_string(range.end - 1) + "/" +
                    std::to_string(size)
            );
            break;
        case range_kind::outside:
            r.status = 416;
            r.fields.emplace_back("Content-Range", "bytes */" + std::to_string(size));
            return r;
    }
    r.source = std::make_unique<file_source>(std::move(*fd), range);
    return r;
}

}  // namespace callstream::vendor
