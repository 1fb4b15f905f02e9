// Which program, trial, study, germplasm and sample belong together, as data sets, `samples.tsv`
// and the columns of the files say. An entity is an id: data sets that name the same one share it,
// whichever folders they are. Of what they say of it differently the first counts, in the order
// of their paths, and what a data set says of itself before what a sample says.
#pragma once

#include "engine/catalog/catalog.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace callstream::brapi {

/// An entity; without an id there is none. The name points into the snapshot.
struct named {
    std::string id;
    std::string_view name;
};

/// One statement: a data set of itself, a row of its `samples.tsv`, or a column of a file for
/// which no row gives a sample id. Valid as long as its snapshot.
struct link {
    const catalog::data_set* home = nullptr;
    const catalog::sample_facts* facts = nullptr;  ///< null when no row says anything
    const std::string* column = nullptr;           ///< its name; null for a data set
    std::optional<catalog::call_set> call_set;     ///< of a column
};

/// Thread-safe; keeps its snapshot.
class relations {
 public:
    explicit relations(std::shared_ptr<const catalog::snapshot> now);

    const catalog::snapshot& now() const { return *now_; }

    /// What data sets say of themselves, until `each` returns false, which is then returned.
    bool for_each_data_set(const std::function<bool(const link&)>& each) const;
    /// Every link in a fixed order: data sets, rows, columns. Takes time as there are samples.
    void for_each(const std::function<bool(const link&)>& each) const;

    named program(const link& l) const;
    named trial(const link& l) const;
    /// That of the sample's row, else that of the data set. Never without an id.
    named study(const link& l) const;
    const std::string& study_type(const link& l) const;
    named germplasm(const link& l) const;
    /// That of the row, else the call set's id.
    named sample(const link& l) const;

 private:
    using names = std::unordered_map<std::string_view, std::string_view>;  // by id

    bool for_each_row(const std::function<bool(const link&)>& each) const;
    bool for_each_column(const std::function<bool(const link&)>& each) const;

    /// The names that rows give; made when they are first asked for.
    struct names_of_rows {
        names germplasm;
        names samples;
    };
    const names_of_rows& of_rows() const;
    /// The data set that describes the study; null when only samples name it.
    const catalog::data_set* home_of_study(const std::string& id) const;

    std::shared_ptr<const catalog::snapshot> now_;
    names programs_;
    names trials_;
    std::unordered_map<std::string_view, const catalog::data_set*> studies_;  // by id
    mutable std::once_flag rows_read_;
    mutable names_of_rows rows_;
};

}  // namespace callstream::brapi
