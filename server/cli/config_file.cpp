#include "server/cli/config_file.hpp"

#include <CLI/CLI.hpp>
#include <toml++/toml.h>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace callstream::cli {
namespace {

[[noreturn]] void refuse(const std::string& why) {
    throw CLI::ValidationError("--config", why);
}

std::string text_of(const toml::node& node, const std::string& name) {
    auto text = node.value<std::string>();
    if (!text) refuse(name + " must be a text");
    return std::move(*text);
}

/// Where the text of a key goes.
using text_fields = std::span<const std::pair<std::string_view, std::string*>>;

/// `table` is the name of the table for whoever reads the error.
void set_text(
    text_fields fields, std::string_view table, std::string_view key, const toml::node& node
) {
    const auto name = std::string(table) + "." + std::string(key);
    const auto field =
        std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return f.first == key; });
    if (field == fields.end()) refuse("there is no " + name);
    *field->second = text_of(node, name);
}

/// Every key of a table with its text.
std::vector<std::pair<std::string, std::string>> texts_of(const toml::table& table) {
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto& [key, node] : table) {
        const std::string name(key.str());
        out.emplace_back(name, text_of(node, name));
    }
    return out;
}

void apply_description(const toml::table& table, brapi::server_description& d) {
    const std::pair<std::string_view, std::string*> fields[] = {
        {"name", &d.name},
        {"description", &d.description},
        {"organization-name", &d.organization_name},
        {"organization-url", &d.organization_url},
        {"contact-email", &d.contact_email},
        {"documentation-url", &d.documentation_url},
        {"location", &d.location},
    };
    for (const auto& [key, node] : table) set_text(fields, "serverinfo", key.str(), node);
}

vendor::vendor_service service_of(const toml::table& table) {
    vendor::vendor_service service;
    const std::pair<std::string_view, std::string*> fields[] = {
        {"id", &service.id},
        {"name", &service.name},
        {"description", &service.description},
        {"platform", &service.platform_name},
        {"marker-type", &service.marker_type},
    };
    for (const auto& [key, node] : table) {
        if (key.str() == "requirements" && node.is_table()) {
            service.requirements = texts_of(*node.as_table());
        } else {
            set_text(fields, "vendor.services", key.str(), node);
        }
    }
    if (service.id.empty()) refuse("a service of vendor.services has no id");
    return service;
}

std::vector<vendor::vendor_service> services_of(const toml::array& array) {
    std::vector<vendor::vendor_service> services;
    for (const auto& one : array) {
        if (!one.is_table()) refuse("vendor.services must be tables");
        services.push_back(service_of(*one.as_table()));
    }
    return services;
}

void apply_vendor(const toml::table& table, vendor::vendor_specification& vendor) {
    vendor.description.clear();
    const std::pair<std::string_view, std::string*> fields[] = {
        {"name", &vendor.name},
        {"description", &vendor.description},
        {"contact-name", &vendor.contact_name},
        {"email", &vendor.email},
        {"phone", &vendor.phone},
        {"url", &vendor.url},
        {"address", &vendor.address},
        {"city", &vendor.city},
        {"country", &vendor.country},
    };
    for (const auto& [key, node] : table) {
        if (key.str() == "services" && node.is_array()) {
            vendor.services = services_of(*node.as_array());
        } else if (key.str() == "additional-info" && node.is_table()) {
            vendor.additional_info = texts_of(*node.as_table());
        } else {
            set_text(fields, "vendor", key.str(), node);
        }
    }
}

CLI::Option* option_named(CLI::App& command, const std::string& key) {
    try {
        return command.get_option("--" + key);
    } catch (const CLI::OptionNotFound&) {
        refuse("there is no option named '" + key + "'");
    }
}

std::string value_text(const toml::node& node, const std::string& key) {
    if (const auto text = node.value<std::string>()) return *text;
    if (const auto flag = node.value_exact<bool>()) return *flag ? "true" : "false";
    if (const auto number = node.value_exact<std::int64_t>()) return std::to_string(*number);
    refuse(key + " must be a text, a number or a boolean");
}

/// Gives an option the file's value, or values, unless the command line gave one.
void apply_option(CLI::App& command, const std::string& key, const toml::node& node) {
    auto* option = option_named(command, key);
    if (option->count() > 0 || key == "config") return;
    if (const auto* values = node.as_array()) {
        for (const auto& value : *values) option->add_result(value_text(value, key));
    } else {
        option->add_result(value_text(node, key));
    }
    option->run_callback();
}

}  // namespace

void apply_config_file(CLI::App& command, serve_options& options) {
    if (options.config.empty()) return;
    toml::table file;
    try {
        file = toml::parse_file(options.config.string());
    } catch (const toml::parse_error& e) {
        refuse(std::string(e.description()) + " in line " + std::to_string(e.source().begin.line));
    }
    for (const auto& [key, node] : file) {
        const std::string name(key.str());
        if (name == "serverinfo" && node.is_table()) {
            apply_description(*node.as_table(), options.description);
        } else if (name == "vendor" && node.is_table()) {
            apply_vendor(*node.as_table(), options.vendor);
        } else {
            apply_option(command, name, node);
        }
    }
}

}  // namespace callstream::cli
