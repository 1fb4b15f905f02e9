// References as their resources share them: one sequence of a FASTA file, found by its id.
#pragma once

#include "engine/catalog/catalog.hpp"
#include "server/brapi/reference_filter.hpp"

#include <boost/json/object.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::brapi {

/// A sequence of a reference set. Valid as long as the snapshot.
struct reference_item {
    const catalog::reference_set* set = nullptr;
    std::shared_ptr<const reference::reference_file> file;
    std::shared_ptr<const reference::file_digests> digests;  ///< null while they are not known
    std::size_t sequence = 0;

    const reference::fasta_sequence& entry() const { return file->sequences()[sequence]; }
    /// dataSet~stem~name
    std::string id() const;
    /// What nobody wrote down is empty.
    const catalog::reference_facts& facts() const;
    /// Of the letters, else as declared; empty while neither is there.
    const std::string& md5() const;
};

/// `errc::not_found`, or `errc::unavailable` while the file has no index.
result<reference_item> find_reference(const catalog::snapshot& now, std::string_view id);

/// Whether the checksums of this set may be known later.
bool awaits_digests(const catalog::reference_set& set);
/// What a filter on MD5s gets meanwhile.
error md5_unknown();
/// Adds a sentence about the reference sets whose index is still being made.
void warn_of_waiting_references(const catalog::snapshot& now, std::vector<std::string>& warnings);

/// `sourceGermplasm`, `species` and so on, which references and their sets have alike.
void add_source_members(const catalog::reference_facts& facts, boost::json::object& into);

}  // namespace callstream::brapi
