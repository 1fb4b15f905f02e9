// The calls of a genotyping laboratory: specifications, plates, orders, their status and results.
// Spec: BrAPI vendor calls, under /brapi/v1/vendor as their document has it and under
// /brapi/v2/vendor as 2.x does.
#include "server/vendor/routes.hpp"

#include "engine/core/clock.hpp"
#include "engine/core/uuid.hpp"
#include "server/brapi/entity_json.hpp"
#include "server/brapi/envelope.hpp"
#include "server/brapi/listing.hpp"
#include "server/vendor/manifest.hpp"
#include "server/vendor/plates.hpp"
#include "server/vendor/results.hpp"
#include "server/vendor/status.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>

namespace callstream::vendor {
namespace json = boost::json;
using brapi::ignored_parameters;
using brapi::list_response;
using brapi::plan_list;
using brapi::read_list_page;
using brapi::single;
using brapi::text_or_null;
namespace {

constexpr std::uint64_t body_bytes_max = 4 << 20;  // some 10,000 samples

json::value parsed(const std::string& object) {
    return http::parse_json_object(object).value();
}

json::array plates_json(const store::submission& plates) {
    json::array out;
    for (const auto& plate : plates.plates) out.push_back(parsed(plate));
    return out;
}

std::string order_path(const std::string& base, const std::string& order_id) {
    return base + "/orders/" + order_id;
}

std::vector<std::string> warnings_of(
    const http::request& request, const http::json_fields& body, std::vector<std::string> unknown
) {
    auto warnings = ignored_parameters(http::query(request));
    for (auto& name : body.unknown()) unknown.push_back(std::move(name));
    const auto ignored = brapi::ignored_fields(unknown);
    warnings.insert(warnings.end(), ignored.begin(), ignored.end());
    return warnings;
}

// Plates

result<http::response> submit(const context& ctx, const http::request& request) {
    const auto object = http::parse_json_object(request.body);
    if (!object) return object.error();
    http::json_fields body(*object);
    std::vector<std::string> unknown;
    const auto plates = read_submission(body, unknown);
    if (!plates) return plates.error();
    if (auto kept = ctx.store->orders().submit(*plates); !kept) return kept.error();
    return single(
        json::object{{"submissionId", plates->id}}, warnings_of(request, body, std::move(unknown))
    );
}

result<http::response> get_plates(
    const context& ctx, const http::request& request, std::string_view id
) {
    const auto plates = ctx.store->orders().find_submission(id);
    if (!plates) return plates.error();
    if (!*plates) return error{errc::not_found, "there is no submission with this submissionId"};
    const auto& found = **plates;
    return single(
        json::object{
            {"clientId", found.client_id},
            {"numberOfSamples", found.samples},
            {"plates", plates_json(found)},
            {"sampleType", text_or_null(found.sample_type)}},
        ignored_parameters(http::query(request))
    );
}

// Orders

/// What the services need to be told, as the specifications say.
result<void> check_services(
    const vendor_specification& offered,
    const std::vector<std::string>& ids,
    const json::object& info
) {
    if (ids.empty()) return error{errc::bad_request, "serviceIds is required"};
    for (const auto& id : ids) {
        const auto* service = offered.find(id);
        if (service == nullptr) {
            return error{
                errc::bad_request,
                "there is no service '" + http::shown_name(id) + "'; GET specifications has them"};
        }
        for (const auto& [key, description] : service->requirements) {
            const auto* value = info.if_contains(key);
            if (value != nullptr && !value->is_null()) continue;
            return error{
                errc::bad_request, "service '" + id + "' needs requiredServiceInfo." + key};
        }
    }
    return {};
}

result<store::order> read_order(const context& ctx, http::json_fields& body) {
    const auto services = body.text_list("serviceIds");
    if (!services) return services.error();
    const auto info = body.free_object("requiredServiceInfo");
    if (!info) return info.error();
    const json::object said = *info == nullptr ? json::object() : **info;
    if (auto fine = check_services(ctx.offered, *services, said); !fine) return fine.error();
    store::order order;
    order.id = new_uuid();
    order.service_ids = json::serialize(json::array(services->begin(), services->end()));
    order.required_service_info = json::serialize(said);
    order.created_s = now_s();
    return order;
}

/// `url` is that of the order.
json::array forms_json(const std::string& url) {
    return {
        {{"fileDescription", "What is in which well, for programs"},
         {"fileName", "manifest.csv"},
         {"fileURL", url + "/manifest.csv"}},
        {{"fileDescription", "What is in which well, to be printed and sent along"},
         {"fileName", "manifest.html"},
         {"fileURL", url + "/manifest.html"}}};
}

result<http::response> place(
    const context& ctx, const http::request& request, const std::string& base
) {
    const auto object = http::parse_json_object(request.body);
    if (!object) return object.error();
    http::json_fields body(*object);
    std::vector<std::string> unknown;
    const auto plates = read_submission(body, unknown);
    if (!plates) return plates.error();
    const auto order = read_order(ctx, body);
    if (!order) return order.error();
    if (auto kept = ctx.store->orders().place(*plates, *order); !kept) return kept.error();
    return single(
        json::object{
            {"orderId", order->id},
            {"shipmentForms", forms_json(ctx.address.link(request, order_path(base, order->id)))},
            {"submissionId", plates->id}},
        warnings_of(request, body, std::move(unknown))
    );
}

json::object order_json(const store::order& order) {
    return {
        {"clientId", order.client_id},
        {"numberOfSamples", order.samples},
        {"orderId", order.id},
        {"requiredServiceInfo", parsed(order.required_service_info)},
        {"serviceIds", parsed("{\"a\":" + order.service_ids + "}").at("a")},
        {"submissionId", order.submission_id},
    };
}

result<http::response> list_orders(const context& ctx, const http::request& request) {
    http::query q(request);
    const auto id = q.filter("orderId");
    if (!id) return id.error();
    const auto submission = q.filter("submissionId");
    if (!submission) return submission.error();
    const auto page = read_list_page(q);
    if (!page) return page.error();
    auto warnings = ignored_parameters(q);
    const auto window = plan_list(*page, warnings);
    if (!window) return window.error();
    auto found = ctx.store->orders().select(*id, *submission, window->first, window->size);
    if (!found) return found.error();
    if (found->total == 0 && (*id || *submission)) {
        warnings.emplace_back("No order fits the filters");
    }
    const std::size_t count = found->page.size();
    return list_response(
        *window,
        found->total,
        count,
        [orders = std::move(found->page)](std::size_t i) {
            return json::value(order_json(orders[i]));
        },
        warnings
    );
}

/// Calls `answer(order)` with the order of the path.
template <class Answer>
result<http::response> of_order(const context& ctx, std::string_view id, Answer answer) {
    auto order = ctx.store->orders().find(id);
    if (!order) return order.error();
    if (!*order) return no_order();
    return answer(**order);
}

/// A page of a list that is in memory.
template <class Item, class ToJson>
result<http::response> page_of(
    const http::request& request, std::vector<Item> all, ToJson to_json
) {
    http::query q(request);
    const auto page = read_list_page(q);
    if (!page) return page.error();
    auto warnings = ignored_parameters(q);
    const auto window = plan_list(*page, warnings);
    if (!window) return window.error();
    return list_response(*window, std::move(all), to_json, warnings);
}

result<http::response> order_plates(
    const context& ctx, const http::request& request, const store::order& order
) {
    auto plates = ctx.store->orders().find_submission(order.submission_id);
    if (!plates) return plates.error();
    if (!*plates) return no_order();
    return page_of(request, std::move((*plates)->plates), &parsed);
}

result<http::response> order_results(
    const context& ctx,
    const http::request& request,
    const store::order& order,
    const std::string& base
) {
    auto files = ctx.store->orders().results(order.id);
    if (!files) return files.error();
    const auto url = ctx.address.link(request, order_path(base, order.id) + "/results/");
    return page_of(request, std::move(*files), [url](const store::result_file& file) {
        return json::object{
            {"additionalInfo", {{"fileSize", std::to_string(file.bytes)}}},
            {"clientSampleIds", json::array(file.sample_ids.begin(), file.sample_ids.end())},
            {"fileName", file.name},
            {"fileType", file.type},
            {"fileURL", url + file.name},
            {"md5sum", file.md5},
        };
    });
}

result<http::response> order_result(
    const context& ctx,
    const http::request& request,
    const store::order& order,
    std::string_view name
) {
    const auto files = ctx.store->orders().results(order.id);
    if (!files) return files.error();
    const auto file = std::find_if(files->begin(), files->end(), [&](const auto& one) {
        return one.name == name;
    });
    if (file == files->end()) return error{errc::not_found, "the order has no result of this name"};
    return serve_result(result_path(ctx.results, order.id, file->name), *file, request);
}

result<http::response> order_status(const http::request& request, const store::order& order) {
    return single(json::object{{"status", order.status}}, ignored_parameters(http::query(request)));
}

/// The laboratory's side; not in the document.
result<http::response> set_status(
    const context& ctx, const http::request& request, std::string_view id
) {
    const auto object = http::parse_json_object(request.body);
    if (!object) return object.error();
    http::json_fields body(*object);
    const auto status = body.text("status");
    if (!status) return status.error();
    const auto moved = move_order(ctx.store->orders(), id, status->value_or(""));
    if (!moved) return moved.error();
    return single(json::object{{"status", moved->status}}, warnings_of(request, body, {}));
}

result<http::response> manifest(
    const context& ctx, const store::order& order, std::string_view name
) {
    const auto plates = ctx.store->orders().find_submission(order.submission_id);
    if (!plates) return plates.error();
    if (!*plates) return no_order();
    http::response r;
    const bool csv = name == "manifest.csv";
    r.content_type = csv ? "text/csv; charset=utf-8" : "text/html; charset=utf-8";
    r.body = csv ? manifest_csv(order, **plates) : manifest_html(order, **plates);
    if (csv) r.fields.emplace_back("Content-Disposition", "attachment; filename=\"manifest.csv\"");
    // The page is made of what a client sent: it shows, and does nothing else.
    if (!csv)
        r.fields.emplace_back(
            "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"
        );
    return r;
}

void add_routes_at(http::router& routes, const context& ctx, const std::string& base) {
    const auto add = [&](http::verb method,
                         const std::string& path,
                         auto handle,
                         const char* type = "application/json") {
        const bool reads = method == http::verb::get;
        routes.add({
            .method = method,
            .pattern = base + path,
            .scope = reads                        ? auth::scope::read
                     : method == http::verb::post ? auth::scope::write
                                                  : auth::scope::admin,
            .beyond_data_sets = true,
            .blocking = true,
            .body_bytes_max = reads ? 0 : body_bytes_max,
            .handle = handle,
            .content_types = {type},
        });
    };
    using http::verb;
    add(verb::get, "/specifications", [&ctx](const auto& request, const auto&) {
        return single(ctx.offered.to_json(), ignored_parameters(http::query(request)));
    });
    add(verb::post, "/plates", [&ctx](const auto& request, const auto&) {
        return submit(ctx, request);
    });
    add(verb::get, "/plates/{submissionId}", [&ctx](const auto& request, const auto& values) {
        return get_plates(ctx, request, values[0]);
    });
    add(verb::get, "/orders", [&ctx](const auto& request, const auto&) {
        return list_orders(ctx, request);
    });
    add(verb::post, "/orders", [&ctx, base](const auto& request, const auto&) {
        return place(ctx, request, base);
    });
    const auto add_of_order =
        [&](const std::string& path, auto answer, const char* type = "application/json") {
            add(
                verb::get,
                "/orders/{orderId}" + path,
                [&ctx, answer](const auto& request, const auto& values) {
                    return of_order(ctx, values[0], [&](const store::order& order) {
                        return answer(request, order, values);
                    });
                },
                type
            );
        };
    add_of_order("/plates", [&ctx](const auto& request, const auto& order, const auto&) {
        return order_plates(ctx, request, order);
    });
    add_of_order("/results", [&ctx, base](const auto& request, const auto& order, const auto&) {
        return order_results(ctx, request, order, base);
    });
    add_of_order(
        "/results/{fileName}",
        [&ctx](const auto& request, const auto& order, const auto& values) {
            return order_result(ctx, request, order, values[1]);
        },
        "application/octet-stream"
    );
    add_of_order("/status", [](const auto& request, const auto& order, const auto&) {
        return order_status(request, order);
    });
    constexpr std::array<std::pair<const char*, const char*>, 2> manifests = {
        {{"manifest.csv", "text/csv"}, {"manifest.html", "text/html"}}};
    for (const auto& [name, type] : manifests) {
        add_of_order(
            std::string("/") + name,
            [&ctx, name = name](const auto&, const auto& order, const auto&) {
                return manifest(ctx, order, name);
            },
            type
        );
    }
    add(verb::put, "/orders/{orderId}/status", [&ctx](const auto& request, const auto& values) {
        return set_status(ctx, request, values[0]);
    });
}

}  // namespace

void add_routes(http::router& routes, const context& ctx) {
    for (const char* base : {"/brapi/v1/vendor", "/brapi/v2/vendor"}) {
        add_routes_at(routes, ctx, base);
    }
}

}  // namespace callstream::vendor
