#include "engine/catalog/catalog.hpp"

#include "engine/core/clock.hpp"
#include "engine/core/id.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace callstream::catalog {
namespace {

std::string creation_date(const variants::variant_file& file) {
    if (const auto date = parse_file_date(file.header().file_date)) return utc_text(*date);
    return utc_text_of_ns(file.identity().mtime_ns);
}

variant_set describe(
    const found_file& found, const std::string& name, std::shared_ptr<variants::variant_file> file
) {
    variant_set set;
    set.data_set_id = id::encode(found.data_set);
    set.id = id::join(set.data_set_id, id::encode(name));
    set.name = name;
    set.relative = found.relative;
    set.created = creation_date(*file);
    set.updated = utc_text_of_ns(file->identity().mtime_ns);
    set.file = std::move(file);
    return set;
}

std::string ending_of(const found_file& found) {
    const auto name = found.path.filename().string();
    return name.substr(found.stem.size());
}

/// Names of the variant sets: the stem, and for twins (the same stem in one data set) the stem goes
/// to the BCF, else to the .vcf.gz, while the others keep their ending. It depends on names alone,
/// so every replica agrees.
std::vector<std::string> name_sets(const std::vector<found_file>& files) {
    std::map<std::pair<std::string, std::string>, std::string> owner;  // -> the ending that wins
    std::set<std::pair<std::string, std::string>> file_names;
    const auto rank = [](const std::string& ending) {
        return ending == ".bcf" ? 0 : ending == ".vcf.gz" ? 1 : 2;
    };
    for (const auto& file : files) {
        const auto ending = ending_of(file);
        file_names.emplace(file.data_set, file.stem + ending);
        const auto [at, is_new] = owner.try_emplace({file.data_set, file.stem}, ending);
        if (!is_new && rank(ending) < rank(at->second)) at->second = ending;
    }
    std::vector<std::string> names;
    for (const auto& file : files) {
        const auto ending = ending_of(file);
        // The stem of a.vcf.gz.bcf may be the whole name of a twin.
        const bool owns = owner.at({file.data_set, file.stem}) == ending &&
                          !file_names.contains({file.data_set, file.stem});
        names.push_back(owns ? file.stem : file.stem + ending);
    }
    return names;
}

/// A file that the disk cannot read is a problem of its own, not of all the others.
result<std::shared_ptr<variants::variant_file>> open_safely(const std::filesystem::path& path) {
    try {
        return variants::variant_file::open(path);
    } catch (const std::exception& e) {
        return error{errc::unavailable, std::string("cannot be read: ") + e.what()};
    }
}

}  // namespace

std::string variant_set::call_set_id(std::uint32_t column) const {
    return id::join(id, id::encode(samples()[column]));
}

std::shared_ptr<const snapshot> snapshot::make(scan_result found, const snapshot* before) {
    std::unordered_map<std::string_view, const variant_set*> kept;
    if (before != nullptr) {
        for (const auto& set : before->sets_) kept.emplace(set.relative, &set);
    }
    auto made = std::make_shared<snapshot>();
    made->problems_ = std::move(found.problems);
    const auto names = name_sets(found.files);
    for (std::size_t i = 0; i < found.files.size(); ++i) {
        const found_file& file = found.files[i];
        const auto old = kept.find(file.relative);
        const variant_set* before_this = old == kept.end() ? nullptr : old->second;
        if (before_this != nullptr && before_this->file->is_current()) {
            made->sets_.push_back(describe(file, names[i], before_this->file));
            continue;
        }
        auto opened = open_safely(file.path);
        if (opened) {
            made->sets_.push_back(describe(file, names[i], std::move(*opened)));
        } else if (before_this != nullptr && opened.error().code == errc::unavailable) {
            made->sets_.push_back(*before_this);  // no descriptor is free, say: the next rescan
        } else {
            made->problems_.push_back({file.relative, opened.error().text});
        }
    }
    // What lies in a folder that cannot be read now is not gone.
    for (const auto& [relative, set] : kept) {
        const bool unread = std::any_of(
            found.unread.begin(),
            found.unread.end(),
            [&relative = relative](const auto& folder) {
                return relative.starts_with(folder + "/");
            }
        );
        if (unread) made->sets_.push_back(*set);
    }
    for (std::size_t i = 0; i < made->sets_.size(); ++i) {
        made->by_id_.emplace(made->sets_[i].id, i);
    }
    return made;
}

std::vector<const variant_set*> snapshot::variant_sets() const {
    std::vector<const variant_set*> served;
    served.reserve(sets_.size());
    for (const auto& set : sets_) {
        if (!set.file->refusal()) served.push_back(&set);
    }
    return served;
}

const variant_set* snapshot::find_variant_set(std::string_view id) const {
    const auto at = by_id_.find(id);
    if (at == by_id_.end() || sets_[at->second].file->refusal()) return nullptr;
    return &sets_[at->second];
}

std::optional<call_set> snapshot::find_call_set(std::string_view id) const {
    const auto parts = id::split_last(id);
    if (!parts) return std::nullopt;
    const variant_set* set = find_variant_set(parts->first);
    const auto sample = id::decode(parts->second);
    if (set == nullptr || !sample) return std::nullopt;
    const auto& columns = set->file->header().sample_columns;
    const auto at = columns.find(*sample);
    if (at == columns.end()) return std::nullopt;
    return call_set{set, at->second};
}

std::vector<problem> snapshot::problems() const {
    std::vector<problem> all = problems_;
    for (const auto& set : sets_) {
        if (const auto why = set.file->refusal()) all.push_back({set.relative, why->text});
    }
    return all;
}

}  // namespace callstream::catalog
