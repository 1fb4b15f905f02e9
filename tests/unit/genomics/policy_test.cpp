#include "server/genomics/policy.hpp"

#include "tests/support/results.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace callstream::genomics {
namespace {

namespace json = boost::json;
using auth::scope;
using ::testing::ElementsAre;
using mode = auth::gate::mode;

class policy_test : public ::testing::Test {
 protected:
    static result<policy> read(const std::string& text) {
        const auto object = json::parse(text).as_object();
        http::json_fields body(object);
        return read_policy(body);
    }
    policy_scene scene{mode::all, "d", 100};
    token_list tokens = {
        {"all", "x", "admin", {}, 1, {}, {}},
        {"here", "x", "write", {{"d", "e"}}, 1, 200, {}},
        {"there", "x", "write", {{"e"}}, 1, {}, {}},
        {"expired", "x", "write", {{"d"}}, 1, 100, {}},
        {"revoked", "x", "write", {{"d"}}, 1, {}, 50},
        {"odd", "x", "of a later version", {{"d"}}, 1, {}, {}},
    };
};

TEST_F(policy_test, is_made_of_the_tokens_that_count_now) {
    const auto now = policy_of(scene, tokens);
    EXPECT_EQ(now.members.size(), 2U);
    EXPECT_THAT(now.members.at(scope::admin), ElementsAre("token:all"));
    EXPECT_THAT(now.members.at(scope::write), ElementsAre("token:here"));
    scene.now_s = 200;
    EXPECT_FALSE(policy_of(scene, tokens).members.contains(scope::write));
    scene.mode = mode::write;
    EXPECT_THAT(policy_of(scene, tokens).members.at(scope::read), ElementsAre("allUsers"));
    scene.mode = mode::off;
    EXPECT_EQ(policy_of(scene, tokens).members.size(), 1U) << "tokens mean nothing";
}

TEST_F(policy_test, changes_only_the_data_set_that_it_is_of) {
    policy wanted;
    wanted.members[scope::admin] = {"token:all"};
    wanted.members[scope::write] = {"token:there"};
    ASSERT_TRUE(testing::has_value(apply(wanted, scene, tokens)));
    EXPECT_FALSE(tokens[0].data_sets);
    EXPECT_THAT(*tokens[1].data_sets, ElementsAre("e"));
    EXPECT_THAT(*tokens[2].data_sets, ElementsAre("e", "d"));
    EXPECT_THAT(*tokens[3].data_sets, ElementsAre("d")) << "it does not count, and stays";
    EXPECT_EQ(policy_of(scene, tokens).members, wanted.members);
}

TEST_F(policy_test, etags_change_with_it) {
    const auto etag = [&] {
        return std::string(to_json(policy_of(scene, tokens)).at("etag").as_string());
    };
    const auto before = etag();
    policy wanted = policy_of(scene, tokens);
    wanted.etag = before;
    ASSERT_TRUE(testing::has_value(apply(wanted, scene, tokens)));
    EXPECT_EQ(etag(), before);
    tokens[2].data_sets->push_back("d");
    EXPECT_NE(etag(), before);
    EXPECT_TRUE(testing::fails_with(apply(wanted, scene, tokens), errc::conflict));
}

TEST_F(policy_test, reads_no_other_than_its_own_form) {
    const std::string role = R"("role":"roles/genomics.viewer")";
    EXPECT_TRUE(read(R"({"policy":{}})"));
    EXPECT_TRUE(read(R"({"policy":{"version":0,"etag":"","bindings":[]}})"));
    EXPECT_TRUE(read(R"({"policy":{"bindings":[{)" + role + R"(,"members":["allUsers"]}]}})"));
    for (const std::string& text : {
             std::string("{}"),
             std::string(R"({"policy":[]})"),
             std::string(R"({"policy":{"version":1}})"),
             std::string(R"({"policy":{"nobody":1}})"),
             std::string(R"({"policy":{"bindings":{}}})"),
             std::string(R"({"policy":{"bindings":[5]}})"),
             std::string(R"({"policy":{"bindings":[{"members":["allUsers"]}]}})"),
             R"({"policy":{"bindings":[{)" + role + "}]}}",
             R"({"policy":{"bindings":[{)" + role + R"(,"members":[]}]}})",
             R"({"policy":{"bindings":[{)" + role + R"(,"members":["domain:example.com"]}]}})",
             R"({"policy":{"bindings":[{)" + role + R"(,"members":["all"]}]}})",
             R"({"policy":{"bindings":[{)" + role + R"(,"members":["allUsers"],"x":1}]}})",
         }) {
        EXPECT_TRUE(testing::fails_with(read(text), errc::bad_request)) << text;
    }
}

TEST_F(policy_test, permissions_are_held_by_scope_and_reach) {
    const auth::rights writer{scope::write, {{"d"}}};
    const std::vector<std::string> asked = {
        "genomics.datasets.create",
        "genomics.datasets.update",
        "genomics.datasets.setIamPolicy",
        "genomics.datasets.get"};
    EXPECT_THAT(
        held(asked, writer, true).value(),
        ElementsAre("genomics.datasets.update", "genomics.datasets.get")
    );
    EXPECT_TRUE(held(asked, writer, false).value().empty());
    EXPECT_EQ(held(asked, *auth::everything(), true).value(), asked);
    EXPECT_TRUE(testing::fails_with(held({"*"}, writer, true), errc::bad_request));
}

}  // namespace
}  // namespace callstream::genomics
