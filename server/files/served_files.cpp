#include "server/files/served_files.hpp"

#include "engine/core/file.hpp"
#include "engine/variants/index_pass.hpp"

#include <boost/url/encode.hpp>
#include <boost/url/rfc/pchars.hpp>

#include <span>
#include <system_error>

namespace callstream::files {
namespace fs = std::filesystem;
namespace {

/// An index that a file may have: what is put behind its name, or in the place of its ending, and
/// where it lies if not beside it.
struct possible_index {
    std::string_view ending;
    bool in_place = false;
    fs::path made = {};
};

/// A file of the catalog, as far as it matters here.
struct data_file {
    const std::string& data_set;
    const fs::path& path;
    const file_identity& identity;
    std::vector<possible_index> indexes;
};

/// Whether clients took out call sets, which the file still has.
bool hides_samples(const catalog::variant_set& set) {
    return set.changed && !set.changed->hidden.empty();
}

/// Calls `each(file)` for the files of one data set, or of all for an empty id, until it returns
/// true.
template <class Each>
bool each_data_file(
    const catalog::snapshot& now, const fs::path& folder, std::string_view data_set, Each each
) {
    const auto is_other = [data_set](const auto& home) {
        return !data_set.empty() && home->id != data_set;
    };
    for (const auto* set : now.variant_sets()) {
        if (is_other(set->home) || hides_samples(*set)) continue;
        for (const auto& file : set->files) {
            const auto derived =
                variants::derived_files::in(folder, file->provisional_fingerprint());
            const bool made = file->is_indexed();
            if (each(data_file{
                    set->home->id,
                    file->path(),
                    file->identity(),
                    {{".csi", false, made ? derived.csi : fs::path()}, {".tbi"}}}))
                return true;
        }
    }
    for (const auto& set : now.reference_sets()) {
        if (is_other(set.home)) continue;
        const auto made = [&](const char* ending) { return folder / (set.fasta->key() + ending); };
        if (each(data_file{
                set.home->id,
                set.fasta->path(),
                set.fasta->identity(),
                {{".fai", false, made(".fai")}, {".gzi", false, made(".gzi")}}}))
            return true;
    }
    for (const auto& set : now.tracks()) {
        if (is_other(set.home)) continue;
        if (each(data_file{set.home->id, set.path, set.identity, {{".tbi"}, {".csi"}}}))
            return true;
    }
    for (const auto& set : now.read_group_sets()) {
        if (is_other(set.home)) continue;
        if (each(data_file{
                set.home->id,
                set.path,
                set.file->identity(),
                {{".bai"}, {".csi"}, {".crai"}, {".bai", true}, {".csi", true}, {".crai", true}}}))
            return true;
    }
    return false;
}

bool is_file(const fs::path& path) {
    std::error_code ignored;
    return fs::is_regular_file(path, ignored);
}

std::string name_of(const data_file& file, const possible_index& index) {
    const auto name = index.in_place ? file.path.stem() : file.path.filename();
    return name.string() + std::string(index.ending);
}

/// Where it lies; nothing when there is none that fits.
std::optional<fs::path> place_of(const data_file& file, const possible_index& index) {
    const auto beside = file.path.parent_path() / name_of(file, index);
    if (is_file(beside)) {
        const auto identity = identity_of(beside);
        if (identity && !is_older(*identity, file.identity)) return beside;
    }
    if (!index.made.empty() && is_file(index.made)) return index.made;
    return std::nullopt;
}

}  // namespace

std::optional<served_file> find_file(
    const catalog::snapshot& now,
    const fs::path& index_folder,
    std::string_view data_set,
    std::string_view name
) {
    std::optional<served_file> found;
    if (data_set.empty()) return found;
    each_data_file(now, index_folder, data_set, [&](const data_file& file) {
        const auto own_name = file.path.filename().string();
        if (own_name == name) {
            found = {file.data_set, own_name, file.path};
            return true;
        }
        for (const auto& index : file.indexes) {
            const auto index_name = name_of(file, index);
            if (index_name != name) continue;
            auto place = place_of(file, index);
            if (!place) continue;
            found = {file.data_set, index_name, std::move(*place)};
            return true;
        }
        return false;
    });
    return found;
}

std::vector<served_file> all_files(const catalog::snapshot& now, const fs::path& index_folder) {
    std::vector<served_file> out;
    each_data_file(now, index_folder, {}, [&](const data_file& file) {
        out.push_back({file.data_set, file.path.filename().string(), file.path});
        for (const auto& index : file.indexes) {
            if (auto place = place_of(file, index)) {
                out.push_back({file.data_set, name_of(file, index), std::move(*place)});
            }
        }
        return false;
    });
    return out;
}

std::string path_of(std::string_view data_set, std::string_view name) {
    return "/files/" + boost::urls::encode(data_set, boost::urls::pchars) + "/" +
           boost::urls::encode(name, boost::urls::pchars);
}

}  // namespace callstream::files
