#include "server/brapi/genotype_form.hpp"

#include "server/streaming/json_text.hpp"

#include <array>
#include <string>
#include <utility>

namespace callstream::brapi {
namespace {

using genotype::allele_encoding;
using genotype::genotype_format;

constexpr std::array<std::pair<const char*, allele_encoding>, 3> encodings = {{
    {"index", allele_encoding::index},
    {"bases", allele_encoding::bases},
    {"dosage", allele_encoding::dosage},
}};
constexpr std::array<std::pair<const char*, std::string genotype_format::*>, 3> texts = {{
    {"sepPhased", &genotype_format::separator_phased},
    {"sepUnphased", &genotype_format::separator_unphased},
    {"unknownString", &genotype_format::unknown},
}};

/// A row of a matrix is made as a whole, and has these texts several times in each genotype.
constexpr std::size_t genotype_text_max = 256;

template <class From>
result<genotype_format> read(From& from, genotype_format out) {
    const auto expand = from.boolean("expandHomozygotes");
    if (!expand) return expand.error();
    out.expand_homozygotes = expand->value_or(out.expand_homozygotes);
    for (const auto& [name, member] : texts) {
        auto value = from.text(name);
        if (!value) return value.error();
        if (!*value) continue;
        if ((*value)->size() > genotype_text_max) {
            return error{
                errc::bad_request,
                std::string(name) + " has more than " + std::to_string(genotype_text_max) +
                    " bytes"};
        }
        out.*member = **value == "empty_string" ? "" : std::move(**value);
    }
    const auto encoding = from.text("alleleEncoding");
    if (!encoding) return encoding.error();
    if (!*encoding || (*encoding)->empty()) return out;
    for (const auto& [name, value] : encodings) {
        if (**encoding != name) continue;
        out.encoding = value;
        return out;
    }
    return error{errc::bad_request, "alleleEncoding must be index, bases or dosage"};
}

}  // namespace

result<genotype_format> read_genotype_format(http::query& q, const genotype_format& usual) {
    return read(q, usual);
}

result<genotype_format> read_genotype_format(
    http::json_fields& body, const genotype_format& usual
) {
    return read(body, usual);
}

void add_genotype_format(boost::json::object& body, const genotype_format& format) {
    body.emplace("expandHomozygotes", format.expand_homozygotes);
    for (const auto& [name, member] : texts) body.emplace(name, format.*member);
    for (const auto& [name, value] : encodings) {
        if (format.encoding == value) body.emplace("alleleEncoding", name);
    }
}

void append_genotype_format(text_buffer& out, const genotype_format& format) {
    out.append("\"expandHomozygotes\":");
    out.append(format.expand_homozygotes ? "true" : "false");
    for (const auto& [name, member] : texts) {
        out.append(",\"");
        out.append(name);
        out.append("\":");
        out.append(streaming::json_quoted(format.*member));
    }
}

genotype_format escaped_for_json(genotype_format format) {
    for (const auto& [name, member] : texts) {
        format.*member = streaming::json_escaped(format.*member);
    }
    return format;
}

}  // namespace callstream::brapi
