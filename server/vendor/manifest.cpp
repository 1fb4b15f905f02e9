#include "server/vendor/manifest.hpp"

#include "engine/core/clock.hpp"
#include "server/vendor/plates.hpp"

#include <boost/json/object.hpp>

#include <array>
#include <string_view>

namespace callstream::vendor {
namespace json = boost::json;
namespace {

constexpr std::array<std::string_view, 6> plate_columns = {
    "well", "clientSampleId", "clientSampleBarCode", "organismName", "tissueType", "comments"};

std::string text_of(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value == nullptr || !value->is_string() ? "" : std::string(value->get_string());
}

std::string csv_cell(std::string text) {
    if (!text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos) {
        text.insert(0, "'");
    }
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
    return quoted + "\"";
}

std::string html_text(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '&':
                out += "&amp;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string table_head(const json::object& plate) {
    std::string out = "<h2>Plate " + html_text(text_of(plate, "clientPlateId")) + " (" +
                      html_text(text_of(plate, "sampleSubmissionFormat")) + ", barcode " +
                      html_text(text_of(plate, "clientPlateBarcode")) + ")</h2>\n<table><tr>";
    for (const auto name : plate_columns) ((out += "<th>") += name) += "</th>";
    return out + "</tr>\n";
}

}  // namespace

std::string manifest_csv(const store::order& order, const store::submission& plates) {
    std::string out = "orderId,clientPlateId,clientPlateBarcode";
    for (const auto name : plate_columns) (out += ",") += name;
    out += "\r\n";
    for_each_sample(plates, [&](const json::object& plate, const json::object& sample) {
        out += csv_cell(order.id) + "," + csv_cell(text_of(plate, "clientPlateId")) + "," +
               csv_cell(text_of(plate, "clientPlateBarcode"));
        for (const auto name : plate_columns) out += "," + csv_cell(text_of(sample, name));
        out += "\r\n";
    });
    return out;
}

std::string manifest_html(const store::order& order, const store::submission& plates) {
    const auto date = utc_text_of_s(order.created_s);
    std::string out =
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Shipment "
        "manifest " +
        html_text(order.id) +
        "</title><style>body{font:11pt sans-serif}table{border-collapse:collapse;margin-bottom:2em}"
        "td,th{border:1px solid #777;padding:2px 6px;text-align:left}h2{page-break-before:auto}"
        "</style></head><body>\n<h1>Shipment manifest</h1>\n<p>Order " +
        html_text(order.id) + " of " + date + ", client " + html_text(order.client_id) + ", " +
        std::to_string(order.samples) + " samples</p>\n";
    std::string open;  // the plate whose table is being written
    for_each_sample(plates, [&](const json::object& plate, const json::object& sample) {
        if (const auto id = text_of(plate, "clientPlateId"); id != open) {
            if (!open.empty()) out += "</table>\n";
            out += table_head(plate);
            open = id;
        }
        out += "<tr>";
        for (const auto name : plate_columns) {
            out += "<td>" + html_text(text_of(sample, name)) + "</td>";
        }
        out += "</tr>\n";
    });
    return out + "</table>\n</body></html>\n";
}

}  // namespace callstream::vendor
