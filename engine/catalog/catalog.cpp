#include "engine/catalog/catalog.hpp"

#include "engine/core/clock.hpp"
#include "engine/core/id.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace callstream::catalog {
namespace {

std::string creation_date(const variants::variant_file& file) {
    if (const auto date = parse_file_date(file.header().file_date)) return utc_text(*date);
    return utc_text_of_ns(file.identity().mtime_ns);
}

/// A file that the disk cannot read is a problem of its own, not of all the others.
result<std::shared_ptr<variants::variant_file>> open_safely(const std::filesystem::path& path) {
    try {
        return variants::variant_file::open(path);
    } catch (const std::exception& e) {
        return error{errc::unavailable, std::string("cannot be read: ") + e.what()};
    }
}

bool is_served(const variant_set& set) {
    return std::none_of(set.files.begin(), set.files.end(), [](const auto& file) {
        return file->refusal().has_value();
    });
}

}  // namespace

std::string variant_set::call_set_id(std::uint32_t column) const {
    return id::join(id, id::encode(samples()[column]));
}

std::shared_ptr<const snapshot> snapshot::make(scan_result found, const snapshot* before) {
    auto made = std::make_shared<snapshot>();
    made->problems_ = found.problems;
    made->open_files(found, before);
    made->read_data_sets(found);
    made->make_sets();
    return made;
}

void snapshot::open_files(const scan_result& found, const snapshot* before) {
    std::unordered_map<std::string_view, const opened_file*> kept;
    if (before != nullptr) {
        for (const auto& file : before->files_) kept.emplace(file.found.relative, &file);
    }
    for (const auto& file : found.files) {
        const auto old = kept.find(file.relative);
        open_file(file, old == kept.end() ? nullptr : old->second);
    }
    // What lies in a folder that cannot be read now is not gone.
    for (const auto& [relative, file] : kept) {
        const bool unread = std::any_of(
            found.unread.begin(),
            found.unread.end(),
            [&relative = relative](const auto& folder) {
                return relative.starts_with(folder + "/");
            }
        );
        if (unread) files_.push_back(*file);
    }
}

void snapshot::open_file(const found_file& found, const opened_file* before) {
    if (before != nullptr && before->file->is_current()) {
        files_.push_back({found, before->file});
        return;
    }
    auto opened = open_safely(found.path);
    if (opened) {
        files_.push_back({found, std::move(*opened)});
    } else if (before != nullptr && opened.error().code == errc::unavailable) {
        files_.push_back(*before);  // no descriptor is free, say: the next rescan
    } else {
        problems_.push_back({found.relative, opened.error().text});
    }
}

void snapshot::read_data_sets(const scan_result& found) {
    std::map<std::string, found_data_set> all;
    for (const auto& file : files_) all[file.found.data_set].relative = file.found.data_set;
    for (const auto& described : found.data_sets) all[described.relative] = described;
    for (const auto& [relative, d] : all) data_sets_.push_back(read_data_set(d, problems_));
}

/// Files that an index pass has refused take no part.
void snapshot::make_sets() {
    std::vector<opened_file> sound;
    for (const auto& file : files_) {
        if (!file.file->refusal()) sound.push_back(file);
    }
    std::unordered_map<std::string_view, std::shared_ptr<const data_set>> homes;
    for (const auto& d : data_sets_) homes.emplace(d->relative, d);
    auto grouped = group_files(sound);
    for (const std::size_t i : grouped.waiting) waiting_.push_back(sound[i]);
    remarks_ = std::move(grouped.remarks);
    for (const auto& group : grouped.groups) {
        variant_set set;
        set.home = homes.at(group.data_set);
        set.id = id::join(set.home->id, id::encode(group.name));
        set.name = group.name;
        std::int64_t newest_ns = 0;
        for (const std::size_t i : group.files) {
            const auto& [found, file] = sound[i];
            set.relative.push_back(found.relative);
            const auto created = creation_date(*file);
            if (set.created.empty() || created < set.created) set.created = created;
            newest_ns = std::max(newest_ns, file->identity().mtime_ns);
            set.files.push_back(file);
        }
        set.updated = utc_text_of_ns(newest_ns);
        sets_.push_back(std::move(set));
    }
    for (std::size_t i = 0; i < sets_.size(); ++i) by_id_.emplace(sets_[i].id, i);
}

std::vector<const variant_set*> snapshot::variant_sets() const {
    std::vector<const variant_set*> served;
    served.reserve(sets_.size());
    for (const auto& set : sets_) {
        if (is_served(set)) served.push_back(&set);
    }
    return served;
}

const variant_set* snapshot::find_variant_set(std::string_view id) const {
    const auto at = by_id_.find(id);
    if (at == by_id_.end() || !is_served(sets_[at->second])) return nullptr;
    return &sets_[at->second];
}

std::optional<call_set> snapshot::find_call_set(std::string_view id) const {
    const auto parts = id::split_last(id);
    if (!parts) return std::nullopt;
    const variant_set* set = find_variant_set(parts->first);
    const auto sample = id::decode(parts->second);
    if (set == nullptr || !sample) return std::nullopt;
    const auto& columns = set->files.front()->header().sample_columns;
    const auto at = columns.find(*sample);
    if (at == columns.end()) return std::nullopt;
    return call_set{set, at->second};
}

std::vector<problem> snapshot::problems() const {
    std::vector<problem> all = problems_;
    for (const auto& [found, file] : files_) {
        if (const auto why = file->refusal()) all.push_back({found.relative, why->text});
    }
    return all;
}

}  // namespace callstream::catalog
