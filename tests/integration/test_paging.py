"""Token, page number and NDJSON walk the same calls, across restarts and copies of the data."""

import os
import random
import shutil
import signal
import unittest

import support
from support import FolderTest, Server, call_set_id, calls_path, simple_panel, walk

RECORDS = 3000
CALL_SET = call_set_id("main", "panel", "S1")


def by_number(server, page_size):
    calls, page = [], 0
    while True:
        answer = server.get(calls_path(CALL_SET), page=page, pageSize=page_size)
        data = answer["result"]["data"]
        calls += data
        pagination = answer["metadata"]["pagination"]
        assert pagination["currentPage"] == page
        page += 1
        if page >= pagination["totalPages"]:
            assert server.get(calls_path(CALL_SET), page=page, pageSize=page_size)["result"]["data"] == []
            return calls


def by_ndjson(server, **parameters):
    lines = server.ndjson(calls_path(CALL_SET), **parameters)
    assert "metadata" in lines[0]
    calls = [line for line in lines if "callSetDbId" in line]
    assert lines[-1] == {"complete": True, "count": len(calls)}
    return calls


class walks(FolderTest):
    endings = (".vcf.gz", ".bcf")

    def test_agree_for_all_page_sizes(self):
        for ending in self.endings:
            path = simple_panel(self.folder / f"panel{ending}", RECORDS)
            with Server(self.folder) as server:
                expected = by_ndjson(server)
                self.assertEqual(len(expected), RECORDS)
                for page_size in (7, 1000, RECORDS, RECORDS + 1, 10**12):
                    with self.subTest(ending=ending, page_size=page_size):
                        self.assertEqual(walk(server, CALL_SET, page_size), expected)
                        self.assertEqual(by_number(server, page_size), expected)
            path.unlink()

    def test_agree_for_single_call_pages(self):
        simple_panel(self.folder / "panel.bcf", 120)
        with Server(self.folder) as server:
            expected = by_ndjson(server)
            self.assertEqual(walk(server, CALL_SET, 1), expected)
            self.assertEqual(by_number(server, 1), expected)

    def test_prev_page_tokens_walk_back(self):
        simple_panel(self.folder / "panel.vcf.gz", RECORDS)
        with Server(self.folder) as server:
            page = server.get(calls_path(CALL_SET), page=RECORDS // 100 - 1, pageSize=100)
            backwards = [page["result"]["data"]]
            while token := page["metadata"]["pagination"]["prevPageToken"]:
                page = server.get(calls_path(CALL_SET), pageSize=100, pageToken=token)
                backwards.append(page["result"]["data"])
            calls = [call for data in reversed(backwards) for call in data]
            self.assertEqual(calls, by_ndjson(server))
            self.assertEqual(page["metadata"]["pagination"]["currentPage"], 0)

    def test_current_token_gives_the_same_page(self):
        simple_panel(self.folder / "panel.vcf.gz", RECORDS)
        with Server(self.folder) as server:
            page = server.get(calls_path(CALL_SET), page=3, pageSize=100)
            token = page["metadata"]["pagination"]["currentPageToken"]
            again = server.get(calls_path(CALL_SET), pageToken=token, pageSize=100)
            self.assertEqual(again, page)

    def test_digits_as_token_are_a_page_number(self):
        simple_panel(self.folder / "panel.vcf.gz", RECORDS)
        with Server(self.folder) as server:
            by_token = server.get(calls_path(CALL_SET), pageToken="2", pageSize=10)
            self.assertEqual(by_token, server.get(calls_path(CALL_SET), page=2, pageSize=10))
            first = server.get(calls_path(CALL_SET), pageToken="", pageSize=10)
            self.assertEqual(first, server.get(calls_path(CALL_SET), pageSize=10))

    def test_ndjson_resumes_at_a_checkpoint(self):
        records = 140_000
        simple_panel(self.folder / "panel.bcf", records, samples=2)
        with Server(self.folder) as server:
            lines = server.ndjson(calls_path(CALL_SET))
            checkpoints = [i for i, line in enumerate(lines) if "nextPageToken" in line]
            calls = [line for line in lines if "callSetDbId" in line]
            self.assertEqual(len(calls), records)
            self.assertEqual(len(checkpoints), records // 65_536)
            for number, at in enumerate(checkpoints, start=1):
                done = 65_536 * number
                self.assertEqual(at, done + number)
                rest = by_ndjson(server, pageToken=lines[at]["nextPageToken"])
                self.assertEqual(rest, calls[done:])

    def test_ndjson_takes_a_page_size(self):
        simple_panel(self.folder / "panel.bcf", 50)
        with Server(self.folder) as server:
            lines = server.ndjson(calls_path(CALL_SET), pageSize=20)
            self.assertEqual(lines[-1], {"complete": True, "count": 20})
            rest = by_ndjson(server, pageToken=lines[-2]["nextPageToken"])
            self.assertEqual(len(rest), 30)

    def test_duplicate_positions_are_numbered_across_pages(self):
        rows = [("1", 100 + i // 5, ".", "A", "C", "GT", ["0|1"]) for i in range(23)]
        support.write_vcf(self.folder / "panel.vcf.gz", rows, ["S1"])
        expected = [f"main~panel~1~{100 + i // 5}~{i % 5 + 1}" for i in range(23)]
        with Server(self.folder) as server:
            for page_size in (1, 2, 3, 7):
                for calls in (walk(server, CALL_SET, page_size), by_number(server, page_size)):
                    self.assertEqual([c["variantDbId"] for c in calls], expected)

    def test_empty_file_and_file_without_samples(self):
        support.write_vcf(self.folder / "panel.vcf.gz", [], ["S1"])
        with Server(self.folder) as server:
            page = server.get(calls_path(CALL_SET))
            self.assertEqual(page["result"]["data"], [])
            self.assertEqual(page["metadata"]["pagination"]["totalCount"], 0)
            self.assertIsNone(page["metadata"]["pagination"]["nextPageToken"])
            self.assertEqual(by_ndjson(server), [])


class bad_paging(FolderTest):
    def test_is_refused_by_name(self):
        simple_panel(self.folder / "panel.vcf.gz", 10)
        cases = [
            ({"page": -1}, "page must be"),
            ({"page": "x"}, "page must be a whole number"),
            ({"page": "1.5"}, "page must be a whole number"),
            ({"pageSize": 0}, "pageSize must be"),
            ({"pageSize": -5}, "pageSize must be"),
            ({"pageSize": "99999999999999999999"}, "pageSize must be a whole number"),
            ({"pageToken": "9" * 30}, "too large"),
        ]
        with Server(self.folder) as server:
            for parameters, text in cases:
                with self.subTest(parameters):
                    status, message = server.error(calls_path(CALL_SET), **parameters)
                    self.assertEqual(status, 400)
                    self.assertIn(text, message)
            far = server.get(calls_path(CALL_SET), page=2**62, pageSize=2**62)
            self.assertEqual(far["result"]["data"], [])


class tokens(FolderTest):
    def setUp(self):
        super().setUp()
        simple_panel(self.folder / "panel.vcf.gz", RECORDS)
        simple_panel(self.folder / "other.vcf.gz", RECORDS)
        key = self.folder.parent / "key"
        key.write_bytes(os.urandom(32))
        self.key = str(key)

    def first_token(self, server, **parameters):
        page = server.get(calls_path(CALL_SET), pageSize=100, **parameters)
        return page["metadata"]["pagination"]["nextPageToken"]

    def assert_refused(self, server, text, token, call_set=CALL_SET, **parameters):
        status, message = server.error(
            calls_path(call_set), pageSize=100, pageToken=token, **parameters
        )
        self.assertEqual(status, 400, message)
        self.assertIn(text, message)

    def test_go_on_after_the_server_was_killed(self):
        state = self.folder.parent / "state"
        server = Server(self.folder, state=state)
        expected = by_ndjson(server)
        page = server.get(calls_path(CALL_SET), pageSize=1000)
        server.stop(signal.SIGKILL)
        calls = page["result"]["data"]
        with Server(self.folder, state=state) as server:
            token = page["metadata"]["pagination"]["nextPageToken"]
            self.assertEqual(calls + by_ndjson(server, pageToken=token), expected)

    def test_go_on_at_a_replica_with_the_same_key(self):
        copy = self.folder.parent / "copy"
        shutil.copytree(self.folder, copy)
        with Server(self.folder, "--token-key", self.key) as server:
            expected = by_ndjson(server)
            token = self.first_token(server)
        # Before the index pass of the replica has run, too.
        for wait in (True, False):
            with Server(copy, "--token-key", self.key, wait=wait) as replica:
                replica.wait_until_indexed()
                self.assertEqual(by_ndjson(replica, pageToken=token), expected[100:])

    def test_are_refused_with_the_reason(self):
        with Server(self.folder) as server:
            token = self.first_token(server)
            self.assert_refused(server, "damaged", token[:-1])
            self.assert_refused(server, "damaged", token + "A")
            self.assert_refused(server, "damaged", "*" + token[1:])
            self.assert_refused(server, "damaged", "nonsense")
            self.assert_refused(server, "another file", token, call_set_id("main", "other", "S1"))
            self.assert_refused(server, "another query", token, call_set_id("main", "panel", "S2"))
            self.assert_refused(server, "another query", token, sepPhased="~")
            self.assert_refused(server, "another query", token, expandHomozygotes="false")
            # A parameter that says what holds anyway changes nothing.
            server.get(calls_path(CALL_SET), pageToken=token, sepPhased="|", pageSize=5)

    def test_are_refused_when_any_character_is_changed(self):
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        random_source = random.Random(7)
        with Server(self.folder) as server:
            token = self.first_token(server)
            for at in range(len(token)):
                other = random_source.choice(alphabet.replace(token[at], ""))
                self.assert_refused(server, "pageToken", token[:at] + other + token[at + 1 :])

    def test_of_another_key_are_refused(self):
        with Server(self.folder) as server:
            token = self.first_token(server)
        with Server(self.folder) as server:
            self.assert_refused(server, "token key", token)

    def test_of_a_replaced_file_are_refused_at_once(self):
        def other_genotypes(v, s):
            return "1|1"

        with Server(self.folder) as server:
            token = self.first_token(server)
            new = simple_panel(self.folder.parent / "new.vcf.gz", RECORDS, genotype=other_genotypes)
            os.replace(new, self.folder / "panel.vcf.gz")
            self.assert_refused(server, "replaced", token)
            server.wait_until_indexed()
            self.assert_refused(server, "replaced", token)
            self.assertEqual({c["genotypeValue"] for c in by_ndjson(server)}, {"1|1"})

    def test_of_a_replaced_file_are_refused_after_a_restart(self):
        with Server(self.folder, "--token-key", self.key) as server:
            token = self.first_token(server)
        # The same size, the same head and the same tail: only the content fingerprint can tell.
        wide = lambda changed: lambda v, s: "1|0" if changed and v == RECORDS else "0|1"
        for name, changed in (("before", False), ("after", True)):
            simple_panel(self.folder.parent / f"{name}.vcf.gz", 2 * RECORDS, genotype=wide(changed))
        os.replace(self.folder.parent / "after.vcf.gz", self.folder / "panel.vcf.gz")
        with Server(self.folder, "--token-key", self.key) as server:
            self.assert_refused(server, "replaced", token)


if __name__ == "__main__":
    unittest.main()
