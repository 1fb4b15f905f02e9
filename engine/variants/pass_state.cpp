#include "engine/variants/pass_state.hpp"

#include "engine/core/hash.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <system_error>

namespace callstream::variants {
namespace {

constexpr char file_magic[8] = {'C', 'S', 'P', 'A', 'S', '0', '0', '3'};
constexpr std::size_t checkpoint_bytes_max = std::size_t{1} << 30;

struct checkpoint_head {
    char magic[8];
    pass_subject subject;
    std::uint64_t records_bytes;
    std::uint64_t names_bytes;
    std::uint64_t blocks_bytes;
    std::uint64_t records_hash;
    std::uint64_t names_hash;
    std::uint64_t blocks_hash;
    std::uint64_t contigs;
};

struct contig_head {
    std::uint64_t first_ordinal;
    std::uint64_t records;
    std::int64_t first_pos0;
    std::int64_t last_pos0;
    std::uint64_t name_bytes;
};

template <class T>
std::string_view bytes_of(const T& value) {
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

/// False when `from` has too few bytes.
template <class T>
bool take(std::string_view& from, T& value) {
    if (from.size() < sizeof value) return false;
    std::memcpy(&value, from.data(), sizeof value);
    from.remove_prefix(sizeof value);
    return true;
}

bool take_contigs(std::string_view& from, std::uint64_t count, std::vector<indexed_contig>& out) {
    for (std::uint64_t i = 0; i < count; ++i) {
        contig_head c;
        if (!take(from, c) || from.size() < c.name_bytes) return false;
        out.push_back(
            {std::string(from.substr(0, c.name_bytes)),
             c.first_ordinal,
             c.records,
             c.first_pos0,
             c.last_pos0}
        );
        from.remove_prefix(c.name_bytes);
    }
    return from.empty();
}

bool same_subject(const pass_subject& a, const pass_subject& b) {
    return a.source == b.source && a.provisional_fingerprint == b.provisional_fingerprint;
}

}  // namespace

pass_state::pass_state(std::filesystem::path folder)
    : folder_(std::move(folder)),
      records_(folder_ / "records"),
      names_(folder_ / "names"),
      blocks_(folder_ / "blocks") {
    std::filesystem::create_directories(folder_);
}

bool pass_state::resume(const pass_subject& subject) {
    const auto kept = read_whole(checkpoint_path(), checkpoint_bytes_max);
    if (!kept) return false;
    std::string_view rest = *kept;
    std::uint64_t hash = 0;
    checkpoint_head head;
    if (!take(rest, hash) || hash != hash64(rest) || !take(rest, head)) return false;
    if (std::memcmp(head.magic, file_magic, sizeof file_magic) != 0) return false;
    std::vector<indexed_contig> contigs;
    const bool fits = same_subject(head.subject, subject) &&
                      take_contigs(rest, head.contigs, contigs) && !contigs.empty() &&
                      records_.resume(head.records_bytes, head.records_hash) &&
                      names_.resume(head.names_bytes, head.names_hash) &&
                      blocks_.resume(head.blocks_bytes, head.blocks_hash);
    if (!fits) {
        discard();
        std::filesystem::create_directories(folder_);
        return false;
    }
    contigs_ = std::move(contigs);
    return true;
}

void pass_state::checkpoint(const pass_subject& subject) {
    if (records() == 0) return;
    for (auto* file : {&records_, &names_, &blocks_}) file->sync();
    checkpoint_head head{};
    std::memcpy(head.magic, file_magic, sizeof file_magic);
    head.subject = subject;
    head.records_bytes = records_.size();
    head.names_bytes = names_.size();
    head.blocks_bytes = blocks_.size();
    head.records_hash = records_.synced_hash();
    head.names_hash = names_.synced_hash();
    head.blocks_hash = blocks_.synced_hash();
    head.contigs = contigs_.size();
    std::string body(bytes_of(head));
    for (const auto& c : contigs_) {
        const contig_head contig{
            c.first_ordinal, c.records, c.first_pos0, c.last_pos0, c.name.size()};
        body.append(bytes_of(contig)).append(c.name);
    }
    const std::uint64_t hash = hash64(body);
    write_atomically(checkpoint_path(), std::string(bytes_of(hash)) + body, 0644);
}

void pass_state::discard() noexcept {
    for (auto* file : {&records_, &names_, &blocks_}) file->remove();
    contigs_.clear();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void pass_state::start_contig(std::string name) {
    contigs_.push_back({std::move(name), records()});
}

void pass_state::add(const noted_record& record, std::string_view name) {
    records_.append(bytes_of(record));
    names_.append(name);
    indexed_contig& contig = contigs_.back();
    if (contig.records++ == 0) contig.first_pos0 = record.pos0;
    contig.last_pos0 = record.pos0;
}

void pass_state::add_block(const ordinal_entry& entry) {
    blocks_.append(bytes_of(entry));
}

noted_record pass_state::last_record() {
    noted_record last;
    records_.read(records_.size() - sizeof last, &last, sizeof last);
    return last;
}

ordinal_entry pass_state::last_block() {
    ordinal_entry last;
    blocks_.read(blocks_.size() - sizeof last, &last, sizeof last);
    return last;
}

}  // namespace callstream::variants
