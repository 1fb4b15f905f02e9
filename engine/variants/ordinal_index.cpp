#include "engine/variants/ordinal_index.hpp"

#include "engine/core/file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <unistd.h>

namespace callstream::variants {
namespace {

// The file is read only by the machine that wrote it, so it is in native byte order.
struct file_head {
    char magic[8];
    std::uint64_t provisional_fingerprint;
    std::uint64_t content_high;
    std::uint64_t content_low;
    std::uint64_t records;
    file_identity source;
    std::uint64_t entries;
    std::uint64_t contigs;
    std::uint64_t bytes;      // of the whole file
    std::uint64_t body_hash;  // of all that follows the head
    std::uint64_t head_hash;  // of the head before this
};
constexpr char file_magic[8] = {'C', 'S', 'O', 'R', 'D', '0', '0', '2'};

std::uint64_t hash_of(const file_head& head) {
    return hash64({reinterpret_cast<const char*>(&head), offsetof(file_head, head_hash)});
}

struct contig_head {
    std::uint64_t first_ordinal;
    std::uint64_t records;
    std::int64_t first_pos0;
    std::int64_t last_pos0;
    std::uint64_t name_bytes;
};

std::string_view as_bytes(const void* data, std::size_t size) {
    return {static_cast<const char*>(data), size};
}

}  // namespace

result<std::shared_ptr<const ordinal_index>> ordinal_index::load(
    const std::filesystem::path& path, std::uint64_t provisional_fingerprint
) {
    auto file = mapped_file::open(path);
    if (!file) return file.error();
    const error unusable{errc::file_unusable, "the ordinal index is damaged"};
    const std::string_view bytes = file->bytes();
    file_head head;
    if (bytes.size() < sizeof head) return unusable;
    std::memcpy(&head, bytes.data(), sizeof head);
    const bool intact = std::memcmp(head.magic, file_magic, sizeof file_magic) == 0 &&
                        head.head_hash == hash_of(head) && head.bytes == bytes.size();
    if (!intact || head.provisional_fingerprint != provisional_fingerprint) return unusable;
    const auto body = bytes.substr(sizeof head);
    running_hash hash;
    hash.add(body.data(), body.size());
    if (hash.value().low != head.body_hash) return unusable;

    std::shared_ptr<ordinal_index> index(new ordinal_index);
    index->file_ = std::move(*file);
    index->summary_ = {
        head.provisional_fingerprint,
        {head.content_high, head.content_low},
        head.records,
        head.source};
    // The hashes vouch for the counts: what follows was written by `finish`.
    index->entries_ = {reinterpret_cast<const ordinal_entry*>(body.data()), head.entries};
    const char* at = body.data() + index->entries_.size_bytes();
    for (std::uint64_t i = 0; i < head.contigs; ++i) {
        contig_head c;
        std::memcpy(&c, at, sizeof c);
        at += sizeof c;
        index->contigs_.push_back(
            {std::string(at, c.name_bytes), c.first_ordinal, c.records, c.first_pos0, c.last_pos0}
        );
        at += c.name_bytes;
    }
    return std::shared_ptr<const ordinal_index>(std::move(index));
}

const ordinal_entry& ordinal_index::floor(std::uint64_t ordinal) const {
    const auto behind = std::upper_bound(
        entries_.begin(),
        entries_.end(),
        ordinal,
        [](std::uint64_t o, const ordinal_entry& e) { return o < e.ordinal; }
    );
    return *(behind - 1);
}

/// The next record starts in it, too.
bool ordinal_index::is_within_block(std::uint64_t ordinal) const {
    return ordinal + 1 < records() && floor(ordinal + 1).ordinal == floor(ordinal).ordinal;
}

ordinal_index_writer::ordinal_index_writer(std::filesystem::path path) : file_(std::move(path)) {
    const file_head empty{};
    write_all(file_.fd(), as_bytes(&empty, sizeof empty));
}

void ordinal_index_writer::add(const ordinal_entry& entry) {
    constexpr std::size_t batch = 4096;
    pending_.push_back(entry);
    if (pending_.size() >= batch) flush();
}

void ordinal_index_writer::flush() {
    const auto bytes = as_bytes(pending_.data(), pending_.size() * sizeof(ordinal_entry));
    hash_.add(bytes.data(), bytes.size());
    write_all(file_.fd(), bytes);
    written_ += pending_.size();
    pending_.clear();
}

void ordinal_index_writer::finish(
    const ordinal_summary& summary, std::span<const indexed_contig> contigs
) {
    flush();
    std::string table;
    for (const auto& c : contigs) {
        const contig_head head{
            c.first_ordinal, c.records, c.first_pos0, c.last_pos0, c.name.size()};
        table.append(as_bytes(&head, sizeof head)).append(c.name);
    }
    hash_.add(table.data(), table.size());
    write_all(file_.fd(), table);
    file_head head{};
    std::memcpy(head.magic, file_magic, sizeof file_magic);
    head.provisional_fingerprint = summary.provisional_fingerprint;
    head.content_high = summary.content.high;
    head.content_low = summary.content.low;
    head.records = summary.records;
    head.source = summary.source;
    head.entries = written_;
    head.contigs = contigs.size();
    head.bytes = sizeof head + written_ * sizeof(ordinal_entry) + table.size();
    head.body_hash = hash_.value().low;
    head.head_hash = hash_of(head);
    if (::lseek(file_.fd(), 0, SEEK_SET) != 0) {
        throw std::system_error(errno, std::generic_category(), "seek in an index");
    }
    write_all(file_.fd(), as_bytes(&head, sizeof head));
    file_.publish_derived();
}

}  // namespace callstream::variants
