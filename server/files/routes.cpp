#include "server/files/routes.hpp"

#include "server/files/file_source.hpp"
#include "server/files/served_files.hpp"
#include "server/http/byte_range.hpp"
#include "server/streaming/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace callstream::files {
namespace json = boost::json;
namespace {

constexpr const char* media_type = "application/octet-stream";

/// The answer to a request for these bytes, whatever they are called.
http::response answer(const http::request& request, unique_fd fd) {
    const auto identity = identity_of(fd.get());
    const auto judged = http::judge(request, identity);
    http::response r;
    r.status = judged.status;
    r.content_type = media_type;
    r.may_compress = false;
    r.is_validated = true;
    r.fields.emplace_back("Accept-Ranges", "bytes");
    r.fields.emplace_back("ETag", http::entity_tag_of(identity));
    r.fields.emplace_back("Last-Modified", http::last_modified_of(identity));
    if (judged.status == 304 || judged.status == 412 || judged.status == 416) {
        r.content_type.clear();
    }
    if (judged.status == 416) {
        r.fields.emplace_back("Content-Range", http::content_range({}, identity.size));
    }
    if (judged.status == 206) {
        r.fields.emplace_back("Content-Range", http::content_range(judged.range, identity.size));
    }
    if (judged.status == 200 || judged.status == 206) {
        r.source = file_source(std::move(fd), identity, judged.range);
    }
    return r;
}

result<http::response> get_file(
    const context& ctx,
    const http::request& request,
    std::string_view data_set,
    std::string_view name
) {
    const auto now = ctx.view->of(*request.may);
    const auto file = find_file(*now, ctx.index_folder, data_set, name);
    if (!file) {
        return error{errc::not_found, "there is no file of this name here"};
    }
    auto fd = open_regular(file->path);
    if (!fd && fd.error().code == errc::unavailable) return fd.error();
    if (!fd) return error{errc::not_found, "the file is not there any more"};
    return answer(request, std::move(*fd));
}

result<http::response> list(const context& ctx, const http::request& request) {
    json::array files;
    for (const auto& file : all_files(*ctx.view->of(*request.may), ctx.index_folder)) {
        const auto identity = identity_of(file.path);
        if (!identity) continue;
        files.push_back(
            {{"dataSet", file.data_set},
             {"name", streaming::valid_utf8(file.name)},
             {"bytes", identity->size},
             {"url", ctx.address.link(request, path_of(file.data_set, file.name))}}
        );
    }
    http::response r;
    r.body = json::serialize(json::object{{"files", std::move(files)}}) + "\n";
    return r;
}

}  // namespace

void add_routes(http::router& routes, const context& ctx) {
    routes.add({
        .method = http::verb::get,
        .pattern = "/files",
        .blocking = true,
        .handle = [&ctx](const auto& request, const auto&) { return list(ctx, request); },
    });
    routes.add({
        .method = http::verb::get,
        .pattern = "/files/{dataSetId}/{fileName}",
        .blocking = true,
        .handle = [&ctx](
                      const auto& request, const auto& values
                  ) { return get_file(ctx, request, values[0], values[1]); },
        .content_types = {media_type},
    });
}

}  // namespace callstream::files
