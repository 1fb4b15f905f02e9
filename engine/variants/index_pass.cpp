#include "engine/variants/index_pass.hpp"

#include "engine/core/file.hpp"
#include "engine/core/hash.hpp"
#include "engine/genotype/gt_counts.hpp"
#include "engine/hts/bgzf.hpp"
#include "engine/hts/csi_builder.hpp"
#include "engine/hts/vcf_reader.hpp"
#include "engine/variants/neighbour_index.hpp"
#include "engine/variants/pass_state.hpp"
#include "engine/variants/site_table_writer.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <unordered_set>
#include <vector>

namespace callstream::variants {
namespace {

constexpr std::uint64_t checkpoint_every_bytes = std::uint64_t{64} << 20;  // of the packed file

/// Follows the order of the records: contigs in one piece each, positions not decreasing.
class order_check {
 public:
    enum class verdict { sorted, new_contig, contig_again, position_back };

    order_check() = default;
    /// Goes on behind the last record of an interrupted pass.
    order_check(
        const hts::vcf_reader& reader,
        const std::vector<indexed_contig>& contigs,
        std::int64_t last_pos0,
        std::uint32_t last_duplicate
    )
        : contig_(reader.find_contig(contigs.back().name)),
          pos0_(last_pos0),
          duplicate_(last_duplicate) {
        for (const auto& contig : contigs) seen_.insert(contig.name);
    }

    verdict accept(const hts::vcf_reader& reader, const hts::record& r) {
        if (r.contig == contig_) {
            if (r.pos0 < pos0_) return verdict::position_back;
            duplicate_ = r.pos0 == pos0_ ? duplicate_ + 1 : 1;
            pos0_ = r.pos0;
            return verdict::sorted;
        }
        if (!seen_.emplace(reader.contig_name(r.contig)).second) return verdict::contig_again;
        contig_ = r.contig;
        pos0_ = r.pos0;
        duplicate_ = 1;
        return verdict::new_contig;
    }

    std::uint32_t duplicate() const { return duplicate_; }

 private:
    std::int32_t contig_ = -1;
    std::int64_t pos0_ = std::numeric_limits<std::int64_t>::min();
    std::uint32_t duplicate_ = 0;
    std::unordered_set<std::string> seen_;
};

error unsorted(const hts::vcf_reader& reader, const hts::record& r) {
    return {
        errc::file_unusable,
        "is not sorted: " + std::string(reader.contig_name(r.contig)) + ":" +
            std::to_string(r.pos0 + 1) + " comes too late; mend it with bcftools sort"};
}

noted_record note(const hts::record& r, const genotype::gt_counts& c, std::uint64_t behind) {
    const auto short_of = [](std::uint32_t value) {
        return static_cast<std::uint16_t>(std::min<std::uint32_t>(value, 0xffff));
    };
    noted_record out{};
    out.pos0 = r.pos0;
    out.length = std::max<std::int64_t>(r.length, 0);
    out.behind = behind;
    out.allele_count = r.allele_count;
    out.called_alleles = c.called_alleles;
    out.ref_alleles = c.ref_alleles;
    out.missing_samples = c.missing_samples;
    out.het_samples = c.het_samples;
    out.name_length = static_cast<std::uint32_t>(r.name.size());
    out.ploidy_min = short_of(c.ploidy_min);
    out.ploidy_max = short_of(c.ploidy_max);
    out.minor_max = c.minor_max;
    out.minor_min = c.minor_min;
    out.phases = static_cast<std::uint8_t>((c.any_phased ? 1 : 0) | (c.any_unphased ? 2 : 0));
    return out;
}

/// One pass from its start, or from its last checkpoint, to its end.
class pass {
 public:
    pass(
        const std::filesystem::path& data,
        const derived_files& derived,
        index_progress& progress,
        hts::vcf_reader reader,
        pass_subject subject
    )
        : data_(data),
          derived_(derived),
          progress_(progress),
          reader_(std::move(reader)),
          subject_(subject),
          gathered_(derived.work),
          samples_(reader_.sample_count()),
          first_record_(reader_.tell()) {
        if (gathered_.resume(subject_)) go_on();
    }

    result<void> run(std::stop_token stop) {
        try {
            auto outcome = read_all(stop);
            if (outcome) outcome = publish(stop);
            const bool goes_on = !outcome && outcome.error().code == errc::unavailable;
            if (goes_on) {
                gathered_.checkpoint(subject_);
            } else {
                gathered_.discard();
            }
            return outcome;
        } catch (...) {
            gathered_.discard();
            throw;
        }
    }

 private:
    void go_on() {
        const noted_record last = gathered_.last_record();
        const ordinal_entry block = gathered_.last_block();
        std::uint32_t duplicate = 0;
        // Duplicates are few: their number is counted anew from the last block's first record.
        std::uint64_t ordinal = 0;
        gathered_.each_record([&](const noted_record& r) {
            if (ordinal++ < block.ordinal) return;
            duplicate = duplicate == 0 ? block.duplicate : r.pos0 == last_pos0_ ? duplicate + 1 : 1;
            last_pos0_ = r.pos0;
        });
        order_ = order_check(reader_, gathered_.contigs(), last.pos0, duplicate);
        last_block_ = block.virtual_offset >> 16;
        checkpointed_ = last_block_;
        reader_.seek(last.behind);
    }

    result<void> read_all(std::stop_token stop) {
        for (;;) {
            const std::uint64_t at = reader_.tell();
            const hts::record* r = reader_.next();
            if (r == nullptr) return {};
            reader_.check_record();
            const auto verdict = order_.accept(reader_, *r);
            if (verdict == order_check::verdict::new_contig) {
                gathered_.start_contig(std::string(reader_.contig_name(r->contig)));
            } else if (verdict != order_check::verdict::sorted) {
                return unsorted(reader_, *r);
            }
            const std::uint64_t ordinal = gathered_.records();
            const auto counts =
                counter_.count(reader_.find_field(*r, "GT"), samples_, r->allele_count);
            gathered_.add(note(*r, counts, reader_.tell()), r->name);
            const std::uint64_t block = at >> 16;
            if (block == last_block_) continue;
            last_block_ = block;
            const auto contig = static_cast<std::uint32_t>(gathered_.contigs().size() - 1);
            gathered_.add_block({ordinal, at, r->pos0, contig, order_.duplicate()});
            progress_.bytes_done.store(block, std::memory_order_relaxed);
            if (stop.stop_requested()) return error{errc::unavailable, "the server is stopping"};
            if (block - checkpointed_ < checkpoint_every_bytes) continue;
            gathered_.checkpoint(subject_);
            checkpointed_ = block;
        }
    }

    result<void> publish(std::stop_token stop) {
        const auto fd = open_regular(data_);
        if (!fd) return error{errc::file_replaced, "the file is gone"};
        const auto content = hts::content_fingerprint(fd->get(), subject_.source.size, stop);
        if (!content) return content.error();
        const auto now = identity_of(data_);
        if (!now || *now != subject_.source || identity_of(fd->get()) != subject_.source) {
            return error{errc::file_replaced, "the file changed meanwhile"};
        }
        const ordinal_summary summary{
            subject_.provisional_fingerprint, *content, gathered_.records(), subject_.source};
        write_site_table(gathered_, summary, derived_.sites);
        if (!usable_neighbour_index(data_, subject_.source)) write_csi();
        ordinal_index_writer ordinals(derived_.ordinals);
        gathered_.each_block([&](const ordinal_entry& entry) { ordinals.add(entry); });
        ordinals.finish(summary, gathered_.contigs());
        progress_.bytes_done.store(subject_.source.size, std::memory_order_relaxed);
        return {};
    }

    void write_csi() {
        hts::csi_builder csi(first_record_);
        std::vector<std::string> names;
        std::uint64_t ordinal = 0;
        std::size_t contig = 0;
        bool fits = true;
        const auto& contigs = gathered_.contigs();
        const auto number_of = [&](std::size_t c) {
            return reader_.is_bcf() ? reader_.find_contig(contigs[c].name)
                                    : static_cast<std::int32_t>(c);
        };
        std::int32_t number = contigs.empty() ? 0 : number_of(0);
        gathered_.each_record([&](const noted_record& r) {
            if (ordinal++ == contigs[contig].first_ordinal + contigs[contig].records) {
                number = number_of(++contig);
            }
            fits = fits && csi.add(number, r.pos0, r.pos0 + r.length, r.behind);
        });
        if (!fits) return;
        if (!reader_.is_bcf()) {
            for (const auto& c : contigs) names.push_back(c.name);
        }
        csi.save(derived_.csi, reader_.tell(), names);
    }

    const std::filesystem::path& data_;
    const derived_files& derived_;
    index_progress& progress_;
    genotype::gt_counter counter_;
    hts::vcf_reader reader_;
    pass_subject subject_;
    pass_state gathered_;
    order_check order_;
    std::size_t samples_;
    std::uint64_t first_record_;
    std::uint64_t last_block_ = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t checkpointed_ = 0;  // the block up to which a checkpoint was made
    std::int64_t last_pos0_ = 0;
};

/// The file was opened before, so that it cannot be now may pass.
error not_now(const error& why) {
    return {errc::unavailable, why.text};
}

}  // namespace

derived_files derived_files::in(const std::filesystem::path& folder, std::uint64_t fingerprint) {
    const std::string stem = hex_text(fingerprint);
    return {
        folder / (stem + ".ord"),
        folder / (stem + ".sites"),
        folder / (stem + ".csi"),
        folder / (stem + ".pass"),
        folder / (stem + ".columns"),
        folder / (stem + ".columns-pass")};
}

result<void> run_index_pass(
    const std::filesystem::path& data,
    const derived_files& derived,
    index_progress& progress,
    std::stop_token stop
) {
    if (const auto there = identity_of(data); !there) return there.error();
    auto fd = open_regular(data);
    if (!fd) return not_now(fd.error());
    const file_identity source = identity_of(fd->get());
    const pass_subject subject{source, hts::provisional_fingerprint(fd->get(), source.size)};
    auto reader = hts::vcf_reader::open(std::move(*fd));
    if (!reader) return reader.error();
    return pass(data, derived, progress, std::move(*reader), subject).run(stop);
}

}  // namespace callstream::variants
