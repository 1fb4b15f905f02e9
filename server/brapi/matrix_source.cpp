#include "server/brapi/matrix_source.hpp"

#include "engine/paging/page_plan.hpp"
#include "engine/variants/item_walk.hpp"
#include "engine/variants/site_list.hpp"
#include "server/brapi/envelope.hpp"
#include "server/brapi/genotype_form.hpp"
#include "server/brapi/matrix_page.hpp"
#include "server/brapi/matrix_writer.hpp"
#include "server/brapi/variant_namer.hpp"
#include "server/streaming/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

namespace callstream::brapi {
namespace json = boost::json;
using streaming::json_quoted;
namespace {

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
          rows_(matrix_window::of(wanted_.variants, usual_size())),
          columns_(matrix_window::of(wanted_.call_sets, usual_size())),
          on_page_(*chosen_, columns_),
          matrices_(matrices_of(*chosen_, wanted_, warnings_)),
          walk_(chosen_->records(), fields_needed()),
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

    std::optional<char> cell_end() const override { return ','; }

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
    hts::wanted_fields fields_needed() const {
        const bool other = std::any_of(matrices_.begin(), matrices_.end(), [](const auto& m) {
            return m.field != "GT";
        });
        if (other) return hts::wanted_fields::all;
        return matrices_.empty() ? hts::wanted_fields::none : hts::wanted_fields::genotypes;
    }

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
            out.append(json_quoted(c.id));
            out.append(',');
        }
        if (out.size() > sets) out.drop_last(1);
        out.append("],\"callSetDbIds\":[");
        const std::size_t ids = out.size();
        for (std::size_t i = 0; i < on_page_.parts.size(); ++i) {
            for (const auto column : on_page_.parts[i].columns.samples()) {
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
        count_->fetch_add(part.columns.samples().size(), std::memory_order_relaxed);
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
        end(out);
        return {};
    }

    /// Before and not behind an id: what is behind the last one may have left already.
    void separate(text_buffer& out) const {
        if (!ndjson_ && row_ > 0) out.append(',');
    }

    bool write_id_of_row(text_buffer& out) {
        if (!has_row()) return false;
        separate(out);
        append_id(
            out,
            walk_.part(),
            walk_.at().reader().contig_name(walk_.row()->contig),
            walk_.row()->pos0,
            walk_.at().duplicate()
        );
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
        separate(out);
        const auto site = sites_[part][number];
        append_id(out, part, site.contig, site.pos0, site.duplicate);
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
        const char* name, const matrix_window& page, std::optional<std::uint64_t> total
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
    matrix_window rows_;
    matrix_window columns_;
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

}  // namespace

result<std::unique_ptr<streaming::body_source>> make_matrix_source(
    std::shared_ptr<const genotype_choice> chosen,
    matrix_query wanted,
    bool ndjson,
    std::vector<std::string> warnings,
    std::atomic<std::uint64_t>* count
) {
    auto made = std::make_unique<matrix_source>(
        std::move(chosen), std::move(wanted), ndjson, std::move(warnings), count
    );
    if (auto moved = made->start(); !moved) return moved.error();
    return std::unique_ptr<streaming::body_source>(std::move(made));
}

}  // namespace callstream::brapi
