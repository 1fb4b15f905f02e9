#include "server/vendor/delivery.hpp"

#include "engine/core/digest.hpp"
#include "engine/core/file.hpp"
#include "server/http/json_body.hpp"
#include "server/vendor/plates.hpp"
#include "server/vendor/results.hpp"
#include "server/vendor/status.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace callstream::vendor {
namespace {

error refuse(std::string why) {
    return {errc::bad_request, std::move(why)};
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

/// It becomes a field of a head.
bool is_media_type(const std::string& type) {
    return std::all_of(type.begin(), type.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

/// Copies all of it and says what it was.
result<store::result_file> copy_into(
    const std::filesystem::path& from, const temporary_file& into
) {
    constexpr std::uint64_t piece_bytes = 1 << 20;
    auto source = open_regular(from);
    if (!source) return source.error();
    const auto size = identity_of(source->get()).size;
    running_digest md5(running_digest::kind::md5);
    std::vector<char> piece(piece_bytes);
    for (std::uint64_t at = 0; at < size;) {
        const auto count = static_cast<std::size_t>(std::min(piece_bytes, size - at));
        if (!read_exactly(source->get(), piece.data(), count, at)) {
            return error{errc::file_replaced, "the file became shorter while it was copied"};
        }
        md5.add({piece.data(), count});
        write_all(into.fd(), {piece.data(), count});
        at += count;
    }
    store::result_file file;
    file.md5 = hex_of_bytes(md5.finish());
    file.bytes = static_cast<std::int64_t>(size);
    return file;
}

/// Genotypes are nobody else's on this machine.
void make_folder(const std::filesystem::path& results, const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    std::filesystem::permissions(results, std::filesystem::perms::owner_all);
}

/// The client's ids of all samples of the order.
std::vector<std::string> all_samples(const store::submission& plates) {
    std::vector<std::string> ids;
    for_each_sample(plates, [&](const auto&, const boost::json::object& sample) {
        ids.emplace_back(sample.at("clientSampleId").as_string());
    });
    return ids;
}

/// Those that the file is about.
result<std::vector<std::string>> samples_of(
    store::order_store& orders, const store::order& order, const delivery& what
) {
    const auto plates = orders.find_submission(order.submission_id);
    if (!plates) return plates.error();
    auto all = *plates ? all_samples(**plates) : std::vector<std::string>{};
    if (what.sample_ids.empty()) return all;
    for (const auto& id : what.sample_ids) {
        if (std::find(all.begin(), all.end(), id) == all.end()) {
            return refuse("the order has no sample '" + http::shown_name(id) + "'");
        }
    }
    return what.sample_ids;
}

}  // namespace

result<store::result_file> deliver(
    store::order_store& orders, const std::filesystem::path& results, const delivery& what
) {
    const auto order = orders.find(what.order_id);
    if (!order) return order.error();
    if (!*order) return no_order();
    const auto name = what.file.filename().string();
    if (!is_result_name(name)) {
        return refuse("name the file of letters, digits, '.', '_' and '-' only");
    }
    if (!is_media_type(what.type)) return refuse("the media type must be one, as text/csv");
    auto samples = samples_of(orders, **order, what);
    if (!samples) return samples.error();
    const auto path = result_path(results, what.order_id, name);
    make_folder(results, path.parent_path());
    const temporary_file copy(path, 0600);
    auto file = copy_into(what.file, copy);
    if (!file) return file;
    file->name = name;
    file->type = what.type.empty() ? type_of(name) : what.type;
    file->sample_ids = std::move(*samples);
    const auto kept = orders.add_result(what.order_id, *file, [&] { copy.publish(); });
    if (!kept) return kept.error();
    return file;
}

}  // namespace callstream::vendor
