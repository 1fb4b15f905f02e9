#include "server/genomics/import_folder.hpp"

#include "engine/core/file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <system_error>
#include <unistd.h>

namespace callstream::genomics {
namespace fs = std::filesystem;
namespace {

constexpr const char* names_file = ".names";
constexpr std::size_t piece_bytes = std::size_t{16} << 20;

fs::path imports_in(const fs::path& state) {
    return state / "imports";
}

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

bool is_full(int code) {
    return code == ENOSPC || code == EDQUOT || code == EFBIG;
}

/// Bytes that were copied, 0 at the end.
std::size_t copy_piece(int from, int into) {
    const auto copied = ::copy_file_range(from, nullptr, into, nullptr, piece_bytes, 0);
    if (copied >= 0) return static_cast<std::size_t>(copied);
    const bool is_unable =
        errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP;
    if (!is_unable) fail("copy");
    std::string piece(std::size_t{1} << 20, '\0');
    const auto got = ::read(from, piece.data(), piece.size());
    if (got < 0) fail("read");
    write_all(into, std::string_view(piece).substr(0, static_cast<std::size_t>(got)));
    return static_cast<std::size_t>(got);
}

}  // namespace

import_folder::import_folder(const fs::path& state, const std::string& name)
    : folder_(imports_in(state) / name) {
    fs::create_directories(folder_);
}

import_folder::~import_folder() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

result<void> import_folder::copy(
    const fs::path& root,
    const std::string& source,
    const std::string& name,
    reads::pass_progress& progress,
    const std::stop_token& stop
) {
    const auto from = open_source(root, source);
    if (!from) return from.error();
    const unique_fd into(
        ::open(path_of(name).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)
    );
    if (!into) fail("create");
    try {
        while (const auto copied = copy_piece(from->get(), into.get())) {
            progress.bytes_done += copied;
            if (stop.stop_requested()) return error{errc::unavailable, "it was stopped"};
        }
        if (::fsync(into.get()) != 0) fail("sync");
    } catch (const std::system_error& problem) {
        if (!is_full(problem.code().value())) throw;
        return error{errc::storage_full, "there is no room for the file"};
    }
    return {};
}

void import_folder::discard(std::string_view name) const {
    std::error_code ignored;
    fs::remove(path_of(name), ignored);
}

result<void> import_folder::publish(const fs::path& home, const std::vector<renamed>& files) const {
    fs::create_directories(home);
    note_names(home, files);
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (::link(path_of(files[i].copy).c_str(), (home / files[i].name).c_str()) == 0) continue;
        const int code = errno;
        withdraw(home, {files.begin(), files.begin() + static_cast<std::ptrdiff_t>(i)});
        if (code == EEXIST)
            return error{errc::conflict, "the data set has a file '" + files[i].name + "' already"};
        throw std::system_error(code, std::generic_category(), "link");
    }
    // The folder may be as new as its files.
    sync_directory(home);
    sync_directory(home.parent_path());
    return {};
}

/// Each of them ends with a zero, which no name has.
void import_folder::note_names(const fs::path& home, const std::vector<renamed>& files) const {
    std::string names;
    for (const auto& file : files)
        names.append(file.copy).append(1, '\0').append((home / file.name).string()).append(1, '\0');
    constexpr unsigned owner_only = 0600;
    write_atomically(path_of(names_file), names, owner_only);
}

void import_folder::remove_all(const fs::path& state) {
    std::error_code ignored;
    for (const auto& left : fs::directory_iterator(imports_in(state), ignored)) {
        std::ifstream names(left.path() / names_file);
        std::string copy;
        std::string given;
        while (std::getline(names, copy, '\0') && std::getline(names, given, '\0')) {
            if (fs::equivalent(left.path() / copy, given, ignored)) fs::remove(given, ignored);
        }
    }
    fs::remove_all(imports_in(state), ignored);
}

void withdraw(const fs::path& home, const std::vector<import_folder::renamed>& files) {
    std::error_code ignored;
    for (const auto& file : files) fs::remove(home / file.name, ignored);
}

}  // namespace callstream::genomics
