#include "server/overview/answer_cache.hpp"

#include <algorithm>

namespace callstream::overview {

result<std::string> answer_cache::get(
    const std::string& key, const std::function<result<std::string>()>& make
) {
    std::string text;
    if (find(key, text)) return text;
    auto made = make();
    if (made) keep(key, *made);
    return made;
}

bool answer_cache::find(const std::string& key, std::string& into) {
    const std::lock_guard lock(mutex_);
    const auto at =
        std::find_if(kept_.begin(), kept_.end(), [&](const auto& k) { return k.first == key; });
    if (at == kept_.end()) return false;
    kept_.splice(kept_.begin(), kept_, at);
    into = at->second;
    return true;
}

void answer_cache::keep(const std::string& key, const std::string& text) {
    const auto size = [](const auto& k) { return k.first.size() + k.second.size(); };
    const std::lock_guard lock(mutex_);
    kept_.emplace_front(key, text);
    bytes_ += size(kept_.front());
    while (bytes_ > bytes_max) {
        bytes_ -= size(kept_.back());
        kept_.pop_back();
    }
}

}  // namespace callstream::overview
