"""The store on its bad days: killed while it writes, a disk that is full, damage, locks, two servers."""

import json
import random
import resource
import signal
import sqlite3
import sys
import threading
import time
import unittest

import support
from support import FolderTest, Server, simple_panel

KILLS = 60 if support.SANITIZED else 300
LISTS = "/brapi/v2/lists"


class Writer(threading.Thread):
    """Makes lists, appends to them and replaces their items until the server is gone."""

    def __init__(self, server, name):
        super().__init__()
        self.server, self.name = server, name
        self.acknowledged = {}  # list id: its items
        self.unanswered = []  # (list id or None, items after it) of writes that got no answer
        self.random = random.Random(name)

    def run(self):
        connection = self.server.connect(10)
        number = 0
        while True:
            number += 1
            known = self.random.choice(list(self.acknowledged)) if self.acknowledged else None
            method, target, body, items = self.next_write(known if number % 3 else None, number)
            try:
                connection.request(method, target, json.dumps(body), {"Content-Type": "application/json"})
                answer = connection.getresponse()
                text = answer.read()
            except OSError:
                return self.unanswered.append((known if number % 3 else None, items))
            except Exception:  # the answer broke off
                return self.unanswered.append((known if number % 3 else None, items))
            assert answer.status == 200, text
            result = json.loads(text)["result"]
            made = result["data"][0] if method == "POST" and target == LISTS else result
            self.acknowledged[made["listDbId"]] = items

    def next_write(self, known, number):
        fresh = [f"{self.name} {number} {i}" for i in range(1 + number % 9)]
        if known is None:
            reference = [{"referenceId": fresh[0], "referenceSource": "x"}]
            body = [{"listName": fresh[0], "listType": "samples", "data": fresh, "externalReferences": reference}]
            return "POST", LISTS, body, fresh
        if number % 2:
            return "POST", f"{LISTS}/{known}/items", fresh, self.acknowledged[known] + fresh
        return "PUT", f"{LISTS}/{known}", {"data": fresh}, fresh


class store_faults(FolderTest):
    def setUp(self):
        super().setUp()
        simple_panel(self.folder / "panel.vcf.gz", 3)
        self.state = self.folder.parent / "state"

    def start(self, **options):
        return Server(self.folder, state=self.state, **options)

    def list_of(self, name, items=3):
        return [{"listName": name, "listType": "samples", "data": [f"{name} {i}" for i in range(items)]}]

    def assert_serves_files(self, server):
        self.assertEqual(len(server.get("/brapi/v2/callsets")["result"]["data"]), 3)
        self.assertEqual(server.get("/health"), {"status": "ok"})

    def integrity(self):
        with sqlite3.connect(self.state / "store.db") as store:
            self.assertEqual(store.execute("PRAGMA integrity_check").fetchall(), [("ok",)])

    # Killed

    def test_no_acknowledged_write_is_lost_when_the_server_is_killed(self):
        rng, kept, unanswered, acknowledged = random.Random(4), {}, 0, 0
        for kill in range(KILLS):
            server = self.start(wait=False)
            writers = [Writer(server, f"w{kill}-{i}") for i in range(3)]
            for writer in writers:
                writer.start()
            time.sleep(rng.uniform(0.005, 0.08))
            server.stop(signal.SIGKILL)
            for writer in writers:
                writer.join()
            pending = [write for writer in writers for write in writer.unanswered]
            unanswered += bool(pending)
            acknowledged += sum(len(writer.acknowledged) for writer in writers)
            self.check(writers, pending, kept)
            if kill % 10 == 9:
                self.integrity()
        self.integrity()
        print(f"{KILLS} kills, {unanswered} of them with a write unacknowledged; {acknowledged} lists", file=sys.stderr)
        self.assertGreater(unanswered, KILLS * 2 // 3)

    def check(self, writers, pending, kept):
        """Whole lists only: those that were acknowledged, as they were then or as an unacknowledged write
        would have made them, and what such a write may have made."""
        with sqlite3.connect(self.state / "store.db") as store:
            rows = store.execute("SELECT id, number, size FROM lists WHERE number > ?", (kept.get("number", 0),))
            found = {}
            for identifier, number, size in rows.fetchall():
                kept["number"] = max(number, kept.get("number", 0))
                query = "SELECT item FROM list_items WHERE list = ? ORDER BY position"
                items = [item for (item,) in store.execute(query, (number,))]
                self.assertEqual(len(items), size)
                query = "SELECT count(*) FROM list_references WHERE list = ?"
                self.assertEqual(store.execute(query, (number,)).fetchone(), (1,))
                found[identifier] = items
        also = [(identifier, items) for identifier, items in pending]
        for writer in writers:
            for identifier, items in writer.acknowledged.items():
                allowed = [items] + [after for other, after in also if other == identifier]
                self.assertIn(found.pop(identifier, None), allowed)
        made = [items for identifier, items in also if identifier is None]
        for items in found.values():
            self.assertIn(items, made)

    # Full, damaged, locked

    def test_a_full_disk_refuses_writes_and_nothing_else(self):
        limited = ("bash", "-c", 'ulimit -S -f 512; exec "$@"', "-")
        with self.start(under=limited) as server:
            kept = []
            for number in range(200):
                status, answer = server.post(LISTS, self.list_of(f"l{number}", 200))
                if status != 200:
                    break
                kept.append(answer["result"]["data"][0]["listDbId"])
            self.assertIn(status, (507, 503), answer)
            self.assertEqual(server.get("/ready")["sideStore"], "cannot be used")
            self.assert_serves_files(server)
            self.assertEqual(len(server.get(LISTS)["result"]["data"]), len(kept))
            status, answer = server.post(LISTS, self.list_of("huge", 400_000))
            self.assertIn(status, (507, 503), str(answer)[:200])
            unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, unlimited)
            self.assertEqual(server.post(LISTS, self.list_of("after", 400_000))[0], 200)
            self.assertEqual(server.get("/ready")["sideStore"], "ok")
            for identifier in kept:
                self.assertEqual(len(server.get(f"{LISTS}/{identifier}")["result"]["data"]), 200)
        self.assertEqual([p.name for p in self.state.iterdir() if p.name.startswith("body")], [])
        self.integrity()

    def test_a_damaged_store_takes_nothing_else_with_it(self):
        self.state.mkdir()
        (self.state / "store.db").write_bytes(b"x" * 10_000)
        with self.start() as server:
            self.assert_serves_files(server)
            self.assertEqual(server.get("/ready")["sideStore"], "cannot be used")
            for status, text in (server.error(LISTS), server.post(LISTS, self.list_of("a"))):
                self.assertEqual(status, 500)
                self.assertIn("callstream store check", text)
                self.assertNotIn(str(self.state), text)

    def test_a_locked_store_is_a_matter_of_time(self):
        with self.start() as server:
            self.assertEqual(server.post(LISTS, self.list_of("a"))[0], 200)
            holder = sqlite3.connect(self.state / "store.db", isolation_level=None)
            holder.execute("BEGIN IMMEDIATE")
            status, headers, _ = server.request(
                LISTS, "POST", {"Content-Type": "application/json"}, json.dumps(self.list_of("b"))
            )
            self.assertEqual((status, "Retry-After" in headers), (503, True))
            self.assertEqual(len(server.get(LISTS)["result"]["data"]), 1)
            holder.execute("ROLLBACK")
            self.assertEqual(server.post(LISTS, self.list_of("b"))[0], 200)
            holder.close()

    def test_two_servers_write_into_one_store(self):
        with self.start() as one, self.start() as other:
            def write(server, name):
                for number in range(30):
                    made.append(server.post(LISTS, self.list_of(f"{name}{number}"))[0])

            made = []
            threads = [threading.Thread(target=write, args=pair) for pair in ((one, "a"), (other, "b"))]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(made, [200] * 60)
            self.assertEqual(one.get(LISTS)["metadata"]["pagination"]["totalCount"], 60)
        self.integrity()


if __name__ == "__main__":
    unittest.main()
