#include "engine/variants/site_list.hpp"

#include <algorithm>

namespace callstream::variants {

result<site_list> site_list::of(const set_view& view, std::shared_ptr<const selection> selected) {
    site_list out(view, std::move(selected));
    for (std::size_t i = 0; i < view.files().size(); ++i) {
        const auto first = view.first_ordinal(i);
        const auto* index = view.index(i);
        auto sites = view.files()[i]->sites();
        if (!first || index == nullptr || sites == nullptr) {
            return error{errc::unavailable, "the file is being indexed"};
        }
        out.parts_.push_back({*first, index, std::move(sites)});
    }
    out.records_ = *view.indexed_records();
    return out;
}

std::pair<const site_list::part&, std::uint64_t> site_list::place(std::uint64_t number) const {
    const std::uint64_t ordinal = selected_ ? (*selected_)[number] : number;
    const auto behind = std::partition_point(parts_.begin(), parts_.end(), [&](const part& p) {
        return p.first <= ordinal;
    });
    // A file without records starts where the next one does, so the last of them is meant.
    const part& in = *(behind - 1);
    return {in, ordinal - in.first};
}

std::string_view site_list::name(std::uint64_t number) const {
    const auto [in, local] = place(number);
    return in.sites->name(local);
}

listed_site site_list::operator[](std::uint64_t number) const {
    const auto [in, local] = place(number);
    const auto& contigs = in.index->contigs();
    const auto next =
        std::partition_point(contigs.begin(), contigs.end(), [at = local](const auto& c) {
            return c.first_ordinal <= at;
        });
    const auto& contig = *(next - 1);
    const auto pos0 = in.sites->column(site_column::pos0)[local];
    return {
        contig.name,
        static_cast<std::int64_t>(pos0),
        duplicate_of(*in.sites, contig.first_ordinal, local)};
}

std::uint32_t site_list::ploidy_max() const {
    std::uint64_t most = 0;
    if (!selected_) {
        for (const auto& in : parts_) most = std::max<std::uint64_t>(most, in.sites->ploidy_max());
        return static_cast<std::uint32_t>(most);
    }
    const auto look_at = [&](selection::range run) {
        for (const auto& in : parts_) {
            const auto ploidies = in.sites->column(site_column::ploidy_max);
            const auto end = std::min(run.end, in.first + in.sites->records());
            for (auto at = std::max(run.first, in.first); at < end; ++at) {
                most = std::max(most, ploidies[at - in.first]);
            }
        }
    };
    for (std::size_t i = 0; i < selected_->runs(); ++i) look_at(selected_->run(i));
    return static_cast<std::uint32_t>(most);
}

}  // namespace callstream::variants
