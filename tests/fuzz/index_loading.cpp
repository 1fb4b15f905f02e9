// Indexes, headers and our own derived files: all that is read before or beside the data. The first
// byte says what the rest is; capital letters stand for content that is put into BGZF blocks first.
#include "engine/hts/crai_file.hpp"
#include "engine/hts/index_file.hpp"
#include "engine/reads/reads_file.hpp"
#include "engine/reads/reads_pass.hpp"
#include "engine/reference/reference_file.hpp"
#include "engine/variants/pass_state.hpp"
#include "engine/variants/site_table.hpp"
#include "tests/fuzz/support/fuzz_input.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>

namespace callstream::fuzzing {
namespace {

void load_index(std::string_view bytes) {
    const auto fd = testing::memory_file(bytes);
    const auto index = hts::read_index_file(fd.get());
    if (!index) return;
    const auto fits = hts::check_index_offsets(*index, 10'000);
    require(!fits || (index->last_offset() >> 16) <= 10'000, "offsets lie within the file");
    if (const auto records = index->records()) {
        std::uint64_t sum = 0;
        for (const auto& contig : index->contigs) {
            if (contig.counts) sum += contig.counts->mapped + contig.counts->unmapped;
        }
        require(sum == *records, "all records are those of the contigs");
    }
}

void load_crai(std::string_view bytes) {
    const auto fd = testing::memory_file(bytes);
    static_cast<void>(hts::read_crai_file(fd.get()));
}

void load_reads(std::string_view bytes) {
    const named_memory_file data(bytes);
    try {
        const auto file = reads::reads_file::open(data.path());
        if (!file) return;
        reads::crams_missing_references((*file)->header(), {});
        reads::pass_progress progress;
        const auto counts = reads::count_records(**file, progress, {});
        if (!counts || (*file)->format() == reads::reads_format::cram) return;
        std::uint64_t sum = counts->unplaced;
        for (const auto& c : counts->by_reference) sum += c.mapped + c.unmapped;
        require(sum == counts->records, "every record is counted once");
    } catch (const damaged_file&) {
    }
}

void load_fai(std::string_view bytes) {
    const auto index = reference::fasta_index::parse(bytes);
    if (!index) return;
    const auto again = reference::fasta_index::parse(index->to_fai());
    require(again && again->sequences() == index->sequences(), "an index comes back as it was");
    for (std::size_t i = 0; i < index->sequences().size(); ++i) {
        require(index->find(index->sequences()[i].name) == i, "a sequence is found by its name");
    }
}

void read_some(const std::shared_ptr<const reference::reference_file>& file) {
    reference::reference_cursor cursor(file);
    char bases[100];
    for (std::size_t i = 0; i < file->sequences().size() && i < 4; ++i) {
        const auto& s = file->sequences()[i];
        for (const std::uint64_t start : {std::uint64_t{0}, s.length / 2, s.length - 1}) {
            try {
                const std::uint64_t end = std::min<std::uint64_t>(s.length, start + 300);
                cursor.turn_to(i, start, end).value();
                std::uint64_t count = 0;
                while (const std::size_t n = cursor.read(bases)) count += n;
                require(count == end - start, "as many bases as were asked for");
            } catch (const damaged_file&) {
            }
        }
    }
}

/// The FASTA file of the targets that read others beside it.
const std::string& some_fasta() {
    static const std::string text = [] {
        std::string out = ">a one\n";
        for (int i = 0; i < 20; ++i) out += "ACGTACGTACGTACGTACGTACGTACGTACGTACGTACGT\n";
        out += "ACGT\n>b\n";
        for (int i = 0; i < 5; ++i) out += "ACGTNNNNNN\n";
        return out;
    }();
    return text;
}

/// A .fai, a zero byte, a .gzi: of a packed file.
void load_both_indexes(std::string_view bytes) {
    static const named_memory_file fasta(stored_bgzf(some_fasta()));
    const named_memory_file fai(take_until(bytes, std::string_view("\0", 1)));
    const named_memory_file gzi(bytes);
    auto indexes = reference::load_indexes(fasta.path(), fai.path(), gzi.path());
    if (!indexes) return;
    const auto file = reference::reference_file::open(fasta.path(), std::move(*indexes));
    if (file) read_some(*file);
}

void load_plain_fai(std::string_view bytes) {
    static const named_memory_file fasta(some_fasta());
    const named_memory_file fai(bytes);
    auto indexes = reference::load_indexes(fasta.path(), fai.path(), fai.path());
    if (!indexes) return;
    const auto file = reference::reference_file::open(fasta.path(), std::move(*indexes));
    if (file) read_some(*file);
}

result<reference::reference_indexes> scan(const named_memory_file& fasta) {
    reference::build_progress progress;
    try {
        return reference::build_indexes(fasta.path(), progress, {});
    } catch (const damaged_file& e) {
        return error{errc::file_unusable, e.what()};
    }
}

/// What a pass of our own says of a file is right.
void scan_fasta(std::string_view bytes) {
    const named_memory_file fasta(bytes);
    auto indexes = scan(fasta);
    if (!indexes) return;
    const auto file = reference::reference_file::open(fasta.path(), std::move(*indexes));
    require(file.has_value(), "our index fits its file", file ? "" : file.error().text);
    reference::reference_cursor cursor(*file);
    char base = 0;
    for (std::size_t i = 0; i < (*file)->sequences().size(); ++i) {
        const auto length = (*file)->sequences()[i].length;
        cursor.turn_to(i, length - 1, length).value();
        require(cursor.read({&base, 1}) == 1, "the last base is there");
    }
}

void load_derived(std::string_view bytes, char kind) {
    std::uint64_t fingerprint = 0;
    if (bytes.size() >= 16) std::memcpy(&fingerprint, bytes.data() + 8, sizeof fingerprint);
    const named_memory_file file(bytes);
    if (kind == 'o') {
        const auto index = variants::ordinal_index::load(file.path(), fingerprint);
        if (index && (*index)->records() > 0) (*index)->floor((*index)->records() - 1);
    } else {
        const auto table = variants::site_table::load(file.path(), fingerprint);
        for (std::uint64_t i = 0; table && i < (*table)->records(); ++i) (*table)->at(i);
    }
}

/// The checkpoint of a pass that was interrupted, with an empty folder beside it.
void load_checkpoint(std::string_view bytes) {
    static const scratch_folder folder;
    std::ofstream(folder.path() / "checkpoint", std::ios::binary) << bytes;
    variants::pass_state state(folder.path());
    state.resume({});
    state.discard();
    std::filesystem::create_directories(folder.path());
}

void load_sam_header(std::string_view bytes) {
    const auto header = reads::parse_sam_header(bytes);
    if (header) reads::crams_missing_references(*header, {"d41d8cd98f00b204e9800998ecf8427e"});
}

void load(char kind, std::string_view bytes) {
    switch (kind) {
        case 'i':
            return load_index(bytes);
        case 'I':
            return load_index(stored_bgzf(bytes));
        case 'c':
            return load_crai(bytes);
        case 'b':
            return load_reads(bytes);
        case 'B':
            return load_reads(stored_bgzf(bytes));
        case 'f':
            return load_fai(bytes);
        case 'p':
            return load_plain_fai(bytes);
        case 'g':
            return load_both_indexes(bytes);
        case 'a':
            return scan_fasta(bytes);
        case 'A':
            return scan_fasta(stored_bgzf(bytes));
        case 'o':
        case 's':
            return load_derived(bytes, kind);
        case 'k':
            return load_checkpoint(bytes);
        case 'h':
            return load_sam_header(bytes);
        default:
            break;
    }
}

}  // namespace
}  // namespace callstream::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace callstream::fuzzing;
    const auto bytes = text_of(data, size);
    if (!bytes.empty()) load(bytes.front(), bytes.substr(1));
    return 0;
}
