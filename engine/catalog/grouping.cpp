#include "engine/catalog/grouping.hpp"

#include "engine/catalog/coverage.hpp"
#include "engine/catalog/set_name.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace callstream::catalog {
namespace {

using members = std::vector<std::size_t>;

std::string ending_of(const found_file& found) {
    const auto name = found.path.filename().string();
    return name.substr(found.stem.size());
}

/// Files with equal keys are merged if their records allow it.
auto merge_key(const opened_file& f) {
    const auto& header = f.file->header();
    return std::tuple(
        f.found.data_set,
        series_of(f.found.stem),
        ending_of(f.found),
        header.samples_hash.high,
        header.samples_hash.low,
        header.genotype_definition
    );
}

/// Contigs by their place in a header, those that it lacks behind.
class contig_order {
 public:
    explicit contig_order(const hts::variant_header& header) {
        for (const auto& contig : header.contigs) ranks_.emplace(contig.name, ranks_.size());
    }
    std::pair<std::size_t, std::string> rank(const std::string& contig) const {
        const auto at = ranks_.find(contig);
        return {at == ranks_.end() ? ranks_.size() : at->second, contig};
    }

 private:
    std::unordered_map<std::string, std::size_t> ranks_;
};

class grouper {
 public:
    explicit grouper(const std::vector<opened_file>& files) : files_(files) {}

    grouping run() {
        std::map<decltype(merge_key(files_[0])), members> candidates;
        for (std::size_t i = 0; i < files_.size(); ++i) {
            candidates[merge_key(files_[i])].push_back(i);
        }
        for (auto& [key, group] : candidates) judge(std::move(group));
        remark_others_of_the_name();
        name_groups();
        std::sort(out_.groups.begin(), out_.groups.end(), [&](const auto& a, const auto& b) {
            return first_path(a) < first_path(b);
        });
        return std::move(out_);
    }

 private:
    void judge(members group) {
        const bool has_samples = !files_[group.front()].file->header().samples.empty();
        if (group.size() == 1 || !has_samples) return keep_apart(group);
        std::vector<coverage> covered;
        for (const std::size_t i : group) covered.push_back(coverage_of(*files_[i].file));
        const relation r = relation_of(covered);
        switch (r.is) {
            case relation::kind::disjoint:
                put_in_order(group);
                return add(std::move(group));
            case relation::kind::overlap:
                remark(
                    group[r.second],
                    "is not of one variant set with " + files_[group[r.first]].found.relative +
                        ": both have records on one stretch of " + r.contig
                );
                return keep_apart(group);
            case relation::kind::unknown:
                out_.waiting.insert(out_.waiting.end(), group.begin(), group.end());
        }
    }

    void put_in_order(members& group) const {
        const contig_order order(files_[group.front()].file->header());
        const auto place = [&](std::size_t i) {
            const auto& start = files_[i].file->first_place();
            return start ? std::pair(order.rank(start->contig), start->pos0)
                         : std::pair(order.rank(""), std::int64_t{0});
        };
        std::stable_sort(group.begin(), group.end(), [&](std::size_t a, std::size_t b) {
            return place(a) < place(b);
        });
    }

    void keep_apart(const members& group) {
        for (const std::size_t i : group) add({i});
    }

    void add(members group) {
        std::vector<std::string> stems;
        for (const std::size_t i : group) stems.push_back(files_[i].found.stem);
        auto name = stems.size() == 1 ? name_of_one(stems.front()) : name_of_many(stems);
        out_.groups.push_back(
            {files_[group.front()].found.data_set, std::move(name), std::move(group)}
        );
    }

    void remark(std::size_t file, std::string text) {
        out_.remarks.push_back({files_[file].found.relative, std::move(text)});
    }

    /// Says it where the names alone promise one whole.
    void remark_others_of_the_name() {
        std::map<std::pair<std::string, std::string>, std::size_t> first;
        for (std::size_t i = 0; i < files_.size(); ++i) {
            const auto& f = files_[i].found;
            const auto [at, is_new] = first.emplace(std::pair(f.data_set, name_of_one(f.stem)), i);
            const auto why = is_new ? "" : difference(files_[at->second], files_[i]);
            if (why.empty()) continue;
            const auto& other = files_[at->second].found.relative;
            remark(i, "is not of one variant set with " + other + ": " + why);
        }
    }

    static std::string difference(const opened_file& a, const opened_file& b) {
        const auto& x = a.file->header();
        const auto& y = b.file->header();
        if (ending_of(a.found) != ending_of(b.found)) return "they are of different formats";
        if (x.samples_hash != y.samples_hash) return "their samples differ";
        if (x.genotype_definition != y.genotype_definition) return "their headers define GT unlike";
        return {};
    }

    const std::string& first_path(const file_group& g) const {
        return files_[g.files.front()].found.relative;
    }
    const found_file& first_of(const file_group& g) const { return files_[g.files.front()].found; }

    /// Names must differ within a data set. Files that share one fall back to their whole stems. Of
    /// twins (one stem, several endings) the BCF has the name, else the .vcf.gz, and the others
    /// keep their ending.
    void name_groups() {
        for (const auto& sharing : sharing_a_name()) {
            if (are_twins(sharing)) continue;
            for (const std::size_t i : sharing) {
                if (is_single(i)) out_.groups[i].name = first_of(out_.groups[i]).stem;
            }
        }
        for (const auto& sharing : sharing_a_name()) {
            const std::size_t owner = *std::min_element(
                sharing.begin(),
                sharing.end(),
                [&](std::size_t a, std::size_t b) { return claim(a) < claim(b); }
            );
            for (const std::size_t i : sharing) {
                if (i != owner) out_.groups[i].name += ending_of(first_of(out_.groups[i]));
            }
        }
        // The stem of a.vcf.gz.bcf may be what a twin is called by now.
        for (const auto& sharing : sharing_a_name()) {
            for (const std::size_t i : sharing) {
                const auto& path = first_of(out_.groups[i]).path;
                if (is_single(i)) out_.groups[i].name = path.filename().string();
            }
        }
    }

    std::vector<members> sharing_a_name() const {
        std::map<std::pair<std::string, std::string>, members> by_name;
        for (std::size_t i = 0; i < out_.groups.size(); ++i) {
            by_name[{out_.groups[i].data_set, out_.groups[i].name}].push_back(i);
        }
        std::vector<members> out;
        for (auto& [name, sharing] : by_name) {
            if (sharing.size() > 1) out.push_back(std::move(sharing));
        }
        return out;
    }

    bool is_single(std::size_t group) const { return out_.groups[group].files.size() == 1; }

    bool are_twins(const members& sharing) const {
        const auto& stem = first_of(out_.groups[sharing.front()]).stem;
        return std::all_of(sharing.begin(), sharing.end(), [&](std::size_t i) {
            return first_of(out_.groups[i]).stem == stem;
        });
    }

    /// Whose name it is: whole sets before single files, then by ending, then by path.
    std::tuple<bool, int, std::string> claim(std::size_t group) const {
        const auto& g = out_.groups[group];
        const auto ending = ending_of(first_of(g));
        const int rank = ending == ".bcf" ? 0 : ending == ".vcf.gz" ? 1 : 2;
        return {g.files.size() == 1, rank, first_path(g)};
    }

    const std::vector<opened_file>& files_;
    grouping out_;
};

}  // namespace

grouping group_files(const std::vector<opened_file>& files) {
    return grouper(files).run();
}

}  // namespace callstream::catalog
