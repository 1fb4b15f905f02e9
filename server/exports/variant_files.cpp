// VCF, plain or as BGZF, and BCF: the records as they are, with the samples that are wanted.
#include "engine/hts/bgzf_packer.hpp"
#include "engine/hts/variant_export.hpp"
#include "server/exports/makers.hpp"

#include <algorithm>
#include <optional>

namespace callstream::exports {
namespace {

class variant_file_export : public row_export {
 public:
    variant_file_export(export_subject from, hts::variant_form form, bool packed)
        : row_export(std::move(from), hts::wanted_fields::all), form_(form) {
        if (packed) packer_.emplace();
    }

    /// Reads the headers of all files, which are joined.
    result<void> prepare() {
        std::vector<variants::cursor_lease> cursors;
        std::vector<const hts::vcf_reader*> readers;
        std::vector<std::string> contigs;
        const auto& view = subject().view;
        for (std::size_t i = 0; i < view.files().size(); ++i) {
            auto cursor = view.files()[i]->cursor();
            if (!cursor) return cursor.error();
            cursors.push_back(std::move(*cursor));
            readers.push_back(&cursors.back()->reader());
            // A VCF can do without, and stays as it is.
            if (form_ == hts::variant_form::vcf || view.index(i) == nullptr) continue;
            for (const auto& contig : view.index(i)->contigs()) contigs.push_back(contig.name);
        }
        writer_.emplace(readers, subject().columns, form_, contigs, names_that_differ());
        return {};
    }

 private:
    /// Those that clients gave; none while all are those of the file.
    std::vector<std::string> names_that_differ() const {
        const auto& samples = subject().view.files().front()->header().samples;
        for (std::size_t i = 0; i < subject().columns.size(); ++i) {
            if (samples[subject().columns[i]] != subject().names[i]) return subject().names;
        }
        return {};
    }

    void begin(text_buffer& out) override {
        if (!subject().parts.header) return;
        if (!packer_) return writer_->append_header(out);
        writer_->append_header(plain_);
        pack(out);
        packer_->flush(out);  // so that the header can be had alone
    }
    void add(text_buffer& out, const hts::record&, const variants::set_cursor& at) override {
        if (!packer_) return writer_->append(out, at.reader());
        writer_->append(plain_, at.reader());
        pack(out);
    }
    void end(text_buffer& out) override {
        if (!packer_) return;
        if (subject().parts.end) {
            packer_->finish(out);
        } else {
            packer_->flush(out);
        }
    }

    void pack(text_buffer& out) {
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(plain_.data());
        packer_->add({bytes, plain_.size()}, out);
        plain_.clear();
    }

    hts::variant_form form_;
    std::optional<hts::variant_export> writer_;
    std::optional<hts::bgzf_packer> packer_;
    text_buffer plain_;
};

}  // namespace

made_export make_variant_file(export_subject from, variant_file_kind kind) {
    const auto form =
        kind == variant_file_kind::bcf ? hts::variant_form::bcf : hts::variant_form::vcf;
    if (!from.parts.records) from.variants = std::make_shared<const variants::selection>();
    auto made = std::make_unique<variant_file_export>(
        std::move(from), form, kind != variant_file_kind::vcf
    );
    if (auto done = made->prepare(); !done) return done.error();
    return started(std::move(made));
}

}  // namespace callstream::exports
