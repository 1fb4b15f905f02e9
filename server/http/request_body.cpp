#include "server/http/request_body.hpp"

#include <algorithm>
#include <string_view>

namespace callstream::http {
namespace {

constexpr std::size_t first_bytes = 4096;
constexpr std::size_t piece_bytes = 256 * 1024;  // of a body on its way to the disk

}  // namespace

body_share::~body_share() {
    if (budget_ != nullptr) budget_->in_use_.fetch_sub(bytes_);
}

std::optional<body_share> body_budget::take(std::size_t bytes) {
    std::size_t used = in_use_.load();
    do {
        if (bytes > bytes_max_ || used > bytes_max_ - bytes) return std::nullopt;
    } while (!in_use_.compare_exchange_weak(used, used + bytes));
    return body_share(this, bytes);
}

std::span<char> incoming_body::room() {
    if (complete()) return {};
    const auto used = static_cast<std::size_t>(received_ - stored_);
    if (used == bytes_.size()) {
        const auto doubled = std::max(first_bytes, used * 2);
        if (!grow(folder_ ? std::min(doubled, piece_bytes) : doubled)) return {};
    }
    const auto missing = static_cast<std::size_t>(expected_ - received_);
    return std::span(bytes_).subspan(used, std::min(bytes_.size() - used, missing));
}

bool incoming_body::piece_is_full() const noexcept {
    return folder_ && (complete() || received_ - stored_ >= piece_bytes);
}

void incoming_body::store_piece() {
    if (file_ == nullptr) file_ = std::make_shared<spool_file>(*folder_);
    file_->append(std::string_view(bytes_).substr(0, static_cast<std::size_t>(received_ - stored_))
    );
    stored_ = received_;
}

/// Both strings count while one is copied into the other, so the budget bounds the peak.
bool incoming_body::grow(std::size_t wanted) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(wanted, expected_));
    auto share = budget_.take(size + body_padding);
    if (!share) return false;
    std::string larger;
    larger.reserve(size + body_padding);
    larger.append(bytes_).resize(size);
    bytes_ = std::move(larger);
    share_ = std::move(*share);
    return true;
}

std::pair<std::string, body_share> incoming_body::take() {
    return {std::move(bytes_), std::move(share_)};
}

}  // namespace callstream::http
