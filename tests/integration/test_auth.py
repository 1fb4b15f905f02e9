"""Who may: every route with every kind of credential that should not open it. Not one byte of data."""

import json
import re
import subprocess
import sys
import unittest
import urllib.parse

import support
from credentials import CredentialsTest
from support import Server, run

WRITING = [("POST", "/brapi/v2/lists"), ("PUT", "/brapi/v2/lists/{listDbId}")]
WRITING += [("POST", f"/brapi/v2/lists/{{listDbId}}/{name}") for name in ("items", "data")]
WRITING += [("POST", f"/brapi/v{v}/vendor/{name}") for v in (1, 2) for name in ("plates", "orders")]
# Entities, whose names are their own; what belongs to no data set is beyond tokens for certain ones.
NAMES = {
    "germplasm": "germplasmName", "plates": "plateName", "programs": "programName", "samples": "sampleName",
    "studies": "studyName", "trials": "trialName",
}
ENTITIES = [
    (method, f"/brapi/v2/{entity}{rest}")
    for entity, name in NAMES.items()
    for method, rest in (("POST", ""), ("PUT", ""), ("PUT", f"/{{{name.replace('Name', 'DbId')}}}"))
]
METADATA = [("PUT", "/brapi/v2/callsets/{callSetDbId}"), ("PUT", "/brapi/v2/variantsets/{variantSetDbId}")]
EXTRACT = ("POST", "/brapi/v2/variantsets/extract")
WRITING += [*ENTITIES, *METADATA, EXTRACT]
OF_STORE = ("/lists", "/metrics", "/vendor/", "/plates")


def is_of_store(method, pattern):
    return (method, pattern) in [*ENTITIES, EXTRACT] or any(part in pattern for part in OF_STORE)


ADMINISTRATION = [("PUT", f"/brapi/v{v}/vendor/orders/{{orderId}}/status") for v in (1, 2)]
ORDER = {
    "clientId": "c", "numberOfSamples": 1, "serviceIds": ["genotyping"],
    "plates": [{"clientPlateId": "SecretItemPlate", "sampleSubmissionFormat": "TUBES",
                "samples": [{"clientSampleId": "SecretItemSample"}]}],
}
OVERVIEW = [("GET", "/overview"), ("GET", "/overview/{variantSetDbId}")]
OPEN = [("GET", "/"), ("GET", "/health"), ("GET", "/ready"), ("GET", "/brapi/v2/serverinfo")]


class authentication(CredentialsTest):
    def setUp(self):
        super().setUp()
        self.steps = iter(["received", "inProgress"] * 99)

    def make_places(self):
        """What takes the place of each {…} of a route, all of it of `alpha` or of the store."""
        _, made = self.json("POST", "/brapi/v2/lists", "writer", [
            {"listName": "SecretItemList", "listType": "samples", "data": ["SecretItem1"]}
        ])
        call_set = support.call_set_id("alpha", "SecretChip", "SecretSample1")
        self.places = {
            "callSetDbId": call_set, "referenceDbId": "alpha~SecretGenome~1",
            "referenceSetDbId": "alpha~SecretGenome", "variantSetDbId": "alpha~SecretChip", "sampleDbId": call_set,
            "mapDbId": "alpha~SecretChip",
            "studyDbId": "SecretStudy", "trialDbId": "SecretTrial", "programDbId": "SecretProgram",
            "variantDbId": "alpha~SecretChip~1~11~1",
            "germplasmDbId": "SecretGermplasm", "plateDbId": self.make_plate(), "listDbId": made["result"]["data"][0]["listDbId"],
        }
        _, placed = self.json("POST", "/brapi/v2/vendor/orders", "writer", ORDER)
        self.places |= {name: placed["result"][name] for name in ("orderId", "submissionId")}
        delivered = self.folder.parent / "r.csv"
        delivered.write_text("SecretItemResult")
        run(support.PROGRAM, "order", "result", self.places["orderId"], delivered, "--state", self.state)
        self.places["fileName"] = "r.csv"
        self.searches = {}

    def make_plate(self):
        _, made = self.json("POST", "/brapi/v2/plates", "writer", [{"plateName": "SecretItemPlate"}])
        return made["result"]["data"][0]["plateDbId"]

    def routes(self):
        """(method, pattern) of everything that is served and not open."""
        _, info = self.json("GET", "/brapi/v2/serverinfo", None)
        routes = [
            (method, f"/brapi/v2/{call['service']}")
            for call in info["result"]["calls"] for method in call["methods"]
        ]
        routes += [(m, p.replace("v2", "v1")) for m, p in routes if "vendor" in p]
        return [route for route in routes if route not in OPEN] + [("GET", "/metrics"), *OVERVIEW]

    def target(self, pattern):
        def fill(found):
            if found[1] != "searchResultsDbId":
                return urllib.parse.quote(self.places[found[1]], safe="")
            entity = pattern.split("/")[4]
            if entity not in self.searches:
                # A matrix of everything wants one variant set.
                body = {"start": 0} if entity == "allelematrix" else {}
                _, answer = self.json("POST", f"/brapi/v2/search/{entity}", "admin", body)
                self.searches[entity] = answer["result"]["searchResultsDbId"]
            return self.searches[entity]

        choice = "?start=0" if pattern == "/brapi/v2/allelematrix" else ""
        return re.sub(r"{(\w+)}", fill, pattern) + choice

    def body_of(self, method, pattern):
        if method == "GET":
            return None
        if pattern.startswith("/brapi/v2/search/") or (method, pattern) == EXTRACT:
            return b"{}"
        if "/vendor/" in pattern:
            return json.dumps({"status": next(self.steps)} if method == "PUT" else ORDER).encode()
        return {"PUT": b'{"listName":"x"}' if "/lists" in pattern else b"{}"}.get(method, b"[]")

    def test_no_route_opens_to_whoever_must_not(self):
        self.start()
        self.make_places()
        credentials = self.credentials()
        cases = 0
        for method, pattern in self.routes():
            target, body = self.target(pattern), self.body_of(method, pattern)
            for name, headers in credentials.items():
                with self.subTest(method=method, pattern=pattern, credentials=name):
                    answer = self.ask(method, target, headers, body)
                    self.assertEqual(answer[0], 401, answer)
                    self.assertIn("Bearer", answer[1]["WWW-Authenticate"])
                    self.assert_nothing_in(answer, pattern)
                    cases += 1
            cases += self.odd_requests(method, pattern, target, body)
            cases += self.wrong_tokens(method, pattern, target, body)
        print(f"{cases} requests that must not be answered, and were not", file=sys.stderr)
        self.assertGreater(cases, 1500)
        self.assertEqual(self.json("GET", f"/brapi/v2/lists/{self.places['listDbId']}", "admin")[1]
                         ["result"]["listName"], "SecretItemList")

    def wrong_tokens(self, method, pattern, target, body):
        """Valid tokens that are for something else."""
        of_store = is_of_store(method, pattern)
        cases = [("reader", 403)] if (method, pattern) in WRITING + ADMINISTRATION else []
        if (method, pattern) in ADMINISTRATION:
            cases.append(("writer", 403))
        for name in ("beta", "betawriter"):
            if of_store:
                cases.append((name, 403))
            elif name == "beta" and (method, pattern) in METADATA:
                cases.append((name, 403))
            elif "{" in pattern and "search" not in pattern:
                cases.append((name, 404))  # as if it did not exist
            else:
                cases.append((name, 202 if method == "POST" else 200))
        for name, wanted in cases:
            with self.subTest(method=method, pattern=pattern, token=name):
                answer = self.ask(method, target, self.bearer(name), body)
                self.assertEqual(answer[0], wanted, answer)
                self.assert_nothing_in(answer, pattern)
        return len(cases)

    def test_the_right_tokens_open_everything(self):
        self.start()
        self.make_places()
        for method, pattern in self.routes():
            target, body = self.target(pattern), self.body_of(method, pattern)
            for name in ("reader", "writer", "admin", "alpha"):
                if name == "reader" and (method, pattern) in WRITING:
                    continue
                if name == "alpha" and is_of_store(method, pattern):
                    continue
                if name != "admin" and (method, pattern) in ADMINISTRATION:
                    continue
                with self.subTest(method=method, pattern=pattern, token=name):
                    answer = self.ask(method, target, self.bearer(name), body)
                    self.assertEqual(answer[0], 202 if pattern.count("/") == 4 and method == "POST"
                                     and "search" in pattern else 200, answer)
                    self.assertEqual(answer[1]["Cache-Control"], "private, no-store")
        for method, target in OPEN:
            for headers in ([], self.bearer("junk"), self.bearer("beta")):
                answer = self.ask(method, target, headers)
                self.assertEqual(answer[0], 200)
                self.assert_nothing_in(answer, target)

    def test_what_was_written_is_seen_with_the_data_sets_that_it_is_of(self):
        self.start()
        self.make_places()
        call_set = urllib.parse.quote(self.places["callSetDbId"])
        _, made = self.json("POST", "/brapi/v2/germplasm", "writer", [{"germplasmName": "SecretItemMade"}])
        made = made["result"]["data"][0]["germplasmDbId"]
        sample = {"germplasmDbId": made, "tissueType": "leaf"}
        for token, method, path, body, wanted in (
            ("alpha", "PUT", f"/callsets/{call_set}", {"additionalInfo": {"by": "alpha"}}, 200),
            ("betawriter", "PUT", f"/callsets/{call_set}", {"additionalInfo": {"by": "beta"}}, 404),
            ("alpha", "PUT", f"/samples/{call_set}", sample, 403),
            ("alpha", "POST", "/samples", [{"sampleName": "x"}], 403),
            ("writer", "PUT", f"/samples/{call_set}", sample, 200),
            ("writer", "PUT", "/studies/SecretStudy", {"studyName": "SecretItemStudy"}, 200),
        ):
            self.assertEqual(self.json(method, f"/brapi/v2{path}", token, body)[0], wanted, (token, path))
        for token in ("alpha", "reader"):
            _, told = self.json("GET", f"/brapi/v2/callsets/{call_set}", token)
            self.assertEqual(told["result"]["additionalInfo"], {"by": "alpha"})
            _, told = self.json("GET", f"/brapi/v2/samples/{call_set}", token)
            self.assertEqual(told["result"] | sample, told["result"])
            _, told = self.json("GET", "/brapi/v2/studies/SecretStudy", token)
            self.assertEqual(told["result"]["studyName"], "SecretItemStudy")
        # So is an extract of several; tokens for one of them do not reach it.
        _, made_set = self.json(*EXTRACT, "writer", {"unknownString": "SecretItem"})
        path = f"/brapi/v2/variantsets/{made_set['result']['variantSetDbId']}"
        for token, status, count in (("reader", 200, 1), ("alpha", 404, 0), ("beta", 404, 0)):
            for more in ("", "/calls", "/variants", "/callsets"):
                self.assertEqual(self.json("GET", path + more, token)[0], status, (token, more))
            _, told = self.json("GET", f"/brapi/v2/variantsets?variantSetDbId={path.rsplit('/', 1)[1]}", token)
            self.assertEqual(len(told["result"]["data"]), count)
            _, told = self.json("GET", f"/brapi/v2/calls?variantSetDbId={path.rsplit('/', 1)[1]}", token)
            self.assertEqual(len(told["result"]["data"]) > 0, count > 0)
            self.assertEqual(told["result"]["unknownString"], "SecretItem" if count else ".")
        # What a client made is of no data set, also where a sample of one names it.
        for token, status, found in (("reader", 200, 1), ("alpha", 404, 0), ("beta", 404, 0)):
            self.assertEqual(self.json("GET", f"/brapi/v2/germplasm/{made}", token)[0], status)
            _, told = self.json("GET", "/brapi/v2/callsets?germplasmName=SecretItemMade", token)
            self.assertEqual(len(told["result"]["data"]), found)
        for entity in (*NAMES, "commoncropnames", "callsets", "variantsets", "maps", "markerpositions"):
            if entity != "plates":
                self.assert_nothing_in(self.ask("GET", f"/brapi/v2/{entity}", self.bearer("beta")), entity)

    def test_pages_and_searches_are_checked_each_time(self):
        self.start()
        self.make_places()
        calls = support.calls_path(self.places["callSetDbId"])
        _, first = self.json("GET", f"{calls}?pageSize=2", "reader")
        bases = "/brapi/v2/references/alpha~SecretGenome~1/bases"
        _, piece = self.json("GET", f"{bases}?pageSize=7", "alpha")
        pages = [
            f"{calls}?pageSize=2&pageToken={first['metadata']['pagination']['nextPageToken']}",
            f"{bases}?pageSize=7&pageToken={piece['result']['nextPageToken']}",
        ]
        for page in pages:
            self.assertEqual(self.ask("GET", page)[0], 401)
            self.assertEqual(self.ask("GET", page, self.bearer("beta"))[0], 404)
            self.assertEqual(self.ask("GET", page, self.bearer("alpha"))[0], 200)
        search = self.target("/brapi/v2/search/callsets/{searchResultsDbId}")
        self.assertEqual(self.ask("GET", search)[0], 401)
        for token, names in (("beta", ["B1", "B2"]), ("alpha", ["SecretSample1", "SecretSample2"])):
            _, found = self.json("GET", search, token)
            self.assertEqual([c["callSetName"] for c in found["result"]["data"]], names)
            self.assertEqual(found["metadata"]["pagination"]["totalCount"], 2)

    def test_tokens_come_and_go_while_the_server_runs(self):
        self.start()
        fresh = self.token("add", "fresh", "--dataset", "beta", "--expires", "30d")
        path = "/brapi/v2/callsets"
        self.wait_for(lambda: self.json("GET", path, fresh)[0] == 200)
        self.assertEqual(len(self.json("GET", path, fresh)[1]["result"]["data"]), 2)
        self.token("revoke", "fresh")
        self.wait_for(lambda: self.json("GET", path, fresh)[0] == 401)
        shown = json.loads(self.token("ls", "--json"))
        self.assertEqual({t["name"] for t in shown}, {*self.tokens, "fresh"})
        text = (self.state / "store.db").read_bytes() + json.dumps(shown).encode()
        for token in (*self.tokens.values(), fresh):
            self.assertNotIn(token.encode(), text)

    def test_writing_alone_can_be_guarded(self):
        self.start("write")
        self.assertEqual(self.json("GET", "/brapi/v2/callsets", None)[0], 200)
        self.assertEqual(self.json("POST", "/brapi/v2/search/callsets", None, {})[0], 202)
        self.assertEqual(self.json("POST", "/brapi/v2/lists", None, [])[0], 401)
        self.assertEqual(self.json("POST", "/brapi/v2/lists", "reader", [])[0], 403)
        self.assertEqual(self.json("POST", "/brapi/v2/lists", "writer", [])[0], 200)

    def test_pages_of_browsers_need_to_be_named(self):
        config = self.folder.parent / "c.toml"
        config.write_text('auth = "all"\ncors-origin = ["https://good.example", "https://other.example"]\n')
        self.start(None, "--config", str(config))
        for origin, wanted in (("https://good.example", "https://good.example"), ("https://evil.example", None)):
            for method in ("GET", "OPTIONS"):
                answer = self.ask(method, "/brapi/v2/callsets", [*self.bearer("reader"), ("Origin", origin)])
                self.assertEqual(answer[1]["Access-Control-Allow-Origin"], wanted)
                self.assertIn("Origin", answer[1].get_all("Vary"))
                self.assertIsNone(answer[1]["Access-Control-Allow-Credentials"])

    def test_the_command_says_what_is_wrong(self):
        for arguments, why in (
            (("add", "reader"), "revoke it first"), (("add", "x", "--expires", "soon"), "30d"),
            (("add", "x", "--expires", "2001-01-01"), "past"), (("revoke", "nobody"), "no valid token"),
            (("revoke", "revoked"), "no valid token"), (("add", "x", "--scope", "all"), "scope"), ((), "ubcommand"),
        ):
            command = [support.PROGRAM, "token", *arguments]
            done = subprocess.run([*command, *(["--state", self.state] if arguments else [])], capture_output=True)
            self.assertNotEqual(done.returncode, 0, arguments)
            self.assertIn(why, done.stderr.decode())

    def test_beyond_loopback_somebody_must_be_asked(self):
        def refusal(*options):
            command = [support.PROGRAM, "serve", self.folder, "--listen", "0.0.0.0:0", "--state", self.state]
            return subprocess.run([*command, *options], capture_output=True, timeout=20).stderr.decode()

        self.assertIn("--auth all", refusal())
        with Server(self.folder, "--auth", "all", state=self.state, listen="0.0.0.0:0", wait=False) as server:
            self.server = server
            self.assertEqual(self.ask("GET", "/brapi/v2/callsets")[0], 401)


if __name__ == "__main__":
    unittest.main()
