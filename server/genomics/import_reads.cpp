// POST /v1/readgroupsets:import: BAM and CRAM files become read group sets.
#include "engine/catalog/scan.hpp"
#include "engine/core/id.hpp"
#include "engine/reads/reads_file.hpp"
#include "engine/reads/reads_index.hpp"
#include "server/genomics/exports.hpp"
#include "server/genomics/import_folder.hpp"
#include "server/genomics/import_plan.hpp"
#include "server/genomics/imports.hpp"
#include "server/genomics/overlays.hpp"
#include "server/genomics/route.hpp"
#include "server/genomics/routes.hpp"
#include "server/genomics/wire.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace callstream::genomics {
namespace json = boost::json;
namespace {

struct import_message {
    std::string data_set;
    std::string reference_set;
    std::vector<std::string> uris;
    std::string strategy;
};

result<import_message> read_message(const http::request& request) {
    const auto object = read_object(request);
    if (!object) return object.error();
    http::json_fields body(*object);
    auto data_set = required_text(body, "datasetId");
    if (!data_set) return data_set.error();
    auto reference_set = body.text("referenceSetId");
    if (!reference_set) return reference_set.error();
    auto uris = body.text_list("sourceUris");
    if (!uris) return uris.error();
    auto strategy = body.text("partitionStrategy");
    if (!strategy) return strategy.error();
    if (auto fine = refuse_unknown(body); !fine) return fine.error();
    const auto named = strategy->value_or("PARTITION_STRATEGY_UNSPECIFIED");
    if (named != "PARTITION_STRATEGY_UNSPECIFIED" && named != "PER_FILE_PER_SAMPLE" &&
        named != "MERGE_ALL") {
        return error{
            errc::bad_request, "partitionStrategy must be PER_FILE_PER_SAMPLE or MERGE_ALL"};
    }
    return import_message{
        std::move(*data_set), reference_set->value_or(""), std::move(*uris), named};
}

constexpr std::array<std::string_view, 2> endings = {".bam", ".cram"};

/// Nothing for what is no file of reads.
std::optional<std::string> stem_of(const std::string& name) {
    for (const auto ending : endings) {
        if (name.size() > ending.size() && name.ends_with(ending))
            return name.substr(0, name.size() - ending.size());
    }
    return std::nullopt;
}

result<void> check_sources(const std::vector<source_file>& sources, const std::string& strategy) {
    std::set<std::string> stems;
    for (const auto& source : sources) {
        const auto name = last_part(source.name);
        const auto shown = "'" + http::shown_name(source.name) + "'";
        const auto stem = stem_of(name);
        if (!stem) return error{errc::bad_request, shown + " is no .bam or .cram file"};
        if (!is_plain_name(name)) {
            return error{
                errc::bad_request,
                shown +
                    " has a name that no file here gets: it may have letters, digits, '.', '_' "
                    "and '-', and no dot in front"};
        }
        if (!stems.insert(*stem).second)
            return error{errc::bad_request, "two of the files are called '" + *stem + "'"};
    }
    if (strategy == "MERGE_ALL" && sources.size() > 1) {
        return error{
            errc::not_offered,
            "partitionStrategy: a read group set is a file here, so several are not merged"};
    }
    return {};
}

/// What an import of reads does, on the thread of the operations.
class reads_import {
 public:
    reads_import(const context& ctx, import_message wanted, std::vector<source_file> sources)
        : ctx_(ctx), wanted_(std::move(wanted)), sources_(std::move(sources)) {}

    result<std::string> run(
        import_folder& folder, reads::pass_progress& progress, const std::stop_token& stop
    ) const {
        const auto now = ctx_.catalog->current();
        const auto home = folder_of(*now, wanted_.data_set);
        if (home.empty()) return error{errc::not_found, "the data set was deleted meanwhile"};
        std::vector<import_folder::renamed> files;
        for (const auto& source : sources_) {
            if (auto fine = check_free(*now, source); !fine) return fine.error();
            auto brought = bring(folder, source, progress, stop);
            if (!brought) return brought.error();
            files.insert(files.end(), brought->begin(), brought->end());
        }
        if (stop.stop_requested()) return error{errc::unavailable, "it was stopped"};
        return serve(folder, home, files);
    }

 private:
    /// A file of the same stem would change what both are called.
    result<void> check_free(const catalog::snapshot& now, const source_file& source) const {
        const auto stem = stem_of(last_part(source.name));
        for (const auto& set : now.read_group_sets()) {
            if (set.home->id != wanted_.data_set) continue;
            if (stem_of(set.path.filename().string()) != stem) continue;
            return error{
                errc::conflict, "the data set has a read group set '" + *stem + "' already"};
        }
        return {};
    }

    /// The copy, and that of its index where it has one that is good.
    result<std::vector<import_folder::renamed>> bring(
        import_folder& folder,
        const source_file& source,
        reads::pass_progress& progress,
        const std::stop_token& stop
    ) const {
        const auto name = last_part(source.name);
        if (auto done = folder.copy(ctx_.import_root, source.name, name, progress, stop); !done)
            return done.error();
        const auto opened = reads::reads_file::open(folder.path_of(name));
        if (!opened)
            return error{opened.error().code, "'" + source.name + "' " + opened.error().text};
        if (auto fine = check_header((*opened)->header(), source.name); !fine) return fine.error();
        std::vector<import_folder::renamed> out = {{name, name}};
        for (const auto& index : index_names(source.name)) {
            const auto beside = last_part(index);
            reads::pass_progress uncounted;
            const auto copied = folder.copy(ctx_.import_root, index, beside, uncounted, stop);
            const bool is_none = !copied && (copied.error().code == errc::not_found ||
                                             copied.error().code == errc::bad_request);
            if (is_none) continue;
            if (!copied) return copied.error();
            if (reads::find_reads_index(folder.path_of(name), **opened)) {
                out.push_back({beside, beside});
                break;
            }
            folder.discard(beside);
        }
        return out;
    }

    static std::vector<std::string> index_names(const std::string& source) {
        const bool is_cram = source.ends_with(".cram");
        const auto stem = *stem_of(source);
        if (is_cram) return {source + ".crai", stem + ".crai"};
        return {source + ".csi", source + ".bai", stem + ".csi", stem + ".bai"};
    }

    result<void> check_header(const reads::sam_header& header, const std::string& name) const {
        std::set<std::string> samples;
        for (const auto& group : header.read_groups) samples.insert(group.sample);
        if (samples.size() > 1 && wanted_.strategy != "MERGE_ALL") {
            return error{
                errc::precondition,
                "'" + name + "' has reads of " + std::to_string(samples.size()) +
                    " samples, and a read group set is a file here: split it, or ask for "
                    "MERGE_ALL"};
        }
        return check_references(header, name);
    }

    result<void> check_references(const reads::sam_header& header, const std::string& name) const {
        if (wanted_.reference_set.empty()) return {};
        const auto now = ctx_.catalog->current();
        const auto* set = now->find_reference_set(wanted_.reference_set);
        const auto file = set == nullptr ? nullptr : set->fasta->file();
        if (file == nullptr) {
            return error{errc::unavailable, "the reference set is not indexed yet; try again"};
        }
        for (const auto& reference : header.references) {
            if (file->find(reference.name)) continue;
            return error{
                errc::precondition,
                "'" + name + "' has the sequence '" + http::shown_name(reference.name) +
                    "', which the reference set has not"};
        }
        return {};
    }

    result<std::string> serve(
        import_folder& folder,
        const std::string& home,
        const std::vector<import_folder::renamed>& files
    ) const {
        auto place = catalog::published_folder(ctx_.state);
        if (home != "main") place /= home;
        if (auto done = folder.publish(place, files); !done) return done.error();
        ctx_.catalog->rescan();
        json::array ids;
        for (const auto& source : sources_) {
            const auto set_id =
                id::join(wanted_.data_set, id::encode(*stem_of(last_part(source.name))));
            if (auto done = settle(set_id); !done) {
                withdraw(place, files);
                ctx_.catalog->rescan();
                return done.error();
            }
            ids.emplace_back(set_id);
        }
        return json::serialize(json::object{{"readGroupSetIds", std::move(ids)}});
    }

    /// Served now, and known by its reference set.
    result<void> settle(const std::string& set_id) const {
        const auto now = ctx_.catalog->current();
        const auto& all = now->read_group_sets();
        const bool is_there =
            std::any_of(all.begin(), all.end(), [&](const auto& set) { return set.id == set_id; });
        if (!is_there) {
            return error{
                errc::conflict, "a read group set '" + set_id + "' was deleted, or came meanwhile"};
        }
        if (wanted_.reference_set.empty()) return {};
        const store::kept_change change{
            .kind = "readgroupset", .id = set_id, .reference_set = wanted_.reference_set};
        return ctx_.overlays->apply([&](auto& overlays) { return overlays.change(change, ""); });
    }

    const context& ctx_;
    import_message wanted_;
    std::vector<source_file> sources_;
};

result<http::response> start(const context& ctx, const http::request& request) {
    auto wanted = read_message(request);
    if (!wanted) return wanted.error();
    const auto now = visible(ctx, request);
    if (!now->has_data_set(wanted->data_set))
        return error{errc::not_found, "there is no data set with this datasetId"};
    const auto& references = wanted->reference_set;
    if (!references.empty() && now->find_reference_set(references) == nullptr)
        return error{errc::bad_request, "there is no reference set with this referenceSetId"};
    auto sources = sources_of(ctx, wanted->uris);
    if (!sources) return sources.error();
    if (auto fine = check_sources(*sources, wanted->strategy); !fine) return fine.error();
    std::uint64_t bytes = 0;
    for (const auto& source : *sources) bytes += source.bytes;
    const auto& uris = wanted->uris;
    json::object shown = {
        {"datasetId", wanted->data_set},
        {"partitionStrategy", wanted->strategy},
        {"referenceSetId", references},
        {"sourceUris", json::array(uris.begin(), uris.end())}};
    const auto data_set = wanted->data_set;
    import_order order{
        .kind = "import reads",
        .data_set = data_set,
        .request = std::move(shown),
        .bytes = bytes,
        .work =
            [work = reads_import(ctx, std::move(*wanted), std::move(*sources))](
                import_folder& folder, reads::pass_progress& progress, const std::stop_token& stop
            ) { return work.run(folder, progress, stop); }};
    return start_import(ctx, request, std::move(order));
}

}  // namespace

void add_reads_import_route(http::router& routes, const context& ctx) {
    routes.add(writing_route(http::verb::post, "/v1/readgroupsets:import", ctx, start));
}

}  // namespace callstream::genomics
