#include "engine/hts/index_file.hpp"

#include "engine/core/file.hpp"
#include "engine/hts/bgzf.hpp"
#include "engine/hts/bgzf_stream.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace callstream::hts {
namespace {

static_assert(std::endian::native == std::endian::little, "indexes are little-endian");

constexpr std::size_t contigs_max = std::size_t{1} << 20;
constexpr std::size_t names_bytes_max = std::size_t{64} << 20;
constexpr std::uint64_t inflated_bytes_max = std::uint64_t{512} << 20;

damaged_file malformed(const std::string& why) {
    return damaged_file("the index is malformed: " + why);
}

/// The bytes of an index, inflated where they are packed, never more than the limit.
class index_bytes {
 public:
    index_bytes(int fd, std::uint64_t file_bytes, bool packed)
        : fd_(fd), file_bytes_(file_bytes), packed_(packed), blocks_(fd, file_bytes) {}

    /// False when not one byte is left; an end within `size` bytes is damage.
    bool take_if_any(void* into, std::size_t size) {
        auto* out = static_cast<std::uint8_t*>(into);
        std::size_t done = 0;
        while (done < size) {
            if (rest_.empty()) fill();
            if (rest_.empty()) break;
            const std::size_t piece = std::min(rest_.size(), size - done);
            std::memcpy(out + done, rest_.data(), piece);
            rest_ = rest_.subspan(piece);
            done += piece;
        }
        if (done == size) return true;
        if (done > 0) throw malformed("it ends too early");
        return false;
    }
    void take(void* into, std::size_t size) {
        if (!take_if_any(into, size)) throw malformed("it ends too early");
    }
    std::uint32_t u32() { return number<std::uint32_t>(); }
    std::uint64_t u64() { return number<std::uint64_t>(); }
    /// A count, which the formats keep in 31 bits.
    std::uint32_t count(const char* of_what) {
        const std::uint32_t value = u32();
        if (value >> 31 != 0) throw malformed(std::string("a negative count of ") + of_what);
        return value;
    }
    /// Grows with what is really there, not with what is announced.
    std::string text(std::size_t size) {
        constexpr std::size_t piece_max = block_bytes_max;
        std::string out;
        while (out.size() < size) {
            const std::size_t old = out.size();
            out.resize(old + std::min(piece_max, size - old));
            take(out.data() + old, out.size() - old);
        }
        return out;
    }

 private:
    template <class T>
    T number() {
        T value{};
        if (rest_.size() >= sizeof value) {
            std::memcpy(&value, rest_.data(), sizeof value);
            rest_ = rest_.subspan(sizeof value);
        } else {
            take(&value, sizeof value);
        }
        return value;
    }

    void fill() {
        if (packed_) {
            rest_ = blocks_.next_block();
        } else {
            const auto left = file_bytes_ - total_;
            const auto size =
                static_cast<std::size_t>(std::min<std::uint64_t>(left, plain_.size()));
            if (!read_exactly(fd_, plain_.data(), size, total_)) throw damaged_file("file shrank");
            rest_ = {plain_.data(), size};
        }
        total_ += rest_.size();
        if (total_ > inflated_bytes_max) throw malformed("it is larger than 512 MiB");
    }

    int fd_;
    std::uint64_t file_bytes_;
    bool packed_;
    bgzf_stream blocks_;
    std::uint64_t total_ = 0;
    std::span<const std::uint8_t> rest_;
    std::array<std::uint8_t, 64 * 1024> plain_;
};

/// Names as tabix keeps them: each ends in a NUL.
std::vector<std::string> split_names(std::string_view text) {
    std::vector<std::string> names;
    while (!text.empty()) {
        const std::size_t end = text.find('\0');
        if (end == std::string_view::npos) throw malformed("a name does not end");
        if (end == 0) throw malformed("a name is empty");
        if (names.size() == contigs_max) throw malformed("it has too many names");
        names.emplace_back(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    return names;
}

class index_parser {
 public:
    explicit index_parser(index_bytes& bytes, const std::vector<index_place>& places)
        : bytes_(bytes), places_(places), starts_(places.size()) {}

    /// Of the places; there when all was parsed.
    std::vector<std::optional<std::uint64_t>> take_starts() { return std::move(starts_); }

    index_file parse() {
        read_magic();
        std::uint32_t contigs = 0;
        std::vector<std::string> names;
        if (out_.format == index_format::csi) {
            read_shape();
            names = read_csi_aux();
            contigs = bytes_.count("contigs");
        } else {
            contigs = bytes_.count("contigs");
            if (out_.format == index_format::tbi) names = read_tabix_head();
        }
        if (contigs > contigs_max) throw malformed("it has more than 1048576 contigs");
        if (out_.has_names && names.size() != contigs) {
            throw malformed("it has another number of names than of contigs");
        }
        for (std::uint32_t i = 0; i < contigs; ++i) {
            for (std::size_t p = 0; p < places_.size(); ++p) {
                if (places_[p].contig == i) here_.push_back(p);
            }
            out_.contigs.push_back(read_contig());
            finish_starts(out_.contigs.back());
            if (out_.has_names) out_.contigs.back().name = std::move(names[i]);
        }
        read_end();
        return std::move(out_);
    }

 private:
    void read_magic() {
        char magic[4];
        bytes_.take(magic, sizeof magic);
        const std::string_view text(magic, sizeof magic);
        if (text == std::string_view("BAI\1", 4)) {
            out_.format = index_format::bai;
        } else if (text == std::string_view("TBI\1", 4)) {
            out_.format = index_format::tbi;
        } else if (text == std::string_view("CSI\1", 4)) {
            out_.format = index_format::csi;
        } else {
            throw damaged_file("is not a BAI, TBI or CSI index");
        }
    }

    void read_shape() {
        const std::uint32_t min_shift = bytes_.u32();
        const std::uint32_t depth = bytes_.u32();
        // Bin numbers are of 32 bits, positions of 63.
        if (min_shift > 31 || depth > 10 || min_shift + 3 * depth > 62) {
            throw malformed("its bins are of impossible size");
        }
        out_.min_shift = static_cast<int>(min_shift);
        out_.depth = static_cast<int>(depth);
    }

    /// What follows the count of contigs in a TBI: six numbers on columns, which are the same for
    /// every VCF, and the names.
    std::vector<std::string> read_tabix_head() {
        std::array<std::uint32_t, 6> columns{};
        bytes_.take(columns.data(), sizeof columns);
        const std::uint32_t size = bytes_.count("bytes of names");
        if (size > names_bytes_max) throw malformed("its names are longer than 64 MiB");
        out_.has_names = true;
        return split_names(bytes_.text(size));
    }

    /// What a CSI has before its contigs is for the program that made it: tabix keeps its own head
    /// there, others keep nothing or what cannot be known.
    std::vector<std::string> read_csi_aux() {
        constexpr std::size_t head_bytes = 7 * 4;
        const std::uint32_t size = bytes_.count("bytes of extra data");
        if (size > names_bytes_max) throw malformed("its extra data is longer than 64 MiB");
        const std::string aux = bytes_.text(size);
        if (size < head_bytes) return {};
        std::uint32_t names_bytes = 0;
        std::memcpy(&names_bytes, aux.data() + head_bytes - 4, sizeof names_bytes);
        if (names_bytes != size - head_bytes) return {};
        out_.has_names = true;
        return split_names(std::string_view(aux).substr(head_bytes));
    }

    index_contig read_contig() {
        index_contig contig;
        bool first = true;
        const std::uint32_t bins = bytes_.count("bins");
        for (std::uint32_t i = 0; i < bins; ++i) {
            const std::uint32_t bin = bytes_.u32();
            const bool is_csi = out_.format == index_format::csi;
            const std::uint64_t start = is_csi ? bytes_.u64() : 0;
            if (is_csi && !here_.empty() && bin < metadata_bin()) note_start(begin_of(bin), start);
            const std::uint32_t chunks = bytes_.count("chunks");
            if (bin == metadata_bin()) {
                read_metadata(contig, chunks);
            } else if (bin >= metadata_bin() - 1) {
                throw malformed("a bin has an impossible number");
            } else {
                read_chunks(contig, chunks, first);
            }
        }
        if (out_.format != index_format::csi) read_windows();
        return contig;
    }

    /// The linear index of BAI and TBI.
    void read_windows() {
        const std::uint32_t windows = bytes_.count("windows");
        for (std::uint32_t i = 0; i < windows; ++i) {
            const std::uint64_t start = bytes_.u64();
            if (!here_.empty()) note_start(std::int64_t{i} << out_.min_shift, start);
        }
    }

    /// No record that reaches to `begin0` or beyond starts before `offset`.
    void note_start(std::int64_t begin0, std::uint64_t offset) {
        for (const auto p : here_) {
            if (begin0 > places_[p].begin0) continue;
            starts_[p] = std::max(starts_[p].value_or(0), offset);
        }
    }

    void finish_starts(const index_contig& contig) {
        for (const auto p : here_) {
            if (contig.chunks == 0) {
                starts_[p].reset();
            } else {
                starts_[p] = std::max(starts_[p].value_or(0), contig.first_offset);
            }
        }
        here_.clear();
    }

    /// Where a bin of a CSI begins.
    std::int64_t begin_of(std::uint32_t bin) const {
        std::uint64_t first = 0;  // of the level
        for (int level = 0; level <= out_.depth; ++level) {
            const std::uint64_t size = std::uint64_t{1} << (3 * level);
            if (bin < first + size) {
                const int shift = out_.min_shift + 3 * (out_.depth - level);
                return static_cast<std::int64_t>((bin - first) << shift);
            }
            first += size;
        }
        return std::numeric_limits<std::int64_t>::max();
    }

    void read_metadata(index_contig& contig, std::uint32_t chunks) {
        if (chunks != 2 || contig.counts) throw malformed("its metadata is not what it should be");
        bytes_.u64();  // where its records begin
        bytes_.u64();  // and end: the chunks say it, too
        const std::uint64_t mapped = bytes_.u64();
        const std::uint64_t unmapped = bytes_.u64();
        // Sums over all contigs cannot overflow below this.
        constexpr std::uint64_t records_max = std::uint64_t{1} << 40;
        if (mapped > records_max || unmapped > records_max) {
            throw malformed("a contig has an impossible number of records");
        }
        contig.counts = {mapped, unmapped};
    }

    void read_chunks(index_contig& contig, std::uint32_t chunks, bool& first) {
        for (std::uint32_t i = 0; i < chunks; ++i) {
            const std::uint64_t beg = bytes_.u64();
            const std::uint64_t end = bytes_.u64();
            if (end < beg) throw malformed("a chunk ends before it begins");
            contig.first_offset = first ? beg : std::min(contig.first_offset, beg);
            contig.last_offset = std::max(contig.last_offset, end);
            first = false;
        }
        contig.chunks += chunks;
    }

    void read_end() {
        std::uint64_t unplaced = 0;
        if (bytes_.take_if_any(&unplaced, sizeof unplaced)) out_.unplaced = unplaced;
        char more = 0;
        if (bytes_.take_if_any(&more, 1)) throw malformed("it goes on after its end");
    }

    std::uint32_t metadata_bin() const {
        const std::uint64_t bins = ((std::uint64_t{1} << (3 * (out_.depth + 1))) - 1) / 7;
        return static_cast<std::uint32_t>(bins + 1);
    }

    index_bytes& bytes_;
    const std::vector<index_place>& places_;
    std::vector<std::optional<std::uint64_t>> starts_;
    std::vector<std::size_t> here_;  // places on the contig that is being read
    index_file out_;
};

/// Calls `use(parser)` for an index that was parsed without a complaint.
template <class Use>
auto parse_index(int index, const std::vector<index_place>& places, Use use)
    -> result<decltype(use(std::declval<index_parser&>()))> {
    const std::uint64_t size = identity_of(index).size;
    const bool packed = compression_of(index) == compression::bgzf;
    // Without its last block a packed index may have lost just what is optional.
    if (packed && !has_eof_block(index, size)) {
        return error{
            errc::file_unusable, "the index is truncated: its end-of-file block is missing"};
    }
    try {
        const auto bytes = std::make_unique<index_bytes>(index, size, packed);
        index_parser parser(*bytes, places);
        return use(parser);
    } catch (const damaged_file& e) {
        return error{errc::file_unusable, e.what()};
    }
}

}  // namespace

std::optional<std::uint64_t> index_file::records() const {
    std::optional<std::uint64_t> total;
    for (const auto& contig : contigs) {
        if (!contig.counts && contig.chunks > 0) return std::nullopt;
        if (contig.counts)
            total = total.value_or(0) + contig.counts->mapped + contig.counts->unmapped;
    }
    return total;
}

std::uint64_t index_file::last_offset() const {
    std::uint64_t last = 0;
    for (const auto& contig : contigs) last = std::max(last, contig.last_offset);
    return last;
}

result<index_file> read_index_file(int index) {
    return parse_index(index, {}, [](index_parser& parser) { return parser.parse(); });
}

result<std::vector<std::optional<std::uint64_t>>> find_index_starts(
    int index, const std::vector<index_place>& places
) {
    return parse_index(index, places, [](index_parser& parser) {
        parser.parse();
        return parser.take_starts();
    });
}

result<void> check_index_offsets(const index_file& index, std::uint64_t data_bytes) {
    // The end of the last chunk may be the very end of the file.
    if (index.last_offset() >> 16 <= data_bytes) return {};
    return error{
        errc::file_unusable, "the index belongs to another file: an offset is beyond the end"};
}

}  // namespace callstream::hts
