#include "server/genomics/read_choice.hpp"

#include "engine/core/id.hpp"
#include "engine/reads/reads_index.hpp"
#include "engine/reads/record_walk.hpp"
#include "server/genomics/read_group_sets.hpp"
#include "server/http/json_body.hpp"

#include <algorithm>
#include <limits>

namespace callstream::genomics {
namespace {

constexpr std::size_t groups_max = 256;
constexpr std::size_t sets_max = 64;  // each is a file that is read at the same time

bool has_same_references(const reads::sam_header& one, const reads::sam_header& other) {
    return std::equal(
        one.references.begin(),
        one.references.end(),
        other.references.begin(),
        other.references.end(),
        [](const auto& a, const auto& b) { return a.name == b.name && a.length == b.length; }
    );
}

class chooser {
 public:
    chooser(const context& ctx, const http::request& request, const wanted_reads& wanted)
        : wanted_(wanted) {
        out_.now = visible(ctx, request);
    }

    result<read_choice> run() {
        auto found = wanted_.groups.empty() ? find_sets() : find_groups();
        if (!found) return found.error();
        if (auto fine = check_files(); !fine) return fine.error();
        if (auto fine = check_together(); !fine) return fine.error();
        std::erase_if(out_.sets, [this](auto& part) { return !find_region(part); });
        if (wanted_.total_shards > 1 && !out_.sets.empty()) take_shard(out_.sets.front());
        return std::move(out_);
    }

 private:
    result<void> find_sets() {
        for (const auto& id : wanted_.sets) {
            const auto set = find_read_group_set(*out_.now, id);
            if (!set) {
                return error{
                    errc::not_found, "there is no read group set '" + http::shown_name(id) + "'"};
            }
            const bool again = std::any_of(out_.sets.begin(), out_.sets.end(), [&](const auto& p) {
                return p.set == *set;
            });
            if (!again) out_.sets.push_back({*set, {}});
        }
        return {};
    }

    result<void> find_groups() {
        // Each read is looked up among them.
        if (wanted_.groups.size() > groups_max) {
            return error{
                errc::bad_request,
                "readGroupIds may have at most " + std::to_string(groups_max) + " ids"};
        }
        for (const auto& id : wanted_.groups) {
            const error none{
                errc::not_found, "there is no read group '" + http::shown_name(id) + "'"};
            const auto parts = id::split_last(id);
            const auto name = parts ? id::decode(parts->second) : std::nullopt;
            if (!name) return none;
            const auto set = find_read_group_set(*out_.now, parts->first);
            if (!set) return none;
            const auto& known = (*set)->file->header().read_groups;
            const bool is_there = std::any_of(known.begin(), known.end(), [&](const auto& group) {
                return group.id == *name;
            });
            if (!is_there) return none;
            if (out_.sets.empty()) out_.sets.push_back({*set, {}});
            if (out_.sets.front().set != *set) {
                return error{
                    errc::bad_request, "readGroupIds must be of one read group set; ask for each"};
            }
            const auto same = std::find(out_.groups.begin(), out_.groups.end(), *name);
            if (same == out_.groups.end()) out_.groups.push_back(*name);
        }
        return {};
    }

    result<void> check_files() const {
        for (const auto& [set, regions] : out_.sets) {
            const auto current = identity_of(set->path);
            if (!current || *current != set->file->identity())
                return error{errc::file_replaced, "the file has been replaced"};
        }
        return {};
    }

    /// Of several sets reads are merged, so they must have one order.
    result<void> check_together() const {
        if (out_.sets.size() < 2) return {};
        if (out_.sets.size() > sets_max) {
            return error{
                errc::bad_request,
                "at most " + std::to_string(sets_max) + " read group sets at a time"};
        }
        const auto crams = std::count_if(out_.sets.begin(), out_.sets.end(), [](const auto& part) {
            return part.set->file->format() == reads::reads_format::cram;
        });
        if (crams > reads::crams_at_once) {
            return error{
                errc::bad_request,
                "at most " + std::to_string(reads::crams_at_once) +
                    " read group sets of CRAM files at a time"};
        }
        for (const auto& [set, regions] : out_.sets) {
            if (!has_same_references(out_.sets.front().set->file->header(), set->file->header())) {
                return error{
                    errc::bad_request,
                    "the read group sets are not aligned to the same references; ask for each"};
            }
            if (!reads::is_sorted(*set->file, set->path)) {
                return error{
                    errc::precondition,
                    "the reads of '" + set->id +
                        "' are not sorted by coordinate, so they cannot be merged; ask for each"};
            }
        }
        return {};
    }

    /// False when no read can be in it.
    bool find_region(chosen_reads& part) const {
        if (wanted_.reference.empty()) return true;
        if (wanted_.reference == "*") {
            part.regions.push_back({});
            return true;
        }
        const auto& all = part.set->file->header().references;
        for (const auto& name : part.set->home->contigs.spellings(wanted_.reference)) {
            const auto at = std::find_if(all.begin(), all.end(), [&](const auto& one) {
                return one.name == name;
            });
            if (at == all.end()) continue;
            reads::read_region region{
                static_cast<std::int32_t>(at - all.begin()), wanted_.window.start0};
            if (wanted_.window.end0 > 0) region.end0 = wanted_.window.end0;
            part.regions.push_back(region);
            return region.begin0 < region.end0;
        }
        return false;
    }

    void take_shard(chosen_reads& part) {
        const auto& header = part.set->file->header();
        std::vector<reads::line_part> line;
        if (part.regions.empty()) {
            const auto index = reads::find_reads_index(part.set->path, *part.set->file);
            line = reads::whole_line(header, index ? &*index : nullptr);
        } else {
            const auto& region = part.regions.front();
            reads::line_part only{region};
            if (region.reference >= 0) {
                const auto length =
                    header.references[static_cast<std::size_t>(region.reference)].length;
                const auto end =
                    std::min<std::uint64_t>(length, static_cast<std::uint64_t>(region.end0));
                const auto begin = static_cast<std::uint64_t>(region.begin0);
                only.bases = end > begin ? end - begin : 1;
            }
            line.push_back(only);
        }
        out_.shard.emplace(line, wanted_.shard, wanted_.total_shards);
        part.regions = out_.shard->regions();
        if (part.regions.empty()) out_.sets.clear();
    }

    const wanted_reads& wanted_;
    read_choice out_;
};

}  // namespace

result<read_choice> choose_reads(
    const context& ctx, const http::request& request, const wanted_reads& wanted
) {
    return chooser(ctx, request, wanted).run();
}

}  // namespace callstream::genomics
