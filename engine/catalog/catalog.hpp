// What is served, as one immutable snapshot: data sets, their variant sets, the call sets in them.
#pragma once

#include "engine/catalog/scan.hpp"
#include "engine/variants/variant_file.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace callstream::catalog {

/// A variant set: today one file. Ids are as `engine/core/id.hpp` makes them.
struct variant_set {
    std::string id;           ///< dataSet~stem
    std::string name;         ///< the stem
    std::string data_set_id;  ///< also the id of its study
    std::string relative;     ///< path below the served folder, for the operator's eyes only
    std::string created;      ///< RFC 3339: ##fileDate, else the file's mtime
    std::string updated;      ///< RFC 3339: the file's mtime
    std::shared_ptr<variants::variant_file> file;

    const std::vector<std::string>& samples() const { return file->header().samples; }
    std::string call_set_id(std::uint32_t column) const;
};

/// A call set: one sample column of a variant set. Valid as long as its catalog.
struct call_set {
    const variant_set* set = nullptr;
    std::uint32_t column = 0;

    const std::string& name() const { return set->samples()[column]; }
    std::string id() const { return set->call_set_id(column); }
};

/// Immutable, shared between threads. A variant set whose file the index pass refused is not
/// served any more, though it is still in here.
class snapshot {
 public:
    /// Opens what `found` lists; files that `before` has open and that have not changed are kept.
    static std::shared_ptr<const snapshot> make(scan_result found, const snapshot* before);

    /// The variant sets that are served, in the order of their paths.
    std::vector<const variant_set*> variant_sets() const;
    const variant_set* find_variant_set(std::string_view id) const;
    std::optional<call_set> find_call_set(std::string_view id) const;

    /// All that is not served, including what the index passes found meanwhile.
    std::vector<problem> problems() const;

    /// Every file that was opened.
    const std::vector<variant_set>& all() const { return sets_; }

 private:
    std::vector<variant_set> sets_;
    std::unordered_map<std::string_view, std::size_t> by_id_;  // views into `sets_`
    std::vector<problem> problems_;
};

}  // namespace callstream::catalog
