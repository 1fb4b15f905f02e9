#include "server/refget/routes.hpp"

#include "engine/core/parse.hpp"
#include "server/http/byte_range.hpp"
#include "server/http/error_response.hpp"
#include "server/http/json_body.hpp"
#include "server/http/negotiation.hpp"
#include "server/http/query.hpp"
#include "server/refget/sequence_id.hpp"
#include "server/streaming/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <utility>

namespace callstream::refget {
namespace json = boost::json;
namespace {

/// What a client may ask for, by its Accept field, and what it gets: always a type with a version.
struct offered_type {
    std::string_view asked;
    std::string_view given;
};
constexpr std::string_view plain_2 = "text/vnd.ga4gh.refget.v2.0.0+plain; charset=us-ascii";
constexpr std::string_view plain_1 = "text/vnd.ga4gh.refget.v1.0.0+plain; charset=us-ascii";
constexpr std::string_view json_2 = "application/vnd.ga4gh.refget.v2.0.0+json; charset=us-ascii";
constexpr std::string_view json_1 = "application/vnd.ga4gh.refget.v1.0.0+json; charset=us-ascii";
constexpr std::array<offered_type, 3> plain_types = {
    {{"text/vnd.ga4gh.refget.v2.0.0+plain", plain_2},
     {"text/vnd.ga4gh.refget.v1.0.0+plain", plain_1},
     {"text/plain", plain_2}}};
constexpr std::array<offered_type, 3> json_types = {
    {{"application/vnd.ga4gh.refget.v2.0.0+json", json_2},
     {"application/vnd.ga4gh.refget.v1.0.0+json", json_1},
     {"application/json", json_2}}};

result<std::string> pick_type(const http::request& request, std::span<const offered_type> types) {
    std::vector<std::string_view> offers;
    for (const auto& type : types) offers.push_back(type.asked);
    const auto picked = http::pick_media_type(request.field("accept"), offers);
    if (!picked) {
        return error{errc::not_acceptable, "this can be had as " + std::string(offers.front())};
    }
    const auto at = std::find(offers.begin(), offers.end(), *picked) - offers.begin();
    return std::string(types[static_cast<std::size_t>(at)].given);
}

struct found_sequence {
    const catalog::reference_set* set = nullptr;
    std::shared_ptr<const reference::reference_file> file;
    std::size_t number = 0;
    reference::sequence_digests digests;

    const reference::fasta_sequence& entry() const { return file->sequences()[number]; }
};

/// Every sequence that has this checksum. `errc::not_found` for none, `errc::unavailable` while not
/// all checksums are known.
result<std::vector<found_sequence>> find_sequences(
    const catalog::snapshot& now, std::string_view text
) {
    std::vector<found_sequence> out;
    bool waits = false;
    const auto id = read_sequence_id(text);
    for (const auto& set : now.reference_sets()) {
        const auto file = set.fasta->file();
        const auto digests = set.digests->all();
        const bool refused = set.fasta->refusal() || set.digests->refusal();
        if (!file || !digests) {
            waits = waits || !refused;
            continue;
        }
        for (std::size_t i = 0; id && i < digests->sequences.size(); ++i) {
            if (!id->names(digests->sequences[i])) continue;
            out.push_back({&set, file, i, digests->sequences[i]});
        }
    }
    if (!out.empty()) return out;
    if (id && waits) return error{errc::unavailable, "checksums are still being computed"};
    return error{errc::not_found, "there is no sequence " + http::shown_name(text)};
}

class letters : public streaming::body_source {
 public:
    letters(std::shared_ptr<const reference::reference_file> file, std::uint64_t length)
        : file_(std::move(file)), cursor_(file_), length_(length) {}

    result<void> turn_to(std::size_t sequence, std::uint64_t start0, std::uint64_t end0) {
        return cursor_.turn_to(sequence, start0, end0, reference::letter_case::upper);
    }
    std::optional<std::uint64_t> length() const override { return length_; }

    result<progress> fill(text_buffer& out) override {
        const auto count =
            static_cast<std::size_t>(std::min<std::uint64_t>(cursor_.left(), streaming::block_bytes)
            );
        char* const room = out.prepare(count);
        const std::size_t got = cursor_.read({room, count});
        // Behind the reading: letters count only if they were those of the file.
        if (!file_->is_unchanged()) throw damaged_file("the file was changed in place");
        out.commit(room + got);
        return cursor_.left() > 0 ? progress::more : progress::done;
    }

 private:
    std::shared_ptr<const reference::reference_file> file_;
    reference::reference_cursor cursor_;
    std::uint64_t length_;
};

/// A part of a sequence, or the status of an answer that says why there is none.
struct wanted_part {
    int status = 200;  ///< 200, 206; 400, 416, 501
    std::string why = {};
    http::byte_range range = {};
};

wanted_part part_by_range(const http::request& request, std::uint64_t length) {
    const auto wanted = http::read_range(request.field("range"), length);
    switch (wanted.kind) {
        case http::range_kind::satisfiable:
            return {206, {}, wanted.range};
        case http::range_kind::absent:
        case http::range_kind::malformed:
            return {400, "Range must be one range of bytes"};
        case http::range_kind::reversed:
        case http::range_kind::unsatisfiable:
            break;
    }
    return {416, "the range is not within the sequence"};
}

wanted_part part_by_bounds(
    const std::optional<std::string>& start,
    const std::optional<std::string>& end,
    std::uint64_t length
) {
    const auto number = [](const std::optional<std::string>& text, std::uint64_t otherwise) {
        if (!text) return std::optional<std::uint64_t>(otherwise);
        const auto value =
            is_all_digits(*text) ? parse_integer<std::uint64_t>(*text) : std::nullopt;
        const bool fits = value && *value <= std::numeric_limits<std::uint32_t>::max();
        return fits ? value : std::nullopt;
    };
    const auto first = number(start, 0);
    const auto behind = number(end, length);
    if (!first || !behind) return {400, "start and end are whole numbers of 32 bits"};
    const bool within = *behind <= length && (*first < length || (*first == 0 && length == 0));
    if (!within) return {416, "start and end must be within the sequence"};
    if (*first > *behind) return {501, "circular sequences are not served across their origin"};
    return {200, {}, {*first, *behind}};
}

result<wanted_part> read_part(const http::request& request, std::uint64_t length) {
    http::query q(request);
    const auto start = q.text("start");
    if (!start) return start.error();
    const auto end = q.text("end");
    if (!end) return end.error();
    // For GET alone (RFC 9110, section 14.2).
    const bool has_range = request.method == http::verb::get && !request.field("range").empty();
    if (has_range && (*start || *end)) {
        return wanted_part{400, "a part is named by Range, or by start and end, not by both"};
    }
    if (has_range) return part_by_range(request, length);
    return part_by_bounds(*start, *end, length);
}

result<http::response> get_sequence(
    const context& ctx, const http::request& request, std::string_view id
) {
    auto type = pick_type(request, plain_types);
    if (!type) return type.error();
    const auto found = find_sequences(*ctx.view->of(*request.may), id);
    if (!found) return found.error();
    const auto& sequence = found->front();
    const auto length = sequence.entry().length;
    const auto part = read_part(request, length);
    if (!part) return part.error();
    if (part->status >= 400) {
        auto r = http::error_response(part->status, part->why, http::form_of(request));
        if (part->status == 416) {
            r.fields.emplace_back("Content-Range", http::content_range({}, length));
        }
        return r;
    }
    auto source = std::make_unique<letters>(sequence.file, part->range.size());
    if (auto turned = source->turn_to(sequence.number, part->range.first, part->range.end);
        !turned) {
        return turned.error();
    }
    http::response r;
    r.status = part->status;
    r.content_type = std::move(*type);
    r.may_compress = false;  // refget allows no content coding
    const bool whole = part->range.size() == length;
    r.fields.emplace_back("Accept-Ranges", part->status == 200 && !whole ? "none" : "bytes");
    if (part->status == 206) {
        r.fields.emplace_back("Content-Range", http::content_range(part->range, length));
    }
    r.version = sequence.digests.sha512t24u + " " + std::to_string(part->range.first) + " " +
                std::to_string(part->range.end);
    r.source = std::move(source);
    return r;
}

http::response json_answer(std::string type, const json::object& object) {
    http::response r;
    r.content_type = std::move(type);
    r.body = json::serialize(object) + "\n";
    return r;
}

result<http::response> get_metadata(
    const context& ctx, const http::request& request, std::string_view id
) {
    auto type = pick_type(request, json_types);
    if (!type) return type.error();
    const auto found = find_sequences(*ctx.view->of(*request.may), id);
    if (!found) return found.error();
    const auto& digests = found->front().digests;
    json::array aliases;
    for (const auto& sequence : *found) {
        aliases.push_back(
            {{"alias", streaming::valid_utf8(sequence.entry().name)},
             {"naming_authority", sequence.set->id}}
        );
    }
    return json_answer(
        std::move(*type),
        {{"metadata",
          {{"id", digests.md5},
           {"md5", digests.md5},
           {"ga4gh", "ga4gh:SQ." + digests.sha512t24u},
           {"trunc512", trunc512_of(digests.sha512t24u)},
           {"length", found->front().entry().length},
           {"aliases", std::move(aliases)}}}}
    );
}

result<http::response> get_info(const context& ctx, const http::request& request) {
    auto type = pick_type(request, json_types);
    if (!type) return type.error();
    const auto home = ctx.address.link(request, "/");
    const json::object service = {
        {"circular_supported", false},
        {"algorithms", {"md5", "ga4gh", "trunc512"}},
        {"identifier_types", json::array()},
        {"subsequence_limit", nullptr},
        {"supported_api_versions", {"1.0.0", "2.0.0"}}};
    auto out = ga4gh::service_info(ctx.facts, "refget", "refget", "2.0.0", home);
    out["refget"] = service;
    out["service"] = service;  // where 1.x has it
    return json_answer(std::move(*type), std::move(out));
}

}  // namespace

void add_routes(http::router& routes, const context& ctx) {
    routes.add({
        .method = http::verb::get,
        .pattern = "/sequence/service-info",  // before ids, which would take its name for one
        .scope = auth::scope::open,
        .handle = [&ctx](const auto& request, const auto&) { return get_info(ctx, request); },
        .content_types = {std::string(json_types.front().asked)},
    });
    routes.add({
        .method = http::verb::get,
        .pattern = "/sequence/{id}",
        .blocking = true,
        .handle = [&ctx](
                      const auto& request, const auto& values
                  ) { return get_sequence(ctx, request, values[0]); },
        .content_types = {std::string(plain_types.front().asked)},
    });
    routes.add({
        .method = http::verb::get,
        .pattern = "/sequence/{id}/metadata",
        .blocking = true,
        .handle = [&ctx](
                      const auto& request, const auto& values
                  ) { return get_metadata(ctx, request, values[0]); },
        .content_types = {std::string(json_types.front().asked)},
    });
}

}  // namespace callstream::refget
