#include "server/overview/subject.hpp"

#include "engine/core/hash.hpp"

#include <algorithm>

namespace callstream::overview {

std::vector<std::uint32_t> subject::columns() const {
    std::vector<std::uint32_t> out;
    set->each_call_set([&out](const catalog::call_set& c) {
        if (c.created() == nullptr) out.push_back(c.column);
        return true;
    });
    return out;
}

std::string subject::version() const {
    return hex_text(view.provisional_fingerprint()) + hex_text(view.content_fingerprint()) + "-" +
           std::to_string(set->overlay_generation());
}

result<subject> find_subject(
    const context& ctx, const http::request& request, std::string_view variant_set_id
) {
    auto now = visible(ctx, request);
    const auto* set = now->find_variant_set(variant_set_id);
    if (set == nullptr) {
        return error{errc::not_found, "there is no variant set of files with this id"};
    }
    for (const auto& file : set->files) {
        if (!file->is_current()) return error{errc::file_replaced, "a file has been replaced"};
    }
    variants::set_view view(set->files);
    const auto records = view.indexed_records();
    if (!records) {
        ctx.catalog->index_soon(set->files);
        return error{errc::unavailable, "the variant set is being indexed; try again shortly"};
    }
    return subject{std::move(now), set, std::move(view), *records};
}

result<std::optional<variants::binned_stretch>> read_stretch(http::query& q, const subject& of) {
    using found = std::optional<variants::binned_stretch>;
    const auto contig = q.filter("contig");
    if (!contig) return contig.error();
    const auto start = q.integer("start");
    if (!start) return start.error();
    const auto end = q.integer("end");
    if (!end) return end.error();
    if (!*contig) {
        if (*start || *end) return error{errc::bad_request, "start and end want a contig"};
        return found{};
    }
    variants::binned_stretch out{{}, start->value_or(0), end->value_or(0)};
    if (out.begin0 < 0) return error{errc::bad_request, "start must not be negative"};
    if (*end && out.end0 <= out.begin0) return error{errc::bad_request, "end must be behind start"};
    const auto contigs = *of.view.contigs();
    for (auto& spelling : of.set->home->contigs.spellings(**contig)) {
        const bool is_there = std::any_of(contigs.begin(), contigs.end(), [&](const auto& c) {
            return c.name == spelling;
        });
        if (!is_there) continue;
        out.contig = std::move(spelling);
        return found(std::move(out));
    }
    return error{errc::not_found, "the variant set has no records on such a contig"};
}

result<std::int64_t> read_number(http::query& q, const char* name, number_bounds bounds) {
    const auto value = q.integer(name);
    if (!value) return value.error();
    const auto number = value->value_or(bounds.usual);
    if (number < bounds.least || number > bounds.most) {
        return error{
            errc::bad_request,
            std::string(name) + " is a number from " + std::to_string(bounds.least) + " to " +
                std::to_string(bounds.most)};
    }
    return number;
}

result<void> refuse_unknown(const http::query& q) {
    const auto names = q.unknown();
    if (names.empty()) return {};
    return error{errc::bad_request, "there is no parameter " + names.front()};
}

}  // namespace callstream::overview
