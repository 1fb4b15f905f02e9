// The overviews that were asked for last: everybody who opens a page asks for the same ones.
#pragma once

#include "engine/core/error.hpp"

#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace callstream::overview {

/// Thread-safe; two that ask for one at once may both make it.
class answer_cache {
 public:
    /// `key` must tell apart everything that `make` depends on.
    result<std::string> get(
        const std::string& key, const std::function<result<std::string>()>& make
    );

    static constexpr std::size_t bytes_max = 16 << 20;  ///< of all together

 private:
    bool find(const std::string& key, std::string& into);
    void keep(const std::string& key, const std::string& text);

    std::mutex mutex_;
    using entry = std::pair<std::string, std::string>;
    std::list<entry> kept_;  // the last one asked for first
    std::unordered_map<std::string_view, std::list<entry>::iterator> places_;  // keys are views
    std::size_t bytes_ = 0;
};

}  // namespace callstream::overview
