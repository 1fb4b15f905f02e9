#include "engine/store/connections.hpp"

#include <cstdint>
#include <system_error>

namespace callstream::store {
namespace {

/// As many as usually read at once; more are opened when needed and let go afterwards.
constexpr std::size_t idle_readers_max = 8;

}  // namespace

error trouble(const store_error& e) {
    switch (e.kind()) {
        case store_error::cause::full:
            return {errc::storage_full, "the disk of the side store is full; nothing was changed"};
        case store_error::cause::busy:
        case store_error::cause::passing:
            return {errc::unavailable, "the side store cannot be used right now"};
        case store_error::cause::damaged:
        case store_error::cause::other:
            break;
    }
    return {
        errc::storage_damaged,
        "the side store cannot be used; whoever runs this server finds out more with: "
        "callstream store check"};
}

connections::connections(std::filesystem::path path, prepare_function prepare)
    : path_(std::move(path)), prepare_(prepare) {}

result<void> connections::open() {
    const std::lock_guard lock(mutex_);
    try {
        writer();
        writing_ = true;
        return {};
    } catch (const store_error& e) {
        return note(e, writing_);
    }
}

bool connections::usable() const noexcept {
    constexpr std::uintmax_t room_min = 64 * 1024;  // for one small write
    std::error_code failed;
    const auto folder = path_.has_parent_path() ? path_.parent_path() : ".";
    const auto space = std::filesystem::space(folder, failed);
    const bool has_room = failed || space.available >= room_min;
    return reading_ && writing_ && has_room;
}

error connections::note(const store_error& e, std::atomic<bool>& well) {
    if (e.kind() != store_error::cause::busy) well = false;
    return trouble(e);
}

database& connections::writer() {
    if (writer_ == nullptr) {
        auto opened = std::make_unique<database>(path_);
        prepare_(*opened);
        writer_ = std::move(opened);
        prepared_ = true;
    }
    return *writer_;
}

std::unique_ptr<database> connections::take_reader() {
    {
        const std::lock_guard lock(readers_mutex_);
        if (!readers_.empty()) {
            auto reader = std::move(readers_.back());
            readers_.pop_back();
            return reader;
        }
    }
    if (!prepared_) {  // the schema must be there before anybody reads
        const std::lock_guard lock(mutex_);
        writer();
    }
    auto reader = std::make_unique<database>(path_);
    reader->execute("PRAGMA query_only=ON");
    return reader;
}

void connections::keep_reader(std::unique_ptr<database> reader) {
    const std::lock_guard lock(readers_mutex_);
    if (readers_.size() < idle_readers_max) readers_.push_back(std::move(reader));
}

}  // namespace callstream::store
