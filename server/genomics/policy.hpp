// The policy of a data set as Google's IAM has it: roles are the scopes of tokens, members are
// tokens by their names, and `allUsers` is whoever sends none.
#pragma once

#include "engine/store/tokens.hpp"
#include "server/auth/gate.hpp"
#include "server/http/json_body.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callstream::genomics {

/// Whose policies, and when it is.
struct policy_scene {
    auth::gate::mode mode;
    std::string data_set;
    std::int64_t now_s;  ///< tokens that have expired are no members
};

using token_list = std::vector<store::kept_token>;

struct policy {
    std::map<auth::scope, std::vector<std::string>> members;  ///< by role, in their order
    std::optional<std::string> etag = {};                     ///< as a client sent it
};

policy policy_of(const policy_scene& scene, const token_list& tokens);

/// With an etag that changes with it.
boost::json::object to_json(const policy& p);

/// The member `policy` of a message. `errc::bad_request` for what is no policy, for roles that are
/// not ours and for members that no policy here can have.
result<policy> read_policy(http::json_fields& body);

/// Changes the data sets of `tokens` so that `wanted` is the policy. `errc::conflict` when its etag
/// is not that of now, `errc::bad_request` with the reason for what tokens cannot express: their
/// scope, and that they reach all data sets, are said when they are made, and who needs no token
/// when the server starts.
result<void> apply(const policy& wanted, const policy_scene& scene, token_list& tokens);

/// Those of `asked` that `may` has for the data set. `errc::bad_request` for what is no permission
/// of data sets.
result<std::vector<std::string>> held(
    const std::vector<std::string>& asked, const auth::rights& may, bool is_in_reach
);

}  // namespace callstream::genomics
