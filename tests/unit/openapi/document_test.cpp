#include "server/openapi/document.hpp"

#include "server/http/asked_names.hpp"
#include "server/openapi/assets.hpp"
#include "server/openapi/descriptions.hpp"
#include "tests/support/whole_server.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace callstream::openapi {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using names = std::set<std::string, std::less<>>;

std::string text_at(const json::value& value, std::string_view pointer) {
    return std::string(value.at_pointer(pointer).as_string());
}

class openapi_document : public ::testing::Test {
 protected:
    json::value document() { return server.get("/openapi.json").json(); }
    testing::whole_server server;
};

TEST_F(openapi_document, has_every_route_and_no_other) {
    names served;
    for (const auto& route : server.routes().routes()) {
        if (is_described(route)) served.insert(name_of(route));
    }
    names described;
    for (const auto& [name, says] : descriptions::own().routes()) described.insert(name);
    EXPECT_EQ(served, described);
    names shown;
    const auto value = document();
    for (const auto& [path, methods] : value.at("paths").as_object()) {
        for (const auto& [method, says] : methods.as_object()) {
            std::string upper(method);
            for (auto& c : upper) c = static_cast<char>(std::toupper(c));
            shown.insert(upper + " " + std::string(path));
        }
    }
    EXPECT_EQ(shown, described);
}

TEST_F(openapi_document, uses_all_that_is_described) {
    const auto value = document();
    const auto text = json::serialize(value);
    for (const std::string kind : {"parameters", "schemas"}) {
        for (const auto& one : value.at("components").at(kind).as_object()) {
            EXPECT_THAT(
                text, HasSubstr("\"#/components/" + kind + "/" + std::string(one.key()) + "\"")
            );
        }
    }
}

TEST_F(openapi_document, reads_method_body_types_and_scope_off_the_route) {
    const auto value = document();
    EXPECT_EQ(text_at(value, "/paths/~1brapi~1v2~1lists/post/x-scope"), "write");
    EXPECT_EQ(text_at(value, "/paths/~1brapi~1v2~1serverinfo/get/x-scope"), "open");
    const auto& calls = value.at("paths").at("/brapi/v2/calls").at("get");
    EXPECT_TRUE(
        calls.at_pointer("/responses/200/content").as_object().contains("application/x-ndjson")
    );
    EXPECT_FALSE(calls.as_object().contains("requestBody"));
    for (const auto& route : server.routes().routes()) {
        if (!is_described(route) || route.body_bytes_max > 0) continue;
        const auto* says = descriptions::own().find(name_of(route));
        EXPECT_FALSE(says->says.contains("body")) << name_of(route);
        EXPECT_FALSE(says->says.contains("search")) << name_of(route);
    }
}

TEST_F(openapi_document, asks_for_tokens_where_the_server_does) {
    using mode = auth::gate::mode;
    const auto security_of = [&](mode asks, const std::string& path, const char* method) {
        const auto made = make_document(server.routes(), asks, "");
        const auto& of = made.at("paths").at(path).at(method).as_object();
        return of.contains("security") ? json::serialize(of.at("security")) : "";
    };
    const std::string lists = "/brapi/v2/lists";
    EXPECT_EQ(security_of(mode::off, lists, "post"), "");
    EXPECT_EQ(security_of(mode::write, lists, "get"), R"([{},{"bearer":[]}])");
    EXPECT_EQ(security_of(mode::write, lists, "post"), R"([{"bearer":[]}])");
    EXPECT_EQ(security_of(mode::all, lists, "get"), R"([{"bearer":[]}])");
    EXPECT_EQ(security_of(mode::all, "/health", "get"), "[]");
}

TEST_F(openapi_document, is_tagged_and_names_the_host_that_was_asked) {
    const auto a = server.get("/openapi.json");
    EXPECT_EQ(text_at(a.json(), "/servers/0/url"), "http://test");
    EXPECT_EQ(text_at(a.json(), "/info/version"), "1.2.3");
    EXPECT_EQ(server.get("/openapi.json", {"If-None-Match: " + a.field("ETag")}).status, 304);
}

TEST_F(openapi_document, has_a_page_at_one_address) {
    const auto a = server.get("/docs");
    EXPECT_EQ(a.status, 200);
    EXPECT_THAT(a.field("Content-Security-Policy"), HasSubstr("default-src 'self'"));
    EXPECT_THAT(a.body, ::testing::Not(HasSubstr("\"/")));
    const auto other = server.get("/docs/");
    EXPECT_EQ(other.status, 308);
    EXPECT_EQ(other.field("Location"), "../docs");
    EXPECT_EQ(server.get("/docs/docs.js").status, 200);
    for (const auto& file : assets()) {
        if (!file.name.starts_with("assets/")) continue;
        EXPECT_EQ(file.text.find("https:"), file.text.npos) << file.name;
        EXPECT_EQ(file.text.find("unsafe"), file.text.npos) << file.name;
    }
}

json::value body_like(const json::value& document, const json::value& schema, bool required);

/// Of all objects that may be in it, and of the other members those that must be.
json::object object_like(const json::value& document, const json::object& schema) {
    json::object out;
    names required;
    if (const auto* all = schema.if_contains("required")) {
        for (const auto& one : all->as_array()) required.emplace(one.as_string());
    }
    for (const auto& [name, of] : schema.at("properties").as_object()) {
        auto value = body_like(document, of, required.contains(std::string(name)));
        if (!value.is_null()) out[name] = std::move(value);
    }
    return out;
}

/// As the document has bodies.
json::value body_like(const json::value& document, const json::value& schema, bool required) {
    const auto& object = schema.as_object();
    if (const auto* reference = object.if_contains("$ref")) {
        const auto pointer = std::string(reference->as_string()).substr(1);
        return body_like(document, document.at_pointer(pointer), required);
    }
    if (object.contains("allOf")) {
        json::object out;
        for (const auto& part : object.at("allOf").as_array()) {
            const auto some = body_like(document, part, required);
            for (const auto& one : some.as_object()) {
                out[one.key()] = one.value();
            }
        }
        return out;
    }
    if (object.contains("properties")) return object_like(document, object);
    if (const auto* of = object.if_contains("additionalProperties")) {
        return json::object{{"x", body_like(document, *of, true)}};
    }
    if (const auto* of = object.if_contains("items")) {
        auto one = body_like(document, *of, required);
        return one.is_null() ? json::value() : json::array{std::move(one)};
    }
    if (!required || object.at("type") == "object") return nullptr;
    if (const auto* choices = object.if_contains("enum")) return choices->as_array().front();
    return object.at("type") == "integer" ? json::value(1) : json::value("1");
}

/// One request of every route, with what has to be there before.
class requests {
 public:
    explicit requests(testing::whole_server& server)
        : server_(server), document_(get("/openapi.json")) {
        make_what_is_named();
    }

    struct asked {
        names parameters;
        names members;
    };
    /// What its handler asked for.
    asked asked_of(const http::route& route) {
        const auto target = method_of(route) + target_of(route.pattern) + query_of(name_of(route));
        asked out;
        for (const auto& body : bodies_of(route)) {
            const auto answer = ask(target, body, out);
            const bool fine = answer.status < 400 || may_fail(route);
            EXPECT_TRUE(fine) << target << ": " << answer.status << answer.body;
        }
        return out;
    }

 private:
    static std::string method_of(const http::route& route) {
        return std::string(http::verb_text(route.method)) + " ";
    }
    /// Handlers that are asked for what cannot be there, or not without more ado.
    static bool may_fail(const http::route& route) {
        const auto* says = descriptions::own().find(name_of(route));
        const auto* answers = says->says.if_contains("answers");
        const bool offered = answers == nullptr || !answers->as_object().contains("501") ||
                             says->says.contains("returns");
        return !offered || route.pattern.ends_with("/results/{fileName}") ||
               route.method != http::verb::get;
    }

    std::string target_of(std::string pattern) const {
        for (auto at = pattern.find('{'); at != pattern.npos; at = pattern.find('{', at)) {
            const auto end = pattern.find('}', at);
            const auto name = pattern.substr(at + 1, end - at - 1);
            auto known = values_.find(pattern.substr(0, at) + name);
            if (known == values_.end()) known = values_.find(name);
            const auto value = known == values_.end() ? "none" : known->second;
            pattern.replace(at, end - at + 1, value);
            at += value.size();
        }
        return pattern;
    }
    std::string query_of(const std::string& route) const {
        static const std::map<std::string, std::string> queries = {
            {"GET /v1/datasets", "?projectId=default"},
            {"GET /v1/operations", "?filter=projectId%20=%20p"},
        };
        const auto found = queries.find(route);
        return found == queries.end() ? "" : found->second;
    }
    /// One that is like the document and has what only this test knows; of annotations two, which
    /// are of a variant or of a transcript. Empty: none.
    std::vector<std::string> bodies_of(const http::route& route) const {
        std::string method(http::verb_text(route.method));
        for (auto& c : method) c = static_cast<char>(std::tolower(c));
        const auto& of = document_.at("paths").at(route.pattern).at(method).as_object();
        if (!of.contains("requestBody")) return {""};
        const auto& content = of.at("requestBody").at("content").as_object();
        if (!content.contains("application/json")) return {""};  // has no members
        auto body = body_like(document_, content.at("application/json").at("schema"), true);
        const auto ours = bodies_.find(name_of(route));
        if (ours != bodies_.end()) {
            const auto more = json::parse(ours->second);
            for (const auto& one : more.as_object()) body.as_object()[one.key()] = one.value();
        }
        if (!body.is_object() || !body.as_object().contains("transcript")) {
            return {json::serialize(body)};
        }
        auto other = body;
        body.as_object().erase("transcript");
        other.as_object().erase("variant");
        return {json::serialize(body), json::serialize(other)};
    }
    testing::answer ask(const std::string& target, const std::string& body, asked& into) {
        testing::answer answer;
        for (int i = 0; i < 200; ++i) {
            auto request = body.empty() ? testing::make_request(target)
                                        : testing::make_request_with_body(target, body);
            const http::asked_names watch;
            answer = server_.ask(std::move(request));
            into.parameters.insert(watch.parameters.begin(), watch.parameters.end());
            into.members.insert(watch.members.begin(), watch.members.end());
            if (answer.status != 503) break;  // of coverage
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        return answer;
    }

    json::value get(const std::string& target) { return server_.get(target).json(); }
    json::value post(const std::string& target, const std::string& body) {
        const auto a = server_.post(target, body);
        EXPECT_LT(a.status, 300) << target << ": " << a.body;
        return a.json();
    }
    void note(const std::string& name, const json::value& found, std::string_view pointer) {
        values_[name] = text_at(found, pointer);
    }

    void note_first(const std::string& things, const std::string& id) {
        note(id, get("/brapi/v2/" + things), "/result/data/0/" + id);
    }
    void make_what_is_named() {
        post("/brapi/v2/germplasm", R"([{"germplasmName":"g"}])");
        post("/brapi/v2/samples", R"([{"sampleName":"s"}])");
        post("/brapi/v2/plates", R"([{"plateName":"p"}])");
        post("/brapi/v2/lists", R"([{"listName":"l","listType":"samples"}])");
        for (const auto& [things, id] : std::map<std::string, std::string>{
                 {"callsets", "callSetDbId"},
                 {"germplasm", "germplasmDbId"},
                 {"lists", "listDbId"},
                 {"maps", "mapDbId"},
                 {"plates", "plateDbId"},
                 {"programs", "programDbId"},
                 {"references", "referenceDbId"},
                 {"referencesets", "referenceSetDbId"},
                 {"samples", "sampleDbId"},
                 {"studies", "studyDbId"},
                 {"trials", "trialDbId"},
                 {"variants", "variantDbId"},
                 {"variantsets", "variantSetDbId"}}) {
            note_first(things, id);
        }
        for (const auto& route : server_.routes().routes()) {
            if (!route.pattern.ends_with("/{searchResultsDbId}")) continue;
            const auto search = route.pattern.substr(0, route.pattern.rfind('/'));
            note(search + "/searchResultsDbId", post(search, "{}"), "/result/searchResultsDbId");
        }
        values_["/brapi/v2/variantsets/" + values_["variantSetDbId"] + "/exports/fileName"] =
            "x.tsv";
        make_files();
        make_genomics();
        make_orders();
    }
    void make_files() {
        const auto file = get("/files").at("files").at(0);
        note("dataSetId", file, "/dataSet");
        note("/files/" + values_["dataSetId"] + "/fileName", file, "/name");
        values_["/sequence/id"] = std::string(
            get("/brapi/v2/references").at_pointer("/result/data/0/md5checksum").as_string()
        );
        values_["variantSetId"] = values_["/htsget/variants/id"] = values_["variantSetDbId"];
        const auto ticket = get("/htsget/variants/" + values_["variantSetDbId"]);
        const auto url = text_at(ticket, "/htsget/urls/0/url");
        values_["block"] = url.substr(url.rfind('/') + 1);
    }
    void make_genomics() {
        values_["datasetId"] = values_["dataSetId"];
        values_["callSetId"] = values_["callSetDbId"];
        values_["referenceId"] = values_["referenceDbId"];
        values_["referenceSetId"] = values_["referenceSetDbId"];
        values_["variantId"] = values_["variantDbId"];
        const auto of_sets = R"({"datasetIds":[")" + values_["datasetId"] + R"("]})";
        note("readGroupSetId", post("/v1/readgroupsets/search", of_sets), "/readGroupSets/0/id");
        values_["/htsget/reads/id"] = values_["readGroupSetId"];
        const auto set = R"({"datasetId":")" + values_["datasetId"] + R"(","referenceSetId":")" +
                         values_["referenceSetId"] + R"("})";
        note("annotationSetId", post("/v1/annotationsets", set), "/id");
        const auto annotation = R"({"annotationSetId":")" + values_["annotationSetId"] +
                                R"(","referenceName":"1","start":1,"end":5})";
        note("annotationId", post("/v1/annotations", annotation), "/id");
        const std::string path = "/v1/readgroupsets/{readGroupSetId}:export";
        bodies_["POST " + path] = R"({"projectId":"p","exportUri":"file:a.bam"})";
        const auto exported = post(target_of(path), bodies_["POST " + path]);
        const auto name = text_at(exported, "/name");
        values_["operationId"] = name.substr(name.find('/') + 1);
        const auto of_variants = R"({"variantSetIds":[")" + values_["variantSetId"] + R"("]})";
        bodies_["POST /v1/callsets/search"] = of_variants;
        for (const std::string sets : {"readgroupsets", "variantsets", "annotationsets"}) {
            bodies_["POST /v1/" + sets + "/search"] = of_sets;
        }
        bodies_["POST /v1/reads/search"] =
            R"({"readGroupSetIds":[")" + values_["readGroupSetId"] + R"("]})";
        bodies_["POST /v1/annotations/search"] =
            R"({"annotationSetIds":[")" + values_["annotationSetId"] + R"("]})";
    }
    void make_orders() {
        const std::string submission =
            R"({"clientId":"c","numberOfSamples":1,"serviceIds":["genotyping"],"plates":[)"
            R"({"clientPlateId":"p","sampleSubmissionFormat":"TUBES",)"
            R"("samples":[{"clientSampleId":"s"}]}]})";
        for (const std::string base : {"/brapi/v1/vendor", "/brapi/v2/vendor"}) {
            bodies_["POST " + base + "/orders"] = submission;
            bodies_["POST " + base + "/plates"] = submission;
            const auto order = post(base + "/orders", submission);
            note("orderId", order, "/result/orderId");
            note("submissionId", order, "/result/submissionId");
        }
    }

    testing::whole_server& server_;
    json::value document_;
    std::map<std::string, std::string> values_;  // by placeholder, or by path up to it and its name
    std::map<std::string, std::string> bodies_;
};

/// Those first that change nothing, and last those that take something away.
std::vector<http::route> in_order(const http::router& routes) {
    std::vector<http::route> out;
    std::copy_if(
        routes.routes().begin(), routes.routes().end(), std::back_inserter(out), is_described
    );
    std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
        return a.method < b.method;
    });
    return out;
}

TEST_F(openapi_document, has_the_parameters_that_handlers_ask_for_and_no_others) {
    requests all(server);
    for (const auto& route : in_order(server.routes())) {
        const auto* says = descriptions::own().find(name_of(route));
        const auto* entries = says->says.if_contains("parameters");
        names documented;
        for (const auto& p : descriptions::own().parameters(
                 entries == nullptr ? json::array() : entries->as_array()
             )) {
            if (p.group != "header") documented.insert(p.name);
        }
        EXPECT_EQ(all.asked_of(route).parameters, documented) << name_of(route);
    }
}

/// Names of the members of an object, or of the objects in an array or a map; those of objects
/// within as `plates.samples.row`.
void add_members(
    const json::value& document, const json::value& schema, const std::string& prefix, names& into
) {
    const auto& object = schema.as_object();
    if (const auto* reference = object.if_contains("$ref")) {
        const auto pointer = std::string(reference->as_string()).substr(1);
        return add_members(document, document.at_pointer(pointer), prefix, into);
    }
    for (const auto* inner : {"items", "additionalProperties"}) {
        if (object.contains(inner)) add_members(document, object.at(inner), prefix, into);
    }
    if (object.contains("allOf")) {
        for (const auto& part : object.at("allOf").as_array()) {
            add_members(document, part, prefix, into);
        }
    }
    if (!object.contains("properties")) return;
    for (const auto& one : object.at("properties").as_object()) {
        const auto name = prefix + std::string(one.key());
        into.insert(name);
        add_members(document, one.value(), name + ".", into);
    }
}

/// `plates.samples.row` of `plates[0].samples[0].row`.
std::string without_places(const std::string& member) {
    std::string out;
    bool inside = false;
    for (const char c : member) {
        inside = inside || c == '[';
        if (!inside) out += c;
        inside = inside && c != ']';
    }
    return out;
}

TEST_F(openapi_document, has_the_members_of_bodies_that_handlers_ask_for_and_no_others) {
    // Read in pieces, and not by their names; or read again from the store.
    const names elsewhere = {
        "data",
        "plates.samples.concentration.units",
        "plates.samples.concentration.value",
        "plates.samples.volume.units",
        "plates.samples.volume.value"};
    const names kept = {"created", "depth", "filter", "genotypes"};
    requests all(server);
    const auto value = document();
    for (const auto& route : in_order(server.routes())) {
        const auto name = name_of(route);
        // Its annotations are read like bodies of their own.
        if (name == "POST /v1/annotations:batchCreate") continue;
        std::string method(http::verb_text(route.method));
        for (auto& c : method) c = static_cast<char>(std::tolower(c));
        const auto& of = value.at("paths").at(route.pattern).at(method).as_object();
        if (!of.contains("requestBody")) continue;
        names documented;
        const auto& content = of.at("requestBody").at("content").as_object();
        if (!content.contains("application/json")) continue;
        add_members(value, content.at("application/json").at("schema"), "", documented);
        for (const auto& one : elsewhere) documented.erase(one);
        names asked;
        for (const auto& member : all.asked_of(route).members) {
            asked.insert(without_places(member));
        }
        if (name.ends_with("/extract")) {
            std::erase_if(asked, [&](const std::string& one) {
                return kept.contains(one.substr(0, one.find('.')));
            });
        }
        EXPECT_EQ(asked, documented) << name;
    }
}

TEST(openapi_members, are_texts) {
    const auto m = read_member("filter! genus: what it is: this");
    EXPECT_EQ(m.type, "filter");
    EXPECT_TRUE(m.required);
    EXPECT_EQ(m.name, "genus");
    EXPECT_EQ(m.about, "what it is: this");
    EXPECT_THROW(read_member("filter"), std::invalid_argument);
}

}  // namespace
}  // namespace callstream::openapi
