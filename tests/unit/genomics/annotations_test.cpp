// The whole of Google Genomics v1 without sockets, where the state of the server is what counts.
#include "engine/store/sqlite_store.hpp"
#include "server/genomics/routes.hpp"
#include "tests/support/answers.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace callstream::genomics {
namespace {

class annotations_test : public ::testing::Test {
 protected:
    void start() {
        parts_ = std::make_unique<parts>(dir / "data", dir / "state", dir / "store.db");
        parts_->catalog.wait_until_indexed();
    }
    catalog::catalog_service& catalog() { return parts_->catalog; }
    testing::answer post(const std::string& target, std::string body) {
        const http::exchange_context context{
            &parts_->routes, &parts_->blocks, [](const std::string&) {}};
        return testing::run(context, testing::make_post(target, std::move(body), {}));
    }

    testing::temp_dir dir;

 private:
    struct parts {
        parts(
            const std::filesystem::path& data,
            const std::filesystem::path& state,
            const std::filesystem::path& store_path
        )
            : catalog(data, state, [](const std::string&) {}), store(store_path) {
            add_routes(routes, around);
        }
        catalog::catalog_service catalog;
        store::sqlite_store store;
        paging::signing_key key{"a secret of enough bytes"};
        http::router routes;
        streaming::block_pool blocks{64 * streaming::block_bytes};
        auth::catalog_view view{catalog};
        context around{&catalog, &view, &key, &store};
    };
    std::unique_ptr<parts> parts_;
};

TEST_F(annotations_test, annotations_wait_for_the_index_of_their_reference_set) {
    std::filesystem::create_directories(dir / "data");
    start();
    std::filesystem::remove_all(dir / "state");
    testing::write_file(dir / "state", "a file where a folder should be");  // no index can be kept
    testing::write_file(dir / "data/ref.fa", ">1\nACGT\n");
    catalog().rescan();
    catalog().wait_until_indexed();
    const auto set =
        post("/v1/annotationsets", R"({"datasetId":"main","referenceSetId":"main~ref"})");
    ASSERT_EQ(set.status, 200) << set.body;
    const std::string id(set.json().at("id").as_string());
    const auto one = R"({"annotationSetId":")" + id + R"(","referenceName":"1","end":2})";
    EXPECT_EQ(post("/v1/annotations", one).status, 503);
    EXPECT_EQ(post("/v1/annotations:batchCreate", R"({"annotations":[)" + one + "]}").status, 503);
    const auto ids = R"({"annotationSetIds":[")" + id + R"("])";
    EXPECT_EQ(post("/v1/annotations/search", ids + R"(,"referenceId":"main~ref~1"})").status, 503);
    EXPECT_EQ(post("/v1/annotations/search", ids + "}").status, 200);
}

}  // namespace
}  // namespace callstream::genomics
