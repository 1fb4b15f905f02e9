// Every route that the program has, over a small folder of files of every kind, without sockets.
#pragma once

#include "server/brapi/routes.hpp"
#include "server/files/routes.hpp"
#include "server/genomics/routes.hpp"
#include "server/htsget/routes.hpp"
#include "server/openapi/routes.hpp"
#include "server/ops/routes.hpp"
#include "server/overview/routes.hpp"
#include "server/page/routes.hpp"
#include "server/refget/routes.hpp"
#include "server/vendor/routes.hpp"
#include "tests/support/answers.hpp"
#include "tests/support/reads_builder.hpp"
#include "tests/support/reference_builder.hpp"
#include "tests/support/server_parts.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/vcf_builder.hpp"

#include <set>
#include <string>
#include <utility>

namespace callstream::testing {

class whole_server {
 public:
    explicit whole_server(auth::gate::mode asks = auth::gate::mode::off)
        : parts_(make_files(dir_), dir_ / "state", asks) {
        parts_.catalog.wait_until_indexed();
    }

    const http::router& routes() const { return parts_.routes; }

    answer ask(http::request request) {
        const http::exchange_context context{
            &parts_.routes, &parts_.blocks, [](const std::string& why) { ADD_FAILURE() << why; }};
        return run(context, std::move(request));
    }
    answer get(const std::string& target, std::vector<std::string> field_lines = {}) {
        return ask(make_request("GET " + target, std::move(field_lines)));
    }
    answer post(const std::string& target, std::string body) {
        return ask(make_post(target, std::move(body)));
    }

 private:
    static std::filesystem::path make_files(const temp_dir& dir) {
        const auto folder = dir / "data";
        vcf_builder()
            .record("1", 7, "GT", {"0/1", "1/1"}, "rs1")
            .record("1", 9, "GT", {"0/0", "1/1"}, "rs2")
            .write_vcf_gz(folder / "panel.vcf.gz");
        bam_read read;
        read.cigar = {{4, 'M'}};
        read.bases = 4;
        write_file(
            folder / "reads.bam",
            bgzf_file(
                bam_header_bytes("@RG\tID:g\tSM:s1\n", {{"1", 5000}}) + bam_record_bytes(read)
            )
        );
        write_file(folder / "ref.fa", fasta_text("1", std::string(5000, 'A')));
        write_file(
            folder / "dataset.toml",
            "name = \"Wheat\"\ncrop = \"wheat\"\n"
            "[program]\nid = \"p1\"\nname = \"Program\"\n[trial]\nid = \"t1\"\nname = \"Trial\"\n"
            "[study]\nid = \"st1\"\nname = \"Study\"\n"
        );
        return folder;
    }

    struct parts : server_parts {
        parts(
            const std::filesystem::path& data,
            const std::filesystem::path& state,
            auth::gate::mode asks
        )
            : server_parts(
                  data, state, state, [](const std::string& why) { ADD_FAILURE() << why; }
              ),
              coverage(state / "coverage", 1, [](const std::string&) {}),
              genomics_context{
                  &catalog,
                  &view,
                  &tokens.key(),
                  &store,
                  &overlays,
                  &coverage,
                  &exports,
                  state / "exports"},
              vendor_context{.store = &store, .results = state / "results"},
              files_context{&catalog, &view, state / "index"},
              htsget_context{&catalog, &view, &tokens.key(), {}, state},
              refget_context{&view},
              overview_context{.catalog = &catalog, .view = &view, .index_folder = state / "index"},
              openapi_context{{}, asks, "1.2.3"} {
            genomics_context.state = state;
            genomics_context.dispatch = [this](std::string_view head, std::string body) {
                const http::exchange_context context{
                    &routes, &blocks, [](const std::string& why) { ADD_FAILURE() << why; }};
                return http::answer_inner(context, head, std::move(body));
            };
            brapi::add_routes(routes, brapi_context);
            vendor::add_routes(routes, vendor_context);
            genomics::add_routes(routes, genomics_context);
            files::add_routes(routes, files_context);
            htsget::add_routes(routes, htsget_context);
            refget::add_routes(routes, refget_context);
            ops::add_routes(routes, catalog, store, numbers);
            overview::add_routes(routes, overview_context);
            page::add_routes(routes);
            openapi::add_routes(routes, openapi_context);
            numbers.size_for(routes);
        }
        genomics::overlay_keeper overlays{catalog, store};
        reads::coverage_service coverage;
        genomics::operation_runner exports{store.operations(), [](const std::string&) {}};
        genomics::context genomics_context;
        vendor::context vendor_context;
        files::context files_context;
        htsget::context htsget_context;
        refget::context refget_context;
        overview::context overview_context;
        openapi::context openapi_context;
    };

    temp_dir dir_;
    parts parts_;
};

}  // namespace callstream::testing
