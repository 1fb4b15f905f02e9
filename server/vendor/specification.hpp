// What a laboratory offers: from the configuration, else one service that says so.
#pragma once

#include <boost/json/object.hpp>

#include <string>
#include <utility>
#include <vector>

namespace callstream::vendor {

struct vendor_service {
    std::string id;
    std::string name;
    std::string description;
    std::string platform_name;
    std::string marker_type;
    /// Keys that `requiredServiceInfo` of an order must have, each with what it means.
    std::vector<std::pair<std::string, std::string>> requirements;
};

struct vendor_specification {
    std::string name = "callstream";
    std::string description = "No laboratory is configured; orders are kept and can be followed";
    std::string contact_name;
    std::string email;
    std::string phone;
    std::string url;
    std::string address;
    std::string city;
    std::string country;
    std::vector<std::pair<std::string, std::string>> additional_info;
    std::vector<vendor_service> services = {
        {"genotyping",
         "Genotyping",
         "Genotyping as agreed with whoever runs this server",
         "unspecified",
         "SNP",
         {}}};

    /// Null when it is not offered.
    const vendor_service* find(const std::string& id) const;
    boost::json::object to_json() const;
};

}  // namespace callstream::vendor
