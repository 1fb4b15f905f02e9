#include "engine/reference/fasta_digests.hpp"

#include "engine/core/file.hpp"

#include <algorithm>

namespace callstream::reference {
namespace {

constexpr std::size_t md5_chars = 32;
constexpr std::size_t sha512t24u_chars = 32;
constexpr std::size_t text_bytes_max =
    fasta_index::text_bytes_max + fasta_index::sequences_max * (md5_chars + sha512t24u_chars + 4);

std::string md5_of_set(const std::vector<sequence_digests>& sequences) {
    std::vector<std::string_view> sorted;
    sorted.reserve(sequences.size());
    for (const auto& digests : sequences) sorted.push_back(digests.md5);
    std::sort(sorted.begin(), sorted.end());
    std::string joined;
    for (const auto md5 : sorted) joined += md5;
    return md5_text(joined);
}

std::string beginning_of(const fasta_sequence& sequence) {
    return sequence.name + '\t' + std::to_string(sequence.length) + '\t';
}

}  // namespace

std::string digests_text(
    const std::vector<fasta_sequence>& sequences, const std::vector<sequence_digests>& digests
) {
    std::string text;
    for (std::size_t i = 0; i < sequences.size(); ++i) {
        text += beginning_of(sequences[i]) + digests[i].md5 + '\t' + digests[i].sha512t24u + '\n';
    }
    return text;
}

std::optional<std::vector<sequence_digests>> parse_digests(
    std::string_view text, const std::vector<fasta_sequence>& sequences
) {
    std::vector<sequence_digests> out;
    out.reserve(sequences.size());
    const auto take = [&text](std::string_view wanted) {
        if (!text.starts_with(wanted)) return false;
        text.remove_prefix(wanted.size());
        return true;
    };
    const auto take_chars = [&text](std::size_t count) {
        const std::string taken(text.substr(0, count));
        text.remove_prefix(taken.size());
        return taken;
    };
    for (const auto& sequence : sequences) {
        if (!take(beginning_of(sequence))) return std::nullopt;
        auto md5 = take_chars(md5_chars);
        if (!take("\t")) return std::nullopt;
        auto sha512t24u = take_chars(sha512t24u_chars);
        if (!take("\n")) return std::nullopt;
        out.push_back({std::move(md5), std::move(sha512t24u)});
    }
    if (!text.empty()) return std::nullopt;
    return out;
}

std::shared_ptr<const file_digests> fasta_digests::all() const {
    const std::lock_guard lock(mutex_);
    return all_;
}

std::optional<error> fasta_digests::refusal() const {
    const std::lock_guard lock(mutex_);
    return refusal_;
}

std::filesystem::path fasta_digests::kept_in(const std::filesystem::path& folder) const {
    return folder / (fasta_->key() + ".digests");
}

void fasta_digests::use(std::vector<sequence_digests> sequences) {
    auto md5 = md5_of_set(sequences);
    auto made =
        std::make_shared<const file_digests>(file_digests{std::move(sequences), std::move(md5)});
    const std::lock_guard lock(mutex_);
    all_ = std::move(made);
}

bool fasta_digests::find_index(const std::filesystem::path& folder, std::stop_token /*stop*/) {
    if (is_indexed()) return true;
    const auto file = fasta_->file();
    std::error_code ignored;
    if (file == nullptr || !std::filesystem::exists(kept_in(folder), ignored)) return false;
    const auto text = read_whole(kept_in(folder), text_bytes_max);
    auto digests = text ? parse_digests(*text, file->sequences()) : std::nullopt;
    if (!digests) return false;
    use(std::move(*digests));
    return true;
}

result<std::vector<sequence_digests>> fasta_digests::compute(const std::stop_token& stop) {
    const auto file = fasta_->file();
    if (file == nullptr) return error{errc::unavailable, "the file has no index yet"};
    const auto& sequences = file->sequences();
    std::vector<sequence_digests> out;
    out.reserve(sequences.size());
    for (std::size_t i = 0; i < sequences.size(); ++i) {
        auto digests = digest_sequence(file, i, stop);
        if (!digests) return digests.error();
        out.push_back(std::move(*digests));
        // Of a packed file only the share is known.
        const double share =
            static_cast<double>(sequences[i].end()) / static_cast<double>(sequences.back().end());
        bytes_done_.store(
            static_cast<std::uint64_t>(share * static_cast<double>(identity().size)),
            std::memory_order_relaxed
        );
    }
    if (!file->is_unchanged()) return error{errc::file_replaced, "the file changed meanwhile"};
    return out;
}

result<void> fasta_digests::make_index(const std::filesystem::path& folder, std::stop_token stop) {
    try {
        if (find_index(folder, stop)) return {};
        auto computed = compute(stop);
        if (!computed) return computed.error();
        const auto text = digests_text(fasta_->file()->sequences(), *computed);
        use(std::move(*computed));  // they are good even where they cannot be kept
        std::filesystem::create_directories(folder);
        write_atomically(kept_in(folder), text, 0644);
        return {};
    } catch (const damaged_file& damage) {
        const std::lock_guard lock(mutex_);
        refusal_ = {errc::file_unusable, std::string("is damaged: ") + damage.what()};
        return {};
    }
}

}  // namespace callstream::reference
