#include "engine/catalog/open_track.hpp"

#include "engine/hts/bgzf.hpp"

#include <array>
#include <string>
#include <utility>

namespace callstream::catalog {
namespace {

/// By the ending before that of the packing; others are no tracks.
std::string format_of(const std::string& name) {
    constexpr std::array<std::pair<const char*, const char*>, 4> formats = {
        {{".gff3", "gff3"}, {".gff", "gff3"}, {".gtf", "gtf"}, {".bed", "bed"}}};
    const auto packed = std::filesystem::path(name).stem().string();
    for (const auto& [ending, format] : formats) {
        if (packed.ends_with(ending)) return format;
    }
    return {};
}

bool has_index(const std::filesystem::path& path, const file_identity& identity) {
    for (const auto* ending : {".tbi", ".csi"}) {
        auto beside = path;
        const auto index = identity_of(beside += ending);
        if (index && !is_older(*index, identity)) return true;
    }
    return false;
}

}  // namespace

result<track> open_track(const std::filesystem::path& path) {
    const auto fd = open_regular(path);
    if (!fd) return fd.error();
    track out;
    out.path = path;
    out.identity = identity_of(fd->get());
    out.format = format_of(path.filename().string());
    const auto packed = hts::seekable_compression_of(fd->get(), out.identity.size);
    if (!packed) return packed.error();
    if (*packed != hts::compression::bgzf) {
        return error{errc::file_unusable, "is not compressed; mend it with bgzip"};
    }
    if (!has_index(path, out.identity)) {
        const auto preset = out.format == "bed" ? "bed" : "gff";
        return error{
            errc::file_unusable,
            std::string("has no index as new as itself; mend it with tabix -p ") + preset};
    }
    return out;
}

}  // namespace callstream::catalog
