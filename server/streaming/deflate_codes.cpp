#include "server/streaming/deflate_codes.hpp"

#include <algorithm>
#include <span>
#include <vector>

namespace callstream::streaming {
namespace {

constexpr std::uint32_t first_length_symbol = 257;
constexpr std::uint32_t bits_max = 15;
constexpr std::uint32_t end_symbol = 256;

struct length_range {
    std::uint32_t first;
    std::uint32_t extra;
};

/// RFC 1951, section 3.2.5.
constexpr std::array<length_range, 29> length_ranges = [] {
    std::array<length_range, 29> ranges{};
    std::uint32_t first = copy_length_min;
    for (std::uint32_t i = 0; i < ranges.size(); ++i) {
        const std::uint32_t extra = i < 8 ? 0 : i / 4 - 1;
        ranges[i] = {first, extra};
        first += 1U << extra;
    }
    ranges.back() = {copy_length_max, 0};
    return ranges;
}();

/// Depths of the leaves of a Huffman tree, by symbol; those that do not occur have none. The count
/// of symbols that do is at least two.
std::vector<std::uint8_t> tree_depths(const std::vector<std::uint64_t>& counts) {
    struct node {
        std::uint64_t count;
        std::size_t parent;
        std::size_t symbol;
    };
    std::vector<node> nodes;
    for (std::size_t s = 0; s < counts.size(); ++s) {
        if (counts[s] > 0) nodes.push_back({counts[s], 0, s});
    }
    std::stable_sort(nodes.begin(), nodes.end(), [](const auto& a, const auto& b) {
        return a.count < b.count;
    });
    // Two queues, leaves and inner nodes, each from rare to frequent.
    const std::size_t leaves = nodes.size();
    std::size_t leaf = 0;
    std::size_t inner = leaves;
    const auto take = [&] {
        const bool takes_leaf =
            leaf < leaves && (inner == nodes.size() || nodes[leaf].count <= nodes[inner].count);
        const std::size_t taken = takes_leaf ? leaf++ : inner++;
        nodes[taken].parent = nodes.size();
        return nodes[taken].count;
    };
    while (nodes.size() < 2 * leaves - 1) {
        const std::size_t parent_at = nodes.size();
        const auto first = take();
        const auto second = take();
        nodes.push_back({first + second, parent_at, 0});
    }
    std::vector<std::uint8_t> depth_of(nodes.size());
    std::vector<std::uint8_t> depths(counts.size());
    for (std::size_t i = nodes.size() - 1; i-- > 0;) {
        depth_of[i] = static_cast<std::uint8_t>(depth_of[nodes[i].parent] + 1);
        if (i < leaves) depths[nodes[i].symbol] = depth_of[i];
    }
    return depths;
}

/// Lengths of codes that are at most `longest`: nearly the best, by making rare symbols less rare.
std::vector<std::uint8_t> code_lengths(std::vector<std::uint64_t> counts, std::uint32_t longest) {
    for (;;) {
        auto depths = tree_depths(counts);
        if (*std::max_element(depths.begin(), depths.end()) <= longest) return depths;
        for (auto& count : counts) count = (count + 1) / 2;
    }
}

/// RFC 1951, section 3.2.2, with the bits in the order of the stream.
std::vector<bit_code> canonical(std::span<const std::uint8_t> lengths) {
    std::array<std::uint32_t, bits_max + 2> next{};
    for (const auto length : lengths) next[length + 1U] += length > 0 ? 1 : 0;
    for (std::uint32_t b = 1; b < next.size(); ++b) next[b] = (next[b] + next[b - 1]) << 1;
    // next[b] is now twice the sum of shorter ones: the first code of b bits.
    std::vector<bit_code> codes(lengths.size());
    for (std::size_t s = 0; s < lengths.size(); ++s) {
        if (lengths[s] == 0) continue;
        std::uint32_t code = next[lengths[s]]++;
        for (std::uint32_t i = 0; i < lengths[s]; ++i, code >>= 1) {
            codes[s].bits = codes[s].bits << 1 | (code & 1);
        }
        codes[s].count = lengths[s];
    }
    return codes;
}

class bit_text {
 public:
    void put(std::uint32_t bits, std::uint32_t count) {
        for (std::uint32_t i = 0; i < count; ++i, ++count_) {
            if (count_ % 8 == 0) text_.push_back('\0');
            const auto bit = static_cast<unsigned>(bits >> i & 1) << count_ % 8;
            text_.back() = static_cast<char>(static_cast<unsigned char>(text_.back()) | bit);
        }
    }
    void put(bit_code code) { put(code.bits, code.count); }
    std::string& text() { return text_; }
    std::uint32_t count() const { return count_; }

 private:
    std::string text_;
    std::uint32_t count_ = 0;
};

/// Code lengths as the header has them: as they are, and "the one before, again".
struct length_run {
    std::uint32_t symbol;
    std::uint32_t extra = 0;  // of symbol 16
};
constexpr std::uint32_t repeat_symbol = 16;
constexpr std::uint32_t length_symbols = 19;

std::vector<length_run> runs_of(const std::vector<std::uint8_t>& lengths) {
    constexpr std::size_t repeat_min = 3;
    constexpr std::size_t repeat_max = 6;
    std::vector<length_run> runs;
    for (std::size_t at = 0; at < lengths.size();) {
        const auto other = std::find_if(
            lengths.begin() + static_cast<std::ptrdiff_t>(at),
            lengths.end(),
            [&](auto length) { return length != lengths[at]; }
        );
        std::size_t again = static_cast<std::size_t>(other - lengths.begin()) - at - 1;
        runs.push_back({lengths[at]});
        at += again + 1;
        for (; again >= repeat_min; again -= std::min(again, repeat_max)) {
            const auto now = std::min(again, repeat_max);
            runs.push_back({repeat_symbol, static_cast<std::uint32_t>(now - repeat_min)});
        }
        for (; again > 0; --again) runs.push_back({lengths[at - 1]});
    }
    return runs;
}

/// RFC 1951, section 3.2.7.
bit_text header_of(
    const std::vector<std::uint8_t>& of_text, const std::vector<std::uint8_t>& of_distance
) {
    constexpr std::array<std::uint8_t, length_symbols> order = {
        16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    auto lengths = of_text;
    lengths.insert(lengths.end(), of_distance.begin(), of_distance.end());
    const auto runs = runs_of(lengths);
    std::vector<std::uint64_t> counts(length_symbols);
    for (const auto& run : runs) ++counts[run.symbol];
    // A code of one symbol would have no bits.
    counts[repeat_symbol] += 1;
    const auto code_bits = code_lengths(counts, 7);
    const auto codes = canonical(code_bits);

    bit_text out;
    out.put(0b10 << 1, 3);  // dynamic codes, not the last block
    out.put(symbol_counts::literals_and_lengths - 257, 5);
    out.put(symbol_counts::distances - 1, 5);
    out.put(length_symbols - 4, 4);
    for (const auto symbol : order) out.put(code_bits[symbol], 3);
    for (const auto& run : runs) {
        out.put(codes[run.symbol]);
        if (run.symbol == repeat_symbol) out.put(run.extra, 2);
    }
    return out;
}

/// What has not occurred may yet.
std::vector<std::uint64_t> smoothed(std::span<const std::uint32_t> counts) {
    constexpr std::uint64_t weight = 16;
    std::vector<std::uint64_t> out;
    for (const auto count : counts) out.push_back(count * weight + 1);
    return out;
}

}  // namespace

symbol_counts symbol_counts::usual() {
    symbol_counts counts;
    counts.of_text.fill(1);
    for (int c = 'a'; c <= 'z'; ++c) counts.of_text[static_cast<std::size_t>(c)] = 8;
    for (int c = '0'; c <= '9'; ++c) counts.of_text[static_cast<std::size_t>(c)] = 200;
    for (const char c : {'|', '/', '.', ',', '-', '"', '~', ':'}) {
        counts.of_text[static_cast<std::size_t>(c)] = 32;
    }
    for (auto s = std::size_t{first_length_symbol}; s < counts.of_text.size(); ++s) {
        counts.of_text[s] = 40;
    }
    for (std::size_t s = 0; s < counts.of_distance.size(); ++s) {
        counts.of_distance[s] = s < 10 ? 2 : s < 20 ? 20 : 6;
    }
    return counts;
}

std::uint32_t length_symbol(std::uint32_t length) {
    const auto* const behind = std::upper_bound(
        length_ranges.begin(),
        length_ranges.end(),
        length,
        [](std::uint32_t wanted, const auto& range) { return wanted < range.first; }
    );
    return first_length_symbol + static_cast<std::uint32_t>(behind - length_ranges.begin()) - 1;
}

std::uint32_t distance_symbol(std::uint32_t distance) {
    const std::uint32_t d = distance - 1;
    if (d < 4) return d;
    const auto extra = static_cast<std::uint32_t>(std::bit_width(d)) - 2;
    return 2 * extra + (d >> extra);
}

deflate_codes::deflate_codes(const symbol_counts& counts) {
    auto of_text = smoothed(counts.of_text);
    of_text[end_symbol] = 1;
    const auto text_lengths = code_lengths(std::move(of_text), bits_max);
    const auto distance_lengths = code_lengths(smoothed(counts.of_distance), bits_max);
    const auto text_codes = canonical(text_lengths);
    const auto distance_codes = canonical(distance_lengths);
    std::copy_n(text_codes.begin(), literals_.size(), literals_.begin());
    end_ = text_codes[end_symbol];
    for (std::uint32_t length = copy_length_min; length <= copy_length_max; ++length) {
        const auto symbol = length_symbol(length);
        const auto& range = length_ranges[symbol - first_length_symbol];
        const auto& code = text_codes[symbol];
        lengths_[length] = {
            code.bits | (length - range.first) << code.count, code.count + range.extra};
    }
    std::copy(distance_codes.begin(), distance_codes.end(), distances_.begin());
    auto header = header_of(text_lengths, distance_lengths);
    header_bits_ = header.count();
    header_ = std::move(header.text());
}

}  // namespace callstream::streaming
