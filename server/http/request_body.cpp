#include "server/http/request_body.hpp"

#include <algorithm>

namespace callstream::http {
namespace {

constexpr std::size_t first_bytes = 4096;

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
    if (received_ == bytes_.size() && !grow()) return {};
    return std::span(bytes_).subspan(static_cast<std::size_t>(received_));
}

/// Doubles. Both strings count while one is copied into the other, so the budget bounds the peak.
bool incoming_body::grow() {
    const auto wanted = std::max<std::uint64_t>(first_bytes, received_ * 2);
    const auto size = static_cast<std::size_t>(std::min(wanted, expected_));
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
