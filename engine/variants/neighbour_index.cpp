#include "engine/variants/neighbour_index.hpp"

#include <exception>
#include <string>
#include <utility>

namespace callstream::variants {
namespace {

result<hts::index_file> read_checked(int fd, const file_identity& data) {
    if (is_older(identity_of(fd), data)) {
        return error{errc::file_unusable, "is older than its data file"};
    }
    auto content = hts::read_index_file(fd);
    if (!content) return content.error();
    if (const auto fits = hts::check_index_offsets(*content, data.size); !fits) return fits.error();
    return content;
}

result<hts::index_file> read_safely(int fd, const file_identity& data) {
    try {
        return read_checked(fd, data);
    } catch (const std::exception& e) {
        return error{errc::file_unusable, std::string("cannot be read: ") + e.what()};
    }
}

}  // namespace

std::vector<neighbour_index> find_neighbour_indexes(
    const std::filesystem::path& data, const file_identity& identity
) {
    std::vector<neighbour_index> found;
    for (const char* suffix : {".csi", ".tbi"}) {
        auto path = data;
        path += suffix;
        std::error_code ignored;
        if (!std::filesystem::exists(path, ignored)) continue;
        auto fd = open_regular(path);
        auto content = fd ? read_safely(fd->get(), identity) : fd.error();
        found.push_back({std::move(path), std::move(content)});
    }
    return found;
}

std::optional<hts::index_file> usable_neighbour_index(
    const std::filesystem::path& data, const file_identity& identity
) {
    for (auto& index : find_neighbour_indexes(data, identity)) {
        if (index.content) return std::move(*index.content);
    }
    return std::nullopt;
}

}  // namespace callstream::variants
