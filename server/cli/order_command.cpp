// `callstream order`: the laboratory's side of the vendor calls.
#include "engine/catalog/scan.hpp"
#include "engine/core/clock.hpp"
#include "engine/store/sqlite_store.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/log.hpp"
#include "server/vendor/delivery.hpp"
#include "server/vendor/publication.hpp"
#include "server/vendor/status.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>
#include <limits>

namespace callstream::cli {
namespace json = boost::json;
namespace {

int ls(const order_options& options, store::order_store& orders) {
    const auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    const auto all = orders.select({}, {}, 0, most);
    if (!all) return failure("order", all.error().text);
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
                 {"created", utc_text_of_s(order.created_s)},
                 {"modified", utc_text_of_s(order.modified_s)}}
            );
            continue;
        }
        std::cout << order.id << "\t" << order.status << "\t" << order.client_id << "\t"
                  << order.samples << " samples\t" << order.service_ids << "\t"
                  << utc_text_of_s(order.created_s) << "\n";
    }
    if (options.json) std::cout << json::serialize(array) << "\n";
    return 0;
}

int deliver(const order_options& options, store::order_store& orders) {
    const vendor::delivery delivered{options.order, options.file, options.type, options.samples};
    const auto file = vendor::deliver(orders, options.state / "results", delivered);
    if (!file) return failure("order", file.error().text);
    std::cout << file->name << "\t" << file->bytes << " bytes\tmd5 " << file->md5 << "\n";
    return 0;
}

int publish_or_withdraw(const order_options& options, store::order_store& orders) {
    const vendor::publication_folders folders{
        options.state / "results", catalog::published_folder(options.state)};
    const vendor::publication what{options.order, options.result, options.data_set};
    const bool publishes = options.what == order_options::action::publish;
    const auto done =
        publishes ? vendor::publish(orders, folders, what) : vendor::withdraw(folders, what);
    if (!done) return failure("order", done.error().text);
    std::cout << what.name << (publishes ? " is served" : " is no longer served")
              << " in the data set " << what.data_set
              << ": by a running server within 30 s, or at once after SIGHUP\n";
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
            return moved ? 0 : failure("order", moved.error().text);
        }
        case order_options::action::result:
            return deliver(options, orders);
        case order_options::action::publish:
        case order_options::action::withdraw:
            return publish_or_withdraw(options, orders);
    }
    return 2;
}

}  // namespace callstream::cli
