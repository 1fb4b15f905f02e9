// What the command line and the configuration file say.
#pragma once

#include "server/auth/gate.hpp"
#include "server/brapi/context.hpp"
#include "server/cli/bench_options.hpp"
#include "server/http/deadlines.hpp"
#include "server/vendor/specification.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace callstream::cli {

struct serve_options {
    std::filesystem::path folder;
    std::string listen = "127.0.0.1:8080";
    std::filesystem::path state;      ///< empty: see `default_state`
    std::filesystem::path token_key;  ///< empty: a key is kept in the state directory
    unsigned threads = 0;             ///< 0: one per processor
    std::filesystem::path config;
    std::size_t stream_memory_mib = 256;
    bool collapse_homozygotes = false;
    bool columns = false;  ///< made in the background
    std::size_t body_memory_mib = 64;
    std::size_t connections = 10000;
    http::deadlines limits;
    unsigned drain_seconds = 30;
    auth::gate::mode auth = auth::gate::mode::off;
    std::vector<std::string> origins;  ///< whose pages may read answers while tokens are asked for
    bool insecure = false;
    std::filesystem::path tls_certificate;  ///< with `tls_key`, or neither: no TLS
    std::filesystem::path tls_key;
    std::filesystem::path export_root;  ///< empty: in the state folder
    std::filesystem::path import_root;  ///< empty: nothing can be imported
    std::string public_url;             ///< empty: links are as the request was
    bool access_log = false;
    brapi::server_description description;
    vendor::vendor_specification vendor;
};

struct ls_options {
    std::filesystem::path folder;
    std::filesystem::path state;
    bool wait = false;
    bool json = false;
};

struct index_options {
    std::filesystem::path folder;
    std::filesystem::path state;
    unsigned threads = 1;
    bool json = false;
    bool beside = false;
    bool columns = false;
};

struct check_options {
    std::filesystem::path folder;
    std::filesystem::path state;
    unsigned threads = 1;
    bool json = false;
    bool quick = false;
};

/// Whose side store a command is about: that of the server that serves `folder`.
struct store_place {
    std::filesystem::path folder;
    std::filesystem::path state;
};

/// `callstream token`
struct token_options : store_place {
    enum class action { add, ls, revoke };
    action what = action::ls;
    std::string name;
    std::string scope = "read";
    std::vector<std::string> data_sets;  ///< their ids; none: all
    std::string expires;                 ///< `30d`, `12h`, a point in time; empty: never
    bool json = false;
};

/// `callstream store`
struct store_options : store_place {
    enum class action { check, backup, restore, restore_data_set };
    action what = action::check;
    std::filesystem::path file;  ///< the backup
    std::string data_set;        ///< its id
};

/// `callstream order`: the laboratory's side.
struct order_options : store_place {
    enum class action { ls, status, result, publish, withdraw };
    action what = action::ls;
    std::string order;
    std::string status;
    std::filesystem::path file;
    std::string type;                  ///< media type; empty: by the ending
    std::vector<std::string> samples;  ///< client's ids; none: all of the order
    std::string result;                ///< name of a file that was delivered
    std::string data_set;              ///< where it is published
    bool json = false;
};

/// What was asked for: one of the commands, or just an exit code after help or an error.
struct command_line {
    std::optional<serve_options> serve;
    std::optional<ls_options> ls;
    std::optional<index_options> index;
    std::optional<check_options> check;
    std::optional<token_options> token;
    std::optional<store_options> store;
    std::optional<order_options> order;
    std::optional<bench_options> bench;
    int exit_code = 0;
};

/// Prints help, versions and usage errors itself (exit code 2 for a usage error).
command_line parse_command_line(int argc, char** argv);

struct endpoint {
    std::string host;
    std::uint16_t port;
};
/// `HOST:PORT`, `[::1]:PORT` or a bare port.
std::optional<endpoint> parse_endpoint(const std::string& text);

/// `$XDG_STATE_HOME/callstream/<hash of the folder>`, with ~/.local/state as the usual default.
std::filesystem::path default_state(const std::filesystem::path& folder);

}  // namespace callstream::cli
