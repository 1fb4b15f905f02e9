#include "engine/variants/variant_file.hpp"

#include "engine/columns/column_pass.hpp"
#include "engine/hts/bgzf.hpp"
#include "engine/hts/shared_blocks.hpp"
#include "engine/variants/neighbour_index.hpp"

#include <algorithm>
#include <atomic>
#include <string>
#include <system_error>

namespace callstream::variants {
namespace {

constexpr std::size_t idle_per_file_max = 4;
constexpr std::size_t idle_total_max = 128;  // each holds a file descriptor
constexpr std::size_t idle_buffer_bytes_max = 1 << 20;

std::atomic<std::size_t> idle_total{0};

result<void> check_compression(int fd, const file_identity& identity) {
    const auto found = hts::seekable_compression_of(fd, identity.size);
    if (!found) return found.error();
    if (*found == hts::compression::bgzf) return {};
    return error{
        errc::file_unusable, "is not compressed; mend it with bgzip, or bcftools view -Ob"};
}

}  // namespace

cursor_lease::cursor_lease(
    std::shared_ptr<variant_file> file, std::unique_ptr<variant_cursor> cursor
)
    : file_(std::move(file)), cursor_(std::move(cursor)) {
    file_->blocks_->enter();
}

cursor_lease::~cursor_lease() {
    if (!cursor_) return;
    file_->blocks_->leave();
    file_->give_back(std::move(cursor_));
}

// Room for all idle cursors from the start, so that giving one back cannot fail.
variant_file::variant_file() : blocks_(std::make_shared<hts::shared_blocks>()) {
    idle_.reserve(idle_per_file_max);
}

variant_file::~variant_file() {
    idle_total -= idle_.size();
}

result<std::shared_ptr<variant_file>> variant_file::open(std::filesystem::path path) {
    auto fd = open_regular(path);
    if (!fd) return fd.error();
    std::shared_ptr<variant_file> file(new variant_file);
    file->path_ = std::move(path);
    file->identity_ = identity_of(fd->get());
    if (auto sound = check_compression(fd->get(), file->identity_); !sound) return sound.error();
    file->provisional_ = hts::provisional_fingerprint(fd->get(), file->identity_.size);
    auto reader = hts::vcf_reader::open(std::move(*fd));
    if (!reader) return reader.error();
    file->first_record_ = reader->tell();
    file->header_ = reader->describe();
    file->shared_header_ = reader->share_header();
    try {
        if (const hts::record* first = reader->next()) {
            file->first_place_ = {std::string(reader->contig_name(first->contig)), first->pos0};
        }
    } catch (const damaged_file& damage) {
        return error{errc::file_unusable, std::string("is damaged: ") + damage.what()};
    }
    return file;
}

bool variant_file::is_current() const {
    const auto now = identity_of(path_);
    return now && *now == identity_;
}

std::shared_ptr<const ordinal_index> variant_file::index() const {
    const std::lock_guard lock(mutex_);
    return index_;
}

std::shared_ptr<const site_table> variant_file::sites() const {
    const std::lock_guard lock(mutex_);
    return sites_;
}

std::optional<error> variant_file::refusal() const {
    const std::lock_guard lock(mutex_);
    return refusal_;
}

void variant_file::refuse(error why) {
    const std::lock_guard lock(mutex_);
    refusal_ = std::move(why);
}

bool variant_file::find_index(const std::filesystem::path& folder, std::stop_token stop) {
    const auto derived = derived_files::in(folder, provisional_);
    auto ordinals = ordinal_index::load(derived.ordinals, provisional_);
    if (!ordinals || !describes_this_file(**ordinals, stop)) return false;
    auto sites = site_table::load(derived.sites, provisional_);
    if (!sites || (*sites)->content() != (*ordinals)->summary().content) return false;
    {
        const std::lock_guard lock(mutex_);
        index_ = std::move(*ordinals);
        sites_ = std::move(*sites);
    }
    find_columns(folder);
    return true;
}

std::shared_ptr<const columns::column_file> variant_file::columns() const {
    const std::lock_guard lock(mutex_);
    return columns_ && columns_->is_sound() ? columns_ : nullptr;
}

/// Nobody needs them, so no trouble with them is passed on.
bool variant_file::find_columns(const std::filesystem::path& folder) {
    const auto known = index();
    if (!known) return false;
    try {
        const auto path = derived_files::in(folder, provisional_).columns;
        const auto source = identity_of(path);
        if (!source) return false;
        {
            const std::lock_guard lock(mutex_);
            if (columns_ && columns_source_ == *source) return columns_->is_sound();
        }
        auto found = columns::column_file::load(path, provisional_);
        const bool fits = found && (*found)->content() == known->summary().content &&
                          (*found)->records() == known->records() &&
                          (*found)->samples() == header_.samples.size();
        if (!fits) return false;
        const std::lock_guard lock(mutex_);
        columns_ = std::move(*found);
        columns_source_ = *source;
        return true;
    } catch (const std::system_error&) {
        return false;
    }
}

result<bool> variant_file::has_sound_columns(
    const std::filesystem::path& folder, std::stop_token stop
) {
    if (!find_columns(folder)) return false;
    const auto held = columns();
    return held ? held->check(stop) : result<bool>(false);
}

result<void> variant_file::make_columns(
    const std::filesystem::path& folder,
    std::atomic<std::uint64_t>& bytes_done,
    std::stop_token stop
) {
    const auto known = index();
    if (!known) return error{errc::unavailable, "is not indexed"};
    const auto there = has_sound_columns(folder, stop);
    if (!there) return there.error();
    if (*there) return {};
    const auto derived = derived_files::in(folder, provisional_);
    const columns::column_subject subject{
        identity_, provisional_, known->summary().content, known->records()};
    const columns::column_paths paths{derived.columns, derived.columns_work};
    if (auto made = columns::run_column_pass(path_, paths, subject, bytes_done, stop); !made) {
        return made;
    }
    if (!find_columns(folder)) return error{errc::unavailable, "columns cannot be read back"};
    return {};
}

result<void> variant_file::make_index(const std::filesystem::path& folder, std::stop_token stop) {
    try {
        if (!is_current()) return error{errc::file_replaced, "the file has been replaced"};
        if (find_index(folder, stop)) return {};
        const auto derived = derived_files::in(folder, provisional_);
        const auto built = run_index_pass(path_, derived, progress_, stop);
        if (!built && built.error().code == errc::file_unusable) {
            refuse(built.error());
            return {};
        }
        if (!built) return built.error();
    } catch (const damaged_file& damage) {
        refuse({errc::file_unusable, std::string("is damaged: ") + damage.what()});
        return {};
    }
    if (!find_index(folder, stop)) return error{errc::unavailable, "the index cannot be read back"};
    return {};
}

/// A kept index was made from this very file, or from one with the same blocks (a copy, say). The
/// provisional fingerprint alone would not notice a change in the middle.
bool variant_file::describes_this_file(const ordinal_index& index, std::stop_token stop) const {
    if (index.summary().source == identity_) return true;
    const auto fd = open_regular(path_);
    if (!fd) return false;
    const auto content = hts::content_fingerprint(fd->get(), identity_.size, stop);
    return content && *content == index.summary().content;
}

std::optional<std::uint64_t> variant_file::record_count() const {
    {
        const std::lock_guard lock(mutex_);
        if (index_) return index_->records();
        if (statistics_) return statistics_;
    }
    // Outside the lock: an index may be large.
    const auto beside = usable_neighbour_index(path_, identity_);
    const auto count = beside ? beside->records() : std::nullopt;
    const std::lock_guard lock(mutex_);
    statistics_ = count;
    return count;
}

result<cursor_lease> variant_file::cursor() {
    if (!is_current()) return error{errc::file_replaced, "the file has been replaced"};
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            auto cursor = std::move(idle_.back());
            idle_.pop_back();
            cursor->reader().want(hts::wanted_fields::all);
            --idle_total;
            return cursor_lease(shared_from_this(), std::move(cursor));
        }
    }
    auto fd = open_regular(path_);
    if (!fd) return fd.error();
    if (identity_of(fd->get()) != identity_) {
        return error{errc::file_replaced, "the file has been replaced"};
    }
    auto reader = hts::vcf_reader::open(std::move(*fd), shared_header_);
    if (!reader) return reader.error();
    reader->share(blocks_);
    return cursor_lease(
        shared_from_this(), std::make_unique<variant_cursor>(std::move(*reader), first_record_)
    );
}

result<std::optional<cursor_lease>> variant_file::cursor_holding(std::uint64_t virtual_offset) {
    if (!is_current()) return error{errc::file_replaced, "the file has been replaced"};
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(idle_.begin(), idle_.end(), [virtual_offset](const auto& idle) {
        return idle->reader().holds(virtual_offset);
    });
    if (found == idle_.end()) return std::optional<cursor_lease>();
    auto cursor = std::move(*found);
    idle_.erase(found);
    --idle_total;
    cursor->reader().want(hts::wanted_fields::all);
    return std::optional<cursor_lease>(std::in_place, shared_from_this(), std::move(cursor));
}

void variant_file::give_back(std::unique_ptr<variant_cursor> cursor) noexcept {
    if (!cursor->reader().is_sound()) return;
    if (cursor->reader().buffer_bytes() > idle_buffer_bytes_max) return;
    const std::lock_guard lock(mutex_);
    if (idle_.size() >= idle_per_file_max || idle_total >= idle_total_max) return;
    idle_.push_back(std::move(cursor));
    ++idle_total;
}

}  // namespace callstream::variants
