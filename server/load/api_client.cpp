#include "server/load/api_client.hpp"

#include "server/load/excerpt.hpp"
#include "server/load/fetch.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

namespace callstream::load {
namespace json = boost::json;
namespace {

/// A path of serverinfo without its accidents: a slash in front, names of parameters.
std::string plain_service(std::string_view path) {
    std::string out;
    bool within = false;
    for (const char c : path) {
        if (c == '}') within = false;
        if (!within && (c != '/' || !out.empty())) out += c;
        if (c == '{') within = true;
    }
    return out;
}

}  // namespace

const json::value* find(const json::value& from, std::initializer_list<const char*> path) {
    const json::value* at = &from;
    for (const char* name : path) {
        const auto* object = at->if_object();
        at = object == nullptr ? nullptr : object->if_contains(name);
        if (at == nullptr) return nullptr;
    }
    return at;
}

std::string text_at(const json::value& from, const char* name) {
    const auto* found = find(from, {name});
    const auto* text = found == nullptr ? nullptr : found->if_string();
    return text == nullptr ? std::string() : std::string(*text);
}

std::optional<std::uint64_t> number_at(const json::value* found) {
    if (found == nullptr) return std::nullopt;
    boost::system::error_code ec;
    const auto out = found->to_number<std::uint64_t>(ec);
    return ec ? std::nullopt : std::optional(out);
}

api_client::api_client(
    const destination& to,
    const plan_options& options,
    std::chrono::seconds patience,
    const std::atomic<bool>& stopped
)
    : to_(to),
      options_(options),
      patience_(patience),
      stopped_(stopped),
      until_(steady::now() + 4 * patience) {
    options_.gzip = false;  // these answers are short, and read whole
}

json::value api_client::get(const std::string& path) const {
    const auto target = to_.url.base + path;
    fetched answer;
    try {
        const auto until = std::min(until_, steady::now() + patience_);
        answer = fetch(to_, request_head(to_.url, options_, target, false), until, stopped_);
    } catch (const std::runtime_error& e) {
        throw std::runtime_error(to_.url.authority() + target + ": " + e.what());
    }
    if (answer.status != 200) {
        throw std::runtime_error(
            to_.url.authority() + target + " answers " + std::to_string(answer.status) + ": " +
            excerpt(answer.body)
        );
    }
    json::error_code ec;
    auto out = json::parse(answer.body, ec);
    if (ec) throw std::runtime_error(to_.url.authority() + target + " answers no JSON");
    return out;
}

std::vector<json::value> api_client::list(const std::string& path) const {
    const auto answer = get(path);
    const auto* data = find(answer, {"result", "data"});
    if (data == nullptr || !data->is_array()) {
        throw std::runtime_error(to_.url.base + path + " has no result.data");
    }
    return {data->get_array().begin(), data->get_array().end()};
}

std::vector<subject> api_client::offered() const {
    const auto info = get("/serverinfo");
    const auto* calls = find(info, {"result", "calls"});
    std::set<std::string> services;
    if (calls != nullptr && calls->is_array()) {
        for (const auto& call : calls->get_array()) {
            services.insert(plain_service(text_at(call, "service")));
        }
    }
    const std::pair<const char*, subject> table[] = {
        {"callsets/{}/calls", subject::callsets},
        {"variantsets/{}/calls", subject::calls},
        {"allelematrix", subject::matrix},
        {"references/{}/bases", subject::bases},
        {"variants", subject::variants},
    };
    std::vector<subject> out;
    for (const auto& [service, s] : table) {
        if (services.contains(service)) out.push_back(s);
    }
    if (out.empty()) {
        throw std::runtime_error(
            "serverinfo names nothing that can be asked for; say it with --what"
        );
    }
    return out;
}

}  // namespace callstream::load
