#include "server/cli/options.hpp"

#include "engine/core/hash.hpp"
#include "engine/core/parse.hpp"
#include "engine/hts/vcf_reader.hpp"
#include "server/cli/version.hpp"

#include <CLI/CLI.hpp>
#include <boost/version.hpp>
#include <toml++/toml.h>

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
        ->default_str("off");
    app.add_option(
        "--cors-origin",
        o.origins,
        "Page that may read answers in browsers while tokens are asked for, as "
        "https://browser.example.org; may be given again"
    );
    app.add_flag("--insecure", o.insecure, "Listen beyond loopback though nobody has to log in");
    app.add_flag("--access-log", o.access_log, "Log a line per request");
    app.footer(
        "Prints the address it listens on. SIGHUP looks at DIR again (so does every 30 s),\n"
        "SIGTERM lets open answers end. An option on the command line wins over the file."
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

/// Where the store is.
template <class Options>
void describe_place(CLI::App& command, Options& o) {
    auto* folder = command.add_option("--dir", o.folder, "The folder that is served");
    folder->check(CLI::ExistingDirectory);
    command.add_option("--state", o.state, "Its state folder, instead")->excludes(folder);
}

void describe_orders(CLI::App& app, order_options& o) {
    app.require_subcommand(1);
    app.footer("What a laboratory does with the orders that clients placed by the vendor calls.");
    using action = order_options::action;
    const auto describe = [&](const char* name, const char* help, action what) {
        auto* command = app.add_subcommand(name, help);
        command->callback([&o, what] { o.what = what; });
        describe_place(*command, o);
        return command;
    };
    auto* ls = describe("ls", "Show the orders", action::ls);
    ls->add_flag("--json", o.json, "Print JSON");
    auto* status = describe("status", "Move an order on", action::status);
    status->add_option("ORDER", o.order, "Its orderId")->required();
    status->add_option("STATUS", o.status, "received, inProgress, completed or rejected")
        ->required();
    auto* result = describe("result", "Deliver a file", action::result);
    result->add_option("ORDER", o.order, "Its orderId")->required();
    result->add_option("FILE", o.file, "What to deliver; it is copied")
        ->required()
        ->check(CLI::ExistingFile);
    result->add_option("--type", o.type, "Its media type")->default_str("by the ending");
    result->add_option("--sample", o.samples, "clientSampleId that it is about; may be given again")
        ->default_str("all of the order");
}

template <class Options>
void require_place(const CLI::App& command, const Options& o) {
    if (!command.parsed() || !o.folder.empty() || !o.state.empty()) return;
    throw CLI::RequiredError("--dir DIR or --state DIR");
}

void describe_store(CLI::App& app, store_options& o) {
    app.require_subcommand(1);
    app.footer("A server may go on meanwhile. The store has lists, long searches and tokens.");
    using action = store_options::action;
    const auto describe = [&](const char* name, const char* help, action what) {
        auto* command = app.add_subcommand(name, help);
        command->callback([&o, what] { o.what = what; });
        describe_place(*command, o);
        return command;
    };
    describe("check", "Read all of the store; exit code 1 when something is wrong", action::check);
    describe("backup", "Copy it into a new file", action::backup)
        ->add_option("FILE", o.file, "The new file")
        ->required();
    describe("restore", "Put a backup in its place", action::restore)
        ->add_option("FILE", o.file, "The backup")
        ->required()
        ->check(CLI::ExistingFile);
}

void describe_tokens(CLI::App& app, token_options& o) {
    app.require_subcommand(1);
    app.footer(
        "Tokens are for serve --auth; they are kept as digests, so nobody can read them later. A "
        "running\nserver knows within a second."
    );
    using action = token_options::action;
    const auto describe = [&](const char* name, const char* help, action what) {
        auto* command = app.add_subcommand(name, help);
        command->callback([&o, what] { o.what = what; });
        describe_place(*command, o);
        return command;
    };
    auto* add = describe("add", "Make a token and print it, once", action::add);
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
    auto* ls = describe("ls", "Show the tokens", action::ls);
    ls->add_flag("--json", o.json, "Print JSON");
    auto* revoke = describe("revoke", "Make a token worthless", action::revoke);
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

[[noreturn]] void refuse_config(const std::string& why) {
    throw CLI::ValidationError("--config", why);
}

/// Gives an option the file's value unless the command line gave one.
void apply(CLI::App& app, const std::string& key, const std::string& value) {
    CLI::Option* option = nullptr;
    try {
        option = app.get_option("--" + key);
    } catch (const CLI::OptionNotFound&) {
        refuse_config("there is no option named '" + key + "'");
    }
    if (option->count() > 0 || key == "config") return;
    option->add_result(value);
    option->run_callback();
}

void apply_description(const toml::table& table, brapi::server_description& d) {
    const std::pair<std::string_view, std::string*> fields[] = {
        {"name", &d.name},
        {"description", &d.description},
        {"organization-name", &d.organization_name},
        {"organization-url", &d.organization_url},
        {"contact-email", &d.contact_email},
        {"documentation-url", &d.documentation_url},
        {"location", &d.location},
    };
    for (const auto& [key, node] : table) {
        std::string* into = nullptr;
        for (const auto& [name, field] : fields) {
            if (name == key.str()) into = field;
        }
        const auto text = node.value<std::string>();
        if (into == nullptr || !text) refuse_config("serverinfo." + std::string(key.str()));
        *into = *text;
    }
}

std::string config_text(const toml::node& node, const std::string& what) {
    auto text = node.value<std::string>();
    if (!text) refuse_config(what + " must be a text");
    return std::move(*text);
}

/// `[[vendor.services]]`
vendor::vendor_service service_of(const toml::table& table) {
    vendor::vendor_service service;
    const std::pair<std::string_view, std::string*> fields[] = {
        {"id", &service.id},
        {"name", &service.name},
        {"description", &service.description},
        {"platform", &service.platform_name},
        {"marker-type", &service.marker_type},
    };
    for (const auto& [key, node] : table) {
        const std::string name(key.str());
        if (name == "requirements" && node.is_table()) {
            for (const auto& [requirement, text] : *node.as_table()) {
                const std::string what(requirement.str());
                service.requirements.emplace_back(what, config_text(text, what));
            }
            continue;
        }
        const auto* field = std::find_if(std::begin(fields), std::end(fields), [&](const auto& f) {
            return f.first == name;
        });
        if (field == std::end(fields)) refuse_config("vendor.services." + name);
        *field->second = config_text(node, name);
    }
    if (service.id.empty()) refuse_config("a service of vendor.services has no id");
    return service;
}

void apply_vendor(const toml::table& table, vendor::vendor_specification& vendor) {
    const std::pair<std::string_view, std::string*> fields[] = {
        {"name", &vendor.name},
        {"description", &vendor.description},
        {"contact-name", &vendor.contact_name},
        {"email", &vendor.email},
        {"phone", &vendor.phone},
        {"url", &vendor.url},
        {"address", &vendor.address},
        {"city", &vendor.city},
        {"country", &vendor.country},
    };
    vendor.description.clear();
    for (const auto& [key, node] : table) {
        const std::string name(key.str());
        if (name == "services" && node.is_array()) {
            vendor.services.clear();
            for (const auto& one : *node.as_array()) {
                if (!one.is_table()) refuse_config("vendor.services must be tables");
                vendor.services.push_back(service_of(*one.as_table()));
            }
            continue;
        }
        if (name == "additional-info" && node.is_table()) {
            for (const auto& [info, text] : *node.as_table()) {
                const std::string what(info.str());
                vendor.additional_info.emplace_back(what, config_text(text, what));
            }
            continue;
        }
        const auto* field = std::find_if(std::begin(fields), std::end(fields), [&](const auto& f) {
            return f.first == name;
        });
        if (field == std::end(fields)) refuse_config("vendor." + name);
        *field->second = config_text(node, name);
    }
}

void apply_config(CLI::App& app, serve_options& o) {
    if (o.config.empty()) return;
    toml::table file;
    try {
        file = toml::parse_file(o.config.string());
    } catch (const toml::parse_error& e) {
        refuse_config(
            std::string(e.description()) + " in line " + std::to_string(e.source().begin.line)
        );
    }
    for (const auto& [key, node] : file) {
        if (key.str() == "serverinfo" && node.is_table()) {
            apply_description(*node.as_table(), o.description);
        } else if (key.str() == "vendor" && node.is_table()) {
            apply_vendor(*node.as_table(), o.vendor);
        } else if (const auto text = node.value<std::string>()) {
            apply(app, std::string(key.str()), *text);
        } else if (const auto flag = node.value_exact<bool>()) {
            apply(app, std::string(key.str()), *flag ? "true" : "false");
        } else if (const auto number = node.value_exact<std::int64_t>()) {
            apply(app, std::string(key.str()), std::to_string(*number));
        } else {
            refuse_config(std::string(key.str()) + " must be a text, a number or a boolean");
        }
    }
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
    command_line out;
    try {
        app.parse(argc, argv);
        require_place(*token_command, token);
        require_place(*store_command, store);
        require_place(*order_command, order);
        if (serve_command->parsed()) apply_config(*serve_command, serve);
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
