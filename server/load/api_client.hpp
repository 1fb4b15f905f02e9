// Asks a BrAPI server what there is, before a run.
#pragma once

#include "server/load/plan.hpp"

#include <boost/json/value.hpp>

#include <initializer_list>

namespace callstream::load {

/// The member at a path of names, or null.
const boost::json::value* find(
    const boost::json::value& from, std::initializer_list<const char*> path
);
/// A member of an object; empty where it is no text.
std::string text_at(const boost::json::value& from, const char* name);
/// Nothing where there is no whole number.
std::optional<std::uint64_t> number_at(const boost::json::value* found);

/// Every member throws std::runtime_error that names the request and what the server did.
class api_client {
 public:
    /// Takes at most `patience` for each answer and four times that for all of them.
    api_client(
        const destination& to,
        const plan_options& options,
        std::chrono::seconds patience,
        const std::atomic<bool>& stopped
    );

    /// `path` with its query, behind the base.
    boost::json::value get(const std::string& path) const;
    /// The elements of `result.data`.
    std::vector<boost::json::value> list(const std::string& path) const;
    /// What of all subjects serverinfo names; at least one.
    std::vector<subject> offered() const;

 private:
    using steady = std::chrono::steady_clock;

    const destination& to_;
    plan_options options_;
    std::chrono::seconds patience_;
    const std::atomic<bool>& stopped_;
    steady::time_point until_;
};

}  // namespace callstream::load
