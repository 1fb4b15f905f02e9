// How files come into a data set: copied to where nobody sees them, judged there, and then given
// their names, all or none.
#pragma once

#include "engine/core/error.hpp"
#include "engine/reads/reads_pass.hpp"
#include "server/genomics/source_files.hpp"

#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::genomics {

/// Files of one import that are not served yet. Removed with it, but for those that were published.
class import_folder {
 public:
    /// `name` tells apart all imports. Throws std::filesystem::filesystem_error.
    import_folder(const std::filesystem::path& state, const std::string& name);
    import_folder(const import_folder&) = delete;
    import_folder& operator=(const import_folder&) = delete;
    ~import_folder();

    std::filesystem::path path_of(std::string_view name) const { return folder_ / name; }

    /// Copies a source, of which the disk shares the bytes where it can. `errc::unavailable` when
    /// stopped, `errc::storage_full`, and what `open_source` says. Throws std::system_error.
    result<void> copy(
        const std::filesystem::path& root,
        const std::string& source,
        const std::string& name,
        reads::pass_progress& progress,
        const std::stop_token& stop
    );

    /// A copy that is not wanted after all.
    void discard(std::string_view name) const;

    /// Gives the copies, by their names here, their names in `home`, which is made if need be.
    /// `errc::conflict` where one is there already; then none of them has its name. Names last, and
    /// before they are given it is noted which, so that `remove_all` can take them back.
    struct renamed {
        std::string copy;
        std::string name;
    };
    result<void> publish(const std::filesystem::path& home, const std::vector<renamed>& files)
        const;

    /// What imports that were killed have left, and the names that they gave. To be called before
    /// any begins.
    static void remove_all(const std::filesystem::path& state);

 private:
    void note_names(const std::filesystem::path& home, const std::vector<renamed>& files) const;

    std::filesystem::path folder_;
};

/// Takes the names back that `publish` gave.
void withdraw(const std::filesystem::path& home, const std::vector<import_folder::renamed>& files);

}  // namespace callstream::genomics
