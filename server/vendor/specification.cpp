#include "server/vendor/specification.hpp"

#include "server/brapi/entity_json.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace callstream::vendor {
namespace json = boost::json;
using brapi::text_or_null;
namespace {

json::object to_json(const vendor_service& service) {
    json::array requirements;
    for (const auto& [key, description] : service.requirements) {
        requirements.push_back({{"description", text_or_null(description)}, {"key", key}});
    }
    return {
        {"serviceDescription", text_or_null(service.description)},
        {"serviceId", service.id},
        {"serviceName", text_or_null(service.name)},
        {"servicePlatformMarkerType", text_or_null(service.marker_type)},
        {"servicePlatformName", text_or_null(service.platform_name)},
        {"specificRequirements", std::move(requirements)},
    };
}

}  // namespace

const vendor_service* vendor_specification::find(const std::string& id) const {
    const auto found = std::find_if(services.begin(), services.end(), [&](const auto& service) {
        return service.id == id;
    });
    return found == services.end() ? nullptr : &*found;
}

json::object vendor_specification::to_json() const {
    json::array offered;
    for (const auto& service : services) offered.push_back(vendor::to_json(service));
    json::object info;
    for (const auto& [key, value] : additional_info) info.emplace(key, value);
    return {
        {"additionalInfo", std::move(info)},
        {"services", std::move(offered)},
        {"vendorContact",
         {{"vendorAddress", text_or_null(address)},
          {"vendorCity", text_or_null(city)},
          {"vendorContactName", text_or_null(contact_name)},
          {"vendorCountry", text_or_null(country)},
          {"vendorDescription", text_or_null(description)},
          {"vendorEmail", text_or_null(email)},
          {"vendorName", text_or_null(name)},
          {"vendorPhone", text_or_null(phone)},
          {"vendorURL", text_or_null(url)}}},
    };
}

}  // namespace callstream::vendor
