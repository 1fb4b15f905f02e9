#include "engine/catalog/scan.hpp"

#include "engine/core/file.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <utility>

namespace callstream::catalog {
namespace fs = std::filesystem;
namespace {

constexpr const char* root_data_set = "main";

constexpr std::array<std::string_view, 3> variant_endings = {".vcf.gz", ".vcf.bgz", ".bcf"};
constexpr std::array<std::string_view, 9> reference_endings = {
    ".fa", ".fasta", ".fna", ".fa.gz", ".fasta.gz", ".fna.gz", ".fa.bgz", ".fasta.bgz", ".fna.bgz"};
constexpr std::array<std::string_view, 2> reads_endings = {".bam", ".cram"};
constexpr std::array<std::string_view, 8> track_endings = {
    ".gff3.gz", ".gff3.bgz", ".gff.gz", ".gff.bgz", ".gtf.gz", ".gtf.bgz", ".bed.gz", ".bed.bgz"};

/// The name without one of the endings; nothing when it has none of them.
std::optional<std::string> stem_of(
    std::string_view name, std::span<const std::string_view> endings
) {
    for (const auto ending : endings) {
        if (name.size() > ending.size() && name.ends_with(ending)) {
            return std::string(name.substr(0, name.size() - ending.size()));
        }
    }
    return std::nullopt;
}

void sort_by_path(std::vector<found_file>& files) {
    std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) {
        return a.relative < b.relative;
    });
}

class scanner {
 public:
    scan_result run(const fs::path& root, const fs::path& published) {
        enter(root, "");
        std::error_code ignored;
        if (fs::is_directory(published, ignored)) enter(published, "");
        for (auto* files : {&out_.files, &out_.references, &out_.reads, &out_.tracks})
            sort_by_path(*files);
        for (auto& [relative, described] : described_) {
            out_.data_sets.push_back(std::move(described));
        }
        return std::move(out_);
    }

 private:
    void enter(const fs::path& folder, const std::string& relative) {
        const auto identity = identity_of(folder);
        if (!identity) return cannot_read(folder, relative, std::error_code());
        if (!visited_.insert({identity->device, identity->inode}).second) return;
        std::error_code ec;
        std::vector<fs::directory_entry> entries;
        for (fs::directory_iterator at(folder, ec), end; !ec && at != end; at.increment(ec)) {
            entries.push_back(*at);
        }
        if (ec) return cannot_read(folder, relative, ec);
        // In a fixed order, links last: of several names for one folder the same one counts always,
        // and its own name before any link.
        std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
            std::error_code ignored;
            const bool a_links = a.is_symlink(ignored);
            const bool b_links = b.is_symlink(ignored);
            return a_links != b_links ? b_links : a.path() < b.path();
        });
        for (const auto& entry : entries) look_at(entry, relative);
    }

    void cannot_read(const fs::path& folder, const std::string& relative, std::error_code why) {
        if (relative.empty()) throw fs::filesystem_error("cannot read", folder, why);
        out_.unread.push_back(relative);
        add_problem(relative, "cannot be read" + (why ? ": " + why.message() : std::string()));
    }

    void look_at(const fs::directory_entry& entry, const std::string& folder) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with('.')) return;
        const std::string relative = folder.empty() ? name : folder + "/" + name;
        std::error_code ec;
        const auto stem = variant_stem(name);
        if (entry.is_directory(ec)) {
            if (stem)
                add_problem(relative, "is a directory with the name of a variant file; rename it");
            if (relative == root_data_set) {
                return add_problem(
                    relative, "has the id of the files directly in the folder; rename it"
                );
            }
            return enter(entry.path(), relative);
        }
        if (name.ends_with(".vcf")) {
            return add_problem(
                relative, "is not compressed; mend it with bgzip and bcftools index"
            );
        }
        if (stem) return add_file(out_.files, entry, relative, folder, *stem);
        if (const auto fasta = stem_of(name, reference_endings)) {
            return add_file(out_.references, entry, relative, folder, *fasta);
        }
        if (const auto aligned = stem_of(name, reads_endings)) {
            return add_file(out_.reads, entry, relative, folder, *aligned);
        }
        if (const auto track = stem_of(name, track_endings)) {
            return add_file(out_.tracks, entry, relative, folder, *track);
        }
        note_description(entry, name, relative, folder);
    }

    void add_file(
        std::vector<found_file>& into,
        const fs::directory_entry& entry,
        const std::string& relative,
        const std::string& folder,
        const std::string& stem
    ) {
        std::error_code ec;
        if (!entry.is_regular_file(ec)) return add_problem(relative, "is not a regular file");
        if (!names_.insert(relative).second) {
            return add_problem(relative, "is published under a name that the folder has, too");
        }
        into.push_back({entry.path(), relative, folder.empty() ? root_data_set : folder, stem});
    }

    void note_description(
        const fs::directory_entry& entry,
        const std::string& name,
        const std::string& relative,
        const std::string& folder
    ) {
        constexpr std::array<std::pair<const char*, std::optional<found_text> found_data_set::*>, 3>
            texts = {{
                {"dataset.toml", &found_data_set::description},
                {"samples.tsv", &found_data_set::samples},
                {"references.tsv", &found_data_set::references},
            }};
        for (const auto& [wanted, where] : texts) {
            if (name != wanted) continue;
            const std::string data_set = folder.empty() ? root_data_set : folder;
            auto& described = described_[data_set];
            described.relative = data_set;
            if (!(described.*where)) described.*where = {entry.path(), relative};
        }
    }

    void add_problem(const std::string& relative, std::string text) {
        out_.problems.push_back({relative, std::move(text)});
    }

    std::set<std::string> names_;  // relative paths of files
    std::set<std::pair<std::uint64_t, std::uint64_t>> visited_;
    std::map<std::string, found_data_set> described_;
    scan_result out_;
};

}  // namespace

scan_result scan(const fs::path& root, const fs::path& published) {
    return scanner().run(root, published);
}

std::optional<std::string> variant_stem(std::string_view name) {
    return stem_of(name, variant_endings);
}

fs::path published_folder(const fs::path& state) {
    return state / "published";
}

}  // namespace callstream::catalog
