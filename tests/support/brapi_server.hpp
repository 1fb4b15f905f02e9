// The whole server without its sockets: a folder of files, the catalog over it, the routes.
#pragma once

#include "server/brapi/routes.hpp"
#include "server/ops/routes.hpp"
#include "server/overview/routes.hpp"
#include "server/page/routes.hpp"
#include "tests/support/answers.hpp"
#include "tests/support/server_parts.hpp"
#include "tests/support/vcf_builder.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace callstream::testing {

class brapi_server {
 public:
    brapi_server() { std::filesystem::create_directories(folder()); }

    /// Where the files go; complete it before `start`.
    std::filesystem::path folder() const { return dir_ / "data"; }

    /// Where indexes, columns and the side store are.
    std::filesystem::path state() const { return dir_ / "state"; }

    /// With `indexed`, returns when every file has its index.
    void start(bool indexed = true) {
        parts_ = std::make_unique<parts>(folder(), dir_ / "state");
        if (indexed) catalog().wait_until_indexed();
    }
    /// From now on no index can be written, so new files stay without page numbers.
    void break_indexing() {
        std::filesystem::remove_all(dir_ / "state");
        write_file(dir_ / "state", "a file where a folder should be");
    }

    catalog::catalog_service& catalog() { return parts_->catalog; }
    http::metrics& metrics() { return parts_->numbers; }

    answer get(const std::string& target, std::vector<std::string> field_lines = {}) {
        return ask(make_request("GET " + target, std::move(field_lines)));
    }
    answer post(
        const std::string& target, std::string body, std::vector<std::string> field_lines = {}
    ) {
        return ask(make_post(target, std::move(body), std::move(field_lines)));
    }
    answer put(const std::string& target, std::string body) {
        return ask(make_request_with_body("PUT " + target, std::move(body)));
    }
    store::side_store& store() { return parts_->store; }
    const std::vector<std::string>& log() const { return log_; }

 private:
    struct parts : server_parts {
        parts(const std::filesystem::path& data, const std::filesystem::path& state)
            : server_parts(
                  data, state, std::filesystem::temp_directory_path(), [](const std::string&) {}
              ) {
            brapi::add_routes(routes, brapi_context);
            ops::add_routes(routes, catalog, store, numbers);
            overview::add_routes(routes, overview_context);
            page::add_routes(routes);
            numbers.size_for(routes);
        }
        overview::context overview_context{.catalog = &catalog, .view = &view, .index_folder = {}};
    };

    answer ask(http::request request) {
        const http::exchange_context context{
            &parts_->routes, &parts_->blocks, [this](const std::string& s) { log_.push_back(s); }};
        return run(context, std::move(request));
    }

    temp_dir dir_;
    std::vector<std::string> log_;
    std::unique_ptr<parts> parts_;
};

}  // namespace callstream::testing
