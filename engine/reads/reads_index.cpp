#include "engine/reads/reads_index.hpp"

#include "engine/core/file.hpp"
#include "engine/hts/crai_file.hpp"
#include "engine/hts/index_file.hpp"

#include <system_error>
#include <utility>

namespace callstream::reads {
namespace {

error unusable(std::string why) {
    return {errc::file_unusable, std::move(why)};
}

std::vector<std::filesystem::path> usual_names(
    const std::filesystem::path& path, reads_format format
) {
    std::vector<std::filesystem::path> names;
    const auto add = [&](const char* ending) {
        auto beside = path;
        names.push_back(beside += ending);
    };
    const auto replace = [&](const char* ending) {
        auto beside = path;
        names.push_back(beside.replace_extension(ending));
    };
    if (format == reads_format::cram) {
        add(".crai");
        replace(".crai");
    } else {
        add(".csi");
        add(".bai");
        replace(".csi");
        replace(".bai");
    }
    return names;
}

result<void> read_bam_index(int fd, const reads_file& file, reads_index& out) {
    const auto index = hts::read_index_file(fd);
    if (!index) return index.error();
    if (index->format == hts::index_format::tbi) return unusable("the index is not one of a BAM");
    out.format =
        index->format == hts::index_format::bai ? reads_index_format::bai : reads_index_format::csi;
    if (index->contigs.size() != file.header().references.size()) {
        return unusable("the index has another number of references than the header");
    }
    if (auto fits = hts::check_index_offsets(*index, file.identity().size); !fits) return fits;
    for (const auto& contig : index->contigs) {
        auto& counts = out.counts.emplace_back();
        if (contig.counts) counts = {contig.counts->mapped, contig.counts->unmapped};
        // Without a chunk there is no record, and no metadata either.
        if (!contig.counts && contig.chunks == 0) counts = reference_counts{};
    }
    out.unplaced = index->unplaced;
    return {};
}

result<void> read_cram_index(int fd, const reads_file& file, reads_index& out) {
    const auto index = hts::read_crai_file(fd);
    if (!index) return index.error();
    out.format = reads_index_format::crai;
    const auto references = static_cast<std::int64_t>(file.header().references.size());
    if (index->last_reference >= references) {
        return unusable("the index names a reference that is not in the header");
    }
    if (index->slices > 0 && index->last_container >= file.identity().size) {
        return unusable("the index belongs to another file: an offset is beyond the end");
    }
    return {};
}

}  // namespace

result<reads_index> find_reads_index(const std::filesystem::path& path, const reads_file& file) {
    for (const auto& name : usual_names(path, file.format())) {
        std::error_code ignored;
        if (!std::filesystem::exists(name, ignored)) continue;
        auto fd = open_regular(name);
        if (!fd) return unusable("the index " + fd.error().text);
        if (is_older(identity_of(fd->get()), file.identity())) {
            return unusable("the index is older than the file");
        }
        reads_index out;
        out.path = name;
        const auto read = file.format() == reads_format::cram
                              ? read_cram_index(fd->get(), file, out)
                              : read_bam_index(fd->get(), file, out);
        if (!read) return read.error();
        return out;
    }
    return error{errc::not_found, "there is no index"};
}

std::optional<unique_fd> open_reads_index(
    const std::filesystem::path& path, const reads_file& file
) {
    const auto index = find_reads_index(path, file);
    if (!index) return std::nullopt;
    auto fd = open_regular(index->path);
    if (!fd) return std::nullopt;
    return std::move(*fd);
}

}  // namespace callstream::reads
