// Which program, trial, study, germplasm, sample and plate belong together, as data sets,
// `samples.tsv`, the columns of the files and what clients wrote say. An entity is an id: data sets
// that name the same one share it, whichever folders they are. Of what they say of it differently
// the first counts, in the order of their paths, and what a data set says of itself before what a
// sample says. What clients wrote counts before all of that, member by member.
#pragma once

#include "engine/catalog/catalog.hpp"
#include "server/brapi/context.hpp"
#include "server/brapi/written.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace callstream::brapi {

/// An entity; without an id there is none. The name points into the snapshots.
struct named {
    std::string id;
    std::string_view name;
};

/// One statement: a data set of itself, a row of its `samples.tsv`, a column of a file for which no
/// row gives a sample id, or an entity that a client made. Valid as long as its snapshots.
struct link {
    const catalog::data_set* home = nullptr;       ///< null for what a client made
    const catalog::sample_facts* facts = nullptr;  ///< null when no row says anything
    const std::string* column = nullptr;           ///< its name; null for a data set
    std::optional<catalog::call_set> call_set;     ///< of a column
    const written* own = nullptr;  ///< of the sample of row or column, or what a client made
    /// Which entity it is there for, and its id, whatever clients wrote of the others; nothing when
    /// it is there for all.
    std::optional<entity_type> about = {};
    std::string id = {};
    /// The others of the statement moved elsewhere: only what it belongs to by itself is left.
    bool alone = false;
};

/// Thread-safe; keeps its snapshots.
class relations {
 public:
    using each_link = std::function<bool(const link&)>;

    /// As files alone say it.
    explicit relations(std::shared_ptr<const catalog::snapshot> now);
    /// Of what clients made nothing is in it unless it `reaches_all`: it belongs to no data set.
    relations(
        std::shared_ptr<const catalog::snapshot> now,
        written_entities::state wrote,
        bool reaches_all
    );

    const catalog::snapshot& now() const { return *now_; }
    const std::shared_ptr<const catalog::snapshot>& snapshot() const { return now_; }
    const std::shared_ptr<const written_snapshot>& what_was_written() const { return wrote_; }
    bool reaches_all() const { return reaches_all_; }
    /// Why it may not be what clients wrote last.
    const std::optional<error>& trouble() const { return trouble_; }
    /// Whether clients wrote anything at all; else data sets say all there is to know.
    bool anything_written() const { return wrote_->any_but_extracts(); }

    /// What data sets say of themselves, until `each` returns false, which is then returned.
    bool for_each_data_set(const each_link& each) const;
    /// The entities of one kind that clients made.
    bool for_each_made(entity_type type, const each_link& each) const;
    /// Every link in a fixed order: data sets, rows, columns, what clients made. Takes time as
    /// there are samples.
    void for_each(const each_link& each) const;

    link link_of(const catalog::call_set& c) const;

    /// The id of the entity of this kind that the link makes; empty for none. To be of an entity
    /// makes none where a client only wrote that it is.
    std::string made_by(const link& l, entity_type type) const;
    /// The link for that entity.
    link for_made(const link& l, entity_type type) const;
    static link for_made(link l, entity_type type, std::string id);
    /// The same where clients wrote that the link is of another one by now.
    link left_alone(const link& l, entity_type type) const;

    /// The one of these below.
    named entity(entity_type type, const link& l) const;
    named program(const link& l) const;
    named trial(const link& l) const;
    /// That of the sample, else that of the data set. Of what files say never without an id.
    named study(const link& l) const;
    std::string_view study_type(const link& l) const;
    named germplasm(const link& l) const;
    /// That of the row, else the call set's id.
    named sample(const link& l) const;
    named plate(const link& l) const;
    /// What the entity of this kind says, else the data set, else what the entity belongs to.
    std::string_view crop(entity_type type, const link& l) const;

    /// What clients wrote of an entity, as far as it is within reach; null when they did not.
    const written* wrote(entity_type type, std::string_view id) const;
    const written* wrote(entity_type type, const link& l) const;
    const written* wrote_of(const catalog::call_set& c) const;
    const written* wrote_of(const catalog::variant_set& set) const;
    /// Of all entities of one kind of which clients wrote something, as far as within reach.
    void for_each_wrote(entity_type type, const std::function<void(const written&)>& each) const;
    /// Null when there is no such extract, or none of the variant sets it is of is within reach.
    const extract* find_extract(std::string_view id) const;
    /// Ids of those there are, in the order in which they were made.
    std::vector<std::string_view> extracts() const;
    /// Whether a variant set has this id, one of files or an extract.
    bool has_variant_set(std::string_view id) const;
    /// Puts what was written in place of what files say. Names of other entities are theirs.
    void overlay(entity_type type, std::string_view id, boost::json::object& shown) const;

 private:
    using names = std::unordered_map<std::string_view, std::string_view>;  // by id
    using homes = std::unordered_map<std::string_view, const catalog::data_set*>;

    bool for_each_row(const each_link& each) const;
    bool for_each_column(const each_link& each) const;
    link with_own(link l) const;

    std::string program_id(const link& l) const;
    std::string trial_id(const link& l) const;
    std::string study_id(const link& l) const;
    std::string sample_id(const link& l) const;
    /// What the sample or plate of the link says of itself.
    static const written::text* own_text(const link& l, written::text written::*what);

    /// What rows give; made when it is first asked for.
    struct rows {
        names germplasm;
        names samples;
        std::unordered_set<std::string_view> germplasm_ids;
        std::unordered_set<std::string_view> study_ids;
    };
    const rows& of_rows() const;
    bool is_of_files(entity_type type, std::string_view id) const;
    /// The data set that describes the study; null when only samples name it.
    const catalog::data_set* home_of_study(std::string_view id) const;

    std::shared_ptr<const catalog::snapshot> now_;
    std::shared_ptr<const written_snapshot> wrote_;
    std::optional<error> trouble_;
    bool reaches_all_ = true;
    homes programs_;
    homes trials_;
    homes studies_;
    mutable std::once_flag rows_read_;
    mutable rows rows_;
};

/// As whoever sent the request may know it. Where the store cannot be asked a warning is added, and
/// what was known last counts.
std::shared_ptr<const relations> relations_now(
    const context& ctx, const http::request& request, std::vector<std::string>& warnings
);

/// The same for whoever may see everything, as far as it can be known without a look at the store;
/// else null. Does not block.
std::shared_ptr<const relations> relations_at_once(
    const context& ctx, const http::request& request
);

}  // namespace callstream::brapi
