#include "server/brapi/genotype_filter.hpp"

#include "engine/core/parse.hpp"

#include <boost/json/array.hpp>

#include <array>
#include <limits>

namespace callstream::brapi {
namespace json = boost::json;
namespace {

using gf = genotype_filter;
constexpr std::array<filter_name<gf>, 9> of_sets = {{
    {"commonCropName", &gf::common_crop_names},
    {"programDbId", &gf::program_ids},
    {"programName", &gf::program_names},
    {"referenceSetDbId", &gf::reference_set_ids},
    {"studyDbId", &gf::study_ids},
    {"studyName", &gf::study_names},
    {"trialDbId", &gf::trial_ids},
    {"trialName", &gf::trial_names},
    {"variantSetDbId", &gf::variant_set_ids},
}};
constexpr std::array<filter_name<gf>, 6> of_call_sets = {{
    {"callSetName", &gf::call_set_names},
    {"germplasmDbId", &gf::germplasm_ids},
    {"germplasmName", &gf::germplasm_names},
    {"germplasmPUI", &gf::germplasm_puis},
    {"sampleDbId", &gf::sample_ids},
    {"sampleName", &gf::sample_names},
}};
constexpr std::array<filter_name<gf>, 7> of_variants = {{
    {"externalReferenceId", &gf::external_ids},
    {"externalReferenceID", &gf::external_ids},
    {"externalReferenceSource", &gf::external_sources},
    {"referenceDbId", &gf::reference_ids},
    {"referenceName", &gf::reference_names},
    {"variantDbId", &gf::variant_ids},
    {"variantName", &gf::variant_names},
}};

struct bound_name {
    const char* name;
    variants::fraction_bounds variants::count_bounds::*of;
    std::optional<double> variants::fraction_bounds::*side;
};
using cb = variants::count_bounds;
using fb = variants::fraction_bounds;
constexpr std::array<bound_name, 6> bound_names = {{
    {"maxHeZ", &cb::heterozygous, &fb::max},
    {"maxMaf", &cb::minor_frequency, &fb::max},
    {"maxMissingData", &cb::missing, &fb::max},
    {"minHeZ", &cb::heterozygous, &fb::min},
    {"minMaf", &cb::minor_frequency, &fb::min},
    {"minMissingData", &cb::missing, &fb::min},
}};

std::vector<std::string> split_at_commas(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const auto comma = std::min(text.find(','), text.size());
        if (comma > 0) out.emplace_back(text.substr(0, comma));
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return out;
}

/// A list under its name in a query, `callSetDbId`, or in a body, `callSetDbIds`.
result<std::vector<std::string>> read_list(http::query& q, const std::string& name) {
    return read_comma_list(q, name);
}
result<std::vector<std::string>> read_list(http::json_fields& body, const std::string& name) {
    return body.text_list(name + "s");
}

/// As the tables say; of a query, ids that hold no comma may be several.
template <class From>
result<void> read_criteria(From& from, filter_names<gf> names, gf& into) {
    for (const auto& name : names) {
        const std::string parameter = name.parameter;
        const bool splits = parameter == "variantSetDbId" || parameter == "variantDbId";
        result<std::vector<std::string>> texts = std::vector<std::string>{};
        if constexpr (std::is_same_v<From, http::query>) {
            if (splits) {
                texts = read_list(from, parameter);
            } else {
                auto value = from.filter(parameter);
                if (!value) return value.error();
                if (*value) texts->push_back(std::move(**value));
            }
        } else {
            texts = from.text_list(name.field());
        }
        if (!texts) return texts.error();
        (into.*name.where).add(std::move(*texts));
    }
    return {};
}

template <class From>
result<void> read_bounds(From& from, variants::count_bounds& into) {
    for (const auto& bound : bound_names) {
        const auto value = from.number(bound.name);
        if (!value) return value.error();
        if (!*value) continue;
        if (!(**value >= 0 && **value <= 1)) {
            return error{
                errc::bad_request,
                std::string(bound.name) + " is a fraction between 0 and 1, not percent"};
        }
        (into.*bound.of).*bound.side = *value;
    }
    return {};
}

/// `start` and `end` of a search for variants, with or without a reference.
template <class From>
result<void> read_window(From& from, gf& into) {
    const std::array<std::pair<const char*, std::optional<std::int64_t>*>, 2> ends = {{
        {"start", &into.start},
        {"end", &into.end},
    }};
    for (const auto& [name, where] : ends) {
        const auto value = from.integer(name);
        if (!value) return value.error();
        if (*value && **value < 0) {
            return error{errc::bad_request, std::string(name) + " must not be negative"};
        }
        *where = *value;
    }
    if (into.start && into.end && *into.start > *into.end) {
        return error{errc::bad_request, "start must not be behind end"};
    }
    return {};
}

template <class From>
result<genotype_filter> read(From& from) {
    gf out;
    for (const filter_names<gf> names :
         {filter_names<gf>(of_sets),
          filter_names<gf>(of_call_sets),
          filter_names<gf>(of_variants)}) {
        if (auto done = read_criteria(from, names, out); !done) return done.error();
    }
    auto call_sets = read_list(from, "callSetDbId");
    if (!call_sets) return call_sets.error();
    out.call_set_ids = std::move(*call_sets);
    auto ranges = read_list(from, "positionRange");
    if (!ranges) return ranges.error();
    out.position_ranges = std::move(*ranges);
    for (const auto& range : out.position_ranges) {
        if (const auto fits = read_position_range(range); !fits) return fits.error();
    }
    if (auto done = read_window(from, out); !done) return done.error();
    if (auto done = read_bounds(from, out.counts); !done) return done.error();
    auto list = from.text("listDbId");
    if (!list) return list.error();
    out.list_id = std::move(*list).value_or("");
    return out;
}

void add_bounds(json::object& body, const variants::count_bounds& counts) {
    for (const auto& bound : bound_names) {
        if (const auto& value = (counts.*bound.of).*bound.side) body.emplace(bound.name, *value);
    }
}

json::array texts_of(const std::vector<std::string>& texts) {
    return json::array(texts.begin(), texts.end());
}

}  // namespace

result<std::vector<std::string>> read_comma_list(http::query& q, const std::string& name) {
    auto value = q.filter(name);
    if (!value) return value.error();
    return *value ? split_at_commas(**value) : std::vector<std::string>{};
}

bool genotype_filter::asks_for_call_sets() const {
    return !call_set_ids.empty() || any_wanted<gf>(*this, of_call_sets);
}

bool genotype_filter::asks_for_variants() const {
    return any_wanted<gf>(*this, of_variants) || !position_ranges.empty() || start || end ||
           counts.any();
}

bool genotype_filter::any() const {
    return any_wanted<gf>(*this, of_sets) || asks_for_call_sets() || asks_for_variants() ||
           !list_id.empty();
}

json::object genotype_filter::variants_body() const {
    json::object body = filter_body<gf>(*this, of_variants);
    if (!position_ranges.empty()) body.emplace("positionRanges", texts_of(position_ranges));
    if (start) body.emplace("start", *start);
    if (end) body.emplace("end", *end);
    add_bounds(body, counts);
    return body;
}

json::object genotype_filter::to_body() const {
    json::object body = variants_body();
    for (const auto& more :
         {filter_body<gf>(*this, of_sets), filter_body<gf>(*this, of_call_sets)}) {
        for (const auto& member : more) body.emplace(member.key(), member.value());
    }
    if (!call_set_ids.empty()) body.emplace("callSetDbIds", texts_of(call_set_ids));
    if (!list_id.empty()) body.emplace("listDbId", list_id);
    return body;
}

result<genotype_filter> read_genotype_filter(http::query& q) {
    return read(q);
}

result<genotype_filter> read_genotype_filter(http::json_fields& body) {
    auto out = read(body);
    if (!out) return out;
    // The draft of 2.1 had one reference, and clients of it still send it.
    auto reference = body.text("referenceDbId");
    if (!reference) return reference.error();
    if (*reference && !(*reference)->empty()) out->reference_ids.add({std::move(**reference)});
    return out;
}

result<std::vector<position_range>> read_position_range(const std::string& text) {
    constexpr auto last = std::numeric_limits<std::int64_t>::max();
    std::vector<position_range> out = {{text, 0, last}};
    const auto colon = text.rfind(':');
    if (colon == std::string::npos) return out;
    const std::string_view place = std::string_view(text).substr(colon + 1);
    const auto dash = place.find('-');
    const auto first = place.substr(0, dash);
    const auto behind = dash == place.npos ? first : place.substr(dash + 1);
    const auto begin = first.empty() ? 1 : parse_integer<std::int64_t>(first);
    const auto end = behind.empty() ? last : parse_integer<std::int64_t>(behind);
    // A contig may hold a colon of its own (HLA-A*01:01), so what is no range may be one.
    if (!begin || !end || *begin < 0 || *end < 0) {
        if (place.find_first_not_of("0123456789-") != place.npos) return out;
        return error{errc::bad_request, "positionRange is contig:start-end, not " + text};
    }
    if (*begin > *end) {
        return error{errc::bad_request, "positionRange ends before it starts: " + text};
    }
    out.push_back({text.substr(0, colon), std::max<std::int64_t>(*begin - 1, 0), *end});
    return out;
}

}  // namespace callstream::brapi
