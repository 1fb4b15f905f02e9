#include "engine/variants/site_table_writer.hpp"

#include "engine/core/hash.hpp"
#include "engine/variants/site_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace callstream::variants {
namespace {

using row = std::array<std::uint64_t, site_columns>;

row columns_of(const noted_record& r) {
    row out;
    const auto set = [&out](site_column c, auto value) {
        out[static_cast<std::size_t>(c)] = static_cast<std::uint64_t>(value);
    };
    set(site_column::pos0, r.pos0);
    set(site_column::length, r.length);
    set(site_column::allele_count, r.allele_count);
    set(site_column::called_alleles, r.called_alleles);
    set(site_column::ref_alleles, r.ref_alleles);
    set(site_column::missing_samples, r.missing_samples);
    set(site_column::het_samples, r.het_samples);
    set(site_column::minor_max, r.minor_max);
    set(site_column::minor_min, r.minor_min);
    set(site_column::ploidy_min, r.ploidy_min);
    set(site_column::ploidy_max, r.ploidy_max);
    set(site_column::phases, r.phases);
    set(site_column::name_length, r.name_length);
    return out;
}

std::uint64_t width_for(std::uint64_t largest) {
    if (largest <= 0xff) return 1;
    if (largest <= 0xffff) return 2;
    return largest <= 0xffff'ffff ? 4 : 8;
}

std::uint64_t aligned(std::uint64_t offset) {
    return (offset + 7) / 8 * 8;
}

/// Writes one section of the file from its start to its end, through a buffer.
class section {
 public:
    section(int fd, std::uint64_t offset) : fd_(fd), at_(offset) {}

    void add(const void* bytes, std::size_t size) {
        buffer_.append(static_cast<const char*>(bytes), size);
        if (buffer_.size() >= buffer_bytes) flush();
    }
    void flush() {
        for (std::string_view rest = buffer_; !rest.empty();) {
            const ssize_t n = ::pwrite(fd_, rest.data(), rest.size(), static_cast<off_t>(at_));
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) throw std::system_error(errno, std::generic_category(), "write");
            rest.remove_prefix(static_cast<std::size_t>(n));
            at_ += static_cast<std::uint64_t>(n);
        }
        buffer_.clear();
    }

 private:
    static constexpr std::size_t buffer_bytes = 128 * 1024;
    int fd_;
    std::uint64_t at_;
    std::string buffer_;
};

/// Where everything lies, and how wide the columns are.
site_file_head plan(pass_state& gathered, const ordinal_summary& summary) {
    row largest{};
    std::uint64_t longs = 0;
    gathered.each_record([&](const noted_record& r) {
        const row values = columns_of(r);
        for (std::size_t i = 0; i < site_columns; ++i) largest[i] = std::max(largest[i], values[i]);
        longs += r.length > long_record_bases ? 1 : 0;
    });
    site_file_head head{};
    std::memcpy(head.magic, site_file_magic, sizeof head.magic);
    head.provisional_fingerprint = summary.provisional_fingerprint;
    head.content_high = summary.content.high;
    head.content_low = summary.content.low;
    head.records = gathered.records();
    std::uint64_t at = sizeof head;
    const auto reserve = [&at](std::uint64_t& offset, std::uint64_t bytes) {
        offset = at;
        at = aligned(at + bytes);
    };
    for (std::size_t i = 0; i < site_columns; ++i) {
        head.column_width[i] = width_for(largest[i]);
        reserve(head.column_offset[i], head.records * head.column_width[i]);
    }
    head.long_count = longs;
    reserve(head.long_offset, longs * sizeof(long_record));
    reserve(head.name_group_offset, name_groups(head.records) * sizeof(std::uint64_t));
    reserve(head.names_offset, gathered.names_bytes());
    head.bytes = at;
    return head;
}

void write_body(pass_state& gathered, const site_file_head& head, int fd) {
    std::vector<section> columns;
    for (const auto offset : head.column_offset) columns.emplace_back(fd, offset);
    section longs(fd, head.long_offset);
    section groups(fd, head.name_group_offset);
    section names(fd, head.names_offset);
    std::uint64_t ordinal = 0;
    std::uint64_t names_at = 0;
    gathered.each_record([&](const noted_record& r) {
        const row values = columns_of(r);
        for (std::size_t i = 0; i < site_columns; ++i) {
            columns[i].add(&values[i], head.column_width[i]);  // little-endian: the low bytes
        }
        if (r.length > long_record_bases) {
            const long_record far{ordinal, r.pos0, r.pos0 + r.length};
            longs.add(&far, sizeof far);
        }
        if (ordinal % names_per_group == 0) groups.add(&names_at, sizeof names_at);
        names_at += r.name_length;
        ++ordinal;
    });
    gathered.each_piece_of_names([&](std::string_view piece) {
        names.add(piece.data(), piece.size());
    });
    for (auto& column : columns) column.flush();
    for (auto* part : {&longs, &groups, &names}) part->flush();
}

std::uint64_t hash_of_body(int fd, std::uint64_t bytes) {
    running_hash hash;
    std::vector<char> piece(256 * 1024);
    for (std::uint64_t at = sizeof(site_file_head); at < bytes; at += piece.size()) {
        piece.resize(std::min<std::uint64_t>(piece.size(), bytes - at));
        if (!read_exactly(fd, piece.data(), piece.size(), at)) {
            throw std::runtime_error("a site table shrank while it was written");
        }
        hash.add(piece.data(), piece.size());
    }
    return hash.value().low;
}

}  // namespace

void write_site_table(
    pass_state& gathered, const ordinal_summary& summary, const std::filesystem::path& path
) {
    const temporary_file file(path);
    site_file_head head = plan(gathered, summary);
    if (::ftruncate(file.fd(), static_cast<off_t>(head.bytes)) != 0) {
        throw std::system_error(errno, std::generic_category(), "make room for a site table");
    }
    write_body(gathered, head, file.fd());
    head.body_hash = hash_of_body(file.fd(), head.bytes);
    head.head_hash = head.hash();
    section first(file.fd(), 0);
    first.add(&head, sizeof head);
    first.flush();
    file.publish_derived();
}

}  // namespace callstream::variants
