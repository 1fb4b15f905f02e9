#include "engine/hts/cram_sequences.hpp"

#include "engine/core/digest.hpp"
#include "engine/core/error.hpp"
#include "engine/core/file.hpp"
#include "engine/hts/bgzf.hpp"
#include "engine/hts/bgzf_stream.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <span>
#include <system_error>
#include <unistd.h>
#include <unordered_map>

namespace callstream::hts {
namespace {

constexpr std::size_t piece_bytes = 256 * 1024;

/// Content of a file, packed or not, piece by piece.
class pieces {
 public:
    explicit pieces(const std::filesystem::path& path) {
        auto fd = open_regular(path);
        if (!fd) throw damaged_file("the FASTA file " + fd.error().text);
        fd_ = std::move(*fd);
        size_ = identity_of(fd_.get()).size;
        switch (compression_of(fd_.get())) {
            case compression::bgzf:
                stream_.emplace(fd_.get(), size_);
                break;
            case compression::gzip:
                throw damaged_file("the FASTA file is compressed with plain gzip");
            case compression::none:
                break;
        }
    }
    /// Empty at the end.
    std::string_view next() {
        if (stream_) {
            const auto block = stream_->next_block();
            return {reinterpret_cast<const char*>(block.data()), block.size()};
        }
        piece_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(piece_bytes, size_ - at_)));
        if (!read_exactly(fd_.get(), piece_.data(), piece_.size(), at_)) {
            throw damaged_file("the FASTA file shrank");
        }
        at_ += piece_.size();
        return piece_;
    }

 private:
    unique_fd fd_;
    std::uint64_t size_ = 0;
    std::uint64_t at_ = 0;
    std::optional<bgzf_stream> stream_;
    std::string piece_;
};

/// Writes sequences one behind the other, and takes those back that nobody wants.
class copier {
 public:
    copier(std::vector<cram_sequence>& wanted, int fd) : wanted_(wanted), fd_(fd) {
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            if (!wanted[i].md5.empty()) by_md5_.emplace(wanted[i].md5, i);
        }
        missing_ = by_md5_.size();
    }
    void begin() {
        finish();
        if (missing_ == 0) return;
        digest_.emplace(running_digest::kind::md5);
        starts_ = ends_;
    }
    void add(char letter) {
        if (!digest_) return;
        buffer_ += letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
        if (buffer_.size() == piece_bytes) flush();
    }
    /// Whether nobody wants more.
    bool is_complete() const { return missing_ == 0 && !digest_; }
    /// The index of what was kept.
    std::string index() {
        finish();
        return std::move(index_);
    }

 private:
    void flush() {
        digest_->add(buffer_);
        write_all(fd_, buffer_);
        ends_ += buffer_.size();
        buffer_.clear();
    }
    void finish() {
        if (!digest_) return;
        flush();
        if (!keep(hex_of_bytes(digest_->finish()))) take_back();
        digest_.reset();
    }
    bool keep(const std::string& md5) {
        const auto [first, last] = by_md5_.equal_range(md5);
        bool kept = false;
        for (auto at = first; at != last; ++at) {
            auto& sequence = wanted_[at->second];
            if (sequence.found) continue;  // the file has it twice
            sequence.found = kept = true;
            --missing_;
            const auto bases = std::to_string(ends_ - starts_);
            index_ += sequence.name + '\t' + bases + '\t' + std::to_string(starts_) + '\t' + bases +
                      '\t' + std::to_string(ends_ - starts_ + 1) + '\n';
        }
        if (!kept) return false;
        write_all(fd_, "\n");
        ++ends_;
        return true;
    }
    void take_back() {
        const auto size = static_cast<off_t>(starts_);
        if (::ftruncate(fd_, size) != 0 || ::lseek(fd_, size, SEEK_SET) != size) {
            throw std::system_error(errno, std::generic_category(), "truncate");
        }
        ends_ = starts_;
    }

    std::vector<cram_sequence>& wanted_;
    int fd_;
    std::unordered_multimap<std::string, std::size_t> by_md5_;
    std::size_t missing_ = 0;               // of those
    std::optional<running_digest> digest_;  // while in a sequence
    std::string buffer_;
    std::uint64_t starts_ = 0;
    std::uint64_t ends_ = 0;
    std::string index_;
};

std::string field_of(std::string_view line, std::string_view tag) {
    const auto at = line.find("\t" + std::string(tag) + ":");
    if (at == std::string_view::npos) return {};
    const auto value = line.substr(at + tag.size() + 2);
    return std::string(value.substr(0, value.find_first_of("\t\r")));
}

}  // namespace

std::vector<cram_sequence> sequences_of(std::string_view text) {
    std::vector<cram_sequence> out;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        if (!line.starts_with("@SQ\t")) continue;
        cram_sequence sequence{field_of(line, "SN"), field_of(line, "M5"), false};
        for (char& c : sequence.md5) {
            if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
        }
        out.push_back(std::move(sequence));
    }
    return out;
}

std::string collect_sequences(
    const std::filesystem::path& fasta, std::vector<cram_sequence>& wanted, int fasta_fd
) {
    pieces content(fasta);
    copier out(wanted, fasta_fd);
    bool at_line_start = true;
    bool in_title = false;
    for (auto piece = content.next(); !piece.empty(); piece = content.next()) {
        if (out.is_complete()) break;
        for (const char c : piece) {
            if (at_line_start && c == '>') {
                out.begin();
                in_title = true;
            } else if (!in_title && c > ' ' && c <= '~') {
                out.add(c);
            }
            at_line_start = c == '\n';
            if (at_line_start) in_title = false;
        }
    }
    return out.index();
}

}  // namespace callstream::hts
