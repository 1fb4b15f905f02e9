// The reads of a choice one by one, those of several files merged by their coordinates.
#pragma once

#include "engine/reads/record_walk.hpp"
#include "server/genomics/read_choice.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::genomics {

/// One thread at a time. Reads at the same coordinates come in the order of their sets, and within
/// one in that of its file.
class read_merge {
 public:
    using step = reads::record_walk::step;

    /// From the first read on, or from that on which another one, of the same request and of the
    /// same files, stood when it said `place`. `about` as of a `record_walk`, whose errors these
    /// are.
    static result<std::unique_ptr<read_merge>> open(
        const context& ctx,
        read_choice chosen,
        const std::optional<std::string>& from,
        std::uint64_t about
    );

    result<step> next();
    const catalog::read_group_set& set() const { return *parts_[at_].set; }
    const reads::record_walk& walk() const { return *parts_[at_].walk; }
    /// Which of the sets it is, counted from 0.
    std::size_t number() const { return at_; }
    std::size_t sets() const { return parts_.size(); }
    /// Where it stands, in characters of a JSON text.
    std::string place() const;

    /// As of a `record_walk`.
    void check_unchanged() const;

    /// Of the files of a choice: differs when one is another.
    static std::uint64_t fingerprint(const read_choice& chosen);

 private:
    struct part {
        const catalog::read_group_set* set;
        std::unique_ptr<reads::record_walk> walk;  ///< null at its end
        bool stands = false;                       ///< on a read that comes next
    };

    explicit read_merge(read_choice chosen) : chosen_(std::move(chosen)) {}
    result<void> open_parts(
        const context& ctx, const std::optional<std::string>& from, std::uint64_t about
    );
    result<step> go_on(part& one);
    bool is_wanted(const hts::bam_record& record) const;

    read_choice chosen_;
    std::vector<part> parts_;
    std::size_t at_ = 0;
};

}  // namespace callstream::genomics
