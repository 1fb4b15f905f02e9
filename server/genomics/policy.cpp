#include "server/genomics/policy.hpp"

#include "engine/core/base64url.hpp"
#include "engine/core/hash.hpp"
#include "server/genomics/wire.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace callstream::genomics {
namespace json = boost::json;
using auth::scope;
namespace {

constexpr std::array<std::pair<std::string_view, scope>, 3> roles = {{
    {"roles/genomics.viewer", scope::read},
    {"roles/genomics.editor", scope::write},
    {"roles/genomics.admin", scope::admin},
}};

constexpr std::array<std::pair<std::string_view, scope>, 7> permissions = {{
    {"genomics.datasets.create", scope::write},
    {"genomics.datasets.delete", scope::write},
    {"genomics.datasets.get", scope::read},
    {"genomics.datasets.getIamPolicy", scope::admin},
    {"genomics.datasets.list", scope::read},
    {"genomics.datasets.setIamPolicy", scope::admin},
    {"genomics.datasets.update", scope::write},
}};

constexpr std::string_view everybody = "allUsers";
constexpr std::string_view of_token = "token:";

error wrong(std::string why) {
    return {errc::bad_request, std::move(why)};
}

std::string role_of(scope s) {
    const auto at = std::find_if(roles.begin(), roles.end(), [s](const auto& role) {
        return role.second == s;
    });
    return std::string(at->first);
}

template <class Table>
std::optional<scope> scope_in(const Table& table, std::string_view name) {
    const auto at = std::find_if(table.begin(), table.end(), [&](const auto& one) {
        return one.first == name;
    });
    return at == table.end() ? std::nullopt : std::optional(at->second);
}

/// What may be done without a token, where anything may.
std::optional<scope> open_to_all(auth::gate::mode mode) {
    switch (mode) {
        case auth::gate::mode::off:
            return scope::admin;
        case auth::gate::mode::write:
            return scope::read;
        case auth::gate::mode::all:
            break;
    }
    return std::nullopt;
}

bool is_valid(const store::kept_token& token, std::int64_t now_s) {
    return !token.revoked_s && (!token.expires_s || *token.expires_s > now_s) &&
           auth::scope_named(token.scope);
}

bool reaches(const store::kept_token& token, const std::string& data_set) {
    const auto& all = token.data_sets;
    return !all || std::find(all->begin(), all->end(), data_set) != all->end();
}

std::string name_of(const store::kept_token& token) {
    return std::string(of_token) + token.name;
}

json::array bindings_of(const policy& p) {
    json::array out;
    for (const auto& [scope, members] : p.members) {
        json::array names;
        for (const auto& member : members) names.emplace_back(member);
        out.push_back({{"members", std::move(names)}, {"role", role_of(scope)}});
    }
    return out;
}

/// Of 15 digits base64 needs no padding and neither `-` nor `_`, so that it is that of any reader.
std::string etag_of(const policy& p) {
    return to_base64url(hex_text(hash64(json::serialize(bindings_of(p)))).substr(0, 15));
}

result<void> read_binding(http::json_fields& binding, policy& into) {
    auto role = binding.text("role");
    if (!role) return role.error();
    auto members = binding.text_list("members");
    if (!members) return members.error();
    if (auto fine = refuse_unknown(binding); !fine) return fine.error();
    const auto scope = scope_in(roles, role->value_or(""));
    if (!scope) {
        return wrong(
            "policy.bindings.role must be roles/genomics.viewer, roles/genomics.editor or "
            "roles/genomics.admin"
        );
    }
    if (members->empty()) return wrong("a binding must have members");
    for (const auto& member : *members) {
        if (member == everybody || member.starts_with(of_token)) continue;
        return wrong(
            "'" + http::shown_name(member) +
            "' can be no member: those are token:NAME and allUsers, since rights belong to tokens"
        );
    }
    if (!into.members.emplace(*scope, std::move(*members)).second)
        return wrong("there may be one binding for a role");
    return {};
}

/// The roles under which a member stands.
std::set<scope> roles_with(const policy& p, const std::string& member) {
    std::set<scope> out;
    for (const auto& [scope, members] : p.members) {
        if (std::find(members.begin(), members.end(), member) != members.end()) out.insert(scope);
    }
    return out;
}

result<void> check_everybody(const policy& wanted, auth::gate::mode mode) {
    const auto open = open_to_all(mode);
    const auto asked = roles_with(wanted, std::string(everybody));
    if (asked == (open ? std::set<scope>{*open} : std::set<scope>{})) return {};
    return wrong(
        open ? "allUsers stays a member of " + role_of(*open) +
                   " alone: what needs no token is said when the server starts (--auth)"
             : "allUsers can be no member: this server was started with --auth all"
    );
}

result<void> assign(
    store::kept_token& token, const std::set<scope>& asked, const std::string& data_set
) {
    const auto own = *auth::scope_named(token.scope);
    const auto told = "the token '" + token.name + "' ";
    if (!asked.empty() && asked != std::set<scope>{own})
        return wrong(told + "can be a member of " + role_of(own) + " alone, which is its scope");
    if (!token.data_sets) {
        if (!asked.empty()) return {};
        return wrong(told + "is for all data sets, which only whoever runs the server can change");
    }
    auto& all = *token.data_sets;
    if (asked.empty()) std::erase(all, data_set);
    if (!asked.empty() && !reaches(token, data_set)) all.push_back(data_set);
    return {};
}

}  // namespace

policy policy_of(const policy_scene& scene, const token_list& tokens) {
    policy out;
    if (const auto open = open_to_all(scene.mode)) out.members[*open].emplace_back(everybody);
    if (scene.mode == auth::gate::mode::off) return out;  // tokens mean nothing then
    for (const auto& token : tokens) {
        if (!is_valid(token, scene.now_s) || !reaches(token, scene.data_set)) continue;
        out.members[*auth::scope_named(token.scope)].push_back(name_of(token));
    }
    return out;
}

json::object to_json(const policy& p) {
    return {{"bindings", bindings_of(p)}, {"etag", etag_of(p)}, {"version", 0}};
}

result<policy> read_policy(http::json_fields& body) {
    auto message = body.object("policy");
    if (!message) return message.error();
    if (!*message) return wrong("policy is required");
    policy out;
    const auto version = (*message)->integer("version");
    if (!version) return version.error();
    auto etag = (*message)->text("etag");
    if (!etag) return etag.error();
    out.etag = std::move(*etag);
    auto bindings = (*message)->object_list("bindings");
    if (!bindings) return bindings.error();
    if (auto fine = refuse_unknown(**message); !fine) return fine.error();
    if (version->value_or(0) != 0) return wrong("policy.version must be 0");
    for (auto& binding : bindings->value_or(std::vector<http::json_fields>())) {
        if (auto fine = read_binding(binding, out); !fine) return fine.error();
    }
    return out;
}

result<void> apply(const policy& wanted, const policy_scene& scene, token_list& tokens) {
    const auto etag = wanted.etag.value_or("");
    if (!etag.empty() && etag != etag_of(policy_of(scene, tokens)))
        return error{errc::conflict, "the policy has changed since it was read; read it again"};
    if (auto fine = check_everybody(wanted, scene.mode); !fine) return fine.error();
    std::set<std::string> known = {std::string(everybody)};
    for (auto& token : tokens) {
        if (!is_valid(token, scene.now_s) || scene.mode == auth::gate::mode::off) continue;
        known.insert(name_of(token));
        if (auto fine = assign(token, roles_with(wanted, name_of(token)), scene.data_set); !fine)
            return fine.error();
    }
    for (const auto& [role, members] : wanted.members) {
        for (const auto& member : members) {
            if (!known.contains(member))
                return wrong("there is no valid token '" + http::shown_name(member) + "'");
        }
    }
    return {};
}

result<std::vector<std::string>> held(
    const std::vector<std::string>& asked, const auth::rights& may, bool is_in_reach
) {
    std::vector<std::string> out;
    for (const auto& name : asked) {
        const auto needed = scope_in(permissions, name);
        if (!needed) {
            return wrong(
                "'" + http::shown_name(name) +
                "' is no permission of data sets, of which wildcards are none"
            );
        }
        // A new one would be out of reach of who is for certain ones.
        const bool reached = name == "genomics.datasets.create" ? may.reaches_all() : is_in_reach;
        if (reached && may.most >= *needed) out.push_back(name);
    }
    return out;
}

}  // namespace callstream::genomics
