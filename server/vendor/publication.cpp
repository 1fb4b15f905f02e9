#include "server/vendor/publication.hpp"

#include "engine/catalog/scan.hpp"
#include "engine/variants/variant_file.hpp"
#include "server/vendor/results.hpp"
#include "server/vendor/status.hpp"

#include <algorithm>
#include <string_view>

namespace callstream::vendor {
namespace fs = std::filesystem;
namespace {

error refuse(std::string why) {
    return {errc::bad_request, std::move(why)};
}

bool is_data_set(std::string_view name) {
    constexpr std::string_view allowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    return !name.empty() && name.size() <= 100 &&
           name.find_first_not_of(allowed) == std::string_view::npos;
}

/// What lies directly in the folder is the data set `main`.
fs::path place_of(const publication_folders& folders, const publication& what) {
    const auto folder =
        what.data_set == "main" ? folders.published : folders.published / what.data_set;
    return folder / what.name;
}

}  // namespace

result<void> publish(
    store::order_store& orders, const publication_folders& folders, const publication& what
) {
    if (!is_data_set(what.data_set))
        return refuse("name the data set of letters, digits, '_' and '-' only");
    const auto order = orders.find(what.order_id);
    if (!order) return order.error();
    if (!*order) return no_order();
    const auto results = orders.results(what.order_id);
    if (!results) return results.error();
    const auto has_name = [&](const store::result_file& f) { return f.name == what.name; };
    const auto found = std::find_if(results->begin(), results->end(), has_name);
    if (found == results->end()) return error{errc::not_found, "the order has no such result"};
    const auto file = result_path(folders.results, what.order_id, what.name);
    if (!catalog::variant_stem(what.name))
        return refuse("genotypes are served from .vcf.gz, .vcf.bgz and .bcf files only");
    if (const auto opened = variants::variant_file::open(file); !opened)
        return refuse("the result " + opened.error().text);
    const auto place = place_of(folders, what);
    std::error_code ignored;
    if (fs::equivalent(file, place, ignored)) return {};
    if (fs::exists(place)) return refuse("the data set has another file of this name");
    fs::create_directories(place.parent_path());
    fs::create_hard_link(file, place);
    return {};
}

result<void> withdraw(const publication_folders& folders, const publication& what) {
    const bool fits = is_data_set(what.data_set) && is_result_name(what.name);
    if (!fits || !fs::remove(place_of(folders, what)))
        return error{errc::not_found, "nothing of this name is published there"};
    return {};
}

}  // namespace callstream::vendor
