#include "engine/catalog/catalog.hpp"

#include "engine/catalog/open_track.hpp"
#include "engine/catalog/reference_link.hpp"
#include "engine/core/clock.hpp"
#include "engine/core/id.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <unordered_set>
#include <utility>

namespace callstream::catalog {
namespace {

std::string creation_date(const variants::variant_file& file) {
    if (const auto date = parse_file_date(file.header().file_date)) return utc_text(*date);
    return utc_text_of_ns(file.identity().mtime_ns);
}

/// A file that the disk cannot read is a problem of its own, not of all the others.
template <class Open>
auto open_safely(Open open, const std::filesystem::path& path) -> decltype(open(path)) {
    try {
        return open(path);
    } catch (const damaged_file& damage) {
        return error{errc::file_unusable, std::string("is damaged: ") + damage.what()};
    } catch (const std::exception& e) {
        return error{errc::unavailable, std::string("cannot be read: ") + e.what()};
    }
}

/// Names for files of one kind: the stem, or for those that share it the whole file name.
std::vector<std::string> names_of(const std::vector<found_file>& files) {
    std::map<std::pair<std::string, std::string>, int> uses;
    for (const auto& f : files) ++uses[{f.data_set, f.stem}];
    std::vector<std::string> names;
    for (const auto& f : files) {
        const bool alone = uses[{f.data_set, f.stem}] == 1;
        names.push_back(alone ? f.stem : f.path.filename().string());
    }
    return names;
}

/// What lies in a folder that cannot be read now is not gone.
bool is_unread(const scan_result& found, std::string_view relative) {
    return std::any_of(found.unread.begin(), found.unread.end(), [&](const auto& folder) {
        return relative == folder || relative.starts_with(folder + "/");
    });
}

std::optional<call_set> find_created(const variant_set& set, std::string_view id) {
    if (!set.changed) return std::nullopt;
    const auto& all = set.changed->created;
    const auto at = std::find_if(all.begin(), all.end(), [&](const auto& c) { return c.id == id; });
    if (at == all.end()) return std::nullopt;
    const auto number = set.samples().size() + static_cast<std::size_t>(at - all.begin());
    return call_set{&set, static_cast<std::uint32_t>(number)};
}

bool is_served(const variant_set& set) {
    return std::none_of(set.files.begin(), set.files.end(), [](const auto& file) {
        return file->refusal().has_value();
    });
}

}  // namespace

std::size_t variant_set::call_set_count() const {
    const std::size_t columns = samples().size();
    return changed ? columns - changed->hidden.size() + changed->created.size() : columns;
}

const created_call_set* call_set::created() const {
    const std::size_t columns = set->samples().size();
    return column < columns ? nullptr : &set->changed->created[column - columns];
}

const std::string& call_set::name() const {
    if (set->changed) {
        if (const auto* made = created()) return made->name;
        const auto renamed = set->changed->renamed.find(column);
        if (renamed != set->changed->renamed.end()) return renamed->second;
    }
    return set->samples()[column];
}

std::string call_set::id() const {
    if (const auto* made = created()) return made->id;
    return id::join(set->id, id::encode(set->samples()[column]));
}

const sample_facts* call_set::facts() const {
    return created() != nullptr ? nullptr : set->home->find_sample(set->samples()[column]);
}

std::shared_ptr<const snapshot> snapshot::make(scan_result found, const snapshot* before) {
    auto made = std::make_shared<snapshot>();
    made->problems_ = found.problems;
    made->open_files(found, before);
    made->read_data_sets(found, before);
    made->open_references(found, before);
    made->open_reads(found, before);
    made->open_tracks(found, before);
    made->make_sets();
    made->link_references();
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
    for (const auto& [relative, file] : kept) {
        if (is_unread(found, relative)) files_.push_back(*file);
    }
}

void snapshot::open_file(const found_file& found, const opened_file* before) {
    if (before != nullptr && before->file->is_current()) {
        files_.push_back({found, before->file});
        return;
    }
    auto opened = open_safely(variants::variant_file::open, found.path);
    if (opened) {
        files_.push_back({found, std::move(*opened)});
    } else if (before != nullptr && opened.error().code == errc::unavailable) {
        files_.push_back(*before);  // no descriptor is free, say: the next rescan
    } else {
        problems_.push_back({found.relative, opened.error().text});
    }
}

void snapshot::read_data_sets(const scan_result& found, const snapshot* before) {
    std::map<std::string, found_data_set> all;
    for (const auto& file : files_) all[file.found.data_set].relative = file.found.data_set;
    for (const auto* files : {&found.references, &found.reads, &found.tracks}) {
        for (const auto& file : *files) all[file.data_set].relative = file.data_set;
    }
    for (const auto& described : found.data_sets) all[described.relative] = described;
    std::unordered_map<std::string_view, std::shared_ptr<const data_set>> old;
    if (before != nullptr) {
        for (const auto& d : before->data_sets_) old.emplace(d->relative, d);
    }
    for (const auto& [relative, d] : old) {
        if (is_unread(found, relative)) all[d->relative].relative = d->relative;
    }
    for (const auto& [relative, described] : all) {
        const auto& earlier = old[relative];
        const bool keep = earlier != nullptr && is_unread(found, relative);
        const auto& made =
            data_sets_.emplace_back(keep ? earlier : read_data_set(described, earlier));
        problems_.insert(problems_.end(), made->problems.begin(), made->problems.end());
    }
    for (const auto& d : data_sets_) homes_.emplace(d->relative, d);
}

template <class Set, class IsCurrent, class Open>
void snapshot::open_sets(
    const opening<Set>& from, IsCurrent is_current, Open open, std::vector<Set>& into
) {
    std::unordered_map<std::string_view, const Set*> old;
    for (const auto& set : from.before) old.emplace(set.relative, &set);
    const auto add = [&](Set set, const std::string& home, std::string name, std::string relative) {
        set.home = homes_.at(home);
        set.id = id::join(set.home->id, id::encode(name));
        set.name = std::move(name);
        set.relative = std::move(relative);
        into.push_back(std::move(set));
    };
    const auto names = names_of(from.files);
    for (std::size_t i = 0; i < from.files.size(); ++i) {
        const auto& file = from.files[i];
        const auto at = old.find(file.relative);
        const Set* earlier = at == old.end() ? nullptr : at->second;
        if (earlier != nullptr && is_current(*earlier)) {
            add(*earlier, file.data_set, names[i], file.relative);
            continue;
        }
        auto opened = open(file);
        if (opened) {
            add(std::move(*opened), file.data_set, names[i], file.relative);
        } else if (earlier != nullptr && opened.error().code == errc::unavailable) {
            add(*earlier, file.data_set, names[i], file.relative);  // as in `open_file`
        } else {
            problems_.push_back({file.relative, opened.error().text});
        }
    }
    for (const auto& set : from.before) {
        if (is_unread(from.found, set.relative)) {
            add(set, set.home->relative, set.name, set.relative);
        }
    }
    std::sort(into.begin(), into.end(), [](const Set& a, const Set& b) {
        return a.relative < b.relative;
    });
}

void snapshot::open_references(const scan_result& found, const snapshot* before) {
    static const std::vector<reference_set> none;
    open_sets<reference_set>(
        {found, found.references, before == nullptr ? none : before->reference_sets_},
        [](const reference_set& set) { return set.fasta->is_current(); },
        [](const found_file& file) -> result<reference_set> {
            auto fasta = open_safely(reference::indexed_fasta::open, file.path);
            if (!fasta) return fasta.error();
            reference_set set;
            set.digests = std::make_shared<reference::fasta_digests>(*fasta);
            set.fasta = std::move(*fasta);
            return set;
        },
        reference_sets_
    );
}

void snapshot::open_reads(const scan_result& found, const snapshot* before) {
    static const std::vector<read_group_set> none;
    open_sets<read_group_set>(
        {found, found.reads, before == nullptr ? none : before->read_group_sets_},
        [](const read_group_set& set) {
            const auto now = identity_of(set.path);
            return now && *now == set.file->identity();
        },
        [](const found_file& file) -> result<read_group_set> {
            auto reads = open_safely(reads::reads_file::open, file.path);
            if (!reads) return reads.error();
            read_group_set set;
            set.path = file.path;
            set.file = std::move(*reads);
            return set;
        },
        read_group_sets_
    );
}

/// Looked at anew each time: what makes a file a track is the index beside it.
void snapshot::open_tracks(const scan_result& found, const snapshot* before) {
    static const std::vector<track> none;
    open_sets<track>(
        {found, found.tracks, before == nullptr ? none : before->tracks_},
        [](const track&) { return false; },
        [](const found_file& file) { return open_safely(open_track, file.path); },
        tracks_
    );
}

void snapshot::link_references() {
    for (auto& set : sets_) set.reference_set_id = reference_of(set);
}

/// That of its data set, else the only one that fits.
std::string snapshot::reference_of(const variant_set& set) const {
    std::vector<const reference_set*> own;
    std::vector<const reference_set*> fitting;
    for (const auto& candidate : reference_sets_) {
        const auto file = candidate.fasta->file();
        if (!file) continue;
        const bool is_own = candidate.home == set.home;
        if (is_own) own.push_back(&candidate);
        const auto& header = set.files.front()->header();
        if (misfit(header, *file, set.home->contigs).empty()) fitting.push_back(&candidate);
    }
    if (own.size() == 1) return own.front()->id;
    return fitting.size() == 1 ? fitting.front()->id : std::string();
}

std::vector<std::shared_ptr<indexable>> snapshot::indexables() const {
    std::vector<std::shared_ptr<indexable>> all;
    for (const auto& set : reference_sets_) all.push_back(set.fasta);
    std::unordered_set<const variants::variant_file*> waits;
    for (const auto& opened : waiting_) {
        waits.insert(opened.file.get());
        all.push_back(opened.file);
    }
    for (const auto& opened : files_) {
        if (!waits.contains(opened.file.get())) all.push_back(opened.file);
    }
    for (const auto& set : reference_sets_) {
        if (set.fasta->is_indexed()) all.push_back(set.digests);
    }
    return all;
}

/// Files that an index pass has refused take no part.
void snapshot::make_sets() {
    std::vector<opened_file> sound;
    for (const auto& file : files_) {
        if (!file.file->refusal()) sound.push_back(file);
    }
    auto grouped = group_files(sound);
    for (const std::size_t i : grouped.waiting) waiting_.push_back(sound[i]);
    remarks_ = std::move(grouped.remarks);
    for (const auto& group : grouped.groups) {
        variant_set set;
        set.home = homes_.at(group.data_set);
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
    find_by_id();
}

void snapshot::find_by_id() {
    for (std::size_t i = 0; i < sets_.size(); ++i) by_id_.emplace(sets_[i].id, i);
}

std::shared_ptr<const snapshot> snapshot::restricted_to(const std::vector<std::string>& data_sets
) const {
    return part([&](const std::string& id) {
        return std::binary_search(data_sets.begin(), data_sets.end(), id);
    });
}

/// What belongs to the data sets that are kept, by their ids.
std::shared_ptr<snapshot> snapshot::part(const std::function<bool(const std::string&)>& kept
) const {
    const auto is_at_home = [&](const auto& set) { return kept(set.home->id); };
    const auto is_kept_file = [&](const opened_file& file) {
        return kept(id::encode(file.found.data_set));
    };
    const auto copy = [](const auto& from, auto& into, auto fits) {
        std::copy_if(from.begin(), from.end(), std::back_inserter(into), fits);
    };
    auto out = std::make_shared<snapshot>();
    copy(files_, out->files_, is_kept_file);
    copy(waiting_, out->waiting_, is_kept_file);
    copy(reference_sets_, out->reference_sets_, is_at_home);
    copy(read_group_sets_, out->read_group_sets_, is_at_home);
    copy(tracks_, out->tracks_, is_at_home);
    copy(sets_, out->sets_, is_at_home);
    copy(data_sets_, out->data_sets_, [&](const auto& set) { return kept(set->id); });
    const auto is_kept_itself = [&](const created_data_set& set) { return kept(set.id); };
    copy(created_data_sets_, out->created_data_sets_, is_kept_itself);
    copy(created_variant_sets_, out->created_variant_sets_, [&](const created_variant_set& set) {
        return kept(set.data_set_id);
    });
    for (const auto& home : out->data_sets_) out->homes_.emplace(home->relative, home);
    for (auto& set : out->sets_) {
        if (out->find_reference_set(set.reference_set_id) == nullptr) set.reference_set_id.clear();
    }
    out->find_by_id();
    return out;
}

bool snapshot::has_data_set(std::string_view id) const {
    const auto& made = created_data_sets_;
    return std::any_of(
               data_sets_.begin(), data_sets_.end(), [&](const auto& set) { return set->id == id; }
           ) ||
           std::any_of(made.begin(), made.end(), [&](const auto& set) { return set.id == id; });
}

const created_variant_set* snapshot::find_created_variant_set(std::string_view id) const {
    const auto& all = created_variant_sets_;
    const auto at =
        std::find_if(all.begin(), all.end(), [&](const auto& set) { return set.id == id; });
    return at == all.end() ? nullptr : &*at;
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
    if (at == columns.end()) return find_created(*set, id);
    if (set->changed && set->changed->hidden.contains(at->second)) return std::nullopt;
    return call_set{set, at->second};
}

const reference_set* snapshot::find_reference_set(std::string_view id) const {
    const auto at =
        std::find_if(reference_sets_.begin(), reference_sets_.end(), [&](const auto& set) {
            return set.id == id;
        });
    return at == reference_sets_.end() ? nullptr : &*at;
}

std::vector<problem> snapshot::problems() const {
    std::vector<problem> all = problems_;
    for (const auto& [found, file] : files_) {
        if (const auto why = file->refusal()) all.push_back({found.relative, why->text});
    }
    for (const auto& set : reference_sets_) {
        if (const auto why = set.fasta->refusal()) all.push_back({set.relative, why->text});
        if (const auto why = set.digests->refusal()) all.push_back({set.relative, why->text});
    }
    return all;
}

}  // namespace callstream::catalog
