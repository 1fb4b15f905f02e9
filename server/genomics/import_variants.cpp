// POST /v1/variants:import: variant files become parts of a variant set.
#include "engine/catalog/scan.hpp"
#include "engine/core/id.hpp"
#include "server/genomics/import_folder.hpp"
#include "server/genomics/import_plan.hpp"
#include "server/genomics/imports.hpp"
#include "server/genomics/route.hpp"
#include "server/genomics/routes.hpp"
#include "server/genomics/wire.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace callstream::genomics {
namespace json = boost::json;
namespace {

struct import_message {
    std::string variant_set;
    std::vector<std::string> uris;
    std::string format;
};

/// Of a map from the keys of INFO to what is done where variants meet: here they never do.
result<void> check_merging(http::json_fields& body) {
    const auto found = body.free_object("infoMergeConfig");
    if (!found) return found.error();
    if (*found == nullptr) return {};
    for (const auto& member : **found) {
        const auto* how = member.value().if_string();
        const bool is_known = how != nullptr && (*how == "INFO_MERGE_OPERATION_UNSPECIFIED" ||
                                                 *how == "IGNORE_NEW" || *how == "MOVE_TO_CALLS");
        if (!is_known) {
            return error{
                errc::bad_request,
                "infoMergeConfig wants IGNORE_NEW or MOVE_TO_CALLS for each key"};
        }
    }
    if ((*found)->empty()) return {};
    return error{
        errc::not_offered,
        "infoMergeConfig: files are served as they are, so variants are not merged"};
}

result<import_message> read_message(const http::request& request) {
    const auto object = read_object(request);
    if (!object) return object.error();
    http::json_fields body(*object);
    auto set = required_text(body, "variantSetId");
    if (!set) return set.error();
    auto uris = body.text_list("sourceUris");
    if (!uris) return uris.error();
    auto format = body.text("format");
    if (!format) return format.error();
    const auto renames = body.boolean("normalizeReferenceNames");
    if (!renames) return renames.error();
    const auto merging = check_merging(body);
    if (auto fine = refuse_unknown(body); !fine) return fine.error();
    const auto named = format->value_or("FORMAT_VCF");
    if (named == "FORMAT_COMPLETE_GENOMICS")
        return error{errc::not_offered, "format: this server reads VCF and BCF"};
    if (named != "FORMAT_VCF" && named != "FORMAT_UNSPECIFIED")
        return error{errc::bad_request, "format must be FORMAT_VCF"};
    if (renames->value_or(false)) {
        return error{
            errc::not_offered,
            "normalizeReferenceNames: files are served as they are; say in dataset.toml under "
            "[aliases] which names are one sequence"};
    }
    if (!merging) return merging.error();
    return import_message{std::move(*set), std::move(*uris), named};
}

result<void> check_names(const std::vector<source_file>& sources) {
    for (const auto& source : sources) {
        const auto name = last_part(source.name);
        if (!catalog::variant_stem(name)) {
            return error{
                errc::bad_request,
                "'" + http::shown_name(source.name) + "' is no .vcf.gz, .vcf.bgz or .bcf file"};
        }
    }
    return {};
}

/// What an import of variants does, on the thread of the operations.
class variant_import {
 public:
    variant_import(const context& ctx, std::string set_id, std::vector<source_file> sources)
        : ctx_(ctx), set_id_(std::move(set_id)), sources_(std::move(sources)) {}

    result<std::string> run(
        import_folder& folder, reads::pass_progress& progress, const std::stop_token& stop
    ) const {
        std::vector<new_variant_file> files;
        for (std::size_t i = 0; i < sources_.size(); ++i) {
            auto one = bring(folder, i, progress, stop);
            if (!one) return one.error();
            files.push_back(std::move(*one));
        }
        const auto now = ctx_.catalog->current();
        const bool is_new = now->find_variant_set(set_id_) == nullptr;
        if (is_new && now->find_created_variant_set(set_id_) == nullptr)
            return error{errc::not_found, "the variant set was deleted meanwhile"};
        const auto parts = id::split_last(set_id_);
        const auto home = folder_of(*now, parts->first);
        const auto names = names_in_set(*now, home, *id::decode(parts->second), files);
        if (!names) return names.error();
        if (stop.stop_requested()) return error{errc::unavailable, "it was stopped"};
        if (auto done = serve(folder, home, *names, files); !done) return done.error();
        return response_of(
            is_new ? files.front().file->header().samples : std::vector<std::string>()
        );
    }

 private:
    /// Copied, opened, and read once, which finds what is damaged.
    result<new_variant_file> bring(
        import_folder& folder,
        std::size_t number,
        reads::pass_progress& progress,
        const std::stop_token& stop
    ) const {
        const auto& source = sources_[number];
        const auto name = last_part(source.name);
        const auto copy = copy_name(number);
        if (auto done = folder.copy(ctx_.import_root, source.name, copy, progress, stop); !done)
            return done.error();
        const auto told = "'" + source.name + "' ";
        auto opened = variants::variant_file::open(folder.path_of(copy));
        if (!opened) return error{opened.error().code, told + opened.error().text};
        const auto indexed = (*opened)->make_index(ctx_.state / "index", stop);
        if (const auto why = (*opened)->refusal()) return error{why->code, told + why->text};
        if (!indexed) return indexed.error();
        progress.bytes_done += source.bytes;
        return new_variant_file{name, std::move(*opened)};
    }

    std::string copy_name(std::size_t number) const {
        return std::to_string(number) + "-" + last_part(sources_[number].name);
    }

    result<void> serve(
        import_folder& folder,
        const std::string& home,
        const std::vector<std::string>& names,
        const std::vector<new_variant_file>& files
    ) const {
        auto place = catalog::published_folder(ctx_.state);
        if (home != "main") place /= home;
        std::vector<import_folder::renamed> renamed;
        for (std::size_t i = 0; i < names.size(); ++i) renamed.push_back({copy_name(i), names[i]});
        std::set<std::filesystem::path> paths;
        for (const auto& name : names) paths.insert(place / name);
        ctx_.catalog->expect(std::move(paths));
        if (auto done = folder.publish(place, renamed); !done) return done.error();
        ctx_.catalog->rescan();
        if (is_served(files)) return {};
        withdraw(place, renamed);
        ctx_.catalog->rescan();
        return error{errc::conflict, "the folder of the data set changed meanwhile; try again"};
    }

    /// Whether the set has all of them now.
    bool is_served(const std::vector<new_variant_file>& files) const {
        const auto now = ctx_.catalog->current();
        const auto* set = now->find_variant_set(set_id_);
        return set != nullptr && std::all_of(files.begin(), files.end(), [&](const auto& one) {
                   return std::any_of(set->files.begin(), set->files.end(), [&](const auto& part) {
                       return part->identity() == one.file->identity();
                   });
               });
    }

    /// The call sets that were not there before.
    std::string response_of(const std::vector<std::string>& samples) const {
        json::array ids;
        for (const auto& sample : samples) ids.emplace_back(id::join(set_id_, id::encode(sample)));
        return json::serialize(json::object{{"callSetIds", std::move(ids)}});
    }

    const context& ctx_;
    std::string set_id_;
    std::vector<source_file> sources_;
};

result<http::response> start(const context& ctx, const http::request& request) {
    const auto wanted = read_message(request);
    if (!wanted) return wanted.error();
    const auto now = visible(ctx, request);
    const auto& set = wanted->variant_set;
    if (now->find_variant_set(set) == nullptr && now->find_created_variant_set(set) == nullptr)
        return error{errc::not_found, "there is no variant set with this variantSetId"};
    auto sources = sources_of(ctx, wanted->uris);
    if (!sources) return sources.error();
    if (auto fine = check_names(*sources); !fine) return fine.error();
    std::uint64_t bytes = 0;
    for (const auto& source : *sources) bytes += 2 * source.bytes;  // to copy and to check
    const auto& uris = wanted->uris;
    import_order order{
        .kind = "import variants",
        .data_set = std::string(id::split_last(set)->first),
        .request =
            {{"format", wanted->format},
             {"infoMergeConfig", json::object()},
             {"normalizeReferenceNames", false},
             {"sourceUris", json::array(uris.begin(), uris.end())},
             {"variantSetId", set}},
        .bytes = bytes,
        .work =
            [work = variant_import(ctx, set, std::move(*sources))](
                import_folder& folder, reads::pass_progress& progress, const std::stop_token& stop
            ) { return work.run(folder, progress, stop); }};
    return start_import(ctx, request, std::move(order));
}

}  // namespace

void add_variant_import_route(http::router& routes, const context& ctx) {
    routes.add(writing_route(http::verb::post, "/v1/variants:import", ctx, start));
}

}  // namespace callstream::genomics
