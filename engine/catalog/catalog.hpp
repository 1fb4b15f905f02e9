// What is served, as one immutable snapshot: data sets, their variant sets, the call sets in them.
#pragma once

#include "engine/catalog/data_set.hpp"
#include "engine/catalog/grouping.hpp"
#include "engine/catalog/overlay.hpp"
#include "engine/catalog/scan.hpp"
#include "engine/reads/reads_file.hpp"
#include "engine/reference/fasta_digests.hpp"
#include "engine/reference/indexed_fasta.hpp"
#include "engine/variants/set_view.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace callstream::catalog {

/// A FASTA file; each of its sequences is a reference.
struct reference_set {
    std::string id;  ///< dataSet~name
    std::string name;
    std::shared_ptr<const data_set> home;
    std::string relative;  ///< path below the served folder, for the operator's eyes only
    std::shared_ptr<reference::indexed_fasta> fasta;
    std::shared_ptr<reference::fasta_digests> digests;
};

/// A BAM or CRAM file.
struct read_group_set {
    std::string id;  ///< dataSet~name
    std::string name;
    std::shared_ptr<const data_set> home;
    std::string relative;
    std::filesystem::path path;
    std::shared_ptr<const reads::reads_file> file;
    std::string given_name = {};        ///< as somebody said; empty: nobody did
    std::string reference_set_id = {};  ///< likewise
};

/// A file of annotations that browsers draw: GFF3, GTF or BED, packed by bgzip, with an index.
struct track {
    std::string id;  ///< dataSet~name
    std::string name;
    std::shared_ptr<const data_set> home;
    std::string relative;
    std::filesystem::path path;
    file_identity identity;
    std::string format;  ///< gff3, gtf or bed
};

/// A variant set: one file, or several that are parts of one whole. Ids are as `engine/core/id.hpp`
/// makes them.
struct variant_set {
    std::string id;    ///< dataSet~name
    std::string name;  ///< what the stems of its files have in common
    std::shared_ptr<const data_set> home;
    std::vector<std::string> relative;  ///< paths of its files, for the operator's eyes only
    std::string created;                ///< RFC 3339: ##fileDate, else the oldest file's mtime
    std::string updated;                ///< RFC 3339: the newest file's mtime
    variants::file_list files;          ///< in the order of their records
    std::string reference_set_id;       ///< empty when no reference set fits
    std::shared_ptr<const call_set_overlay> changed = nullptr;  ///< null: nobody changed anything
    std::string description = {};                    ///< as somebody said; empty: nobody did
    std::optional<std::string> given_metadata = {};  ///< likewise, a JSON array

    /// The columns of its files.
    const std::vector<std::string>& samples() const { return files.front()->header().samples; }
    std::uint32_t overlay_generation() const { return changed ? changed->generation : 0; }
    std::size_t call_set_count() const;

    /// Calls `each(call_set)` for its call sets, columns first, until it returns false, which is
    /// then returned.
    template <class Each>
    bool each_call_set(Each each) const;
};

/// A call set: a sample column of a variant set, or one that was created and has no calls. Valid as
/// long as its catalog.
struct call_set {
    const variant_set* set = nullptr;
    std::uint32_t column = 0;  ///< those behind the last column are the created ones

    /// Null for a column.
    const created_call_set* created() const;
    const std::string& name() const;
    std::string id() const;
    /// Null when `samples.tsv` does not list it.
    const sample_facts* facts() const;
};

template <class Each>
bool variant_set::each_call_set(Each each) const {
    const std::size_t more = changed ? changed->created.size() : 0;
    const auto count = static_cast<std::uint32_t>(samples().size() + more);
    for (std::uint32_t column = 0; column < count; ++column) {
        if (changed && changed->hidden.contains(column)) continue;
        if (!each(call_set{this, column})) return false;
    }
    return true;
}

/// Immutable, shared between threads. A variant set of which the index pass refused a file is not
/// served any more, though it is still in here.
class snapshot {
 public:
    /// Opens what `found` lists; files that `before` has open and that have not changed are kept.
    static std::shared_ptr<const snapshot> make(scan_result found, const snapshot* before);

    /// The same with what clients changed. Valid without this one.
    std::shared_ptr<const snapshot> changed_by(const overlay& changes) const;

    /// The same without what belongs to other data sets than these, given by their ids, sorted; nor
    /// are problems and remarks in it. Valid without this one.
    std::shared_ptr<const snapshot> restricted_to(const std::vector<std::string>& data_sets) const;

    /// The variant sets that are served, in the order of their paths.
    std::vector<const variant_set*> variant_sets() const;
    const variant_set* find_variant_set(std::string_view id) const;
    std::optional<call_set> find_call_set(std::string_view id) const;

    /// In the order of their paths. A reference set whose indexes are still being made has no
    /// sequences yet.
    const std::vector<reference_set>& reference_sets() const { return reference_sets_; }
    /// Null when there is none.
    const reference_set* find_reference_set(std::string_view id) const;
    const std::vector<read_group_set>& read_group_sets() const { return read_group_sets_; }
    const std::vector<track>& tracks() const { return tracks_; }

    /// Everything that a pass derives an index from, those first that are not served without it.
    /// The checksums of a FASTA file are among them once it has its indexes.
    std::vector<std::shared_ptr<indexable>> indexables() const;

    /// Data sets with files or a description, by their paths.
    const std::vector<std::shared_ptr<const data_set>>& data_sets() const { return data_sets_; }
    /// Those that have no files, in the order of their creation.
    const std::vector<created_data_set>& created_data_sets() const { return created_data_sets_; }
    /// Of either kind.
    bool has_data_set(std::string_view id) const;
    /// Those that no file has come for yet, in the order of their creation.
    const std::vector<created_variant_set>& created_variant_sets() const {
        return created_variant_sets_;
    }
    /// Null when there is none.
    const created_variant_set* find_created_variant_set(std::string_view id) const;

    /// All that is not served, including what the index passes found meanwhile.
    std::vector<problem> problems() const;
    /// Nothing is wrong with these, but they might have been expected to be one variant set.
    const std::vector<problem>& remarks() const { return remarks_; }

    /// Files that are not served before they are indexed, because only then it is known whether
    /// they are parts of one variant set.
    const std::vector<opened_file>& waiting() const { return waiting_; }
    /// Every file that was opened.
    const std::vector<opened_file>& files() const { return files_; }

 private:
    void open_files(const scan_result& found, const snapshot* before);
    void open_file(const found_file& found, const opened_file* before);
    /// What one kind of set is opened from.
    template <class Set>
    struct opening {
        const scan_result& found;
        const std::vector<found_file>& files;
        const std::vector<Set>& before;
    };
    /// `open(file)` makes a set without its place: name, id, home, path.
    template <class Set, class IsCurrent, class Open>
    void open_sets(
        const opening<Set>& from, IsCurrent is_current, Open open, std::vector<Set>& into
    );
    void open_references(const scan_result& found, const snapshot* before);
    void open_reads(const scan_result& found, const snapshot* before);
    void open_tracks(const scan_result& found, const snapshot* before);
    void read_data_sets(const scan_result& found, const snapshot* before);
    void make_sets();
    void link_references();
    std::string reference_of(const variant_set& set) const;
    void find_by_id();
    void rename_data_sets(const overlay& changes);
    void change_call_sets(const overlay& changes);
    void change_read_group_sets(const overlay& changes);
    void change_variant_sets(const overlay& changes);
    void add_created_variant_sets(const overlay& changes);
    std::shared_ptr<snapshot> part(const std::function<bool(const std::string&)>& kept) const;

    std::vector<opened_file> files_;
    std::vector<opened_file> waiting_;
    std::vector<reference_set> reference_sets_;
    std::vector<read_group_set> read_group_sets_;
    std::vector<track> tracks_;
    std::vector<std::shared_ptr<const data_set>> data_sets_;
    std::vector<created_data_set> created_data_sets_;
    std::vector<created_variant_set> created_variant_sets_;
    std::unordered_map<std::string_view, std::shared_ptr<const data_set>> homes_;  // by path
    std::vector<variant_set> sets_;
    std::unordered_map<std::string_view, std::size_t> by_id_;  // views into `sets_`
    std::vector<problem> problems_;
    std::vector<problem> remarks_;
};

}  // namespace callstream::catalog
