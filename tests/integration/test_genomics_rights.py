"""Policies of data sets: roles are the scopes of tokens, members are tokens, and what is set holds at once."""

import unittest

from credentials import CredentialsTest

VIEWER, EDITOR, ADMIN = (f"roles/genomics.{role}" for role in ("viewer", "editor", "admin"))
PERMISSIONS = [
    f"genomics.datasets.{what}"
    for what in ("create", "delete", "get", "getIamPolicy", "list", "setIamPolicy", "update")
]
READING = ["genomics.datasets.get", "genomics.datasets.list"]
WRITING = ["genomics.datasets.delete", *READING, "genomics.datasets.update"]


class RightsTest(CredentialsTest):
    def policy(self, one="alpha", token="admin", wanted=200):
        status, answer = self.json("POST", f"/v1/datasets/{one}:getIamPolicy", token, {})
        self.assertEqual(status, wanted, answer)
        return answer

    def set_policy(self, policy, one="alpha", token="admin", wanted=200):
        status, answer = self.json("POST", f"/v1/datasets/{one}:setIamPolicy", token, {"policy": policy})
        self.assertEqual(status, wanted, answer)
        return answer

    def held(self, token, one="alpha", asked=PERMISSIONS):
        status, answer = self.json("POST", f"/v1/datasets/{one}:testIamPermissions", token, {"permissions": asked})
        self.assertEqual(status, 200, answer)
        return answer["permissions"]

    def members(self, policy):
        return {one["role"]: one["members"] for one in policy["bindings"]}

    def assert_open(self, token, one, is_open=True):
        status, _ = self.json("GET", f"/v1/datasets/{one}", token)
        self.assertEqual(status, 200 if is_open else 404)


class policies(RightsTest):
    def test_a_policy_is_the_valid_tokens_and_no_secret(self):
        self.start()
        found = self.policy()
        self.assertEqual(self.members(found), {
            VIEWER: ["token:reader"], EDITOR: ["token:alpha", "token:writer"], ADMIN: ["token:admin"],
        })
        self.assertEqual(self.members(self.policy("beta"))[VIEWER], ["token:beta", "token:reader"])
        self.assertEqual(found["version"], 0)
        self.assertRegex(found["etag"], r"^[A-Za-z0-9+/]{20}$")
        for secret in self.tokens.values():
            self.assertNotIn(secret, str(found))
        self.assertEqual(self.members(self.policy("nobody")), {})

    def test_only_who_administers_reads_and_sets_it(self):
        self.start()
        for token, wanted in ((None, 401), ("reader", 403), ("writer", 403), ("alpha", 403), ("expired", 401)):
            with self.subTest(token):
                self.policy(token=token, wanted=wanted)
                self.set_policy({"bindings": []}, token=token, wanted=wanted)
        self.assertEqual(self.policy(token="betawriter")["bindings"], [])  # as of what does not exist
        self.set_policy({"bindings": []}, token="betawriter", wanted=404)
        self.assertIn(ADMIN, self.members(self.policy("beta", "betawriter")))

    def test_everybody_stands_in_it_as_the_server_was_started(self):
        for mode, expected in (("write", (VIEWER, "allUsers")), (None, (ADMIN, "allUsers"))):
            with self.subTest(mode):
                self.start(mode)
                role, member = expected
                found = self.policy()
                self.assertEqual(self.members(found)[role][0], member)
                self.assertEqual(len(found["bindings"]), 3 if mode else 1)
                self.assertEqual(self.set_policy(found), found)
                self.set_policy({"bindings": [one for one in found["bindings"] if one["role"] != role]}, wanted=400)
                self.assertEqual(self.held(None), READING if mode else PERMISSIONS)
                self.server.stop()

    def test_permissions_are_those_of_the_token(self):
        self.start()
        for token, expected in (
            ("reader", READING), ("admin", PERMISSIONS), ("alpha", WRITING), ("beta", []), ("betawriter", []),
            ("writer", ["genomics.datasets.create", *WRITING]),
        ):
            with self.subTest(token):
                self.assertEqual(self.held(token), expected)
                self.assertEqual(self.held(token, asked=[]), [])
                self.assertEqual(self.held(token, asked=READING[:1]), expected and READING[:1])
        self.assertEqual(self.held("betawriter", "beta"), PERMISSIONS[1:])
        self.assertEqual(self.held("alpha", "nobody"), [])
        for wrong in ("genomics.datasets.*", "*", "genomics.datasets", "genomics.variants.get"):
            with self.subTest(permission=wrong):
                status, _ = self.json(
                    "POST", "/v1/datasets/alpha:testIamPermissions", "admin", {"permissions": [wrong]}
                )
                self.assertEqual(status, 400)

    def test_what_is_set_holds_at_once_and_after_a_restart(self):
        self.start()
        now = self.policy()
        self.assert_open("beta", "alpha", False)
        for one in now["bindings"]:
            if one["role"] == VIEWER:
                one["members"].append("token:beta")
            if one["role"] == EDITOR:
                one["members"].remove("token:alpha")
        after = self.set_policy(now)
        self.assertEqual(self.members(after), {
            VIEWER: ["token:beta", "token:reader"], EDITOR: ["token:writer"], ADMIN: ["token:admin"],
        })
        for _ in range(2):
            self.assert_open("beta", "alpha")
            self.assert_open("beta", "beta")
            self.assert_open("alpha", "alpha", False)
            self.assertEqual(self.policy(), after)
            self.server.stop()
            self.start()
        self.assertEqual(self.members(self.policy("beta"))[VIEWER], ["token:beta", "token:reader"])

    def test_an_old_etag_changes_nothing(self):
        self.start()
        first = self.policy()
        bindings = [one for one in first["bindings"] if one["role"] != EDITOR]
        bindings.append({"role": EDITOR, "members": ["token:writer"]})
        second = self.set_policy({"bindings": bindings, "etag": first["etag"]})
        self.assertNotEqual(second["etag"], first["etag"])
        self.set_policy(first, wanted=409)
        self.assertEqual(self.policy(), second)
        first.pop("etag")
        self.set_policy(first)  # blindly
        self.assertEqual(self.policy()["bindings"], first["bindings"])

    def test_what_tokens_cannot_express_is_refused_whole(self):
        self.start()
        before = self.policy()
        own = {one["role"]: one["members"] for one in before["bindings"]}

        def changed(**roles):
            members = own | {f"roles/genomics.{role}": names for role, names in roles.items()}
            return {"bindings": [{"role": role, "members": names} for role, names in members.items()]}

        moved = changed(editor=["token:writer"], viewer=["token:reader", "token:alpha"])
        for what, policy, says in (
            ("another role", moved, "alone, which is its scope"),
            ("a token for all is left out", changed(viewer=["token:beta"]), "is for all data sets"),
            ("a person", changed(viewer=["user:mike@example.com", "token:reader"]), "can be no member"),
            ("everybody with a token", changed(viewer=["allAuthenticatedUsers"]), "can be no member"),
            ("everybody", changed(viewer=["allUsers", "token:reader"]), "--auth all"),
            ("nobody", changed(viewer=["token:nobody", "token:reader"]), "no valid token"),
            ("a token that was revoked", changed(admin=["token:admin", "token:revoked"]), "no valid token"),
            ("no members", changed(viewer=[]), "must have members"),
            ("a role of others", {"bindings": [{"role": "roles/owner", "members": ["token:admin"]}]}, "must be roles/"),
            ("a role twice", {"bindings": [{"role": ADMIN, "members": ["token:admin"]}] * 2}, "one binding"),
            ("a condition", {"bindings": [{"role": ADMIN, "members": ["token:admin"], "condition": {}}]}, "no field"),
            ("another version", before | {"version": 3}, "must be 0"),
            ("no message", {"bindings": "x"}, "must be"),
            ("nothing", None, "required"),
        ):
            with self.subTest(what):
                answer = self.set_policy(policy, wanted=400)
                self.assertIn(says, answer["error"]["message"])
                self.assertEqual(self.policy(), before)


if __name__ == "__main__":
    unittest.main()
