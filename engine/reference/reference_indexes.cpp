#include "engine/reference/reference_indexes.hpp"

#include "engine/core/file.hpp"
#include "engine/hts/bgzf.hpp"
#include "engine/hts/bgzf_stream.hpp"
#include "engine/reference/fasta_scanner.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

namespace callstream::reference {
namespace {

error unusable(std::string why) {
    return {errc::file_unusable, std::move(why)};
}

result<std::string> read_index(
    const std::filesystem::path& path, const file_identity& data, std::size_t bytes_max
) {
    const auto identity = identity_of(path);
    if (!identity) return unusable("there is none");
    if (is_older(*identity, data)) return unusable("it is older than the file");
    return read_whole(path, bytes_max);
}

struct open_fasta {
    unique_fd fd;
    file_identity identity;
    bool packed = false;
};

result<open_fasta> open(const std::filesystem::path& fasta) {
    auto fd = open_regular(fasta);
    if (!fd) return fd.error();
    open_fasta out{std::move(*fd), {}, false};
    out.identity = identity_of(out.fd.get());
    const auto packing = hts::seekable_compression_of(out.fd.get(), out.identity.size);
    if (!packing) return packing.error();
    out.packed = *packing == hts::compression::bgzf;
    return out;
}

error stopping() {
    return {errc::unavailable, "the server is stopping"};
}

result<reference_indexes> scan_plain(
    const open_fasta& file, build_progress& progress, const std::stop_token& stop
) {
    constexpr std::size_t piece = 256 * 1024;
    const auto bytes = std::make_unique_for_overwrite<std::uint8_t[]>(piece);
    fasta_scanner scanner;
    for (std::uint64_t at = 0; at < file.identity.size;) {
        if (stop.stop_requested()) return stopping();
        const auto size = std::min<std::uint64_t>(piece, file.identity.size - at);
        if (!read_exactly(file.fd.get(), bytes.get(), size, at)) {
            throw damaged_file("the file shrank");
        }
        if (auto fine = scanner.add({bytes.get(), size}); !fine) return fine.error();
        at += size;
        progress.bytes_done.store(at, std::memory_order_relaxed);
    }
    auto sequences = scanner.finish();
    if (!sequences) return sequences.error();
    return reference_indexes{std::move(*sequences), std::nullopt};
}

result<reference_indexes> scan_packed(
    const open_fasta& file, build_progress& progress, const std::stop_token& stop
) {
    hts::bgzf_stream stream(file.fd.get(), file.identity.size);
    fasta_scanner scanner;
    std::vector<block_start> blocks;
    std::uint64_t inflated = 0;
    for (;;) {
        if (stop.stop_requested()) return stopping();
        const auto content = stream.next_block();
        if (content.empty()) break;
        if (blocks.size() == block_index::blocks_max) return unusable("has too many blocks");
        // An index begins with the first block, even if empty ones stand before the content.
        if (blocks.empty() && stream.block_address() > 0) blocks.push_back({});
        blocks.push_back({stream.block_address(), inflated});
        inflated += content.size();
        if (auto fine = scanner.add(content); !fine) return fine.error();
        progress.bytes_done.store(stream.next_address(), std::memory_order_relaxed);
    }
    auto sequences = scanner.finish();
    if (!sequences) return sequences.error();
    auto index = block_index::from(std::move(blocks), file.identity.size);
    if (!index) return index.error();
    return reference_indexes{std::move(*sequences), std::move(*index)};
}

}  // namespace

result<reference_indexes> load_indexes_beside(const std::filesystem::path& fasta) {
    auto fai = fasta;
    auto gzi = fasta;
    return load_indexes(fasta, fai += ".fai", gzi += ".gzi");
}

result<reference_indexes> load_indexes(
    const std::filesystem::path& fasta,
    const std::filesystem::path& fai,
    const std::filesystem::path& gzi
) {
    const auto file = open(fasta);
    if (!file) return file.error();
    const auto fai_text = read_index(fai, file->identity, fasta_index::text_bytes_max);
    if (!fai_text) return unusable("cannot use the .fai: " + fai_text.error().text);
    auto sequences = fasta_index::parse(*fai_text);
    if (!sequences) return unusable("cannot use the .fai: " + sequences.error().text);
    if (!file->packed) {
        if (sequences->sequences().back().end() > file->identity.size) {
            return unusable("cannot use the .fai: a sequence ends beyond the file");
        }
        return reference_indexes{std::move(*sequences), std::nullopt};
    }
    const auto gzi_bytes = read_index(gzi, file->identity, block_index::text_bytes_max);
    if (!gzi_bytes) return unusable("cannot use the .gzi: " + gzi_bytes.error().text);
    auto blocks = block_index::parse(*gzi_bytes, file->identity.size);
    if (!blocks) return unusable("cannot use the .gzi: " + blocks.error().text);
    return reference_indexes{std::move(*sequences), std::move(*blocks)};
}

void save_indexes(
    const reference_indexes& indexes,
    const std::filesystem::path& fai,
    const std::filesystem::path& gzi
) {
    write_atomically(fai, indexes.sequences.to_fai(), 0644);
    if (indexes.blocks) write_atomically(gzi, indexes.blocks->to_gzi(), 0644);
}

result<reference_indexes> build_indexes(
    const std::filesystem::path& fasta, build_progress& progress, std::stop_token stop
) {
    const auto file = open(fasta);
    if (!file) return file.error();
    if (file->identity.size == 0) return unusable("is empty");
    auto built =
        file->packed ? scan_packed(*file, progress, stop) : scan_plain(*file, progress, stop);
    if (!built) return built;
    const auto now = identity_of(fasta);
    if (!now || *now != file->identity) {
        return error{errc::file_replaced, "the file changed meanwhile"};
    }
    progress.bytes_done.store(file->identity.size, std::memory_order_relaxed);
    return built;
}

}  // namespace callstream::reference
