#include "server/htsget/variant_blocks.hpp"

#include "engine/catalog/scan.hpp"
#include "engine/core/file.hpp"
#include "engine/core/hash.hpp"
#include "engine/core/id.hpp"
#include "engine/hts/bgzf_stream.hpp"
#include "engine/variants/record_stretches.hpp"
#include "engine/variants/select_variants.hpp"
#include "server/exports/file_formats.hpp"
#include "server/htsget/slice_source.hpp"

#include <algorithm>
#include <utility>

namespace callstream::htsget {
namespace {

using selection_ptr = std::shared_ptr<const variants::selection>;

/// So many seeks are cheap beside what they save.
constexpr std::size_t stretches_max = 512;

std::vector<std::string> names_of(
    const catalog::variant_set& set, const std::vector<std::uint32_t>& columns
) {
    std::vector<std::string> names;
    for (const auto column : columns) names.push_back(catalog::call_set{&set, column}.name());
    return names;
}

/// Whether clients see the samples as they are in the files.
bool shows_files(const catalog::variant_set& set) {
    const auto columns = visible_columns(set);
    return columns.size() == set.samples().size() && names_of(set, columns) == set.samples();
}

/// Names of different samples; those of the files where clients gave one name twice.
std::vector<std::string> distinct_names(
    const catalog::variant_set& set, const std::vector<std::uint32_t>& columns
) {
    auto names = names_of(set, columns);
    auto sorted = names;
    std::sort(sorted.begin(), sorted.end());
    const bool unusable =
        std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end() ||
        std::any_of(names.begin(), names.end(), [](const std::string& name) {
            return name.empty() ||
                   std::any_of(name.begin(), name.end(), [](unsigned char c) { return c < ' '; });
        });
    if (!unusable) return names;
    for (std::size_t i = 0; i < columns.size(); ++i) names[i] = set.samples()[columns[i]];
    return names;
}

/// Null: everything.
result<selection_ptr> select(
    const variants::set_view& view, const std::vector<named_region>& regions
) {
    if (regions.empty()) return selection_ptr();
    variants::variant_criteria criteria;
    auto& wanted = criteria.regions.emplace_back();
    for (const auto& region : regions) {
        if (region.begin0 == region.end0) continue;  // nothing is in it
        wanted.push_back({region.name, region.begin0, region.end0});
    }
    if (wanted.empty()) return std::make_shared<const variants::selection>();
    auto found = variants::select_variants(view, criteria);
    if (!found) return found.error();
    return std::make_shared<const variants::selection>(std::move(*found));
}

/// By its content: names are only names.
bool holds_bcf(int fd, std::uint64_t bytes) {
    hts::bgzf_stream stream(fd, bytes);  // owns what the block is a view of
    const auto block = stream.next_block();
    constexpr std::string_view magic = "BCF";
    return block.size() >= magic.size() && std::equal(magic.begin(), magic.end(), block.begin());
}

/// The file, where its own bytes can be the answer; else no descriptor.
result<unique_fd> file_as_it_is(const variant_source& source, data_format format) {
    if (source.view.files().size() != 1 || !shows_files(*source.set)) return unique_fd();
    const auto& file = source.view.files().front();
    auto fd = open_regular(file->path());
    if (!fd) return fd.error();
    if (identity_of(fd->get()) != file->identity()) {
        return error{errc::file_replaced, "the file has been replaced"};
    }
    const bool is_bcf = holds_bcf(fd->get(), file->identity().size);
    if (is_bcf != (format == data_format::bcf)) return unique_fd();
    return fd;
}

made_body written_anew(
    const variant_source& source, const block_request& block, selection_ptr selected
) {
    const auto columns = visible_columns(*source.set);
    const auto* format =
        exports::find_format(block.format == data_format::bcf ? ".bcf" : ".vcf.gz");
    exports::export_subject subject{
        source.view, std::move(selected), columns, distinct_names(*source.set, columns)};
    subject.parts = {
        .header = block.part != block_part::body,
        .records = block.part == block_part::body,
        .end = block.part != block_part::header};
    return exports::make_file(*format, std::move(subject));
}

}  // namespace

std::vector<std::uint32_t> visible_columns(const catalog::variant_set& set) {
    std::vector<std::uint32_t> columns;
    set.each_call_set([&columns](const catalog::call_set& one) {
        if (one.created() == nullptr) columns.push_back(one.column);
        return true;
    });
    return columns;
}

std::optional<variant_source> find_variants(const catalog::snapshot& now, std::string_view id) {
    if (const auto* set = now.find_variant_set(id)) {
        return variant_source{set, variants::set_view(set->files)};
    }
    for (const auto* set : now.variant_sets()) {
        for (const auto& file : set->files) {
            const auto stem = catalog::variant_stem(file->path().filename().string());
            if (!stem || id::join(set->home->id, id::encode(*stem)) != id) continue;
            return variant_source{set, variants::set_view({file})};
        }
    }
    return std::nullopt;
}

std::string fingerprint_of(const variant_source& source) {
    return hex_text(source.view.provisional_fingerprint()) +
           hex_text(source.view.content_fingerprint()) + "-" +
           std::to_string(source.set->overlay_generation());
}

made_body open_block(const variant_source& source, const block_request& block) {
    if (!source.view.indexed_records()) {
        return error{errc::unavailable, "the variants are still being indexed"};
    }
    const bool wants_header = block.part != block_part::body;
    auto selected =
        wants_header ? result<selection_ptr>(selection_ptr()) : select(source.view, block.regions);
    if (!selected) return selected.error();
    const bool few = *selected == nullptr || (*selected)->runs() <= stretches_max;
    auto fd = few ? file_as_it_is(source, block.format) : result<unique_fd>(unique_fd());
    if (!fd) return fd.error();
    if (!*fd) return written_anew(source, block, std::move(*selected));
    const auto& file = source.view.files().front();
    auto stretches =
        wants_header ? variants::header_stretch(*file)
                     : variants::record_stretches(*file, *source.view.index(0), selected->get());
    if (!stretches) return stretches.error();
    return slice_source(
        std::move(*fd), file->identity(), std::move(*stretches), block.part != block_part::header
    );
}

made_body open_text(
    const variant_source& source,
    const std::optional<named_region>& region,
    const std::vector<std::uint32_t>& columns
) {
    std::vector<named_region> regions;
    if (region) regions.push_back(*region);
    if (region && !source.view.indexed_records()) {
        return error{errc::unavailable, "the variants are still being indexed"};
    }
    auto selected = select(source.view, regions);
    if (!selected) return selected.error();
    exports::export_subject subject{
        source.view, std::move(*selected), columns, distinct_names(*source.set, columns)};
    return exports::make_file(*exports::find_format(".vcf"), std::move(subject));
}

}  // namespace callstream::htsget
