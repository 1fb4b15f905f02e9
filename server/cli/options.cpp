#include "server/cli/options.hpp"

#include "engine/core/hash.hpp"
#include "engine/core/parse.hpp"
#include "engine/hts/vcf_reader.hpp"
#include "server/cli/config_file.hpp"
#include "server/cli/version.hpp"

#include <CLI/CLI.hpp>
#include <boost/url/parse.hpp>
#include <boost/version.hpp>

#include <cstdlib>
#include <iostream>
#include <map>

namespace callstream::cli {
namespace {

std::string version_text() {
    return "callstream " CALLSTREAM_VERSION "\nhtslib " + hts::library_version() + "\nBoost " +
           std::to_string(BOOST_VERSION / 100000) + "." +
           std::to_string(BOOST_VERSION / 100 % 1000) + "." + std::to_string(BOOST_VERSION % 100) +
           "\n";
}

void add_seconds(
    CLI::App& app, const std::string& name, std::chrono::seconds& into, const std::string& help
) {
    app.add_option_function<unsigned>(
           name, [&into](unsigned value) { into = std::chrono::seconds(value); }, help
    )
        ->check(CLI::Range(1, 86400))
        ->default_str(std::to_string(into.count()));
}

void describe_deadlines(CLI::App& app, http::deadlines& limits) {
    add_seconds(
        app, "--idle-timeout", limits.idle, "Seconds a connection may wait between requests"
    );
    add_seconds(app, "--head-timeout", limits.head, "Seconds for a whole request head; later: 408");
    add_seconds(
        app,
        "--body-timeout",
        limits.body,
        "Seconds after which a request body must have come at 1 KiB a second or faster; slower: 408"
    );
    add_seconds(
        app,
        "--send-timeout",
        limits.send,
        "Seconds in which each block (256 KiB) of an answer must be taken, and after which the "
        "client must have taken 4 KiB a second or more; slower: cut"
    );
}

/// Empty when it is one, as CLI11 wants it.
std::string is_web_address(const std::string& text) {
    const auto url = boost::urls::parse_absolute_uri(text);
    const bool fits = url && (url->scheme() == "http" || url->scheme() == "https") &&
                      !url->host().empty() && !url->has_query();
    return fits ? "" : "must be an address like https://example.org/callstream";
}

/// Either alone would be a mistake that shows late.
void require_pair(const serve_options& o) {
    if (o.tls_certificate.empty() != o.tls_key.empty())
        throw CLI::RequiredError("--tls-cert and --tls-key together");
}

void describe_serve(CLI::App& app, serve_options& o) {
    app.add_option("DIR", o.folder, "Folder with VCF.gz and BCF files; subfolders are data sets")
        ->required()
        ->check(CLI::ExistingDirectory);
    app.add_option("--listen", o.listen, "HOST:PORT to listen on; port 0 takes any free one")
        ->capture_default_str();
    app.add_option("--state", o.state, "Folder for indexes and the token key")
        ->default_str("$XDG_STATE_HOME/callstream/<hash of DIR>");
    app.add_option(
        "--token-key",
        o.token_key,
        "Key file (16 bytes or more) that signs page tokens; "
        "replicas share one"
    );
    app.add_option("--import-root", o.import_root, "Folder of files that clients may import")
        ->default_str("none: nothing can be imported");
    app.add_option("--export-root", o.export_root, "Folder for exported reads")
        ->default_str("exports in the state folder");
    app.add_option("-@,--threads", o.threads, "Threads for I/O, and as many for reading files")
        ->default_str("one per processor");
    app.add_option(
           "--config",
           o.config,
           "TOML file with any of these options, e.g. listen = \"...\", "
           "and [serverinfo]"
    )
        ->check(CLI::ExistingFile);
    app.add_option(
           "--stream-memory",
           o.stream_memory_mib,
           "MiB for blocks of streamed answers; "
           "over it: 503"
    )
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option(
           "--body-memory",
           o.body_memory_mib,
           "MiB for request bodies that are being read; over it: 503"
    )
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--connections", o.connections, "Most open connections")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--drain", o.drain_seconds, "Seconds that open answers may go on after SIGTERM")
        ->capture_default_str();
    describe_deadlines(app, o.limits);
    const std::map<std::string, auth::gate::mode> modes = {
        {"off", auth::gate::mode::off},
        {"write", auth::gate::mode::write},
        {"all", auth::gate::mode::all}};
    app.add_option(
           "--auth",
           o.auth,
           "Who needs a token: all for everything, write for writing only, off for nobody; "
           "see callstream token"
    )
        ->transform(CLI::CheckedTransformer(modes))
        ->option_text("off|write|all=off");
    app.add_option(
        "--cors-origin",
        o.origins,
        "Page that may read answers in browsers while tokens are asked for, as "
        "https://browser.example.org; may be given again"
    );
    app.add_option(
           "--tls-cert",
           o.tls_certificate,
           "PEM file of the certificate with its chain: HTTPS instead of HTTP; read again when it "
           "changes"
    )
        ->check(CLI::ExistingFile);
    app.add_option("--tls-key", o.tls_key, "PEM file of its key, without a passphrase")
        ->check(CLI::ExistingFile);
    app.add_option_function<std::string>(
           "--public-url",
           [&o](std::string url) {
               if (url.ends_with('/')) url.pop_back();
               o.public_url = std::move(url);
           },
           "What links in answers begin with, when clients come through a proxy, as "
           "https://example.org/callstream"
    )
        ->check(is_web_address)
        ->default_str("as each request was sent");
    app.add_flag(
        "--columns",
        o.columns,
        "Make columns of all files in the background (see callstream index): answers about few "
        "call sets become fast, for up to four times the room of a BCF in the state folder"
    );
    app.add_flag(
        "--collapse-homozygotes",
        o.collapse_homozygotes,
        "Write homozygous genotypes as one allele in calls and matrices, as Gigwa does, unless a "
        "request has expandHomozygotes=true: QBMS counts on it"
    );
    app.add_flag("--insecure", o.insecure, "Listen beyond loopback though nobody has to log in");
    app.add_flag("--access-log", o.access_log, "Log a line per request");
    app.footer(
        "Prints the address it listens on. SIGHUP looks at DIR and the TLS files again (so does "
        "every\n"
        "30 s), SIGTERM lets open answers end. An option on the command line wins over the file.\n"
        "For tests and for finding faults: CALLSTREAM_SIMD=scalar|avx2|avx512 in the environment\n"
        "lowers the instructions that are used; answers are the same."
    );
}

template <class Options>
void describe_folder(CLI::App& app, Options& o) {
    app.add_option("DIR", o.folder, "Folder as for serve")
        ->required()
        ->check(CLI::ExistingDirectory);
    app.add_option("--state", o.state, "Folder for indexes, as for serve");
    app.add_flag("--json", o.json, "Print JSON");
}

void describe_file_threads(CLI::App& app, unsigned& threads) {
    app.add_option("-@,--threads", threads, "Files to read at once")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
}

void describe_index(CLI::App& app, index_options& o) {
    describe_folder(app, o);
    describe_file_threads(app, o.threads);
    app.add_flag("--beside", o.beside, "Write a CSI beside each file that has no index either");
    app.add_flag(
        "--columns",
        o.columns,
        "Also copy the genotypes of each file into columns, which make answers about few call "
        "sets fast"
    );
    app.footer(
        "Builds what the server would build in the background: record numbers, counts per record,\n"
        "and a CSI where none lies beside the file. Stopped and started again, it goes on where "
        "it\n"
        "was. With --json a line per event. Exit code 1 when a file has a problem."
    );
}

void describe_check(CLI::App& app, check_options& o) {
    describe_folder(app, o);
    describe_file_threads(app, o.threads);
    app.add_flag("--quick", o.quick, "Do not read files to their end that nobody has indexed yet");
    app.footer(
        "Reads every file to its end once (and keeps the index that comes of it), then prints a "
        "line\n"
        "per problem: file, what is wrong, the command that mends it; and notes on files that "
        "look\n"
        "like parts of one variant set and are not. Exit code 1 when there is a problem."
    );
}

/// A subcommand on a side store.
template <class Options>
CLI::App* add_action(
    CLI::App& app, Options& o, const char* name, const char* help, typename Options::action what
) {
    auto* command = app.add_subcommand(name, help);
    command->callback([&o, what] { o.what = what; });
    auto* folder = command->add_option("--dir", o.folder, "The folder that is served");
    folder->check(CLI::ExistingDirectory);
    command->add_option("--state", o.state, "Its state folder, instead")->excludes(folder);
    return command;
}

void describe_publication(
    CLI::App& app, order_options& o, const char* name, const char* help, order_options::action what
) {
    auto* command = add_action(app, o, name, help, what);
    command->add_option("ORDER", o.order, "Its orderId")->required();
    command->add_option("RESULT", o.result, "Name of a file that was delivered")->required();
    command->add_option("--dataset", o.data_set, "Id of the data set, which may be new")
        ->required();
}

void describe_orders(CLI::App& app, order_options& o) {
    app.require_subcommand(1);
    app.footer("What a laboratory does with the orders that clients placed by the vendor calls.");
    using action = order_options::action;
    auto* ls = add_action(app, o, "ls", "Show the orders", action::ls);
    ls->add_flag("--json", o.json, "Print JSON");
    auto* status = add_action(app, o, "status", "Move an order on", action::status);
    status->add_option("ORDER", o.order, "Its orderId")->required();
    status->add_option("STATUS", o.status, "received, inProgress, completed or rejected")
        ->required();
    auto* result = add_action(app, o, "result", "Deliver a file", action::result);
    result->add_option("ORDER", o.order, "Its orderId")->required();
    result->add_option("FILE", o.file, "What to deliver; it is copied")
        ->required()
        ->check(CLI::ExistingFile);
    result->add_option("--type", o.type, "Its media type")->default_str("by the ending");
    result->add_option("--sample", o.samples, "clientSampleId that it is about; may be given again")
        ->default_str("all of the order");
    describe_publication(
        app, o, "publish", "Serve the genotypes of a result, in a data set", action::publish
    );
    describe_publication(app, o, "withdraw", "Serve them no longer", action::withdraw);
}

void require_place(const CLI::App& command, const store_place& o) {
    if (!command.parsed() || !o.folder.empty() || !o.state.empty()) return;
    throw CLI::RequiredError("--dir DIR or --state DIR");
}

void describe_store(CLI::App& app, store_options& o) {
    app.require_subcommand(1);
    app.footer(
        "A server may go on meanwhile. The store has what files cannot: lists, orders, "
        "annotations,\n"
        "changed names, long searches, tokens."
    );
    using action = store_options::action;
    add_action(
        app, o, "check", "Read all of the store; exit code 1 when something is wrong", action::check
    );
    add_action(app, o, "backup", "Copy it into a new file", action::backup)
        ->add_option("FILE", o.file, "The new file")
        ->required();
    add_action(app, o, "restore", "Put a backup in its place", action::restore)
        ->add_option("FILE", o.file, "The backup")
        ->required()
        ->check(CLI::ExistingFile);
    add_action(
        app,
        o,
        "restore-dataset",
        "Show a data set again that a client deleted, however long ago",
        action::restore_data_set
    )
        ->add_option("ID", o.data_set, "Id of the data set")
        ->required();
}

void describe_tokens(CLI::App& app, token_options& o) {
    app.require_subcommand(1);
    app.footer(
        "Tokens are for serve --auth; they are kept as digests, so nobody can read them later. A "
        "running\nserver knows within a second."
    );
    using action = token_options::action;
    auto* add = add_action(app, o, "add", "Make a token and print it, once", action::add);
    add->add_option("NAME", o.name, "What people call it")->required();
    add->add_option("--scope", o.scope, "What it allows; each allows what stands before it")
        ->check(CLI::IsMember({"read", "write", "admin"}))
        ->capture_default_str();
    add->add_option(
        "--dataset",
        o.data_sets,
        "Id of a data set that it is for; may be given again. Without it for all, and for lists"
    );
    add->add_option("--expires", o.expires, "After 30d or 12h, or at 2027-01-31T00:00:00Z")
        ->default_str("never");
    auto* ls = add_action(app, o, "ls", "Show the tokens", action::ls);
    ls->add_flag("--json", o.json, "Print JSON");
    auto* revoke = add_action(app, o, "revoke", "Make a token worthless", action::revoke);
    revoke->add_option("NAME", o.name, "What it was called")->required();
}

void describe_ls(CLI::App& app, ls_options& o) {
    describe_folder(app, o);
    app.add_flag("--wait", o.wait, "Index what is not indexed yet and show exact counts");
    app.footer(
        "One line per variant set: id, samples, records, index, files. Records come from our "
        "index,\n"
        "else from the CSI or TBI; '?' when neither is there. What cannot be served follows on\n"
        "stderr with the reason, and makes the exit code 1."
    );
}

}  // namespace

command_line parse_command_line(int argc, char** argv) {
    CLI::App app("Streams genotype calls straight from indexed VCF and BCF files.", "callstream");
    app.set_version_flag("--version", version_text());
    app.require_subcommand(1);
    serve_options serve;
    ls_options ls;
    auto* serve_command = app.add_subcommand("serve", "Serve a folder over HTTP");
    auto* ls_command = app.add_subcommand("ls", "Show what would be served, with counts");
    describe_serve(*serve_command, serve);
    describe_ls(*ls_command, ls);
    index_options index;
    check_options check;
    auto* index_command = app.add_subcommand("index", "Build what is missing, with progress");
    auto* check_command = app.add_subcommand("check", "Name every problem and what mends it");
    describe_index(*index_command, index);
    describe_check(*check_command, check);
    token_options token;
    auto* token_command = app.add_subcommand("token", "Make, show and revoke tokens for --auth");
    describe_tokens(*token_command, token);
    store_options store;
    auto* store_command = app.add_subcommand("store", "Check, back up and restore the side store");
    describe_store(*store_command, store);
    order_options order;
    auto* order_command = app.add_subcommand("order", "The laboratory's side of the vendor calls");
    describe_orders(*order_command, order);
    bench_options bench;
    auto* bench_command = app.add_subcommand("bench", "Put load on a server and measure it");
    describe_bench(*bench_command, bench);
    command_line out;
    try {
        app.parse(argc, argv);
        require_place(*token_command, token);
        require_place(*store_command, store);
        require_place(*order_command, order);
        if (serve_command->parsed()) apply_config_file(*serve_command, serve);
        require_pair(serve);
    } catch (const CLI::ParseError& e) {
        out.exit_code = app.exit(e) == 0 ? 0 : 2;
        return out;
    }
    const auto take = [](const CLI::App& command, auto& options, auto& into) {
        if (!command.parsed()) return;
        if (options.state.empty()) options.state = default_state(options.folder);
        into = std::move(options);
    };
    take(*serve_command, serve, out.serve);
    take(*ls_command, ls, out.ls);
    take(*index_command, index, out.index);
    take(*check_command, check, out.check);
    take(*token_command, token, out.token);
    take(*store_command, store, out.store);
    take(*order_command, order, out.order);
    if (bench_command->parsed()) out.bench = std::move(bench);
    return out;
}

std::optional<endpoint> parse_endpoint(const std::string& text) {
    const auto colon = text.rfind(':');
    std::string host = colon == std::string::npos ? "127.0.0.1" : text.substr(0, colon);
    if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    }
    const auto port = parse_integer<std::uint16_t>(
        colon == std::string::npos ? std::string_view(text)
                                   : std::string_view(text).substr(colon + 1)
    );
    if (!port || host.empty()) return std::nullopt;
    return endpoint{std::move(host), *port};
}

std::filesystem::path default_state(const std::filesystem::path& folder) {
    const char* xdg = std::getenv("XDG_STATE_HOME");
    const char* home = std::getenv("HOME");
    std::filesystem::path base = xdg != nullptr && *xdg != '\0' ? xdg : "";
    if (base.empty()) {
        base = std::filesystem::path(home != nullptr ? home : "/var/lib") / ".local" / "state";
    }
    const auto whole = std::filesystem::canonical(folder).string();
    return base / "callstream" / hex_text(hash64(whole));
}

}  // namespace callstream::cli
