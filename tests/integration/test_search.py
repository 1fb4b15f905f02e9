"""Searches by their ids: across restarts and replicas, very long ones, expired and altered ones."""

import json
import shutil
import sqlite3
import time
import unittest

import support
from support import FolderTest, Server, simple_panel

SEARCH = "/brapi/v2/search/callsets"
DAY = 24 * 60 * 60


class searches(FolderTest):
    def setUp(self):
        super().setUp()
        simple_panel(self.folder / "panel.vcf.gz", 1, samples=50)
        self.state = self.folder.parent / "state"
        self.key = self.folder.parent / "token.key"

    def server(self, **options):
        server = Server(self.folder, **{"state": self.state} | options)
        self.addCleanup(server.stop)
        return server

    def names(self, server, search, **parameters):
        data = server.get(f"{SEARCH}/{search}", **parameters)["result"]["data"]
        return [call_set["callSetName"] for call_set in data]

    def assert_gone(self, server, search):
        status, text = server.error(f"{SEARCH}/{search}")
        self.assertEqual((status, "POST the search again" in text), (404, True), text)

    def long_body(self, *names):
        """Too long for an id."""
        return {"callSetNames": [*names, *(f"nobody {i}" for i in range(300))]}

    def test_both_kinds_survive_a_restart(self):
        first = self.server()
        short = first.search("callsets", {"callSetNames": ["S3", "S4"], "pageSize": 1})
        long = first.search("callsets", self.long_body("S7"))
        first.stop()
        second = self.server()
        self.assertEqual(self.names(second, short), ["S3"])
        self.assertEqual(self.names(second, short, page=1), ["S4"])
        self.assertEqual(self.names(second, long), ["S7"])
        self.assertEqual(second.search("callsets", {"pageSize": 1, "callSetNames": ["S4", "S3"]}), short)

    def test_a_replica_with_the_same_key_knows_those_that_are_their_own_id(self):
        one = self.server()
        shutil.copy(self.state / "token.key", self.key)
        short, long = one.search("callsets", {"callSetNames": ["S3"]}), one.search("callsets", self.long_body("S7"))
        with Server(self.folder, "--token-key", str(self.key)) as replica:
            self.assertEqual(self.names(replica, short), ["S3"])
            self.assertEqual(replica.search("callsets", {"callSetNames": ["S3"]}), short)
            self.assert_gone(replica, long)
        with Server(self.folder) as stranger:
            self.assert_gone(stranger, short)

    def test_a_second_process_on_the_same_state_knows_all(self):
        one, two = self.server(), self.server()
        for searcher, reader in ((one, two), (two, one)):
            name = "S7" if searcher is one else "S8"
            self.assertEqual(self.names(reader, searcher.search("callsets", self.long_body(name))), [name])

    def test_a_hundred_thousand_ids(self):
        wanted = [support.call_set_id("main", "panel", f"S{i}") for i in (3, 49)]
        ids = [support.call_set_id("main", "panel", f"S{i}") for i in range(100, 100_098)]
        body = {"callSetDbIds": [*ids, *wanted]}
        self.assertEqual(len(body["callSetDbIds"]), 100_000)
        server = self.server()
        began = time.monotonic()
        search = server.search("callsets", body)
        self.assertLess(len(search), 200)
        self.assertEqual(self.names(server, search), ["S3", "S49"])
        self.assertEqual(self.names(server, search, page=1, pageSize=1), ["S49"])
        print(f"{time.monotonic() - began:.2f} s for a search by 100,000 ids and two pages of it")
        status, at_once = server.post(SEARCH, body, {"Prefer": "respond-sync"})
        self.assertEqual((status, at_once["metadata"]["pagination"]["totalCount"]), (200, 2))
        too_long = {"callSetDbIds": ids + [identifier + "x" * 40 for identifier in ids]}
        self.assertEqual(server.post(SEARCH, too_long)[0], 413)

    def test_long_ones_expire_after_a_week(self):
        server = self.server()
        old, young = server.search("callsets", self.long_body("S1")), server.search("callsets", self.long_body("S2"))
        short = server.search("callsets", {"callSetNames": ["S3"]})
        self.age("body LIKE '%\"S1\"%'", 7 * DAY + 60)
        self.age("body LIKE '%\"S2\"%'", 7 * DAY - 60)
        self.assert_gone(server, old)
        self.assertEqual(self.names(server, young), ["S2"])
        self.assertEqual(self.names(server, short), ["S3"])
        self.assertEqual(server.search("callsets", self.long_body("S1")), old)
        self.assertEqual(self.names(server, old), ["S1"])
        # To search is to ask for another week; what nobody asked for is cleared away by the next one.
        server.search("callsets", self.long_body("S2"))
        self.age("body LIKE '%\"S1\"%'", 7 * DAY + 60)
        server.search("callsets", self.long_body("S4"))
        with sqlite3.connect(self.state / "store.db") as store:
            kept = [body for (body,) in store.execute("SELECT body FROM searches")]
        self.assertEqual(sorted("S1" in json.loads(b)["callSetNames"] for b in kept), [False, False])

    def age(self, which, seconds):
        """As if so much time had passed since those searches."""
        with sqlite3.connect(self.state / "store.db") as store:
            changed = store.execute(
                f"UPDATE searches SET kept_s = unixepoch() - {seconds} WHERE {which}"
            ).rowcount
        self.assertEqual(changed, 1)

    def test_no_altered_id_is_taken(self):
        server = self.server()
        for body in ({"callSetNames": ["S3"]}, self.long_body("S7")):
            search = server.search("callsets", body)
            altered = {search[:at] + search[at + 1 :] for at in range(len(search))}
            for at, letter in enumerate(search):
                altered.add(search[:at] + ("B" if letter == "A" else "A") + search[at + 1 :])
                altered.add(search[:at] + "A" + search[at:])
            altered |= {search + "=", search + "%0A", search.swapcase(), search * 40, "%2e%2e", "'", "A" * 5000}
            for one in altered - {search}:
                self.assert_gone(server, one)
        status, _ = server.error(f"/brapi/v2/search/references/{search}")
        self.assertEqual(status, 404)


if __name__ == "__main__":
    unittest.main()
