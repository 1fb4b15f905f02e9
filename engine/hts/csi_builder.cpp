#include "engine/hts/csi_builder.hpp"

#include "engine/core/file.hpp"

#include <htslib/hts.h>
#include <htslib/tbx.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <string>
#include <system_error>

namespace callstream::hts {
namespace {

constexpr int min_shift = 14;
constexpr int levels = 6;  // 2^(14 + 3 * 6) bases
constexpr std::int64_t end0_max = std::int64_t{1} << (min_shift + 3 * levels);

struct destroy_index {
    void operator()(hts_idx_t* i) const noexcept { hts_idx_destroy(i); }
};

/// What tabix keeps in an index of text: how lines are read, and the names of the contigs
/// (hts-specs, tabix).
std::string text_description(const std::vector<std::string>& names) {
    std::string joined;
    for (const auto& name : names) joined.append(name).append(1, '\0');
    const std::int32_t numbers[] = {
        TBX_VCF, 1, 2, 0, '#', 0, static_cast<std::int32_t>(joined.size())};
    std::string out(reinterpret_cast<const char*>(numbers), sizeof numbers);
    return out + joined;
}

}  // namespace

struct csi_builder::state {
    std::unique_ptr<hts_idx_t, destroy_index> index;
};

csi_builder::csi_builder(std::uint64_t first_record) : state_(std::make_unique<state>()) {
    state_->index.reset(hts_idx_init(0, HTS_FMT_CSI, first_record, min_shift, levels));
    if (!state_->index) throw std::bad_alloc();
}
csi_builder::csi_builder(csi_builder&&) noexcept = default;
csi_builder::~csi_builder() = default;

bool csi_builder::add(
    std::int32_t contig, std::int64_t pos0, std::int64_t end0, std::uint64_t behind
) {
    const std::int64_t begin = std::max<std::int64_t>(pos0, 0);
    const std::int64_t end = std::max(end0, begin + 1);
    if (end > end0_max) return false;
    return hts_idx_push(state_->index.get(), contig, begin, end, behind, 1) >= 0;
}

void csi_builder::save(
    const std::filesystem::path& path,
    std::uint64_t end_of_file,
    const std::vector<std::string>& names
) {
    hts_idx_t* index = state_->index.get();
    if (hts_idx_finish(index, end_of_file) != 0) throw std::bad_alloc();
    if (!names.empty()) {
        const std::string text = text_description(names);
        auto* bytes = reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
        const auto size = static_cast<std::uint32_t>(text.size());
        if (hts_idx_set_meta(index, size, bytes, 1) != 0) throw std::bad_alloc();
    }
    // An absolute name has no scheme, so htslib takes it for a file.
    const auto temporary = temporary_beside(std::filesystem::absolute(path));
    if (hts_idx_save_as(index, nullptr, temporary.c_str(), HTS_FMT_CSI) != 0) {
        std::error_code ignored;
        std::filesystem::remove(temporary, ignored);
        throw std::system_error(errno, std::generic_category(), "write an index");
    }
    std::filesystem::rename(temporary, path);
}

}  // namespace callstream::hts
