#include "server/genomics/source_files.hpp"

#include "server/http/json_body.hpp"

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <map>
#include <memory>
#include <optional>
#include <sys/stat.h>

namespace callstream::genomics {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t files_max = 1000;
constexpr std::size_t parts_max = 32;

using texts = std::vector<std::string>;

error wrong(std::string why) {
    return {errc::bad_request, std::move(why)};
}

std::string in_quotes(std::string_view name) {
    return "'" + http::shown_name(name) + "'";
}

bool is_pattern(const std::string& part) {
    return part.find_first_of("*?[") != std::string::npos;
}

/// The parts of the name below the folder.
result<texts> parts_of(std::string_view uri) {
    std::string_view rest = uri;
    const bool in_bucket = rest.starts_with("gs://");
    if (!in_bucket && !rest.starts_with("file:"))
        return wrong("sourceUris must be file:NAME or gs://bucket/name, not " + in_quotes(uri));
    rest.remove_prefix(5);
    if (!in_bucket && rest.starts_with("///")) rest.remove_prefix(3);
    texts parts;
    for (std::size_t at = 0; at <= rest.size();) {
        const auto end = std::min(rest.find('/', at), rest.size());
        const auto part = rest.substr(at, end - at);
        const bool fits = !part.empty() && part != "." && part != ".." &&
                          part.find('\0') == std::string_view::npos;
        if (!fits || parts.size() == parts_max)
            return wrong(in_quotes(uri) + " is no name below the folder for imports");
        if (part.find("**") != std::string_view::npos)
            return wrong("** is not known in sourceUris: name the folders");
        parts.emplace_back(part);
        at = end + 1;
    }
    if (in_bucket && parts.size() < 2)
        return wrong(in_quotes(uri) + " names no file in the bucket");
    return parts;
}

enum class what { folder, file };

/// Nothing is followed that leads elsewhere.
unique_fd open_in(int folder, const std::string& name, what kind) {
    const int as_folder = kind == what::folder ? O_DIRECTORY : O_NONBLOCK;
    return unique_fd(::openat(folder, name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | as_folder));
}

error why_not(int code, std::string_view name) {
    if (code == ELOOP) return wrong(in_quotes(name) + " is a symbolic link, which is not followed");
    if (code == ENOENT || code == ENOTDIR)
        return {
            errc::not_found, "there is no file " + in_quotes(name) + " in the folder for imports"};
    return {errc::unavailable, in_quotes(name) + " cannot be read now"};
}

error no_file(std::string_view name) {
    return wrong(in_quotes(name) + " is no regular file");
}

/// Nothing for what is no regular file.
std::optional<std::uint64_t> bytes_of_file(int fd) {
    struct stat about {};
    const bool is_file = ::fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
    return is_file ? std::optional(static_cast<std::uint64_t>(about.st_size)) : std::nullopt;
}

texts names_in(int folder, const std::string& pattern) {
    texts out;
    const int fd = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const std::unique_ptr<DIR, int (*)(DIR*)> entries(::fdopendir(fd), ::closedir);
    if (!entries) return out;
    while (const dirent* entry = ::readdir(entries.get())) {
        if (::fnmatch(pattern.c_str(), entry->d_name, FNM_PERIOD) == 0)
            out.emplace_back(entry->d_name);
    }
    std::sort(out.begin(), out.end());
    return out;
}

/// Collects the files that the parts of one URI name.
class finder {
 public:
    finder(const texts& parts, std::map<std::string, std::uint64_t>& into)
        : parts_(parts), into_(into) {}

    result<void> look(int folder, std::size_t at, const std::string& before) {
        const bool is_free = is_pattern(parts_[at]);
        for (const auto& part : is_free ? names_in(folder, parts_[at]) : texts{parts_[at]}) {
            const auto name = before.empty() ? part : before + "/" + part;
            const bool is_last = at + 1 == parts_.size();
            const auto fd = open_in(folder, part, is_last ? what::file : what::folder);
            const int code = errno;
            if (!fd && is_free) continue;
            if (!fd) return why_not(code, name);
            auto done = is_last ? take(fd.get(), name, is_free) : look(fd.get(), at + 1, name);
            if (!done) return done.error();
        }
        return {};
    }
    bool found() const { return found_; }

 private:
    result<void> take(int fd, const std::string& name, bool is_free) {
        const auto bytes = bytes_of_file(fd);
        if (!bytes && is_free) return {};
        if (!bytes) return no_file(name);
        found_ = true;
        into_.emplace(name, *bytes);
        if (into_.size() <= files_max) return {};
        return wrong("sourceUris may name " + std::to_string(files_max) + " files at most");
    }

    const texts& parts_;
    std::map<std::string, std::uint64_t>& into_;
    bool found_ = false;
};

unique_fd open_root(const fs::path& root) {
    return unique_fd(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

constexpr std::size_t uris_max = 1000;

}  // namespace

result<std::vector<source_file>> find_sources(const fs::path& root, const texts& uris) {
    if (uris.empty()) return wrong("sourceUris must name at least one file");
    if (uris.size() > uris_max) {
        return wrong("sourceUris must name at most " + std::to_string(uris_max) + " files");
    }
    const auto folder = open_root(root);
    if (!folder) return error{errc::unavailable, "the folder for imports cannot be read now"};
    std::map<std::string, std::uint64_t> found;
    for (const auto& uri : uris) {
        const auto parts = parts_of(uri);
        if (!parts) return parts.error();
        finder one(*parts, found);
        if (auto done = one.look(folder.get(), 0, ""); !done) return done.error();
        if (!one.found()) return why_not(ENOENT, uri);
    }
    std::vector<source_file> out;
    for (const auto& [name, bytes] : found) out.push_back({name, bytes});
    return out;
}

result<unique_fd> open_source(const fs::path& root, std::string_view name) {
    auto folder = open_root(root);
    for (std::size_t at = 0;;) {
        const auto end = name.find('/', at);
        const bool is_last = end == std::string_view::npos;
        const std::string part(name.substr(at, is_last ? end : end - at));
        auto next = open_in(folder.get(), part, is_last ? what::file : what::folder);
        if (!next) return why_not(errno, name);
        if (is_last && !bytes_of_file(next.get())) return no_file(name);
        if (is_last) return next;
        folder = std::move(next);
        at = end + 1;
    }
}

}  // namespace callstream::genomics
