#include "server/ga4gh/service_info.hpp"

namespace callstream::ga4gh {

boost::json::object service_info(
    const service_facts& facts,
    std::string_view id,
    std::string_view artifact,
    std::string_view version,
    std::string_view home
) {
    const auto& name = facts.organization_name;
    const auto& url = facts.organization_url;
    return {
        {"id", "callstream." + std::string(id)},
        {"name", facts.name},
        {"type", {{"group", "org.ga4gh"}, {"artifact", artifact}, {"version", version}}},
        {"organization",
         {{"name", name.empty() ? std::string_view(facts.name) : std::string_view(name)},
          {"url", url.empty() ? home : std::string_view(url)}}},
        {"version", facts.version}};
}

}  // namespace callstream::ga4gh
