#include "server/brapi/matrix_query.hpp"

#include "engine/paging/page_plan.hpp"
#include "server/brapi/extract.hpp"
#include "server/brapi/genotype_form.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <cctype>

namespace callstream::brapi {
namespace json = boost::json;
namespace {

void add_page(json::array& pages, const char* name, const dimension_page& page) {
    if (!page.page && !page.size) return;
    json::object out{{"dimension", name}};
    if (page.page) out.emplace("page", *page.page);
    if (page.size) out.emplace("pageSize", *page.size);
    pages.push_back(std::move(out));
}

/// `name` is what the client calls the page.
result<void> check_page(const dimension_page& page, const std::string& name) {
    const auto plan = paging::plan_request(page.page, page.size, std::nullopt);
    if (plan) return {};
    return error{plan.error().code, name + ": " + plan.error().text};
}

/// Under the names of BrAPI, or under those that brapiR2 sends.
result<void> read_page(
    http::query& q, const std::string& name, const char* alias, dimension_page& into
) {
    const std::array<std::pair<std::string, std::optional<std::int64_t>*>, 4> parameters = {{
        {"pageSize", &into.size},
        {alias, &into.page},
        {name, &into.page},
        {name + "Size", &into.size},
    }};
    for (const auto& [parameter, where] : parameters) {
        const auto value = q.integer(parameter);
        if (!value) return value.error();
        if (!*value) continue;
        *where = *value;
        if (auto fits = check_page(into, parameter); !fits) return fits;
    }
    return {};
}

result<void> read_pages(http::query& q, matrix_query& into) {
    auto done = read_page(q, "dimensionVariantPage", "variantPage", into.variants);
    if (!done) return done;
    return read_page(q, "dimensionCallSetPage", "callSetPage", into.call_sets);
}

/// `VARIANTS` or `CALLSETS`, which clients spell in any case; Gigwa says `COLUMNS`.
std::optional<dimension> find_dimension(std::string name) {
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
        return static_cast<char>(std::toupper(c));
    });
    if (name == "VARIANTS") return dimension::variants;
    if (name == "CALLSETS" || name == "COLUMNS") return dimension::call_sets;
    return std::nullopt;
}

result<void> read_pages(http::json_fields& body, matrix_query& into) {
    // Not of a matrix, but QBMS sends them with every search.
    for (const auto* name : {"page", "pageSize"}) {
        if (const auto value = body.integer(name); !value) return value.error();
    }
    if (const auto token = body.text_or_number("pageToken"); !token) return token.error();
    auto pages = body.object_list("pagination");
    if (!pages) return pages.error();
    if (!*pages) return {};
    for (auto& page : **pages) {
        const auto name = page.text("dimension");
        if (!name) return name.error();
        const auto d = find_dimension(name->value_or(""));
        if (!d) {
            return error{errc::bad_request, "pagination.dimension must be VARIANTS or CALLSETS"};
        }
        const auto number = page.integer("page");
        if (!number) return number.error();
        const auto size = page.integer("pageSize");
        if (!size) return size.error();
        into.of(*d) = {*number, *size};
        if (auto fits = check_page(into.of(*d), "pagination"); !fits) return fits;
    }
    return {};
}

result<std::vector<std::string>> read_names(http::query& q, const std::string& name) {
    return read_comma_list(q, name);
}
result<std::vector<std::string>> read_names(http::json_fields& body, const std::string& name) {
    return body.text_list(name);
}

std::vector<std::string> trimmed(std::vector<std::string> texts) {
    for (auto& text : texts) {
        const auto first = text.find_first_not_of(' ');
        text = first == text.npos ? std::string()
                                  : text.substr(first, text.find_last_not_of(' ') - first + 1);
    }
    std::erase(texts, "");
    return texts;
}

template <class From>
result<matrix_query> read(const context& ctx, const http::request& request, From& from) {
    matrix_query out;
    auto filter = read_genotype_filter(from);
    if (!filter) return filter.error();
    out.filter = std::move(*filter);
    auto format =
        read_genotype_format(from, usual_genotypes(ctx, request, out.filter.variant_set_ids));
    if (!format) return format.error();
    out.format = std::move(*format);
    auto abbreviations = read_names(from, "dataMatrixAbbreviations");
    if (!abbreviations) return abbreviations.error();
    out.abbreviations = trimmed(std::move(*abbreviations));
    auto names = read_names(from, "dataMatrixNames");
    if (!names) return names.error();
    out.names = trimmed(std::move(*names));
    const auto preview = from.boolean("preview");
    if (!preview) return preview.error();
    out.preview = preview->value_or(false);
    if (auto done = read_pages(from, out); !done) return done.error();
    return out;
}

}  // namespace

json::object matrix_query::to_body() const {
    json::object body = filter.to_body();
    add_genotype_format(body, format);
    const auto add = [&](const char* name, const std::vector<std::string>& texts) {
        if (!texts.empty()) body.emplace(name, json::array(texts.begin(), texts.end()));
    };
    add("dataMatrixAbbreviations", abbreviations);
    add("dataMatrixNames", names);
    if (preview) body.emplace("preview", true);
    json::array pages;
    add_page(pages, "VARIANTS", variants);
    add_page(pages, "CALLSETS", call_sets);
    if (!pages.empty()) body.emplace("pagination", std::move(pages));
    return body;
}

result<matrix_query> read_matrix_query(
    const context& ctx, const http::request& request, http::query& q
) {
    return read(ctx, request, q);
}

result<matrix_query> read_matrix_query(
    const context& ctx, const http::request& request, http::json_fields& body
) {
    return read(ctx, request, body);
}

result<void> read_matrix_pages(http::query& q, matrix_query& into) {
    return read_pages(q, into);
}

}  // namespace callstream::brapi
