#include "server/brapi/listed.hpp"

#include "engine/core/hash.hpp"

#include <iterator>
#include <utility>

namespace callstream::brapi {
namespace {

constexpr std::int64_t items_max = 1'000'000;  // they are in memory together

result<std::vector<std::string>> items_of(store::list_store& lists, const store::kept_list& list) {
    if (list.size > items_max) {
        return error{errc::bad_request, "a list of more than 1000000 items is no filter"};
    }
    const auto size = static_cast<std::uint64_t>(list.size);
    std::vector<std::string> all;
    while (all.size() < size) {
        auto some = lists.items(list, all.size(), size - all.size());
        if (!some) return some.error();
        if (some->empty()) return error{errc::file_replaced, "the list has become shorter"};
        std::move(some->begin(), some->end(), std::back_inserter(all));
    }
    return all;
}

std::uint64_t version_of(const store::kept_list& list) {
    return hash64(
        list.id + "/" + std::to_string(list.items_version) + "/" + std::to_string(list.size)
    );
}

}  // namespace

result<std::optional<listed>> read_listed(
    const context& ctx, const http::request& request, const std::string& list_id
) {
    if (!request.may->reaches_all()) {
        return error{
            errc::forbidden, "the token is for certain data sets, and lists belong to none"};
    }
    auto& lists = ctx.store->lists();
    const auto list = lists.find(list_id);
    if (!list) return list.error();
    if (!*list) return std::optional<listed>();
    const auto& type = (*list)->facts.type;
    const bool of_variants = type == "markers" || type == "variants";
    if (!of_variants && type != "samples" && type != "germplasm") {
        return error{
            errc::bad_request,
            "a list of " + type +
                " is no filter; those of samples, germplasm, markers and variants are"};
    }
    auto items = items_of(lists, **list);
    if (!items) return items.error();
    listed out;
    out.version = version_of(**list);
    if (of_variants) {
        out.variants = std::move(*items);
    } else {
        auto& members = out.call_sets.emplace();
        (type == "samples" ? members.sample_ids : members.germplasm_ids).add(std::move(*items));
    }
    return std::optional(std::move(out));
}

}  // namespace callstream::brapi
