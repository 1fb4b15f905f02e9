#include "server/brapi/envelope.hpp"

#include "engine/paging/page_plan.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace callstream::brapi {
namespace json = boost::json;

json::object pagination(const page_numbers& n) {
    return {
        {"currentPage", n.page},
        {"page", n.page},
        {"pageSize", n.size},
        {"totalCount", n.total},
        {"totalPages", n.size == 0 ? 0 : paging::page_count(n.total, n.size)},
    };
}

json::object metadata(json::object pages, const std::vector<std::string>& warnings) {
    json::array status;
    status.push_back({
        {"message", "Request accepted, response successful"},
        {"messageType", "INFO"},
    });
    for (const auto& warning : warnings) {
        status.push_back({{"message", warning}, {"messageType", "WARNING"}});
    }
    return {
        {"datafiles", json::array()},
        {"pagination", std::move(pages)},
        {"status", std::move(status)},
    };
}

std::string_view context_member() {
    return R"("@context":["https://brapi.org/jsonld/context/metadata.jsonld"])";
}

namespace {

std::string metadata_of_single(const std::vector<std::string>& warnings) {
    return json::serialize(metadata(pagination({}), warnings));
}

}  // namespace

http::response single_text(std::string_view result, const std::vector<std::string>& warnings) {
    static const std::string without_warnings = metadata_of_single({});
    http::response r;
    r.body.reserve(result.size() + 512);
    r.body.append("{").append(context_member()).append(",\"metadata\":");
    r.body.append(warnings.empty() ? without_warnings : metadata_of_single(warnings));
    r.body.append(",\"result\":").append(result).append("}\n");
    return r;
}

http::response single(const json::value& result, const std::vector<std::string>& warnings) {
    return single_text(json::serialize(result), warnings);
}

std::vector<std::string> ignored_fields(const http::json_fields& body) {
    return ignored_fields(body.unknown());
}

std::vector<std::string> ignored_fields(const std::vector<std::string>& names) {
    constexpr std::size_t named_max = 20;  // the answer does not grow with what a client makes up
    std::vector<std::string> warnings;
    for (const auto& name : names) {
        if (warnings.size() == named_max) {
            const auto more = std::to_string(names.size() - named_max);
            warnings.push_back(more + " more fields are not known here and were ignored");
            break;
        }
        warnings.push_back("The field '" + name + "' is not known here and was ignored");
    }
    return warnings;
}

std::vector<std::string> ignored_parameters(const http::query& q) {
    std::vector<std::string> warnings;
    for (const auto& name : q.unknown()) {
        warnings.push_back("The parameter '" + name + "' is not known here and was ignored");
    }
    return warnings;
}

}  // namespace callstream::brapi
