#include "server/genomics/import_plan.hpp"

#include "engine/catalog/grouping.hpp"
#include "engine/catalog/scan.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace callstream::genomics {
namespace {

using catalog::opened_file;
using names = std::vector<std::string>;

std::string ending_of(const std::string& name) {
    const auto stem = catalog::variant_stem(name);
    return stem ? name.substr(stem->size()) : std::string();
}

opened_file placed(const new_variant_file& file, const std::string& folder, std::string name) {
    const auto stem = catalog::variant_stem(name).value_or(name);
    return {{name, folder == "main" ? name : folder + "/" + name, folder, stem}, file.file};
}

/// The set that each file is a part of; files that cannot be judged yet have none.
std::map<const void*, std::string> sets_of(const std::vector<opened_file>& files) {
    std::map<const void*, std::string> out;
    for (const auto& group : catalog::group_files(files).groups) {
        for (const std::size_t i : group.files) out[files[i].file.get()] = group.name;
    }
    return out;
}

class planner {
 public:
    planner(
        const catalog::snapshot& now,
        const std::string& folder,
        const std::string& set_name,
        const std::vector<new_variant_file>& files
    )
        : folder_(folder), set_name_(set_name), files_(files) {
        for (const auto& one : now.files()) {
            if (one.found.data_set != folder) continue;
            taken_.insert(one.found.path.filename().string());
            if (!one.file->refusal()) there_.push_back(one);
        }
        before_ = sets_of(there_);
    }

    result<names> run() const {
        if (before_.size() < there_.size()) {
            return error{
                errc::unavailable,
                "files of the data set are still being indexed; try again when they are"};
        }
        for (const auto& wanted : {own_names(), numbered_names()}) {
            if (fits(wanted)) return wanted;
        }
        return error{errc::precondition, why_not()};
    }

 private:
    names own_names() const {
        names out;
        for (const auto& one : files_) out.push_back(one.name);
        return out;
    }

    names numbered_names() const {
        names out;
        auto taken = taken_;
        for (const auto& one : files_) {
            const auto ending = ending_of(one.name);
            auto name = set_name_ + ending;
            for (int n = 2; taken.contains(name); ++n)
                name = set_name_ + "." + std::to_string(n) + ending;
            taken.insert(name);
            out.push_back(std::move(name));
        }
        return out;
    }

    bool fits(const names& wanted) const {
        auto all = there_;
        std::set<std::string> used = taken_;
        for (std::size_t i = 0; i < files_.size(); ++i) {
            if (!used.insert(wanted[i]).second) return false;
            all.push_back(placed(files_[i], folder_, wanted[i]));
        }
        const auto after = sets_of(all);
        return std::all_of(all.begin(), all.end(), [&](const opened_file& one) {
            const auto at = after.find(one.file.get());
            const auto old = before_.find(one.file.get());
            const auto& expected = old == before_.end() ? set_name_ : old->second;
            return at != after.end() && at->second == expected;
        });
    }

    /// A part that is there already, else the first of those that come.
    const hts::variant_header& first_header() const {
        const auto at = std::find_if(there_.begin(), there_.end(), [&](const opened_file& one) {
            return before_.at(one.file.get()) == set_name_;
        });
        return (at == there_.end() ? files_.front().file : at->file)->header();
    }

    std::string why_not() const {
        const auto& first = first_header();
        for (const auto& one : files_) {
            const auto& header = one.file->header();
            const auto told = "'" + one.name + "' cannot be a part of the variant set: ";
            if (header.samples_hash != first.samples_hash)
                return told + "its samples are others, or in another order";
            if (header.genotype_definition != first.genotype_definition)
                return told + "its header defines GT unlike the other files";
        }
        return "the files cannot be parts of this variant set: those must be of one format, and no "
               "two may have records on the same stretch of a sequence";
    }

    std::string folder_;
    std::string set_name_;
    const std::vector<new_variant_file>& files_;
    std::vector<opened_file> there_;
    std::set<std::string> taken_;
    std::map<const void*, std::string> before_;
};

}  // namespace

std::string folder_of(const catalog::snapshot& now, std::string_view data_set) {
    for (const auto& set : now.data_sets()) {
        if (set->id == data_set) return set->relative;
    }
    return now.has_data_set(data_set) ? std::string(data_set) : std::string();
}

result<names> names_in_set(
    const catalog::snapshot& now,
    const std::string& folder,
    const std::string& set_name,
    const std::vector<new_variant_file>& files
) {
    return planner(now, folder, set_name, files).run();
}

}  // namespace callstream::genomics
