// A VCF.gz or BCF file that is read record by record, from any virtual offset.
#pragma once

#include "engine/core/error.hpp"
#include "engine/core/file.hpp"
#include "engine/hts/record.hpp"
#include "engine/hts/site_columns.hpp"
#include "engine/hts/variant_header.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct bcf_hdr_t;

namespace callstream::hts {

struct raw_record;
class shared_blocks;

/// To be called first in `main`, before any thread: keeps htslib from opening URLs that files name
/// and from printing file content on stderr.
void prepare_library();
std::string library_version();

/// A header that readers of one BCF file share. BCF headers do not change while records are read;
/// the header of a text VCF does (htslib adds what is used but not declared), so each of its
/// readers has its own and this is null.
using shared_header = std::shared_ptr<bcf_hdr_t>;

/// One open file. Not thread-safe; readers of the same file are independent of each other.
class vcf_reader {
 public:
    /// Takes the descriptor. `header` comes from `share_header` of an earlier reader of the same
    /// file, or is null. The reader stands before the first record only when `header` is null;
    /// otherwise seek first.
    static result<vcf_reader> open(unique_fd fd, const shared_header& header = nullptr);

    vcf_reader(vcf_reader&&) noexcept;
    vcf_reader& operator=(vcf_reader&&) noexcept;
    ~vcf_reader();

    bool is_bcf() const;
    shared_header share_header() const;
    variant_header describe() const;
    std::size_t sample_count() const;

    /// From now on blocks are taken from others that read the same file, and kept for them.
    void share(std::shared_ptr<shared_blocks> others);

    /// Of the records that follow; all unless told. A text VCF is read much faster with fewer, and
    /// what is not wanted is not looked at: it may be malformed.
    void want(wanted_fields fields);

    /// The next record, or null at the end. Throws damaged_file; an end that comes without the
    /// BGZF end-of-file block counts as damage, and so does what exceeds `limits.hpp`. Throws
    /// std::runtime_error when the disk fails, which says nothing against the file.
    const record* next();

    /// Looks at what `next` takes on trust, since no answer needs it: alleles, FILTER and INFO of
    /// the record that it returned last. Throws damaged_file.
    void check_record() const;

    /// Decodes alleles, QUAL, FILTER and INFO of the record that `next` returned last. Throws
    /// damaged_file, also for a key that the header does not know.
    void read_site(site_columns& out) const;

    /// Virtual offset of the record that `next` would read.
    std::uint64_t tell() const;
    /// Continues at a virtual offset that `tell` once gave for the same bytes.
    void seek(std::uint64_t virtual_offset);
    /// Whether the block in which this offset lies is in memory: then `seek` there, and reading
    /// records that end in it, does not touch the file.
    bool holds(std::uint64_t virtual_offset) const;

    /// The ids below are indexes into this reader's header, as found in `record`.
    std::string_view contig_name(std::int32_t contig) const;
    /// The id of a contig, or -1 while the header does not know it.
    std::int32_t find_contig(std::string_view name) const;
    std::string_view field_name(std::int32_t key) const;
    field_definition field(std::int32_t key) const;
    /// Keys of FILTER and INFO are in one dictionary with those of FORMAT.
    std::string_view filter_name(std::int32_t key) const { return field_name(key); }
    std::string_view info_name(std::int32_t key) const { return field_name(key); }
    hts::info_kind info_kind(std::int32_t key) const;
    /// The key of a FORMAT field, or -1 while the header does not know it.
    std::int32_t find_field(std::string_view name) const;
    /// The FORMAT field of a record with this name, null when it has none. Where a record repeats
    /// one, the first counts, as for bcftools. Lives as long as the record.
    const format_field* find_field(const record& r, std::string_view name) const;
    /// Grows when the header of a text VCF learns a field; ids keep their meaning.
    std::int32_t field_count() const;
    /// Bytes held by the record buffers, which grow with the widest record and never shrink, and,
    /// roughly, by a header that is not shared.
    std::size_t buffer_bytes() const;
    /// False once reading has failed: htslib remembers it, and later reads would fail, too.
    bool is_sound() const;
    /// Of the open file, now.
    file_identity identity() const;

    /// For this room alone, where all fields are wanted: htslib's header, how many of its lines
    /// were there before it learned what records use undeclared, and the record that `next`
    /// returned last.
    const shared_header& header() const;
    int declared_lines() const;
    const raw_record& last_bytes() const;
    const record& last_record() const;

 private:
    struct state;
    explicit vcf_reader(std::unique_ptr<state> made);
    static result<void> read_header(state& s);
    std::unique_ptr<state> state_;
};

}  // namespace callstream::hts
