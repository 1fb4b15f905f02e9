#include "server/overview/answer_cache.hpp"

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
    const auto at = places_.find(key);
    if (at == places_.end()) return false;
    kept_.splice(kept_.begin(), kept_, at->second);
    into = at->second->second;
    return true;
}

void answer_cache::keep(const std::string& key, const std::string& text) {
    const auto size = [](const entry& k) { return k.first.size() + k.second.size(); };
    const std::lock_guard lock(mutex_);
    if (places_.contains(key)) return;  // two made it at once
    kept_.emplace_front(key, text);
    places_.emplace(kept_.front().first, kept_.begin());
    bytes_ += size(kept_.front());
    while (bytes_ > bytes_max) {
        bytes_ -= size(kept_.back());
        places_.erase(kept_.back().first);
        kept_.pop_back();
    }
}

}  // namespace callstream::overview
