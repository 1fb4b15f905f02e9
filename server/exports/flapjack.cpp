// Flapjack's genotypes with lines in rows and markers in columns: the files turned around. What one
// pass over the records reads is kept on disk in tiles, each with a strand of text for every line.
#include "engine/core/spool_file.hpp"
#include "engine/genotype/gt_text.hpp"
#include "engine/hts/site_columns.hpp"
#include "engine/variants/selected_cursor.hpp"
#include "engine/variants/site_list.hpp"
#include "server/exports/makers.hpp"

#include <algorithm>
#include <array>

namespace callstream::exports {
namespace {

/// Texts of all lines, stretch of markers by stretch of markers.
class tiles {
 public:
    tiles(const std::filesystem::path& folder, std::size_t lines)
        : file_(folder), strands_(lines) {}

    /// One thread at a time. Throws std::system_error.
    void append(std::size_t line, std::string_view text) {
        strands_[line].append(text);
        gathered_ += text.size();
    }
    void end_of_row() {
        if (gathered_ >= tile_bytes) flush();
    }
    void flush() {
        if (gathered_ == 0) return;
        starts_.push_back(file_.size());
        std::vector<std::uint64_t> offsets = {(strands_.size() + 1) * sizeof(std::uint64_t)};
        for (const auto& strand : strands_) offsets.push_back(offsets.back() + strand.size());
        file_.append(
            {reinterpret_cast<const char*>(offsets.data()), offsets.size() * sizeof offsets[0]}
        );
        for (auto& strand : strands_) {
            file_.append(strand);
            strand.clear();
        }
        gathered_ = 0;
    }

    std::size_t count() const noexcept { return starts_.size(); }
    void read(std::size_t tile, std::size_t line, text_buffer& out) const {
        std::array<std::uint64_t, 2> ends{};
        const std::uint64_t start = starts_[tile];
        file_.read(
            start + line * sizeof ends[0], {reinterpret_cast<char*>(ends.data()), sizeof ends}
        );
        const auto size = static_cast<std::size_t>(ends[1] - ends[0]);
        char* room = out.prepare(size);
        file_.read(start + ends[0], {room, size});
        out.commit(room + size);
    }

 private:
    static constexpr std::size_t tile_bytes = 1 << 20;

    spool_file file_;
    std::vector<std::string> strands_;
    std::vector<std::uint64_t> starts_;
    std::size_t gathered_ = 0;
};

class flapjack : public streaming::body_source {
 public:
    flapjack(export_subject from, variants::site_list sites)
        : subject_(std::move(from)),
          sites_(std::move(sites)),
          cursor_(
              variants::set_cursor(subject_.view, hts::wanted_fields::genotypes), subject_.variants
          ),
          genotypes_(subject_.format, {"", "\t"}),
          tiles_(subject_.work_folder, subject_.columns.size()) {}

    result<void> start() { return cursor_.seek(0); }

    result<progress> fill(text_buffer& out) override {
        const std::size_t limit = out.size() + streaming::block_bytes;
        if (step_ == step::markers) write_markers(out, limit);
        // The block with the markers leaves while the records are read.
        else if (step_ == step::records)
            keep_some();
        else if (step_ == step::lines)
            write_lines(out, limit);
        return step_ == step::done ? progress::done : progress::more;
    }

 private:
    enum class step { markers, records, lines, done };

    void write_markers(text_buffer& out, std::size_t limit) {
        if (marker_ == 0) out.append("# fjFile = GENOTYPE\n");
        for (; marker_ < sites_.size(); ++marker_) {
            if (out.size() >= limit) return;
            const auto site = sites_[marker_];
            out.append('\t');
            append_word(
                out, marker_name(sites_.name(marker_), site.contig, site.pos0, site.duplicate)
            );
        }
        out.append('\n');
        step_ = step::records;
    }

    /// A tab would begin another cell.
    static void append_word(text_buffer& out, std::string text) {
        std::replace_if(
            text.begin(), text.end(), [](unsigned char c) { return c < ' '; }, ' '
        );
        out.append(text);
    }

    /// As many records as take the worker some milliseconds.
    void keep_some() {
        constexpr std::size_t cells_at_once = 1 << 20;
        for (std::size_t cells = 0; cells < cells_at_once; cells += subject_.columns.size() + 1) {
            const auto* record = cursor_.next();
            if (record == nullptr) {
                tiles_.flush();
                step_ = step::lines;
                return;
            }
            keep(*record);
        }
        if (!cursor_.at().is_unchanged()) throw damaged_file("the file was changed in place");
    }

    void keep(const hts::record& record) {
        const auto& at = cursor_.at();
        at.reader().read_site(site_);
        genotypes_.enter_record(site_.alleles);
        const auto* field = at.reader().find_field(record, "GT");
        cell_.resize(genotypes_.room(field == nullptr ? 0 : field->per_sample));
        for (std::size_t line = 0; line < subject_.columns.size(); ++line) {
            const char* end = field == nullptr
                                  ? genotypes_.write_unknown(cell_.data())
                                  : genotypes_.write(cell_.data(), *field, subject_.columns[line]);
            tiles_.append(line, {cell_.data(), static_cast<std::size_t>(end - cell_.data())});
        }
        tiles_.end_of_row();
    }

    void write_lines(text_buffer& out, std::size_t limit) {
        for (; line_ < subject_.names.size(); ++line_, tile_ = 0) {
            if (tile_ == 0) {
                append_word(out, subject_.names[line_]);
                out.append('\t');
            }
            for (; tile_ < tiles_.count(); ++tile_) {
                if (out.size() >= limit) return;
                tiles_.read(tile_, line_, out);
            }
            out.drop_last(1);
            out.append('\n');
        }
        step_ = step::done;
    }

    export_subject subject_;
    variants::site_list sites_;
    variants::selected_cursor cursor_;
    genotype::gt_writer genotypes_;
    hts::site_columns site_;
    std::vector<char> cell_;
    tiles tiles_;
    step step_ = step::markers;
    std::uint64_t marker_ = 0;
    std::size_t line_ = 0;
    std::size_t tile_ = 0;
};

}  // namespace

made_export make_flapjack(export_subject from) {
    auto sites = variants::site_list::of(from.view, from.variants);
    if (!sites) return sites.error();
    auto made = std::make_unique<flapjack>(std::move(from), std::move(*sites));
    if (auto moved = made->start(); !moved) return moved.error();
    return std::unique_ptr<streaming::body_source>(std::move(made));
}

}  // namespace callstream::exports
