#include "server/brapi/list_filter.hpp"

#include "engine/core/clock.hpp"

namespace callstream::brapi {
namespace {

using lf = list_filter;
constexpr std::array<filter_name<lf>, 12> names = {{
    {"commonCropName", &lf::common_crop_names},
    {"externalReferenceId", &lf::external_ids},
    {"externalReferenceID", &lf::external_ids},
    {"externalReferenceSource", &lf::external_sources},
    {"listDbId", &lf::list_ids},
    {"listName", &lf::list_names},
    {"listOwnerName", &lf::owner_names},
    {"listOwnerPersonDbId", &lf::owner_ids},
    {"listSource", &lf::sources},
    {"listType", &lf::list_types},
    {"programDbId", &lf::program_ids},
    {"programName", &lf::program_names},
}};

constexpr std::array<const char*, 4> date_names = {
    "dateCreatedRangeStart",
    "dateCreatedRangeEnd",
    "dateModifiedRangeStart",
    "dateModifiedRangeEnd"};

template <class Fields>
result<std::optional<std::int64_t>> read_date(Fields& fields, const char* name) {
    const auto text = fields.text(name);
    if (!text) return text.error();
    if (!*text || (*text)->empty()) return std::optional<std::int64_t>{};
    const auto when = parse_date_time(**text);
    if (when) return std::optional<std::int64_t>(when->time_since_epoch().count());
    return error{
        errc::bad_request,
        std::string(name) + " must be a point in time, as 2018-01-01T14:47:23-0600"};
}

template <class Fields>
result<list_filter> read(Fields& fields) {
    auto filter = read_filter<list_filter>(fields, names);
    if (!filter) return filter;
    for (const auto& name : names) {
        for (const auto& text : ((*filter).*name.where).texts()) {
            if (auto fine = refuse_zero_bytes(name.parameter, text); !fine) return fine.error();
        }
    }
    for (std::size_t i = 0; i < date_names.size(); ++i) {
        const auto date = read_date(fields, date_names[i]);
        if (!date) return date.error();
        filter->dates[i] = *date;
    }
    return filter;
}

}  // namespace

bool list_filter::any() const {
    const auto said = [](const auto& date) { return date.has_value(); };
    return any_wanted<list_filter>(*this, names) || std::any_of(dates.begin(), dates.end(), said);
}

boost::json::object list_filter::to_body() const {
    using namespace std::chrono;
    auto body = filter_body<list_filter>(*this, names);
    for (std::size_t i = 0; i < dates.size(); ++i) {
        if (!dates[i]) continue;
        const sys_time<milliseconds> when{milliseconds(*dates[i])};
        body.emplace(date_names[i], utc_text_ms(when));
    }
    return body;
}

store::list_query list_filter::to_query(const relations& all) const {
    store::list_query q{
        .ids = list_ids.texts(),
        .names = list_names.texts(),
        .types = list_types.texts(),
        .sources = sources.texts(),
        .owner_names = owner_names.texts(),
        .owner_ids = owner_ids.texts(),
        .crops = common_crop_names.texts(),
        .program_ids = program_ids.texts(),
        .reference_ids = external_ids.texts(),
        .reference_sources = external_sources.texts(),
        .created_min_ms = dates[0],
        .created_max_ms = dates[1],
        .modified_min_ms = dates[2],
        .modified_max_ms = dates[3]};
    if (!program_names.wanted()) return q;
    criterion named;
    const auto take = [&](const link& l) {
        const auto program = all.program(all.for_made(l, entity_type::program));
        const bool fits = program_names.fits(program.name) && program_ids.fits(program.id);
        if (fits && !program.id.empty()) named.add({program.id});
        return true;
    };
    all.for_each_data_set(take);
    all.for_each_made(entity_type::program, take);
    q.program_ids = named.texts();
    if (q.program_ids.empty()) q.program_ids = {""};  // which no list has
    return q;
}

result<list_filter> read_list_filter(http::query& q) {
    return read(q);
}

result<list_filter> read_list_filter(http::json_fields& body) {
    auto filter = read(body);
    if (!filter) return filter;
    // The one list of the search body that is a single text.
    auto type = body.text("listType");
    if (!type) return type.error();
    if (!*type || (*type)->empty()) return filter;
    if (auto fine = refuse_zero_bytes("listType", **type); !fine) return fine.error();
    filter->list_types.add({std::move(**type)});
    return filter;
}

result<void> refuse_zero_bytes(std::string_view name, std::string_view text) {
    if (text.find('\0') == std::string_view::npos) return {};
    return error{errc::bad_request, std::string(name) + " must not hold a zero byte"};
}

}  // namespace callstream::brapi
