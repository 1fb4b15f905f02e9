// `callstream order`: the laboratory's side of the vendor calls.
#include "engine/core/clock.hpp"
#include "engine/core/digest.hpp"
#include "engine/core/file.hpp"
#include "engine/store/sqlite_store.hpp"
#include "server/cli/commands.hpp"
#include "server/vendor/results.hpp"
#include "server/vendor/status.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <iostream>
#include <limits>
#include <utility>
#include <vector>

namespace callstream::cli {
namespace json = boost::json;
namespace {

int fail(const std::string& why) {
    std::cerr << "callstream order: " << why << "\n";
    return 1;
}

std::string date_text(std::int64_t when_s) {
    return utc_text(std::chrono::sys_seconds(std::chrono::seconds(when_s)));
}

int ls(const order_options& options, store::order_store& orders) {
    const auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    const auto all = orders.select({}, {}, 0, most);
    if (!all) return fail(all.error().text);
    json::array array;
    for (const auto& order : all->page) {
        if (options.json) {
            array.push_back(
                {{"orderId", order.id},
                 {"submissionId", order.submission_id},
                 {"clientId", order.client_id},
                 {"numberOfSamples", order.samples},
                 {"serviceIds", json::parse(order.service_ids)},
                 {"status", order.status},
                 {"created", date_text(order.created_s)},
                 {"modified", date_text(order.modified_s)}}
            );
            continue;
        }
        std::cout << order.id << "\t" << order.status << "\t" << order.client_id << "\t"
                  << order.samples << " samples\t" << order.service_ids << "\t"
                  << date_text(order.created_s) << "\n";
    }
    if (options.json) std::cout << json::serialize(array) << "\n";
    return 0;
}

std::string type_of(const std::string& name) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 8> known = {{
        {".csv", "text/csv"},
        {".tsv", "text/tab-separated-values"},
        {".txt", "text/plain"},
        {".vcf", "text/plain"},
        {".gz", "application/gzip"},
        {".bcf", "application/octet-stream"},
        {".json", "application/json"},
        {".pdf", "application/pdf"},
    }};
    for (const auto& [ending, type] : known) {
        if (name.ends_with(ending)) return std::string(type);
    }
    return "application/octet-stream";
}

/// Copies the file and says what it was; the copy is on the disk when this returns.
result<store::result_file> copy_result(
    const std::filesystem::path& from, const std::filesystem::path& into
) {
    constexpr std::uint64_t piece_bytes = 1 << 20;
    auto source = open_regular(from);
    if (!source) return source.error();
    const auto size = identity_of(source->get()).size;
    running_digest md5(running_digest::kind::md5);
    std::filesystem::create_directories(into.parent_path());
    temporary_file target(into);
    std::vector<char> piece(piece_bytes);
    for (std::uint64_t at = 0; at < size;) {
        const auto count = static_cast<std::size_t>(std::min(piece_bytes, size - at));
        if (!read_exactly(source->get(), piece.data(), count, at)) {
            return error{errc::file_replaced, "the file became shorter while it was copied"};
        }
        md5.add({piece.data(), count});
        write_all(target.fd(), {piece.data(), count});
        at += count;
    }
    target.publish();
    store::result_file file;
    file.name = into.filename().string();
    file.md5 = hex_of_bytes(md5.finish());
    file.bytes = static_cast<std::int64_t>(size);
    return file;
}

/// The client's ids of all samples of an order.
result<std::vector<std::string>> samples_of(store::order_store& orders, const store::order& order) {
    const auto plates = orders.find_submission(order.submission_id);
    if (!plates) return plates.error();
    std::vector<std::string> ids;
    if (!*plates) return ids;
    for (const auto& text : (*plates)->plates) {
        const auto plate = json::parse(text);
        for (const auto& sample : plate.at("samples").as_array()) {
            ids.emplace_back(sample.at("clientSampleId").as_string());
        }
    }
    return ids;
}

int deliver(const order_options& options, store::order_store& orders) {
    const auto order = orders.find(options.order);
    if (!order) return fail(order.error().text);
    if (!*order) return fail("there is no order with this orderId");
    const auto name = options.file.filename().string();
    if (!vendor::is_result_name(name)) {
        return fail("name the file of letters, digits, '.', '_' and '-' only");
    }
    const bool is_type = std::all_of(options.type.begin(), options.type.end(), [](char c) {
        return c > ' ' && c < 0x7f;
    });
    if (!is_type) return fail("--type wants a media type, as text/csv");
    const auto all = samples_of(orders, **order);
    if (!all) return fail(all.error().text);
    for (const auto& sample : options.samples) {
        if (std::find(all->begin(), all->end(), sample) == all->end()) {
            return fail("the order has no sample '" + sample + "'");
        }
    }
    const auto into = vendor::result_path(options.state / "results", options.order, name);
    if (std::filesystem::exists(into)) return fail("the order has a result of this name");
    auto file = copy_result(options.file, into);
    if (!file) return fail(file.error().text);
    file->type = options.type.empty() ? type_of(name) : options.type;
    file->sample_ids = options.samples.empty() ? *all : options.samples;
    if (const auto kept = orders.add_result(options.order, *file); !kept) {
        return fail(kept.error().text);
    }
    std::cout << name << "\t" << file->bytes << " bytes\tmd5 " << file->md5 << "\n";
    return 0;
}

}  // namespace

int order(const order_options& options) {
    store::sqlite_store store(options.state / "store.db");
    auto& orders = store.orders();
    switch (options.what) {
        case order_options::action::ls:
            return ls(options, orders);
        case order_options::action::status: {
            const auto moved = vendor::move_order(orders, options.order, options.status);
            return moved ? 0 : fail(moved.error().text);
        }
        case order_options::action::result:
            return deliver(options, orders);
    }
    return 2;
}

}  // namespace callstream::cli
