#include "server/openapi/routes.hpp"

#include "server/openapi/assets.hpp"
#include "server/openapi/document.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include <mutex>

namespace callstream::openapi {
namespace json = boost::json;
namespace {

/// Made once, when somebody asks for it: all routes are there by then.
class kept_document {
 public:
    kept_document(const http::router& routes, const context& ctx) : routes_(routes), ctx_(ctx) {}

    http::response answer(const http::request& request) {
        std::call_once(made_, [this] {
            rest_ = json::serialize(make_document(routes_, ctx_.asks, ctx_.version));
        });
        auto url = ctx_.address.link(request, "/");
        if (url.size() > 1) url.pop_back();
        http::response r;
        r.body = R"({"openapi":"3.0.3","servers":[{"url":)" + json::serialize(json::string(url)) +
                 "}]," + rest_.substr(1) + "\n";
        r.version = r.body;
        return r;
    }

 private:
    const http::router& routes_;
    const context& ctx_;
    std::once_flag made_;
    std::string rest_;
};

/// Its links are relative, so that it works behind a path, and so they want the one address.
http::response page_at(const http::request& request, const page::asset& file) {
    if (!request.path.ends_with('/')) return page::response_of(file);
    http::response r;
    r.status = 308;
    r.content_type.clear();
    r.fields.emplace_back("Location", "../docs");
    return r;
}

}  // namespace

void add_routes(http::router& routes, const context& ctx) {
    const auto document = std::make_shared<kept_document>(routes, ctx);
    routes.add({
        .method = http::verb::get,
        .pattern = "/openapi.json",
        .scope = auth::scope::open,
        .beyond_data_sets = true,
        .blocking = true,
        .handle = [document](const auto& request, const auto&) -> result<http::response> {
            return document->answer(request);
        },
    });
    for (const auto& file : assets()) {
        constexpr std::string_view folder = "assets/";
        if (!file.name.starts_with(folder)) continue;
        const auto name = std::string(file.name.substr(folder.size()));
        const bool is_page = name == "docs.html";
        page::add_page_route(
            routes,
            is_page ? "/docs" : "/docs/" + name,
            [&file, is_page](const auto& request, const auto&) -> result<http::response> {
                return is_page ? page_at(request, file) : page::response_of(file);
            },
            page::type_of(name)
        );
    }
}

}  // namespace callstream::openapi
