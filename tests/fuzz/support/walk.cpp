#include "tests/fuzz/support/walk.hpp"

#include "engine/genotype/gt_counts.hpp"
#include "engine/variants/index_pass.hpp"
#include "engine/variants/set_cursor.hpp"
#include "tests/fuzz/support/exported.hpp"
#include "tests/fuzz/support/fuzz_input.hpp"
#include "tests/support/one_call_set.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace callstream::fuzzing {
namespace {

/// What the index pass must find again.
struct seen_record {
    std::string contig;
    std::int64_t pos0;
    std::string name;
    std::uint32_t allele_count;
    genotype::gt_counts genotypes;
};

/// Every byte that a field claims is there, and every key and contig has a name that can be asked.
void touch(const hts::record& r, const hts::vcf_reader& reader) {
    unsigned sum = 0;
    for (const auto& field : r.fields) {
        const std::size_t bytes = field.stride() * reader.sample_count();
        require(bytes <= field.bytes.size(), "a field has all its bytes");
        for (const auto byte : field.bytes) sum += byte;
        reader.field(field.key);
    }
    volatile unsigned kept = sum;
    static_cast<void>(kept);
    require(reader.find_contig(reader.contig_name(r.contig)) == r.contig, "a contig has one name");
}

/// Null when the file is damaged on the way.
std::unique_ptr<std::vector<seen_record>> read_all(variants::set_cursor& cursor) {
    const auto& header = cursor.view().files().front()->header();
    using format = genotype::genotype_format;
    std::vector<testing::one_call_set> writers;
    if (!header.samples.empty()) {
        const auto last = static_cast<std::uint32_t>(header.samples.size() - 1);
        writers.emplace_back(0, format{}, "set~\"call", "call\\");
        writers.emplace_back(last, format{"\"", "~~", "N/A", true});
        writers.emplace_back(last, format{.encoding = genotype::allele_encoding::dosage});
    }
    auto seen = std::make_unique<std::vector<seen_record>>();
    text_buffer buffer;
    genotype::gt_counter counter;
    exported_file exported;
    try {
        while (const hts::record* r = cursor.next()) {
            const auto& reader = cursor.reader();
            touch(*r, reader);
            exported.add(reader);
            reader.check_record();
            const auto counts =
                counter.count(reader.find_field(*r, "GT"), reader.sample_count(), r->allele_count);
            seen->push_back(
                {std::string(reader.contig_name(r->contig)),
                 r->pos0,
                 std::string(r->name),
                 r->allele_count,
                 counts}
            );
            for (auto& writer : writers) {
                buffer.clear();
                writer.write(buffer, *r, cursor);
                require_json(buffer.view());
            }
        }
    } catch (const damaged_file&) {
        seen.reset();
    }
    exported.check();
    return seen;
}

/// The derived files of the fuzzer, in one folder that every input uses anew.
variants::derived_files derived_folder() {
    static const scratch_folder folder;
    std::filesystem::remove_all(folder.path());
    std::filesystem::create_directories(folder.path());
    return variants::derived_files::in(folder.path(), 1);
}

void compare(const std::vector<seen_record>& seen, const variants::site_table& table) {
    require(table.records() == seen.size(), "the site table has every record");
    for (std::size_t i = 0; i < seen.size(); ++i) {
        const auto site = table.at(i);
        require(site.pos0 == seen[i].pos0, "a site has its position");
        require(site.name == seen[i].name, "a site has its name");
        require(site.allele_count == seen[i].allele_count, "a site has its alleles");
        require(site.genotypes == seen[i].genotypes, "a site has its counts");
    }
}

void compare(const std::vector<seen_record>& seen, variants::set_cursor& cursor) {
    for (std::size_t ordinal = 0; ordinal < seen.size(); ++ordinal) {
        require(cursor.seek(ordinal).has_value(), "a known record is found");
        const hts::record* r = cursor.next();
        require(r != nullptr && cursor.ordinal() == ordinal, "a seek ends where it should");
        require(r->pos0 == seen[ordinal].pos0, "a seek finds the record");
        require(
            cursor.reader().contig_name(r->contig) == seen[ordinal].contig,
            "a seek finds the contig"
        );
        require(r->name == seen[ordinal].name, "a seek finds the name");
    }
}

}  // namespace

void walk_variant_file(std::string_view bytes) {
    const named_memory_file data(bytes);
    const auto opened = variants::variant_file::open(data.path());
    if (!opened) return;
    std::unique_ptr<std::vector<seen_record>> seen;
    {
        variants::set_cursor cursor{variants::set_view({*opened})};
        cursor.rewind().value();
        seen = read_all(cursor);
    }
    // Most inputs are damaged, and the pass costs more than all the rest: it sees a part of those.
    constexpr std::size_t one_in = 8;
    if (seen == nullptr && bytes.size() % one_in != 0) return;
    const auto derived = derived_folder();
    const auto made = (*opened)->make_index(derived.ordinals.parent_path(), {});
    require(made.has_value(), "an index pass ends", made ? "" : made.error().text);
    const auto index = (*opened)->index();
    if (!index) return;
    require(seen != nullptr, "the index pass finds damage that a reader finds");
    require(index->records() == seen->size(), "the ordinal index has every record");
    compare(*seen, *(*opened)->sites());
    variants::set_cursor cursor{variants::set_view({*opened})};
    compare(*seen, cursor);
}

}  // namespace callstream::fuzzing
