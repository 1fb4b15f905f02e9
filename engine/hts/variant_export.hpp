// The records of a variant set as VCF or BCF, with some of its samples: what `bcftools view
// --no-version` makes of them, with -s for a choice of samples and -G for none.
#pragma once

#include "engine/core/text_buffer.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace callstream::hts {

class vcf_reader;

/// Both without their BGZF: see bgzf_packer.
enum class variant_form { vcf, bcf };

/// One answer's writer. Its memory follows the headers and the widest record. Not thread-safe.
class variant_export {
 public:
    /// `files` has a reader for each file of the set, in its order; only their headers are looked
    /// at, and the readers need not live longer than this call. The header that is written has the
    /// lines of the first file and what others declare beyond it. All files have the same samples.
    /// `columns` are those that are wanted, in the order wanted, each once. All of them in file
    /// order change nothing; none leaves the sites; with a choice, INFO/AC and AN count the chosen.
    /// `contigs` are declared where no file declares them: many a VCF has none, which a BCF cannot
    /// do without. bcftools takes them from an index beside the file. `names` are what the samples
    /// of the columns are called in the file that is made; without them, as in the files.
    /// Throws damaged_file for headers that cannot be joined, std::invalid_argument for columns
    /// that are not there or not once.
    variant_export(
        std::span<const vcf_reader* const> files,
        std::span<const std::uint32_t> columns,
        variant_form form,
        std::span<const std::string> contigs = {},
        std::span<const std::string> names = {}
    );
    variant_export(variant_export&&) noexcept;
    variant_export& operator=(variant_export&&) noexcept;
    ~variant_export();

    /// To be called before the first record, whose undeclared tags would otherwise be in it.
    void append_header(text_buffer& out) const;

    /// Appends the record that `source.next()` returned last; the source is any reader of a file
    /// of the set. Throws damaged_file, with nothing appended, for bytes that are not a record and
    /// for a genotype of a chosen sample that names an allele which is not there. What a text VCF
    /// uses without declaring it can be written as VCF only: as BCF it throws damaged_file, too.
    void append(text_buffer& out, const vcf_reader& source);

    /// Bytes held for records, beside the header.
    std::size_t buffer_bytes() const;

 private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace callstream::hts
