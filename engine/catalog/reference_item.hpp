// One sequence of a FASTA file, found by its id.
#pragma once

#include "engine/catalog/catalog.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace callstream::catalog {

/// Valid as long as the snapshot.
struct reference_item {
    const reference_set* set = nullptr;
    std::shared_ptr<const reference::reference_file> file;
    std::shared_ptr<const reference::file_digests> digests;  ///< null while they are not known
    std::size_t sequence = 0;

    const reference::fasta_sequence& entry() const { return file->sequences()[sequence]; }
    /// dataSet~stem~name
    std::string id() const;
    /// What nobody wrote down is empty.
    const reference_facts& facts() const;
    /// Of the letters, else as declared; empty while neither is there.
    const std::string& md5() const;
};

/// Whether the set has no sequences yet because its index is still being made.
bool awaits_index(const reference_set& set);

/// `errc::not_found`, or `errc::unavailable` while the file has no index.
result<reference_item> find_reference(const snapshot& now, std::string_view id);

/// As above, and `errc::file_replaced` when the path of the file names other bytes by now: for
/// whoever is about to read letters, see `with_current_files`.
result<reference_item> find_current_reference(const snapshot& now, std::string_view id);

}  // namespace callstream::catalog
