#include "server/vendor/plates.hpp"

#include "engine/core/parse.hpp"
#include "engine/core/uuid.hpp"
#include "server/brapi/list_filter.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <optional>
#include <set>

namespace callstream::vendor {
namespace json = boost::json;
using brapi::refuse_zero_bytes;
namespace {

struct plate_format {
    char rows_end = 'A';  // behind the last
    std::int64_t columns = 0;
    bool has_places() const { return columns > 0; }
};

std::optional<plate_format> format_named(const std::string& name) {
    if (name == "PLATE_96") return plate_format{'A' + 8, 12};
    if (name == "PLATE_384") return plate_format{'A' + 16, 24};
    if (name == "TUBES") return plate_format{};
    return std::nullopt;
}

/// Where a sample stands.
struct place {
    std::string row;
    std::int64_t column = 0;
    std::string well() const { return row + std::to_string(column); }
};

/// `B6` or `B06`.
std::optional<place> place_of_well(const std::string& well) {
    if (well.size() < 2) return std::nullopt;
    const auto column = parse_integer<std::int64_t>(std::string_view(well).substr(1));
    if (!column || !is_all_digits(std::string_view(well).substr(1))) return std::nullopt;
    return place{well.substr(0, 1), *column};
}

/// One plate while it is read. Errors begin with its name, and that of the sample.
class plate_reader {
 public:
    plate_reader(std::set<std::string>& sample_ids, std::vector<std::string>& unknown)
        : sample_ids_(sample_ids), unknown_(unknown) {}

    std::int64_t samples = 0;

    result<json::object> read(http::json_fields& plate, std::string number) {
        where_ = "plate " + std::move(number);
        json::object out;
        const auto id = text(plate, "clientPlateId", out);
        if (!id) return id.error();
        if (id->empty()) return wrong("has no clientPlateId");
        where_ = "plate '" + http::shown_name(*id) + "'";
        if (const auto code = text(plate, "clientPlateBarcode", out); !code) return code.error();
        const auto name = text(plate, "sampleSubmissionFormat", out);
        if (!name) return name.error();
        const auto format = format_named(*name);
        if (!format) return wrong("wants sampleSubmissionFormat PLATE_96, PLATE_384 or TUBES");
        auto all = plate.object_list("samples");
        if (!all) return all.error();
        if (!*all || (*all)->empty()) return wrong("has no samples");
        json::array read;
        const std::string of_plate = where_;
        for (auto& sample : **all) {
            where_ = of_plate + ", sample " + std::to_string(read.size() + 1);
            auto one = read_sample(sample, *format);
            if (!one) return one.error();
            read.push_back(std::move(*one));
        }
        samples = static_cast<std::int64_t>(read.size());
        out.emplace("samples", std::move(read));
        take_unknown(plate);
        return out;
    }

 private:
    error wrong(const std::string& what) const { return {errc::bad_request, where_ + " " + what}; }
    void take_unknown(const http::json_fields& fields) {
        for (auto& name : fields.unknown()) unknown_.push_back(std::move(name));
    }

    /// Empty when it is absent; `out` has null then.
    result<std::string> text(http::json_fields& fields, const char* name, json::object& out) {
        auto found = fields.text(name);
        if (!found) return found.error();
        if (*found) {
            if (auto fine = refuse_zero_bytes(name, **found); !fine) return fine.error();
        }
        out.emplace(name, *found ? json::value(**found) : json::value(nullptr));
        return found->value_or("");
    }

    /// A number with its unit.
    result<void> measure(http::json_fields& fields, const char* name, json::object& out) {
        const auto found = fields.free_object(name);
        if (!found) return found.error();
        if (*found == nullptr) {
            out.emplace(name, nullptr);
            return {};
        }
        const auto* value = (*found)->if_contains("value");
        const auto* units = (*found)->if_contains("units");
        const bool fine = (value == nullptr || value->is_null() || value->is_number()) &&
                          (units == nullptr || units->is_null() || units->is_string());
        if (!fine) return wrong(std::string("wants a number and its units for ") + name);
        out.emplace(name, **found);
        return {};
    }

    result<void> free_object(http::json_fields& fields, const char* name, json::object& out) {
        const auto found = fields.free_object(name);
        if (!found) return found.error();
        out.emplace(name, *found == nullptr ? json::value(nullptr) : json::value(**found));
        return {};
    }

    result<json::object> read_sample(http::json_fields& sample, const plate_format& format) {
        json::object out;
        const auto id = text(sample, "clientSampleId", out);
        if (!id) return id.error();
        if (id->empty()) return wrong("has no clientSampleId");
        where_ += " '" + http::shown_name(*id) + "'";
        if (!sample_ids_.insert(*id).second) return wrong("is there twice");
        for (const char* name :
             {"clientSampleBarCode", "comments", "organismName", "speciesName", "tissueType"}) {
            if (const auto said = text(sample, name, out); !said) return said.error();
        }
        for (const char* name : {"concentration", "volume"}) {
            if (auto fine = measure(sample, name, out); !fine) return fine.error();
        }
        for (const char* name : {"taxonomyOntologyReference", "tissueTypeOntologyReference"}) {
            if (auto fine = free_object(sample, name, out); !fine) return fine.error();
        }
        if (auto fine = read_place(sample, format, out); !fine) return fine.error();
        take_unknown(sample);
        return out;
    }

    result<void> read_place(
        http::json_fields& sample, const plate_format& format, json::object& out
    ) {
        const auto row = text(sample, "row", out);
        if (!row) return row.error();
        const auto well = text(sample, "well", out);
        if (!well) return well.error();
        const auto column = sample.integer("column");
        if (!column) return column.error();
        out.emplace("column", *column ? json::value(**column) : json::value(nullptr));
        if (!format.has_places()) return {};
        const auto said = place_of_well(*well);
        if (!well->empty() && !said)
            return wrong("has a well that is none: '" + http::shown_name(*well) + "'");
        const bool has_place = !row->empty() && *column;
        if (!has_place && !said) return wrong("has neither a well nor a row and a column");
        const place at = has_place ? place{*row, **column} : *said;
        const bool agrees = (row->empty() || at.row == *row) &&
                            (!*column || at.column == **column) &&
                            (!said || said->well() == at.well());
        if (!agrees) return wrong("has a well that is not that of its row and column");
        const bool is_inside = at.row.size() == 1 && at.row[0] >= 'A' &&
                               at.row[0] < format.rows_end && at.column >= 1 &&
                               at.column <= format.columns;
        if (!is_inside) return wrong("stands outside of the plate: " + http::shown_name(at.well()));
        if (!taken_.insert(at.well()).second)
            return wrong("stands where another does: " + at.well());
        out["row"] = at.row;
        out["column"] = at.column;
        if (well->empty()) out["well"] = at.well();
        return {};
    }

    std::set<std::string>& sample_ids_;
    std::vector<std::string>& unknown_;
    std::set<std::string> taken_;
    std::string where_;
};

result<std::string> required_text(http::json_fields& body, const char* name) {
    auto found = body.text(name);
    if (!found) return found.error();
    if (!*found || (*found)->empty()) {
        return error{errc::bad_request, std::string(name) + " is required"};
    }
    if (auto fine = refuse_zero_bytes(name, **found); !fine) return fine.error();
    return std::move(**found);
}

}  // namespace

result<store::submission> read_submission(
    http::json_fields& body, std::vector<std::string>& unknown
) {
    store::submission out;
    out.id = new_uuid();
    auto client = required_text(body, "clientId");
    if (!client) return client.error();
    out.client_id = std::move(*client);
    auto type = body.text("sampleType");
    if (!type) return type.error();
    out.sample_type = type->value_or("");
    if (auto fine = refuse_zero_bytes("sampleType", out.sample_type); !fine) return fine.error();
    const auto announced = body.integer("numberOfSamples");
    if (!announced) return announced.error();
    auto plates = body.object_list("plates");
    if (!plates) return plates.error();
    if (!*plates || (*plates)->empty()) return error{errc::bad_request, "there are no plates"};
    std::set<std::string> sample_ids;
    std::set<std::string> plate_ids;
    for (auto& plate : **plates) {
        plate_reader reader(sample_ids, unknown);
        auto read = reader.read(plate, std::to_string(out.plates.size() + 1));
        if (!read) return read.error();
        const std::string id(read->at("clientPlateId").as_string());
        if (!plate_ids.insert(id).second) {
            return error{errc::bad_request, "plate '" + http::shown_name(id) + "' is there twice"};
        }
        out.samples += reader.samples;
        out.plates.push_back(json::serialize(*read));
    }
    if (!*announced) return error{errc::bad_request, "numberOfSamples is required"};
    if (**announced != out.samples) {
        return error{
            errc::bad_request,
            "numberOfSamples is " + std::to_string(**announced) + ", but the plates have " +
                std::to_string(out.samples) + " samples"};
    }
    return out;
}

void for_each_sample(
    const store::submission& plates,
    const std::function<void(const json::object&, const json::object&)>& each
) {
    for (const auto& text : plates.plates) {
        const auto plate = http::parse_json_object(text).value();
        for (const auto& sample : plate.at("samples").as_array()) each(plate, sample.as_object());
    }
}

}  // namespace callstream::vendor
