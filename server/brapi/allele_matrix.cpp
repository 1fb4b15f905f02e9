// GET /allelematrix, POST /search/allelematrix: genotypes, or any other FORMAT field, as a matrix
// of variants (rows) and call sets (columns), a page of either. Spec: BrAPI 2.1 AlleleMatrix.
#include "engine/variants/site_list.hpp"
#include "server/brapi/envelope.hpp"
#include "server/brapi/format_field.hpp"
#include "server/brapi/genotype_form.hpp"
#include "server/brapi/item_stream.hpp"
#include "server/brapi/matrix_writer.hpp"
#include "server/brapi/routes.hpp"
#include "server/brapi/search.hpp"
#include "server/brapi/variant_id.hpp"
#include "server/http/negotiation.hpp"
#include "server/streaming/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <optional>

namespace callstream::brapi {
namespace json = boost::json;
using streaming::json_quoted;
namespace {

enum class dimension { variants, call_sets };

/// A page of one dimension, as asked for.
struct dimension_page {
    std::optional<std::int64_t> page;
    std::optional<std::int64_t> size;
};

struct matrix_query {
    genotype_filter filter;
    genotype::genotype_format format;
    std::vector<std::string> abbreviations;
    std::vector<std::string> names;
    bool preview = false;
    dimension_page variants;
    dimension_page call_sets;

    dimension_page& of(dimension d) { return d == dimension::variants ? variants : call_sets; }

    /// In one spelling per meaning.
    json::object to_body() const {
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

 private:
    static void add_page(json::array& pages, const char* name, const dimension_page& page) {
        if (!page.page && !page.size) return;
        json::object out{{"dimension", name}};
        if (page.page) out.emplace("page", *page.page);
        if (page.size) out.emplace("pageSize", *page.size);
        pages.push_back(std::move(out));
    }
};

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
result<matrix_query> read_matrix_query(From& from) {
    matrix_query out;
    auto filter = read_genotype_filter(from);
    if (!filter) return filter.error();
    out.filter = std::move(*filter);
    auto format = read_genotype_format(from);
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

/// One of the matrices of an answer.
struct data_matrix {
    std::string field;  ///< id of the FORMAT field
    std::string name;
    std::string_view type;
};

/// Finds the FORMAT fields of the chosen sets by what clients call them.
class field_finder {
 public:
    explicit field_finder(const genotype_choice& chosen) : chosen_(chosen) {}

    std::optional<data_matrix> by_abbreviation(const std::string& text) const {
        if (text == "GT") return genotypes();
        auto found = find([&](const auto& field) { return field.name == text; });
        // BrAPI's examples call the read depth RD, VCF calls it DP.
        if (!found && text == "RD") return by_abbreviation("DP");
        return found;
    }
    std::optional<data_matrix> by_name(const std::string& text) const {
        if (text == "Genotype" || text == "GT") return genotypes();
        auto found = find([&](const auto& field) { return field_title(field) == text; });
        return found ? found : by_abbreviation(text);
    }
    static data_matrix genotypes() { return {"GT", "Genotype", "string"}; }

 private:
    template <class Fits>
    std::optional<data_matrix> find(Fits fits) const {
        for (const auto& c : chosen_.sets) {
            for (const auto& file : c.view.files()) {
                for (const auto& field : file->header().formats) {
                    if (!fits(field)) continue;
                    return data_matrix{field.name, field_title(field), data_type(field)};
                }
            }
        }
        return std::nullopt;
    }

    const genotype_choice& chosen_;
};

std::vector<data_matrix> matrices_of(
    const genotype_choice& chosen, const matrix_query& wanted, std::vector<std::string>& warnings
) {
    if (wanted.preview) return {};
    std::vector<data_matrix> out;
    if (wanted.abbreviations.empty() && wanted.names.empty()) {
        return {field_finder::genotypes()};
    }
    const field_finder fields(chosen);
    const auto add = [&](std::optional<data_matrix> found, const std::string& text) {
        if (!found) {
            warnings.push_back("There is no data matrix " + http::shown_name(text));
            return;
        }
        const bool is_there = std::any_of(out.begin(), out.end(), [&](const auto& m) {
            return m.field == found->field;
        });
        if (!is_there) out.push_back(std::move(*found));
    };
    for (const auto& text : wanted.abbreviations) add(fields.by_abbreviation(text), text);
    for (const auto& text : wanted.names) add(fields.by_name(text), text);
    return out;
}

/// A page of one dimension: numbers of the first and behind the last.
struct window {
    std::uint64_t page = 0;
    std::uint64_t size = 0;
    std::uint64_t first = 0;

    static window of(const dimension_page& asked, std::uint64_t usual) {
        const auto page = asked.page.value_or(0);
        const auto size = asked.size.value_or(static_cast<std::int64_t>(usual));
        return {
            static_cast<std::uint64_t>(page),
            static_cast<std::uint64_t>(size),
            paging::first_item(page, size)};
    }
};

/// The columns of a page: those of each variant set, which stand one set behind the other.
struct page_columns {
    struct part {
        std::vector<std::uint32_t> columns;
        std::size_t before = 0;  // columns of the page that other sets have before, and behind
        std::size_t behind = 0;
    };
    std::vector<part> parts;
    std::uint64_t total = 0;

    page_columns(const genotype_choice& chosen, const window& page) {
        std::size_t on_page = 0;
        for (const auto& c : chosen.sets) {
            const std::uint64_t first = std::max(page.first, total) - total;
            const std::uint64_t count = c.columns.size();
            const std::uint64_t room = page.size - std::min<std::uint64_t>(page.size, on_page);
            const std::uint64_t end = first < count ? first + std::min(room, count - first) : first;
            part p;
            if (first < end) {
                const auto at = c.columns.begin();
                p.columns.assign(
                    at + static_cast<std::ptrdiff_t>(first), at + static_cast<std::ptrdiff_t>(end)
                );
            }
            p.before = on_page;
            on_page += p.columns.size();
            total += count;
            parts.push_back(std::move(p));
        }
        for (auto& p : parts) p.behind = on_page - p.before - p.columns.size();
    }
};

constexpr std::uint64_t usual_page_size = 1000;

/// The answer, in passes over the rows: one for each matrix, then one for the ids of the variants,
/// which needs no record where the files are indexed.
class matrix_source : public streaming::body_source {
 public:
    matrix_source(
        std::shared_ptr<const genotype_choice> chosen,
        matrix_query wanted,
        bool ndjson,
        std::vector<std::string> warnings,
        std::atomic<std::uint64_t>* count
    )
        : chosen_(std::move(chosen)),
          wanted_(std::move(wanted)),
          ndjson_(ndjson),
          warnings_(std::move(warnings)),
          count_(count),
          rows_(window::of(wanted_.variants, usual_size())),
          columns_(window::of(wanted_.call_sets, usual_size())),
          on_page_(*chosen_, columns_),
          matrices_(matrices_of(*chosen_, wanted_, warnings_)),
          walk_(chosen_->records()),
          names_(static_cast<std::size_t>(-1), variant_namer("")) {
        const cell_style style{{"\"", "\","}, streaming::json_escaped};
        for (const auto& m : matrices_) {
            writers_.emplace_back(m.field, escaped_for_json(wanted_.format), style);
        }
        for (const auto& c : chosen_->sets) {
            auto sites = variants::site_list::of(c.view, c.variants);
            if (!sites) {
                sites_.clear();
                break;
            }
            sites_.push_back(std::move(*sites));
        }
    }

    /// Moves before the first row, so that what cannot be served is told before the answer begins.
    result<void> start() { return has_ids_without_rows() ? result<void>() : rewind(); }

    result<progress> fill(text_buffer& out) override {
        const std::size_t limit = out.size() + streaming::block_bytes;
        if (!begun_) begin(out);
        while (out.size() < limit) {
            if (ended_) return progress::done;
            if (auto done = ndjson_ ? write_line(out) : write_piece(out); !done) {
                return done.error();
            }
        }
        if (!walk_.is_unchanged()) throw damaged_file("the file was changed in place");
        return ended_ ? progress::done : progress::more;
    }

 private:
    /// NDJSON needs no pages.
    std::uint64_t usual_size() const {
        return ndjson_ ? std::numeric_limits<std::int64_t>::max() : usual_page_size;
    }

    bool has_ids_without_rows() const {
        return matrices_.empty() && (chosen_->sets.empty() || !sites_.empty());
    }

    result<void> rewind() {
        row_ = 0;
        return walk_.seek(rows_.first);
    }
    bool has_row() const { return walk_.row() != nullptr && row_ < rows_.size; }
    void next_row() {
        ++row_;
        walk_.pass(1);
    }

    void begin(text_buffer& out) {
        begun_ = true;
        out.append('{');
        if (ndjson_) {
            out.append("\"metadata\":");
            out.append(json::serialize(meta()));
        } else {
            out.append(context_member());
        }
        out.append(",\"result\":{");
        append_genotype_format(out, wanted_.format);
        append_call_sets(out);
        if (ndjson_) {
            append_pagination(out);
            out.append("}}\n");
        } else {
            out.append(",\"dataMatrices\":[");
        }
    }

    void append_call_sets(text_buffer& out) const {
        out.append(",\"variantSetDbIds\":[");
        const std::size_t sets = out.size();
        for (const auto& c : chosen_->sets) {
            out.append(json_quoted(c.set->id));
            out.append(',');
        }
        if (out.size() > sets) out.drop_last(1);
        out.append("],\"callSetDbIds\":[");
        const std::size_t ids = out.size();
        for (std::size_t i = 0; i < on_page_.parts.size(); ++i) {
            for (const auto column : on_page_.parts[i].columns) {
                const catalog::call_set c{chosen_->sets[i].set, column};
                out.append(json_quoted(c.id()));
                out.append(',');
            }
        }
        if (out.size() > ids) out.drop_last(1);
        out.append(']');
    }

    result<void> write_piece(text_buffer& out) {
        if (pass_ < matrices_.size()) return write_matrix_row(out);
        return write_id(out);
    }

    result<void> write_matrix_row(text_buffer& out) {
        const auto& matrix = matrices_[pass_];
        if (row_ == 0) {
            if (pass_ > 0) {
                if (auto moved = rewind(); !moved) return moved;
            }
            out.append(pass_ == 0 ? "{" : ",{");
            out.append("\"dataMatrixAbbreviation\":" + json_quoted(matrix.field));
            out.append(",\"dataMatrixName\":" + json_quoted(matrix.name));
            out.append(",\"dataType\":" + json_quoted(matrix.type));
            out.append(",\"dataMatrix\":[");
        }
        if (has_row()) {
            if (row_ > 0) out.append(',');
            write_cells(out, writers_[pass_]);
            next_row();
        }
        if (has_row()) return {};
        out.append("]}");
        ++pass_;
        row_ = 0;
        return {};
    }

    void write_cells(text_buffer& out, matrix_writer& writer) {
        const auto& part = on_page_.parts[walk_.part()];
        out.append('[');
        const std::size_t empty = out.size();
        writer.write_unknown(out, part.before);
        writer.write(out, *walk_.row(), walk_.at(), part.columns);
        writer.write_unknown(out, part.behind);
        if (out.size() > empty) out.drop_last(1);
        out.append(']');
        count_->fetch_add(part.columns.size(), std::memory_order_relaxed);
    }

    result<void> write_id(text_buffer& out) {
        if (row_ == 0) {
            out.append("],\"variantDbIds\":[");
            if (sites_.empty()) {
                if (auto moved = rewind(); !moved) return moved;
            }
        }
        const bool written = sites_.empty() ? write_id_of_row(out) : write_id_of_site(out);
        if (written) return {};
        if (row_ > 0) out.drop_last(1);
        end(out);
        return {};
    }

    bool write_id_of_row(text_buffer& out) {
        if (!has_row()) return false;
        append_id(
            out,
            walk_.part(),
            walk_.at().reader().contig_name(walk_.row()->contig),
            walk_.row()->pos0,
            walk_.at().duplicate()
        );
        out.append(',');
        next_row();
        return true;
    }

    bool write_id_of_site(text_buffer& out) {
        std::uint64_t number = rows_.first + row_;
        std::size_t part = 0;
        while (part < sites_.size() && number >= sites_[part].size()) {
            number -= sites_[part++].size();
        }
        if (row_ >= rows_.size || part == sites_.size()) return false;
        const auto site = sites_[part][number];
        append_id(out, part, site.contig, site.pos0, site.duplicate);
        out.append(',');
        ++row_;
        return true;
    }

    void append_id(
        text_buffer& out,
        std::size_t part,
        std::string_view contig,
        std::int64_t pos0,
        std::uint32_t duplicate
    ) {
        if (names_.first != part) {
            names_ = {part, variant_namer(chosen_->sets[part].set->id)};
            contig_.clear();
        }
        if (contig_ != contig || contig_.empty()) {
            contig_ = contig;
            names_.second.enter_contig(contig);
        }
        out.append('"');
        names_.second.append_id(out, pos0, duplicate);
        out.append('"');
    }

    /// A row of NDJSON: the variant, and a member for each matrix.
    result<void> write_line(text_buffer& out) {
        const bool is_there =
            matrices_.empty() && !sites_.empty() ? write_preview_line(out) : write_row_line(out);
        if (is_there) return {};
        ended_ = true;
        out.append("{\"complete\":true,\"count\":");
        append_integer(out, static_cast<std::int64_t>(row_));
        out.append("}\n");
        return {};
    }

    bool write_preview_line(text_buffer& out) {
        const std::size_t began = out.size();
        out.append("{\"variantDbId\":");
        if (!write_id_of_site(out)) {
            out.drop_last(out.size() - began);
            return false;
        }
        out.drop_last(1);
        out.append("}\n");
        return true;
    }

    bool write_row_line(text_buffer& out) {
        const std::size_t began = out.size();
        out.append("{\"variantDbId\":");
        if (!has_row()) {
            out.drop_last(out.size() - began);
            return false;
        }
        append_id(
            out,
            walk_.part(),
            walk_.at().reader().contig_name(walk_.row()->contig),
            walk_.row()->pos0,
            walk_.at().duplicate()
        );
        for (std::size_t m = 0; m < matrices_.size(); ++m) {
            out.append(',');
            out.append(json_quoted(matrices_[m].field));
            out.append(':');
            write_cells(out, writers_[m]);
        }
        out.append("}\n");
        next_row();
        return true;
    }

    void end(text_buffer& out) {
        ended_ = true;
        out.append(']');
        append_pagination(out);
        out.append("},\"metadata\":");
        out.append(json::serialize(meta()));
        out.append("}\n");
    }

    /// VARIANTS first: QBMS takes the first one for that.
    void append_pagination(text_buffer& out) const {
        out.append(",\"pagination\":");
        out.append(json::serialize(json::array{
            page_of("VARIANTS", rows_, total_rows()), page_of("CALLSETS", columns_, on_page_.total)}
        ));
    }

    std::optional<std::uint64_t> total_rows() const {
        std::uint64_t all = 0;
        for (const auto& part : chosen_->records()) {
            const auto items = part.items_shown();
            if (!items) return std::nullopt;
            all += *items;
        }
        return all;
    }

    static json::object page_of(
        const char* name, const window& page, std::optional<std::uint64_t> total
    ) {
        const std::uint64_t all = total.value_or(0);
        const std::uint64_t unpaged = std::numeric_limits<std::int64_t>::max();
        const std::uint64_t size =
            page.size == unpaged ? std::max<std::uint64_t>(all, 1) : page.size;
        json::object out{
            {"dimension", name},
            {"page", page.page},
            {"pageSize", size},
            {"totalCount", all},
            {"totalPages", paging::page_count(all, size)}};
        if (!total) out["totalCount"] = out["totalPages"] = nullptr;
        return out;
    }

    json::object meta() const { return metadata(pagination({}), warnings_); }

    std::shared_ptr<const genotype_choice> chosen_;
    matrix_query wanted_;
    bool ndjson_;
    std::vector<std::string> warnings_;
    std::atomic<std::uint64_t>* count_;
    window rows_;
    window columns_;
    page_columns on_page_;
    std::vector<data_matrix> matrices_;
    std::vector<matrix_writer> writers_;
    std::vector<variants::site_list> sites_;  // of each set; none while one is not indexed
    variants::item_walk walk_;
    std::pair<std::size_t, variant_namer> names_;  // of which part
    std::string contig_;                           // that they are for
    std::size_t pass_ = 0;
    std::uint64_t row_ = 0;  // of the page
    bool begun_ = false;
    bool ended_ = false;
};

result<http::response> answer(
    const context& ctx,
    const http::request& request,
    const matrix_query& wanted,
    std::vector<std::string> warnings
) {
    constexpr std::array<std::string_view, 2> offers = {"application/json", ndjson_type};
    const auto type = http::pick_media_type(request.field("accept"), offers);
    if (!type) {
        return error{
            errc::not_acceptable, "matrices come as application/json or application/x-ndjson"};
    }
    auto chosen = choose_genotypes(ctx, request, wanted.filter, warnings);
    if (!chosen) return chosen.error();
    if (!wanted.filter.any() && chosen->sets.size() > 1) {
        return error{
            errc::bad_request,
            "there are " + std::to_string(chosen->sets.size()) +
                " variant sets; say which with variantSetDbId, see /variantsets"};
    }
    auto shared = std::make_shared<const genotype_choice>(std::move(*chosen));
    auto source = std::make_unique<matrix_source>(
        shared, wanted, *type == ndjson_type, std::move(warnings), ctx.calls_streamed
    );
    if (auto moved = source->start(); !moved) {
        return index_if_that_helps(ctx, *shared, moved.error());
    }
    http::response r;
    r.content_type = *type;
    r.source = std::move(source);
    return r;
}

/// What the GET of a search may say anew.
const std::vector<std::string>& page_parameters() {
    static const std::vector<std::string> names = {
        "dimensionVariantPage",
        "dimensionVariantPageSize",
        "dimensionCallSetPage",
        "dimensionCallSetPageSize"};
    return names;
}

}  // namespace

void add_allele_matrix_routes(http::router& routes, const context& ctx) {
    const std::vector<std::string> types = {"application/json", std::string(ndjson_type)};
    routes.add({
        .method = http::verb::get,
        .pattern = "/brapi/v2/allelematrix",
        .blocking = true,
        .handle = [&ctx](const auto& request, const auto&) -> result<http::response> {
            http::query q(request);
            const auto wanted = read_matrix_query(q);
            if (!wanted) return wanted.error();
            const auto warnings = ignored_parameters(q);
            return with_current_files(ctx, [&] { return answer(ctx, request, *wanted, warnings); });
        },
        .content_types = types,
    });
    add_search_routes(
        routes,
        ctx,
        {
            .entity = "allelematrix",
            .by_token = true,
            .parameters = page_parameters(),
            .canonical = [](http::json_fields& fields) -> result<json::object> {
                const auto wanted = read_matrix_query(fields);
                if (!wanted) return wanted.error();
                return wanted->to_body();
            },
            .list = [&ctx](
                        const http::request& request,
                        const json::object& body,
                        const list_page&,
                        std::vector<std::string> warnings
                    ) -> result<http::response> {
                http::json_fields fields(body);
                auto wanted = read_matrix_query(fields);
                if (!wanted) return wanted.error();
                http::query q(request);
                if (auto done = read_pages(q, *wanted); !done) return done.error();
                return with_current_files(ctx, [&] {
                    return answer(ctx, request, *wanted, warnings);
                });
            },
            .content_types = types,
        }
    );
}

}  // namespace callstream::brapi
