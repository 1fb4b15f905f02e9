// GET /overview/{variantSetDbId}: what the records come to along the genome, over all samples of
// the files, also those whose call sets clients took out.
#include "server/overview/routes.hpp"
#include "server/overview/subject.hpp"
#include "server/streaming/json_text.hpp"

#include <charconv>

namespace callstream::overview {
namespace {

using variants::site_bin;

constexpr number_bounds bins_allowed{500, 1, 20'000};

void append_number(std::string& out, double value) {
    char text[32];
    const auto end =
        std::to_chars(text, text + sizeof text, value, std::chars_format::general, 6).ptr;
    out.append(text, end);
}

/// A mean of nothing is null.
void append_mean(std::string& out, double sum, std::uint64_t count) {
    if (count == 0) {
        out += "null";
    } else {
        append_number(out, sum / static_cast<double>(count));
    }
}

template <class Append>
void append_list(
    std::string& out, const char* name, const std::vector<site_bin>& bins, Append append
) {
    out.append(",\"").append(name).append("\":[");
    for (std::size_t i = 0; i < bins.size(); ++i) {
        if (i > 0) out += ',';
        append(bins[i]);
    }
    out += ']';
}

void append_contig(std::string& out, const variants::binned_contig& c, std::uint64_t samples) {
    out += "{\"name\":" + streaming::json_quoted(c.name);
    out += ",\"start\":" + std::to_string(c.begin0) + ",\"end\":" + std::to_string(c.end0);
    out += ",\"firstVariant\":" + std::to_string(c.first_ordinal);
    out += ",\"variantCount\":" + std::to_string(c.records);
    append_list(out, "count", c.bins, [&](const auto& b) { out += std::to_string(b.records); });
    append_list(out, "alleleFrequency", c.bins, [&](const auto& b) {
        append_mean(out, b.other_alleles, b.called_records);
    });
    append_list(out, "missing", c.bins, [&](const auto& b) {
        append_mean(out, static_cast<double>(b.missing_samples), b.records * samples);
    });
    append_list(out, "heterozygosity", c.bins, [&](const auto& b) {
        append_mean(out, b.heterozygous, b.complete_records);
    });
    out += '}';
}

std::uint32_t ploidy_of(const subject& of) {
    std::uint32_t most = 0;
    for (const auto& file : of.set->files) {
        if (const auto sites = file->sites()) most = std::max(most, sites->ploidy_max());
    }
    return most;
}

std::string json_of(const subject& of, const variants::binned_sites& sites) {
    const auto samples = of.set->samples().size();
    std::string out = "{\"variantSetDbId\":" + streaming::json_quoted(of.set->id);
    out += ",\"variantSetName\":" + streaming::json_quoted(of.set->name);
    out += ",\"variantCount\":" + std::to_string(of.records);
    out += ",\"callSetCount\":" + std::to_string(of.columns().size());
    out += ",\"ploidy\":" + std::to_string(ploidy_of(of));
    out += ",\"binWidth\":" + std::to_string(sites.bin_width) + ",\"contigs\":[";
    for (std::size_t i = 0; i < sites.contigs.size(); ++i) {
        if (i > 0) out += ',';
        append_contig(out, sites.contigs[i], samples);
    }
    return out + "]}\n";
}

result<http::response> answer(
    const context& ctx, const http::request& request, std::string_view id
) {
    const auto of = find_subject(ctx, request, id);
    if (!of) return of.error();
    http::query q(request);
    const auto asked = read_stretch(q, *of);
    if (!asked) return asked.error();
    const auto bins = read_number(q, "bins", bins_allowed);
    if (!bins) return bins.error();
    if (auto known = refuse_unknown(q); !known) return known.error();
    const auto stretch = asked->value_or(variants::binned_stretch{});
    const auto key = of->set->id + "\n" + of->set->name + "\n" + of->version() + "\n" +
                     std::to_string(*bins) + "\n" + stretch.contig + "\n" +
                     std::to_string(stretch.begin0) + "\n" + std::to_string(stretch.end0);
    auto text = ctx.answers->get(key, [&]() -> result<std::string> {
        const auto made = variants::bin_sites(of->view, stretch, static_cast<std::uint32_t>(*bins));
        if (!made) return made.error();
        return json_of(*of, *made);
    });
    if (!text) return text.error();
    http::response r;
    r.body = std::move(*text);
    r.version = "overview\n" + key;
    return r;
}

}  // namespace

void add_bins_route(http::router& routes, const context& ctx) {
    routes.add({
        .method = http::verb::get,
        .pattern = "/overview/{variantSetDbId}",
        .blocking = true,
        .handle =
            [&ctx](const auto& request, const auto& values) {
                return with_current_files(*ctx.catalog, [&] {
                    return answer(ctx, request, values[0]);
                });
            },
    });
}

}  // namespace callstream::overview
