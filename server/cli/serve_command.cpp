// `callstream serve`: puts the parts together and runs until it is told to stop.
#include "engine/catalog/column_maker.hpp"
#include "engine/core/clock.hpp"
#include "engine/core/simd.hpp"
#include "engine/store/sqlite_store.hpp"
#include "server/brapi/routes.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/log.hpp"
#include "server/cli/version.hpp"
#include "server/files/routes.hpp"
#include "server/genomics/exports.hpp"
#include "server/genomics/imports.hpp"
#include "server/genomics/routes.hpp"
#include "server/htsget/routes.hpp"
#include "server/http/server.hpp"
#include "server/openapi/routes.hpp"
#include "server/ops/routes.hpp"
#include "server/overview/routes.hpp"
#include "server/page/routes.hpp"
#include "server/refget/routes.hpp"
#include "server/vendor/routes.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <malloc.h>
#include <optional>
#include <sys/resource.h>
#include <thread>

namespace callstream::cli {
namespace {

bool is_loopback(const std::string& host) {
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

int refuse(const std::string& why) {
    std::cerr << "callstream: " << why << "\n";
    return 2;
}

result<paging::token_signer> make_signer(const serve_options& options) {
    if (!options.token_key.empty())
        return paging::token_signer::from_file(options.token_key, false);
    return paging::token_signer::from_file(options.state / "token.key", true);
}

std::string url_of(const endpoint& where, std::uint16_t port, const std::string& scheme) {
    const bool v6 = where.host.find(':') != std::string::npos;
    return scheme + "://" + (v6 ? "[" + where.host + "]" : where.host) + ":" + std::to_string(port);
}

/// Null: no TLS.
result<std::unique_ptr<http::tls_identity>> make_identity(const serve_options& options) {
    if (options.tls_certificate.empty()) return std::unique_ptr<http::tls_identity>();
    auto identity = std::make_unique<http::tls_identity>(options.tls_certificate, options.tls_key);
    if (const auto loaded = identity->reload(); !loaded) return loaded.error();
    if (const auto doubt = identity->doubt(); !doubt.empty()) log_warning(doubt);
    return identity;
}

void reload(http::tls_identity& identity) {
    const auto changed = identity.reload();
    if (!changed) return log_warning(changed.error().text + "; the old pair stays in use");
    if (!*changed) return;
    log_info("the TLS certificate was read again");
    if (const auto doubt = identity.doubt(); !doubt.empty()) log_warning(doubt);
}

/// Three requests worth trying, about what is really there.
void print_examples(const catalog::snapshot& now, const std::string& url) {
    std::cout << "  curl '" << url << "/brapi/v2/callsets?pageSize=3'\n";
    for (const auto* set : now.variant_sets()) {
        std::string id;
        set->each_call_set([&id](const catalog::call_set& c) {
            id = c.id();
            return false;
        });
        if (id.empty()) continue;
        const auto calls = url + "/brapi/v2/callsets/" + id + "/calls";
        std::cout << "  curl '" << calls << "?pageSize=3&sepPhased=~'\n"
                  << "  curl -H 'Accept: application/x-ndjson' '" << calls << "?pageSize=10'\n";
        break;
    }
    std::cout.flush();
}

/// As many descriptors as the system allows, and fewer connections than that, so that files can
/// still be opened when every connection is taken.
std::size_t connections_within_limits(std::size_t wanted) {
    constexpr std::size_t kept_for_files = 64;
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
    const auto most = static_cast<std::size_t>(limit.rlim_cur);
    const std::size_t kept = std::min(kept_for_files, most / 2);
    if (wanted <= most - kept) return wanted;
    log_warning(
        "the limit of " + std::to_string(most) + " open files allows " +
        std::to_string(most - kept) + " connections instead of " + std::to_string(wanted)
    );
    return most - kept;
}

/// For Prometheus.
std::string text_of(const reads::coverage_service& coverage) {
    const auto numbers = coverage.count();
    const auto metric = [](const std::string& name, const char* type, const char* help, auto value
                        ) {
        return "# HELP " + name + " " + help + "\n# TYPE " + name + " " + type + "\n" + name + " " +
               std::to_string(value) + "\n";
    };
    return metric(
               "callstream_coverage_made_total",
               "counter",
               "Coverage tables made or found.",
               numbers.made
           ) +
           metric(
               "callstream_coverage_failed_total",
               "counter",
               "Files without coverage.",
               numbers.failed
           ) +
           metric(
               "callstream_coverage_waiting",
               "gauge",
               "Files whose coverage is being computed.",
               numbers.waiting
           ) +
           metric(
               "callstream_coverage_left_bytes",
               "gauge",
               "Bytes of them still to be read.",
               numbers.bytes_left
           );
}

/// Who lowered the level should not wonder why this is slow, nor who misspelt it why it is not.
void tell_simd() {
    const char* wish = std::getenv(simd_variable);
    if (wish == nullptr) return;
    log_info(
        std::string(simd_variable) + "=" + wish + ": SIMD level " +
        std::string(name_of(best_simd()))
    );
}

}  // namespace

int serve(const serve_options& options) {
    tell_simd();
    // Few malloc arenas: answers live in recycled blocks, so threads do not compete for the heap,
    // and every further arena would keep memory of its own.
    mallopt(M_ARENA_MAX, 2);
    // Large pieces (a request body, what a parser makes of it) go back to the system when they are
    // freed; left alone, malloc would raise this with the first one and keep the rest.
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    mallopt(M_TRIM_THRESHOLD, 4 << 20);
    std::signal(SIGHUP, SIG_IGN);   // until the server listens to it
    std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error like a full disk
    const auto where = parse_endpoint(options.listen);
    if (!where) return refuse("--listen wants HOST:PORT, not '" + options.listen + "'");
    const bool asks_nobody = options.auth == auth::gate::mode::off;
    if (!is_loopback(where->host) && asks_nobody && !options.insecure) {
        return refuse(
            "listening on " + where->host +
            " would let everybody read and write; ask for tokens with --auth all, or add "
            "--insecure "
            "if that is meant, or listen on 127.0.0.1 behind a proxy"
        );
    }
    if (!is_loopback(where->host) && !asks_nobody && options.tls_certificate.empty()) {
        log_warning(
            "tokens cross the network readable by others: add --tls-cert and --tls-key, "
            "unless a proxy in front of this speaks TLS"
        );
    }
    const unsigned processors = std::max(1U, std::thread::hardware_concurrency());
    const unsigned threads = options.threads == 0 ? processors : options.threads;

    std::filesystem::create_directories(options.state);
    const auto signer = make_signer(options);
    if (!signer) return refuse(signer.error().text);
    catalog::catalog_service catalog(options.folder, options.state, log_warning);
    std::optional<catalog::column_maker> columns;
    if (options.columns) columns.emplace(catalog, options.state, log_info);
    http::metrics numbers;
    http::router routes;
    store::sqlite_store store(options.state / "store.db");
    if (const auto usable = store.check(); !usable) log_warning(usable.error().text);
    const auth::catalog_view view(catalog);
    const auto identity = make_identity(options);
    if (!identity) return refuse(identity.error().text);
    const http::public_address address{*identity ? "https" : "http", options.public_url};
    const brapi::context brapi_context{
        .catalog = &catalog,
        .view = &view,
        .tokens = &*signer,
        .store = &store,
        .calls_streamed = &numbers.calls_streamed,
        .description = options.description,
        .genotypes = {.expand_homozygotes = !options.collapse_homozygotes},
        .address = address,
        .work_folder = options.state};
    genomics::overlay_keeper overlays(catalog, store);
    if (const auto shown = overlays.refresh(); !shown) {
        log_warning("what clients changed is not shown: " + shown.error().text);
    }
    const auto export_root =
        options.export_root.empty() ? options.state / "exports" : options.export_root;
    if (const auto settled = genomics::settle_interrupted(store.operations(), export_root);
        !settled) {
        log_warning("exports of a former run: " + settled.error().text);
    }
    if (const auto settled =
            genomics::settle_interrupted_imports(store.operations(), options.state);
        !settled) {
        log_warning("imports of a former run: " + settled.error().text);
    }
    reads::coverage_service coverage(
        options.state / "coverage", std::max(1U, threads / 2), log_info
    );
    genomics::operation_runner runner(store.operations(), log_warning);
    auth::gate gate(options.auth, store.tokens(), now_s);
    if (const auto started = gate.start(); !started) {
        return refuse("the tokens cannot be read: " + started.error().text);
    }
    genomics::context genomics_context{
        .catalog = &catalog,
        .view = &view,
        .key = &signer->key(),
        .store = &store,
        .overlays = &overlays,
        .coverage = &coverage,
        .runner = &runner,
        .export_root = export_root,
        .import_root = options.import_root,
        .state = options.state,
        .gate = &gate,
        .calls_streamed = &numbers.calls_streamed};
    const vendor::context vendor_context{
        &store, options.vendor, options.state / "results", address};
    const files::context files_context{&catalog, &view, options.state / "index", address};
    const auto& about = options.description;
    const htsget::context htsget_context{
        &catalog,
        &view,
        &signer->key(),
        address,
        options.state,
        {about.name, about.organization_name, about.organization_url, CALLSTREAM_VERSION}};
    const refget::context refget_context{
        &view,
        address,
        {about.name, about.organization_name, about.organization_url, CALLSTREAM_VERSION}};
    const overview::context overview_context{
        .catalog = &catalog, .view = &view, .index_folder = options.state / "index"};
    const openapi::context openapi_context{address, options.auth, CALLSTREAM_VERSION};
    brapi::add_routes(routes, brapi_context);
    vendor::add_routes(routes, vendor_context);
    genomics::add_routes(routes, genomics_context);
    files::add_routes(routes, files_context);
    htsget::add_routes(routes, htsget_context);
    refget::add_routes(routes, refget_context);
    ops::add_routes(routes, catalog, store, numbers, [&coverage] { return text_of(coverage); });
    overview::add_routes(routes, overview_context);
    page::add_routes(routes);
    openapi::add_routes(routes, openapi_context);
    numbers.size_for(routes);
    streaming::block_pool blocks(options.stream_memory_mib << 20);
    const http::exchange_context exchanges{&routes, &blocks, log_warning, &gate, options.origins};
    genomics_context.dispatch = [&exchanges](std::string_view head, std::string body) {
        return http::answer_inner(exchanges, head, std::move(body));
    };

    http::server server(
        {.host = where->host,
         .port = where->port,
         .threads = threads,
         .connections_max = connections_within_limits(options.connections),
         .body_memory = options.body_memory_mib << 20,
         .body_folder = options.state,
         .identity = identity->get(),
         .limits = options.limits,
         .drain = std::chrono::seconds(options.drain_seconds)},
        exchanges,
        numbers,
        [&catalog, &identity, &overlays] {
            if (*identity) reload(**identity);
            if (const auto shown = overlays.refresh(); !shown) log_warning(shown.error().text);
            try {
                catalog.rescan();
            } catch (const std::exception& e) {
                log_warning(std::string("the folder cannot be read: ") + e.what());
            }
        },
        options.access_log ? log_info : std::function<void(const std::string&)>{}
    );
    const auto port = server.listen();
    if (!port) return refuse(port.error().text);
    const auto now = catalog.current();
    const auto url = url_of(*where, *port, address.scheme);
    std::cout << "callstream serves " << now->variant_sets().size() << " variant sets on " << url
              << "\n";
    print_examples(*now, url);
    server.run();
    return 0;
}

}  // namespace callstream::cli
