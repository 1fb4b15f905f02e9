#include "server/cli/columns_task.hpp"

#include <exception>
#include <string>

namespace callstream::cli {

bool columns_task::find_index(const std::filesystem::path& folder, std::stop_token stop) {
    const auto sound = file_->has_sound_columns(folder, stop);
    done_ = sound && *sound;
    return done_;
}

result<void> columns_task::make_index(const std::filesystem::path& folder, std::stop_token stop) {
    try {
        auto made = file_->make_columns(folder, bytes_done_, stop);
        done_ = made.has_value();
        return made;
    } catch (const std::exception& e) {
        return error{errc::unavailable, std::string("has no columns: ") + e.what()};
    }
}

}  // namespace callstream::cli
