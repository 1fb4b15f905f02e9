// The bytes of one request, through head, body, route and handler, to the bytes of the answer, over
// a small catalog of real files. `TOKEN0` and so on stand for tokens that the server has given out.
#include "engine/hts/vcf_reader.hpp"
#include "engine/store/sqlite_store.hpp"
#include "server/brapi/routes.hpp"
#include "server/genomics/routes.hpp"
#include "server/http/exchange.hpp"
#include "server/http/metrics.hpp"
#include "server/http/request_head.hpp"
#include "server/ops/routes.hpp"
#include "server/vendor/routes.hpp"
#include "tests/fuzz/support/fuzz_input.hpp"
#include "tests/support/reads_builder.hpp"
#include "tests/support/vcf_builder.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <set>
#include <sstream>
#include <thread>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace callstream::fuzzing {
namespace {

constexpr std::string_view head_end = "\r\n\r\n";

/// Two files in data sets of their own, one of them described; a set of two files.
void make_files(const std::filesystem::path& folder) {
    const auto make = [](int first) {
        testing::vcf_builder out;
        out.samples({"s1", "s 2", "s~3"});
        for (int i = 0; i < 12; ++i) {
            const auto depth = std::to_string(i);
            out.record(
                i < 8 ? "1" : "2",
                first + 5 * (i / 2),
                "GT:DP:PL:NT",
                {"0/1:" + depth + ":1,2,3:a", "1|1:.:.:b\"", "./.:9:.:."}
            );
        }
        return out;
    };
    make(100).write_vcf_gz(folder / "panel.vcf.gz", 256);
    make(100).write_bcf(folder / "wheat" / "lines.bcf", 256);
    for (const int chromosome : {1, 2}) {
        const auto name = "chr" + std::to_string(chromosome) + ".vcf.gz";
        testing::vcf_builder()
            .record(std::to_string(chromosome), 7, "GT", {"0/1", "1/1"}, "rs1")
            .write_vcf_gz(folder / "split" / name);
    }
    testing::bam_read read;
    read.cigar = {{4, 'M'}};
    read.bases = 4;
    testing::write_file(
        folder / "wheat" / "reads.bam",
        testing::bgzf_file(
            testing::bam_header_bytes("@RG\tID:g\tSM:s1\n", {{"1", 5000}}) +
            testing::bam_record_bytes(read)
        )
    );
    testing::write_file(folder / "wheat" / "ref.fa", ">1\n" + std::string(5000, 'A') + "\n");
    testing::write_file(
        folder / "wheat" / "dataset.toml",
        "name = \"Wheat\"\ncrop = \"wheat\"\n[study]\nid = \"st1\"\nname = \"Study\"\n"
    );
    testing::write_file(
        folder / "wheat" / "samples.tsv", "sample\tgermplasmDbId\ns1\tg1\ns 2\tg2\n"
    );
}

class served {
 public:
    served() {
        make_files(scratch_.path() / "data");
        parts_ = std::make_unique<parts>(scratch_.path() / "data", scratch_.path() / "state");
        parts_->catalog.wait_until_indexed();
        require(parts_->catalog.current()->variant_sets().size() == 3, "all files are served");
    }

    const http::exchange_context& context() const { return parts_->exchanges; }
    http::body_budget& bodies() { return parts_->bodies; }
    std::filesystem::path scratch() const { return scratch_.path(); }
    /// What requests wrote: each begins with an empty store and the catalog of the files.
    void forget() {
        auto& p = *parts_;
        if (!std::as_const(p.store).usable()) return;
        while (!p.store.operations().running().value().empty()) std::this_thread::yield();
        std::filesystem::remove_all(p.genomics_context.export_root);
        p.eraser.execute(
            "DELETE FROM lists; DELETE FROM orders; DELETE FROM submissions; DELETE FROM "
            "annotation_sets; DELETE FROM operations"
        );
        const auto changes = p.store.overlays().all().value();
        if (changes.changes.empty() && changes.data_sets.empty() && changes.call_sets.empty()) {
            return;
        }
        p.eraser.execute(
            "DELETE FROM overlays; DELETE FROM created_data_sets; DELETE FROM created_call_sets; "
            "DELETE FROM created_variant_sets; DELETE FROM overlay_generations"
        );
        require(p.overlays.refresh().has_value(), "the catalog is as before");
    }

 private:
    struct parts {
        parts(const std::filesystem::path& data, const std::filesystem::path& state)
            : catalog(data, state, [](const std::string& problem) { fail(problem); }),
              store(state / "store.db"),
              eraser(state / "store.db"),
              coverage(state / "coverage", 1, [](const std::string&) {}),
              genomics_context{
                  &catalog,
                  &view,
                  &tokens.key(),
                  &store,
                  &overlays,
                  &coverage,
                  &exports,
                  state / "exports"} {
            require(store.check().has_value(), "the store is there");
            genomics_context.state = state;
            genomics_context.dispatch = [this](std::string_view head, std::string body) {
                return http::answer_inner(exchanges, head, std::move(body));
            };
            brapi::add_routes(routes, context);
            vendor::add_routes(routes, vendor_context);
            genomics::add_routes(routes, genomics_context);
            ops::add_routes(routes, catalog, store, numbers);
            numbers.size_for(routes);
        }
        catalog::catalog_service catalog;
        store::sqlite_store store;
        store::database eraser;
        paging::token_signer tokens{"a secret of enough bytes"};
        http::metrics numbers;
        http::router routes;
        streaming::block_pool blocks{8 * streaming::block_bytes};
        http::body_budget bodies{8 << 20};
        auth::catalog_view view{catalog};
        brapi::context context{&catalog, &view, &tokens, &store, &numbers.calls_streamed, {}};
        vendor::context vendor_context{&store};
        genomics::overlay_keeper overlays{catalog, store};
        reads::coverage_service coverage;
        genomics::operation_runner exports{
            store.operations(), [](const std::string& problem) { fail(problem); }};
        genomics::context genomics_context;
        http::exchange_context exchanges{&routes, &blocks, [](const std::string& problem) {
                                             fail("no request fails", problem);
                                         }};
    };

    scratch_folder scratch_;
    std::unique_ptr<parts> parts_;
};

served& server() {
    static served s;
    return s;
}

/// As a session reads it; false when the bytes end before the body does.
bool read_body(http::exchange& e, std::string_view bytes) {
    http::incoming_body body(server().bodies(), e.asked().body_bytes);
    const bool on_disk = e.matched()->body_on_disk;
    if (on_disk) body.keep_on_disk(server().scratch());
    while (!body.complete()) {
        const auto room = body.room();
        require(!room.empty(), "the budget for bodies comes back");
        const std::size_t count = std::min(room.size(), bytes.size());
        if (count == 0) return false;
        std::copy_n(bytes.data(), count, room.data());
        bytes.remove_prefix(count);
        body.received(count);
        if (body.piece_is_full()) body.store_piece();
    }
    if (on_disk) {
        e.take_body(body.take_file());
        return true;
    }
    auto [text, share] = body.take();
    e.take_body(std::move(text), std::move(share));
    return true;
}

using field_lines = std::vector<std::pair<std::string, std::string>>;

std::string value_of(const field_lines& fields, std::string_view name) {
    for (const auto& [n, value] : fields) {
        if (n == name) return value;
    }
    return "";
}

/// The answer's head as a strict client reads it.
field_lines check_head(std::string_view head, int status) {
    require(head.ends_with(head_end), "a head ends with an empty line", head);
    auto rest = head.substr(0, head.size() - 2);
    const auto line = take_until(rest, "\r\n");
    require(line.starts_with("HTTP/1.1 " + std::to_string(status) + " "), "a status line", head);
    field_lines fields;
    std::set<std::string> seen;
    while (!rest.empty()) {
        const auto field = take_until(rest, "\r\n");
        const auto colon = field.find(": ");
        require(colon != std::string_view::npos && colon > 0, "a field has a name", head);
        for (const char c : field) {
            require(static_cast<unsigned char>(c) >= ' ' && c != 0x7f, "a field is text", head);
        }
        fields.emplace_back(field.substr(0, colon), field.substr(colon + 2));
        require(seen.insert(fields.back().first).second, "a field is there once", head);
    }
    require(
        !(seen.contains("Content-Length") && seen.contains("Transfer-Encoding")),
        "a body ends in one way",
        head
    );
    return fields;
}

void check_body(const field_lines& fields, int status, const std::string& body) {
    const auto coding = value_of(fields, "Content-Encoding");
    if (coding == "zstd") return;
    const std::string text = coding == "gzip" ? testing::gunzip(body) : body;
    const auto type = value_of(fields, "Content-Type");
    if (type.starts_with("application/json")) {
        const auto value = require_json(text);
        require(status >= 400 || value.is_object(), "an answer is an object", text);
    } else if (type.starts_with("application/x-ndjson")) {
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) require_json(line);
    }
}

/// The body to its end. Throws away nothing: the catalog is small.
std::string drain(http::exchange& e) {
    using progress = streaming::body_source::progress;
    std::string body(e.body());
    if (e.complete()) return body;
    auto block = e.take_block();
    for (auto step = progress::more; step == progress::more;) {
        block->clear();
        const auto filled = e.source().fill(*block);
        require(filled.has_value(), "a body comes to its end", filled ? "" : filled.error().text);
        step = *filled;
        body += block->view();
    }
    return body;
}

struct answer {
    int status = 0;
    std::string body;
};

answer finish(http::exchange& e) {
    if (!e.prepare_at_once()) e.prepare();
    static const std::set<int> known = {
        200,
        202,
        204,
        400,
        403,
        404,
        405,
        406,
        408,
        409,
        411,
        413,
        414,
        415,
        417,
        431,
        501,
        503,
        505};
    const int status = e.status();
    require(known.contains(status), "the status is known", std::to_string(status));
    const auto fields = check_head(e.head(e.asked().keep_alive), status);
    if (e.head_only()) return {status, ""};
    answer out{status, drain(e)};
    const auto length = value_of(fields, "Content-Length");
    const auto coding = value_of(fields, "Transfer-Encoding");
    if (status == 204) {
        require(length.empty() && coding.empty(), "204 says nothing of a body");
    } else if (!length.empty()) {
        require(length == std::to_string(out.body.size()), "the length is that of the body");
    } else {
        require(coding == (e.asked().http_1_1 ? "chunked" : ""), "the end of the body can be seen");
    }
    if (status == 204) {
        require(out.body.empty(), "204 has no body");
    } else {
        check_body(fields, status, out.body);
    }
    return out;
}

answer ask(std::string_view bytes) {
    const auto& context = server().context();
    const auto end = bytes.find(head_end);
    const bool whole = end != std::string_view::npos && end + 4 <= http::head_bytes_max;
    if (!whole) {
        auto e = http::exchange::refused(context, 431, "the request head is too long");
        return finish(e);
    }
    auto parsed = http::parse_request_head(bytes.substr(0, end + 4));
    if (!parsed) {
        auto e = http::exchange::refused(context, parsed.error().status, parsed.error().text);
        return finish(e);
    }
    http::exchange e(context, std::move(*parsed));
    if (e.wants_body() && !read_body(e, bytes.substr(end + 4))) e.refuse(408, "too slow");
    return finish(e);
}

std::string member(const boost::json::value& of, std::string_view outer, std::string_view name) {
    const auto& value = of.as_object().at(outer).as_object().at(name);
    return std::string(value.as_string());
}

std::string token_of(const std::string& target) {
    const auto text = ask("GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n").body;
    const auto answer = require_json(text);
    const auto& pages = answer.as_object().at("metadata").as_object().at("pagination");
    return std::string(pages.as_object().at("nextPageToken").as_string());
}

/// What a client may have got from this server, by the name that stands for it.
const field_lines& given_out() {
    static const field_lines all = [] {
        const std::string body = "{\"callSetNames\":[\"s1\"]}";
        const auto search =
            ask("POST /brapi/v2/search/callsets HTTP/1.1\r\nHost: h\r\nContent-Type: "
                "application/json\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
        const std::string panel = "/brapi/v2/callsets/main~panel~s1/calls?pageSize=3";
        const std::string lines = "/brapi/v2/callsets/wheat~lines~s1/calls?pageSize=5";
        return field_lines{
            {"TOKEN0", token_of(panel)},
            {"TOKEN1", token_of(lines)},
            {"TOKEN2", token_of(panel + "&page=1")},
            {"SEARCH0", member(require_json(search.body), "result", "searchResultsDbId")},
        };
    }();
    return all;
}

std::string with_given_out(std::string text) {
    for (const auto& [name, value] : given_out()) {
        for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at)) {
            text.replace(at, name.size(), value);
            at += value.size();
        }
    }
    return text;
}

/// Makes the announced length that of the body, in place of what stands there.
std::string with_right_length(std::string text) {
    constexpr std::string_view name = "Content-Length: ";
    const auto end = text.find(head_end);
    const auto at = text.find(name);
    if (end == std::string::npos || at >= end) return text;
    const auto digits = at + name.size();
    auto stop = digits;
    while (std::isdigit(static_cast<unsigned char>(text[stop])) != 0) ++stop;
    const auto length = text.size() - end - head_end.size();
    return text.replace(digits, stop - digits, std::to_string(length));
}

}  // namespace
}  // namespace callstream::fuzzing

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
    callstream::hts::prepare_library();
    callstream::fuzzing::given_out();
    return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(
    std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed
) {
    using namespace callstream::fuzzing;
    size = LLVMFuzzerMutate(data, size, max_size);
    if (seed % 8 == 0) return size;
    const auto text = with_right_length(std::string(text_of(data, size)));
    const std::size_t kept = std::min(text.size(), max_size);
    std::memcpy(data, text.data(), kept);
    return kept;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace callstream::fuzzing;
    ask(with_given_out(std::string(text_of(data, size))));
    server().forget();
    return 0;
}
