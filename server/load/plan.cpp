#include "server/load/plan.hpp"

#include "server/load/api_client.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>

namespace callstream::load {
namespace {

namespace json = boost::json;

constexpr std::uint64_t usual_page = 1000;
constexpr std::uint64_t usual_bases = 100'000;
/// Of one list, which are as many as BrAPI's usual page.
constexpr const char* list_page = "pageSize=1000";
/// Beyond it a server that pages bases wants to be told.
constexpr std::uint64_t bases_per_page = 1'000'000;

/// One thing whose pages can be asked for.
struct series {
    subject about;
    std::string path;          ///< behind the base, with its own part of the query and `?`
    std::string probe;         ///< key of what says how many pages there are
    std::uint64_t length = 0;  ///< of a reference
};

class planner {
 public:
    planner(const api_client& api, const server_url& url, const plan_options& options)
        : api_(api), url_(url), options_(options) {}

    request_plan make() {
        const auto what = options_.what.empty() ? api_.offered() : options_.what;
        std::vector<std::vector<std::string>> targets;
        for (const auto s : what) targets.push_back(targets_or_note(s));
        take_in_turn(what, targets);
        if (plan_.requests.empty()) {
            std::string why = "there is nothing to ask for";
            for (const auto& note : plan_.notes) why += "; " + note;
            throw std::runtime_error(why);
        }
        return std::move(plan_);
    }

 private:
    const std::vector<std::string>& variant_sets() {
        if (sets_) return *sets_;
        sets_ = options_.variant_sets;
        if (sets_->empty()) {
            for (const auto& set : api_.list(std::string("/variantsets?") + list_page)) {
                sets_->push_back(text_at(set, "variantSetDbId"));
            }
        }
        return *sets_;
    }

    /// Call sets of the variant sets in turn, spread over each.
    std::vector<series> call_set_series() {
        std::vector<std::pair<std::string, std::vector<json::value>>> of_sets;
        for (const auto& set : variant_sets()) {
            const auto path = "/variantsets/" + percent_encoded(set) + "/callsets?" + list_page;
            of_sets.emplace_back(set, api_.list(path));
            if (of_sets.size() == options_.distinct) break;
        }
        std::vector<series> out;
        const auto each = of_sets.empty() ? 0 : 1 + (options_.distinct - 1) / of_sets.size();
        for (const auto& [set, call_sets] : of_sets) {
            for (const auto at : spread(call_sets.size(), each)) {
                const auto id = percent_encoded(text_at(call_sets[at], "callSetDbId"));
                out.push_back({subject::callsets, "/callsets/" + id + "/calls?", set});
            }
        }
        return out;
    }

    std::vector<series> reference_series() {
        std::vector<series> out;
        for (const auto& reference : api_.list(std::string("/references?") + list_page)) {
            const auto length = number_at(find(reference, {"length"})).value_or(0);
            const auto id = percent_encoded(text_at(reference, "referenceDbId"));
            if (length == 0) continue;
            out.push_back({subject::bases, "/references/" + id + "/bases?", id, length});
        }
        return out;
    }

    std::vector<series> series_of(subject s) {
        if (s == subject::callsets) return call_set_series();
        if (s == subject::bases) return reference_series();
        std::vector<series> out;
        for (const auto& set : variant_sets()) {
            const auto id = percent_encoded(set);
            const auto path = s == subject::calls    ? "/variantsets/" + id + "/calls?"
                              : s == subject::matrix ? "/allelematrix?variantSetDbId=" + id + "&"
                                                     : "/variants?variantSetDbId=" + id + "&";
            out.push_back({s, path, set});
        }
        return out;
    }

    std::uint64_t page_size(subject s) const {
        return options_.page_size.value_or(s == subject::bases ? usual_bases : usual_page);
    }

    /// How many pages there are, or 1 when the server does not say.
    std::uint64_t pages_of(const series& one) {
        auto& known = pages_[{one.about, one.probe}];
        if (known == 0) known = std::max<std::uint64_t>(1, ask_pages(one));
        return known;
    }

    std::uint64_t ask_pages(const series& one) const {
        if (one.about == subject::bases) return pages_for(one.length, one.about);
        const auto total = one.about == subject::matrix ? ask_rows(one) : ask_items(one);
        return pages_for(total.value_or(1), one.about);
    }

    std::optional<std::uint64_t> ask_items(const series& one) const {
        const auto answer = api_.get(one.path + "pageSize=1");
        return number_at(find(answer, {"metadata", "pagination", "totalCount"}));
    }

    std::optional<std::uint64_t> ask_rows(const series& one) const {
        const auto answer =
            api_.get(one.path + "dimensionVariantPageSize=1&dimensionCallSetPageSize=1");
        const auto* dimensions = find(answer, {"result", "pagination"});
        if (dimensions == nullptr || !dimensions->is_array()) return std::nullopt;
        for (const auto& d : dimensions->get_array()) {
            if (text_at(d, "dimension") == "VARIANTS") return number_at(find(d, {"totalCount"}));
        }
        return std::nullopt;
    }

    std::uint64_t pages_for(std::uint64_t total, subject s) const {
        return total == 0 ? 1 : 1 + (total - 1) / page_size(s);
    }

    std::string page(const series& one, std::uint64_t number) const {
        const auto size = page_size(one.about);
        const auto n = std::to_string(number);
        if (one.about == subject::bases) {
            const auto begin = number * size;
            const auto end = std::min(one.length, begin + size);
            return one.path + "start=" + std::to_string(begin) + "&end=" + std::to_string(end) +
                   (end - begin > bases_per_page ? "&pageSize=" + std::to_string(size) : "");
        }
        if (one.about == subject::matrix) {
            return one.path + "dimensionVariantPage=" + n +
                   "&dimensionVariantPageSize=" + std::to_string(size) +
                   "&dimensionCallSetPageSize=" + std::to_string(usual_page);
        }
        return one.path + "pageSize=" + std::to_string(size) + (number > 0 ? "&page=" + n : "");
    }

    /// At most `distinct`, spread over the series and over the pages of each.
    std::vector<std::string> targets_of(subject s) {
        const auto all = series_of(s);
        const auto chosen = spread(all.size(), options_.distinct);
        std::vector<std::string> out;
        for (std::size_t i = 0; i < chosen.size(); ++i) {
            const auto left = options_.distinct - out.size();
            const auto each = std::max<std::uint64_t>(1, left / (chosen.size() - i));
            for (const auto number : spread(pages_of(all[chosen[i]]), each)) {
                out.push_back(url_.base + page(all[chosen[i]], number));
            }
        }
        return out;
    }

    /// As `targets_of`, with a note where there are none.
    std::vector<std::string> targets_or_note(subject s) {
        const auto note = "no " + std::string(name_of(s)) + ": ";
        try {
            auto out = targets_of(s);
            if (out.empty()) plan_.notes.push_back(note + "none there");
            return out;
        } catch (const std::runtime_error& e) {
            // Named by the user, it must be there; found in serverinfo, the rest can still be run.
            if (!options_.what.empty()) throw;
            plan_.notes.push_back(note + e.what());
            return {};
        }
    }

    /// Subjects in turn; the requests of those that have fewer come again, so that every subject
    /// has its share of the load.
    void take_in_turn(
        const std::vector<subject>& what, const std::vector<std::vector<std::string>>& targets
    ) {
        std::vector<std::size_t> first;
        std::size_t longest = 0;
        for (std::size_t s = 0; s < what.size(); ++s) {
            first.push_back(plan_.requests.size());
            for (const auto& target : targets[s]) add(what[s], target);
            longest = std::max(longest, targets[s].size());
        }
        for (std::size_t i = 0; i < longest; ++i) {
            for (std::size_t s = 0; s < what.size(); ++s) {
                if (targets[s].empty()) continue;
                plan_.order.push_back(first[s] + i % targets[s].size());
            }
        }
    }

    void add(subject s, const std::string& target) {
        const bool ndjson = options_.ndjson && s != subject::bases;
        plan_.requests.push_back({s, target, request_head(url_, options_, target, ndjson), ndjson});
    }

    const api_client& api_;
    const server_url& url_;
    const plan_options& options_;
    std::optional<std::vector<std::string>> sets_;
    std::map<std::pair<subject, std::string>, std::uint64_t> pages_;
    request_plan plan_;
};

}  // namespace

std::vector<std::uint64_t> spread(std::uint64_t total, std::uint64_t count) {
    std::vector<std::uint64_t> out;
    const auto n = std::min(total, count);
    for (std::uint64_t i = 0; i < n; ++i) {
        out.push_back(
            n == 1 ? 0
                   : static_cast<std::uint64_t>(
                         static_cast<double>(i) * static_cast<double>(total - 1) /
                         static_cast<double>(n - 1)
                     )
        );
    }
    return out;
}

std::string request_head(
    const server_url& url, const plan_options& options, const std::string& target, bool ndjson
) {
    std::string out = "GET " + target + " HTTP/1.1\r\nHost: " + url.authority() +
                      "\r\nUser-Agent: callstream-bench\r\nAccept: " +
                      (ndjson ? "application/x-ndjson" : "application/json") +
                      "\r\nAccept-Encoding: " + (options.gzip ? "gzip" : "identity") + "\r\n";
    if (!options.token.empty()) out += "Authorization: Bearer " + options.token + "\r\n";
    return out + "\r\n";
}

request_plan make_plan(
    const destination& to,
    const plan_options& options,
    std::chrono::seconds patience,
    const std::atomic<bool>& stopped
) {
    const api_client api(to, options, patience, stopped);
    return planner(api, to.url, options).make();
}

}  // namespace callstream::load
