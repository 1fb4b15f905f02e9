// The records of a BCF behind a sound header. The mutator knows where records and their two parts
// begin, and keeps the lengths right most of the time, so that mutations reach what is behind them.
#include "engine/hts/vcf_reader.hpp"
#include "tests/fuzz/support/fuzz_input.hpp"
#include "tests/fuzz/support/walk.hpp"
#include "tests/support/bgzf_builder.hpp"

#include <algorithm>
#include <cstring>
#include <random>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace callstream::fuzzing {
namespace {

/// Three samples; a gap in the dictionary, fields of every type, one contig without a length.
const std::string& header_bytes() {
    static const std::string bytes = [] {
        const std::string text =
            "##fileformat=VCFv4.2\n"
            "##FILTER=<ID=PASS,Description=\"All filters passed\",IDX=0>\n"
            "##contig=<ID=1,length=1000000,IDX=0>\n"
            "##contig=<ID=HLA:A*01,IDX=1>\n"
            "##contig=<ID=far,length=3,IDX=4>\n"
            "##INFO=<ID=END,Number=1,Type=Integer,Description=\"End\",IDX=1>\n"
            "##INFO=<ID=AC,Number=A,Type=Integer,Description=\"Counts\",IDX=2>\n"
            "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\",IDX=3>\n"
            "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"Depth\",IDX=4>\n"
            "##FORMAT=<ID=PL,Number=G,Type=Integer,Description=\"Likelihoods\",IDX=5>\n"
            "##FORMAT=<ID=GL,Number=G,Type=Float,Description=\"Likelihoods\",IDX=6>\n"
            "##FORMAT=<ID=PS,Number=1,Type=Integer,Description=\"Phase set\",IDX=7>\n"
            "##FORMAT=<ID=NT,Number=1,Type=String,Description=\"A \\\"note\\\"\",IDX=9>\n"
            "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts1\ts2\ts3\n";
        std::string out("BCF\2\2", 5);
        testing::append_little_endian(out, text.size() + 1, 4);
        return out + text + '\0';
    }();
    return bytes;
}

struct parts {
    std::string shared;
    std::string individual;
};

std::uint32_t length_at(std::string_view bytes) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}

/// As many records as are whole; what follows is dropped.
std::vector<parts> split(std::string_view bytes) {
    std::vector<parts> out;
    while (bytes.size() >= 8) {
        const std::size_t shared = length_at(bytes);
        const std::size_t individual = length_at(bytes.substr(4));
        bytes.remove_prefix(8);
        if (shared + individual > bytes.size()) break;
        out.push_back(
            {std::string(bytes.substr(0, shared)), std::string(bytes.substr(shared, individual))}
        );
        bytes.remove_prefix(shared + individual);
    }
    return out;
}

std::string joined(const std::vector<parts>& records) {
    std::string out;
    for (const auto& record : records) {
        testing::append_little_endian(out, record.shared.size(), 4);
        testing::append_little_endian(out, record.individual.size(), 4);
        out += record.shared + record.individual;
    }
    return out;
}

void mutate(std::string& part, std::size_t grow_max) {
    const std::size_t size = part.size();
    part.resize(size + grow_max);
    auto* bytes = reinterpret_cast<std::uint8_t*>(part.data());
    part.resize(LLVMFuzzerMutate(bytes, size, part.size()));
}

void mutate(std::vector<parts>& records, std::size_t room, std::minstd_rand& random) {
    auto& record = records[random() % records.size()];
    switch (random() % 8) {
        case 0:
            if (room > record.shared.size() + record.individual.size() + 8) {
                records.insert(records.begin() + random() % records.size(), parts(record));
            }
            break;
        case 1:
            if (records.size() > 1) std::swap(record, records.back()), records.pop_back();
            break;
        case 2:
            std::swap(record.individual, records[random() % records.size()].individual);
            break;
        case 3:
        case 4:
        case 5:
            mutate(record.individual, std::min<std::size_t>(room, 64));
            break;
        default:
            mutate(record.shared, std::min<std::size_t>(room, 64));
            break;
    }
}

}  // namespace
}  // namespace callstream::fuzzing

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
    callstream::hts::prepare_library();
    return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(
    std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed
) {
    using namespace callstream::fuzzing;
    std::minstd_rand random(seed);
    auto records = split(text_of(data, size));
    if (records.empty() || random() % 16 == 0) return LLVMFuzzerMutate(data, size, max_size);
    std::string bytes = joined(records);
    mutate(records, max_size - std::min(max_size, bytes.size()), random);
    bytes = joined(records);
    const std::size_t kept = std::min(bytes.size(), max_size);
    std::memcpy(data, bytes.data(), kept);
    return kept;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace callstream;
    const auto bytes = fuzzing::header_bytes() + std::string(fuzzing::text_of(data, size));
    fuzzing::walk_variant_file(fuzzing::stored_bgzf(bytes));
    return 0;
}
