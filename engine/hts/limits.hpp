// How much memory a file may make a reader take. A few kilobytes of BGZF can claim gigabytes, so
// every length is compared with these before anything is allocated for it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace callstream::hts {

/// Bytes of an inflated header.
constexpr std::size_t header_bytes_max = std::size_t{256} << 20;

/// Bytes that htslib and callstream may need for a header, as `header_gate.cpp` estimates them. A
/// million samples and three million contigs fit.
constexpr std::size_t header_memory_max = std::size_t{2} << 30;

/// Lines of a header that are no `<...>` structures. htslib compares each with all others.
constexpr std::size_t plain_lines_max = 10'000;

/// Bytes of one inflated record: a line of a VCF, both parts of a BCF record. A million samples
/// with GT:AD:DP:GQ:PL are 40 MB.
constexpr std::size_t record_bytes_max = std::size_t{128} << 20;

/// Bytes of one FORMAT value of one sample. Answers are made value by value, and text may be
/// several times as long.
constexpr std::size_t value_bytes_max = std::size_t{4} << 20;

/// Alleles of one genotype. Clients choose what stands between them, up to kilobytes.
constexpr std::uint32_t ploidy_max = 4096;

/// Bytes that htslib may need to translate a line: it gives every sample the room of the widest.
constexpr std::size_t translated_bytes_max = std::size_t{1} << 30;

/// Contigs and tags that a text VCF may use without having declared them. htslib adds each to its
/// header, at a cost that grows with the header.
constexpr std::int64_t undeclared_max = 10'000;

/// Steps that adding them may take in all; each takes as many as the header has entries then.
constexpr std::int64_t undeclared_steps_max = 200'000'000;

/// Entries of the FILTER and of the INFO column of a line: all of them may be undeclared. Also
/// entries of FILTER in a BCF, where each takes a byte, for what decodes them.
constexpr std::size_t column_entries_max = 10'000;

/// How far the numbers that a header gives its contigs and tags (`IDX=`) may go beyond the number
/// of its lines. htslib makes room for every number up to the largest.
constexpr std::uint64_t dictionary_gaps_max = 100'000;

}  // namespace callstream::hts
