#include "engine/reference/indexed_fasta.hpp"

#include "engine/core/hash.hpp"
#include "engine/hts/bgzf.hpp"

namespace callstream::reference {
namespace {

std::string key_of(int fd, const file_identity& identity) {
    running_hash hash;
    const std::uint64_t facts[] = {
        identity.size,
        static_cast<std::uint64_t>(identity.mtime_ns),
        hts::provisional_fingerprint(fd, identity.size)};
    hash.add(facts, sizeof facts);
    return hex_text(hash.value().low);
}

}  // namespace

result<std::shared_ptr<indexed_fasta>> indexed_fasta::open(std::filesystem::path path) {
    const auto fd = open_regular(path);
    if (!fd) return fd.error();
    std::shared_ptr<indexed_fasta> made(new indexed_fasta);
    made->path_ = std::move(path);
    made->identity_ = identity_of(fd->get());
    const auto sound = hts::seekable_compression_of(fd->get(), made->identity_.size);
    if (!sound) return sound.error();
    made->key_ = key_of(fd->get(), made->identity_);
    made->take_indexes_beside();
    return made;
}

bool indexed_fasta::is_current() const {
    const auto now = identity_of(path_);
    return now && *now == identity_;
}

std::shared_ptr<const reference_file> indexed_fasta::file() const {
    const std::lock_guard lock(mutex_);
    return file_;
}

std::optional<error> indexed_fasta::refusal() const {
    const std::lock_guard lock(mutex_);
    return refusal_;
}

void indexed_fasta::take_indexes_beside() {
    auto fai = path_;
    fai += ".fai";
    std::error_code ignored;
    if (!std::filesystem::exists(fai, ignored)) return;
    if (const auto used = use(load_indexes_beside(path_)); !used) {
        beside_problem_ = used.error().text;
    }
}

result<void> indexed_fasta::use(result<reference_indexes> indexes) {
    if (!indexes) return indexes.error();
    auto opened = reference_file::open(path_, std::move(*indexes));
    if (!opened) return opened.error();
    if ((*opened)->identity() != identity_) {
        return error{errc::file_replaced, "the file has been replaced"};
    }
    const std::lock_guard lock(mutex_);
    file_ = std::move(*opened);
    return {};
}

bool indexed_fasta::find_index(const std::filesystem::path& folder, std::stop_token /*stop*/) {
    if (is_indexed()) return true;
    const auto fai = folder / (key_ + ".fai");
    std::error_code ignored;
    if (!std::filesystem::exists(fai, ignored)) return false;
    return use(load_indexes(path_, fai, folder / (key_ + ".gzi"))).has_value();
}

result<void> indexed_fasta::make_index(const std::filesystem::path& folder, std::stop_token stop) {
    const auto refuse = [this](error why) {
        const std::lock_guard lock(mutex_);
        refusal_ = std::move(why);
    };
    try {
        if (!is_current()) return error{errc::file_replaced, "the file has been replaced"};
        if (find_index(folder, stop)) return {};
        const auto built = build_indexes(path_, progress_, stop);
        if (!built && built.error().code == errc::file_unusable) {
            refuse(built.error());
            return {};
        }
        if (!built) return built.error();
        std::filesystem::create_directories(folder);
        save_indexes(*built, folder / (key_ + ".fai"), folder / (key_ + ".gzi"));
    } catch (const damaged_file& damage) {
        refuse({errc::file_unusable, std::string("is damaged: ") + damage.what()});
        return {};
    }
    if (find_index(folder, stop)) return {};
    return error{errc::unavailable, "the index cannot be read back"};
}

}  // namespace callstream::reference
