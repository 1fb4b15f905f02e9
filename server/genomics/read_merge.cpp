#include "server/genomics/read_merge.hpp"

#include "engine/catalog/reads_reference.hpp"
#include "engine/core/hash.hpp"
#include "engine/hts/bam_tags.hpp"
#include "server/genomics/read_writer.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace callstream::genomics {
namespace {

constexpr std::string_view at_end = "end";

/// Reads without a reference come last.
std::pair<std::int64_t, std::int64_t> coordinate_of(const hts::bam_record_head& head) {
    if (head.reference < 0) return {std::numeric_limits<std::int64_t>::max(), 0};
    return {head.reference, head.pos0};
}

reads::cram_decoding decoding_of(
    const context& ctx, const catalog::snapshot& now, const catalog::read_group_set& set
) {
    reads::cram_decoding out;
    out.scratch = ctx.state;
    if (set.file->format() == reads::reads_format::cram) {
        if (const auto* reference = catalog::reference_of(now, set))
            out.fasta = reference->fasta->path();
    }
    return out;
}

/// Takes the next of some words.
std::string_view take_word(std::string_view& text) {
    const auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    return word;
}

}  // namespace

result<std::unique_ptr<read_merge>> read_merge::open(
    const context& ctx,
    read_choice chosen,
    const std::optional<std::string>& from,
    std::uint64_t about
) {
    std::unique_ptr<read_merge> out(new read_merge(std::move(chosen)));
    if (auto done = out->open_parts(ctx, from, about); !done) return done.error();
    return out;
}

result<void> read_merge::open_parts(
    const context& ctx, const std::optional<std::string>& from, std::uint64_t about
) {
    std::string_view places = from ? std::string_view(*from) : std::string_view();
    for (auto& [set, regions] : chosen_.sets) {
        const auto word = take_word(places);
        parts_.push_back({set, nullptr});
        if (from && word == at_end) continue;
        auto walk = reads::record_walk::open(
            set->file,
            set->path,
            std::move(regions),
            decoding_of(ctx, *chosen_.now, *set),
            from ? parse_place(word) : std::nullopt,
            about
        );
        if (!walk) return walk.error();
        parts_.back().walk = std::move(*walk);
    }
    return {};
}

bool read_merge::is_wanted(const hts::bam_record& record) const {
    if (chosen_.shard && !chosen_.shard->has(record)) return false;
    if (chosen_.groups.empty()) return true;
    const auto tag = hts::find_tag(record.tags, "RG");
    const auto& groups = chosen_.groups;
    return tag && tag->type == 'Z' &&
           std::find(groups.begin(), groups.end(), tag->text()) != groups.end();
}

/// Until it stands on a read that is wanted.
result<read_merge::step> read_merge::go_on(part& one) {
    constexpr std::size_t passed_max = std::size_t{4} << 20;  // bytes of reads, at a time
    for (std::size_t passed = 0; passed < passed_max;) {
        auto stepped = one.walk->next();
        if (!stepped) return stepped;
        if (*stepped == step::end) {
            one.walk->check_unchanged();
            one.walk.reset();
        }
        if (*stepped != step::record) return stepped;
        const auto& record = one.walk->record();
        one.stands = is_wanted(record);
        if (one.stands) return stepped;
        passed += record.bytes.size();
    }
    return step::pause;
}

result<read_merge::step> read_merge::next() {
    if (at_ < parts_.size()) parts_[at_].stands = false;
    at_ = parts_.size();
    for (auto& one : parts_) {
        if (one.stands || !one.walk) continue;
        auto stepped = go_on(one);
        if (!stepped || *stepped == step::pause) return stepped;
    }
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        if (!parts_[i].stands) continue;
        const bool is_first =
            at_ == parts_.size() || coordinate_of(parts_[i].walk->record().head) <
                                        coordinate_of(parts_[at_].walk->record().head);
        if (is_first) at_ = i;
    }
    return at_ == parts_.size() ? step::end : step::record;
}

std::string read_merge::place() const {
    text_buffer out;
    for (const auto& one : parts_) {
        if (!out.empty()) out.append(' ');
        if (one.walk) {
            append_place(out, one.walk->place());
        } else {
            out.append(at_end);
        }
    }
    return std::string(out.view());
}

void read_merge::check_unchanged() const {
    for (const auto& one : parts_) {
        if (one.walk) one.walk->check_unchanged();
    }
}

std::uint64_t read_merge::fingerprint(const read_choice& chosen) {
    running_hash out;
    for (const auto& part : chosen.sets) {
        const auto& file = part.set->file->identity();
        const std::array numbers = {file.size, static_cast<std::uint64_t>(file.mtime_ns)};
        out.add(numbers.data(), sizeof numbers);
    }
    return out.value().low;
}

}  // namespace callstream::genomics
