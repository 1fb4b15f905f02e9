#include "engine/hts/bcf_record.hpp"

#include "engine/core/error.hpp"
#include "engine/hts/bgzf_text.hpp"
#include "engine/hts/limits.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

namespace callstream::hts {
namespace {

constexpr std::size_t lengths_bytes = 8;  // of the two parts
constexpr std::size_t counts_bytes = 24;  // at the start of the shared part

std::uint32_t u32(const std::uint8_t* p) {
    std::uint32_t value;
    std::memcpy(&value, p, sizeof value);  // BCF is little-endian, as are all our machines
    return value;
}

}  // namespace

bool bcf_record_buffer::read(bgzf_input& in, raw_record& out) {
    std::array<std::uint8_t, lengths_bytes + counts_bytes> head;
    if (!read_bytes(in, head.data(), head.size())) return false;
    const std::size_t shared = u32(head.data());
    const std::size_t individual = u32(head.data() + 4);
    if (shared < counts_bytes) throw damaged_file("a record is shorter than its own counts");
    if (shared + individual > record_bytes_max) {
        throw damaged_file(
            "a record is longer than " + std::to_string(record_bytes_max >> 20) + " MiB"
        );
    }
    const std::size_t rest = shared - counts_bytes + individual;
    read_into_buffer(in, rest);
    const std::uint8_t* c = head.data() + lengths_bytes;
    out.contig = static_cast<std::int32_t>(u32(c));
    out.pos0 = static_cast<std::int32_t>(u32(c + 4));
    out.length = static_cast<std::int32_t>(u32(c + 8));
    std::memcpy(&out.quality, c + 12, sizeof out.quality);
    out.info_count = u32(c + 16) & 0xffff;
    out.allele_count = u32(c + 16) >> 16;
    out.sample_count = u32(c + 20) & 0xffffff;
    out.field_count = u32(c + 20) >> 24;
    out.shared = {bytes_.get(), shared - counts_bytes};
    out.individual = {bytes_.get() + (shared - counts_bytes), individual};
    return true;
}

/// Grows as the bytes arrive, so that a claim costs nothing.
void bcf_record_buffer::read_into_buffer(bgzf_input& in, std::size_t size) {
    constexpr std::size_t step_min = std::size_t{1} << 20;
    for (std::size_t have = 0; have < size;) {
        if (have == capacity_) {
            const std::size_t larger = std::min(size, std::max(step_min, 2 * capacity_));
            std::unique_ptr<std::uint8_t[]> grown(new std::uint8_t[larger]);
            std::copy_n(bytes_.get(), have, grown.get());
            bytes_ = std::move(grown);
            capacity_ = larger;
        }
        const std::size_t piece = std::min(size, capacity_) - have;
        if (!read_bytes(in, bytes_.get() + have, piece)) {
            throw damaged_file("the file ends within a record");
        }
        have += piece;
    }
}

}  // namespace callstream::hts
