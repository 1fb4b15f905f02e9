#include "server/brapi/listing.hpp"

#include "engine/paging/page_plan.hpp"
#include "server/brapi/envelope.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace callstream::brapi {
namespace json = boost::json;
namespace {

constexpr std::int64_t page_size_max = 100'000;

/// The list, a block at a time.
class list_source : public streaming::body_source {
 public:
    list_source(std::size_t count, write_item write, json::object meta)
        : count_(count), write_(std::move(write)), meta_(std::move(meta)) {}

    result<progress> fill(text_buffer& out) override {
        const std::size_t began = out.size();
        if (at_ == 0) {
            out.append('{');
            out.append(context_member());
            out.append(",\"metadata\":");
            out.append(json::serialize(meta_));
            out.append(",\"result\":{\"data\":[");
        }
        for (; at_ < count_; ++at_) {
            if (out.size() - began >= streaming::block_bytes) return progress::more;
            if (at_ > 0) out.append(',');
            write_(out, at_);
        }
        out.append("]}}\n");
        return progress::done;
    }

 private:
    std::size_t count_;
    write_item write_;
    json::object meta_;
    std::size_t at_ = 0;
};

}  // namespace

result<list_page> read_list_page(http::query& q) {
    const auto page = q.integer("page");
    if (!page) return page.error();
    const auto size = q.integer("pageSize");
    if (!size) return size.error();
    return list_page{*page, *size};
}

result<list_page> read_token_page(http::query& q) {
    auto page = read_list_page(q);
    if (!page) return page;
    auto token = q.text("pageToken");
    if (!token) return token.error();
    page->token = std::move(*token);
    return page;
}

result<page_window> plan_list(const list_page& page, std::vector<std::string>& warnings) {
    const auto plan = paging::plan_request(page.page, page.size, std::nullopt);
    if (!plan) return plan.error();
    const std::int64_t asked = plan->size.value_or(paging::default_page_size);
    const std::int64_t used = std::min(asked, page_size_max);
    if (used < asked) {
        warnings.push_back("pageSize was reduced to " + std::to_string(page_size_max));
    }
    const std::int64_t number = plan->page.value_or(0);
    return page_window{
        static_cast<std::uint64_t>(number),
        static_cast<std::uint64_t>(used),
        paging::first_item(number, used)};
}

http::response list_response(
    const page_window& window,
    std::uint64_t total,
    std::size_t count,
    make_item make,
    const std::vector<std::string>& warnings
) {
    const auto write = [make = std::move(make)](text_buffer& out, std::size_t i) {
        out.append(json::serialize(make(i)));
    };
    return list_response(window, total, count, write_item(write), warnings);
}

http::response list_response(
    const page_window& window,
    std::uint64_t total,
    std::size_t count,
    write_item write,
    const std::vector<std::string>& warnings
) {
    const page_numbers numbers{window.number, window.size, total};
    http::response r;
    r.source = std::make_unique<list_source>(
        count, std::move(write), metadata(pagination(numbers), warnings)
    );
    return r;
}

}  // namespace callstream::brapi
