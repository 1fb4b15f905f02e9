#include "engine/variants/set_view.hpp"

#include "engine/core/hash.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace callstream::variants {
namespace {

/// One file stands for itself, so that a set keeps its fingerprint whatever it is called.
std::uint64_t combined(const std::vector<std::uint64_t>& fingerprints) {
    if (fingerprints.size() == 1) return fingerprints.front();
    running_hash hash;
    hash.add(fingerprints.data(), fingerprints.size() * sizeof(std::uint64_t));
    return hash.value().low;
}

}  // namespace

set_view::set_view(const file_list& files) : files_(files) {
    first_ordinals_.push_back(0);
    for (const auto& file : files_) {
        indexes_.push_back(file->index());
        const bool known = indexes_.back() != nullptr && first_ordinals_.size() == indexes_.size();
        if (known) first_ordinals_.push_back(first_ordinals_.back() + indexes_.back()->records());
    }
}

std::optional<std::uint64_t> set_view::first_ordinal(std::size_t file) const {
    if (file >= first_ordinals_.size()) return std::nullopt;
    return first_ordinals_[file];
}

std::optional<std::uint64_t> set_view::record_count() const {
    std::uint64_t total = 0;
    for (const auto& file : files_) {
        const auto count = file->record_count();
        if (!count) return std::nullopt;
        total += *count;
    }
    return total;
}

std::optional<std::vector<indexed_contig>> set_view::contigs() const {
    if (!indexed_records()) return std::nullopt;
    std::vector<indexed_contig> out;
    std::unordered_map<std::string_view, std::size_t> known;  // views into the indexes
    for (std::size_t i = 0; i < indexes_.size(); ++i) {
        for (const auto& contig : indexes_[i]->contigs()) {
            const auto [at, is_new] = known.emplace(contig.name, out.size());
            if (is_new) {
                out.push_back(contig);
                out.back().first_ordinal += first_ordinals_[i];
                continue;
            }
            auto& whole = out[at->second];
            whole.records += contig.records;
            whole.first_pos0 = std::min(whole.first_pos0, contig.first_pos0);
            whole.last_pos0 = std::max(whole.last_pos0, contig.last_pos0);
        }
    }
    return out;
}

std::uint64_t set_view::provisional_fingerprint() const {
    std::vector<std::uint64_t> all;
    for (const auto& file : files_) all.push_back(file->provisional_fingerprint());
    return combined(all);
}

std::uint64_t set_view::content_fingerprint() const {
    std::vector<std::uint64_t> all;
    for (const auto& index : indexes_) {
        if (!index) return 0;
        all.push_back(index->summary().content.low);
    }
    return combined(all);
}

}  // namespace callstream::variants
