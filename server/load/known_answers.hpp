// The first answer to each distinct request, with which all later ones are compared.
#pragma once

#include "server/load/answer_check.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace callstream::load {

/// Shared by all threads; an answer that is kept lives as long as this.
class known_answers {
 public:
    explicit known_answers(std::size_t requests) : known_(requests), owned_(requests) {}

    /// Null while there is none.
    const known_answer* find(std::size_t request) const {
        return known_[request].load(std::memory_order_acquire);
    }

    /// Keeps it unless there is one already; what is kept.
    const known_answer& keep(std::size_t request, known_answer&& answer) {
        const std::lock_guard lock(mutex_);
        auto& owned = owned_[request];
        if (!owned) {
            owned = std::make_unique<const known_answer>(std::move(answer));
            known_[request].store(owned.get(), std::memory_order_release);
        }
        return *owned;
    }

    std::size_t size() const { return known_.size(); }

 private:
    std::vector<std::atomic<const known_answer*>> known_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<const known_answer>> owned_;
};

}  // namespace callstream::load
