"""The side store when things go wrong: kill -9, a full disk, damage, somebody else's lock, two servers."""

import concurrent.futures
import http.client
import json
import os
import pathlib
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import support
from support import FolderTest, Server, calls_path, simple_panel

LISTS = "/brapi/v2/lists"
JSON = {"Content-Type": "application/json"}
CALLS = calls_path("main~panel~S1")
KILLS = 60 if support.SANITIZED else 300
WRITERS = 4
# So many bytes that SQLite's cache (2 MB) does not hold them: parts of an open write are in the WAL.
BULK_ITEMS, BULK_TEXT = 25_000, "x" * 90


def list_body(name, items, references=2):
    """One list; what it holds says whose it is."""
    return {
        "listName": name,
        "listType": "samples",
        "data": items,
        "externalReferences": references_of(name, references),
    }


def references_of(name, count=2):
    return [{"referenceId": f"{name} r{i}", "referenceSource": f"{name} s{i}"} for i in range(count)]


def items_of(name, count):
    return [f"{name} i{i}" for i in range(count)]


class Write:
    """One request: what the store holds before and after it. There is nothing between the two."""

    def __init__(self, method, target, body, after, shared=None):
        self.method, self.target, self.text = method, target, json.dumps(body)
        self.after = after  # {list name: items}
        self.shared = shared  # items that it appends to the list that all writers append to


class Writer(threading.Thread):
    """Sends one write after the other until there is no answer. The lists that it changes are its own, so
    that it knows what they hold; all writers append to the shared one."""

    def __init__(self, server, name, ids, mine, shared, bulk=None):
        super().__init__()
        self.server, self.name = server, name
        self.ids = ids  # {list name: id}, of lists that were there before
        self.mine = mine  # {list name: items}
        self.shared = shared
        self.bulk = bulk  # the name of a list that gets very many items, by the first write
        self.random = random.Random(name)
        self.acknowledged = 0
        self.touched = set()
        self.appended = []  # to the shared list, acknowledged
        self.open = None  # the write that got no answer
        self.sent_s = None  # when all of it was sent; nothing when it was not
        self.trouble = None

    def run(self):
        try:
            connection = self.server.connect(30)
            try:
                connection.connect()
            except OSError:
                return  # killed before it began
            while self.send(connection, self.next_write()):
                pass
        except Exception as problem:  # pylint: disable=broad-except; the test shows it
            self.trouble = problem

    def next_write(self):
        serial = f"{self.name}-{self.acknowledged}"
        if self.bulk and not self.acknowledged:
            items = [f"{serial} i{i} {BULK_TEXT}" for i in range(BULK_ITEMS)]
            return self.replace(self.bulk, items)
        kind = self.acknowledged % 4
        if kind == 0 or not self.mine:
            names = [f"{serial}-{n}" for n in range(self.random.randint(1, 3))]
            after = {name: items_of(name, self.random.randint(2, 9)) for name in names}
            return Write("POST", LISTS, [list_body(name, items) for name, items in after.items()], after)
        if kind == 1:
            fresh = items_of(serial, self.random.randint(2, 9))
            return Write("POST", f"{LISTS}/{self.shared}/items", fresh, {}, shared=fresh)
        name = self.random.choice(list(self.mine))
        if kind == 2:
            fresh = items_of(serial, self.random.randint(2, 9))
            return Write("POST", f"{LISTS}/{self.ids[name]}/items", fresh, {name: self.mine[name] + fresh})
        return self.replace(name, items_of(serial, self.random.choice([0, 1, 5, 300])))

    def replace(self, name, items):
        return Write("PUT", f"{LISTS}/{self.ids[name]}", {"data": items}, {name: items})

    def send(self, connection, write):
        """Whether it was answered."""
        self.touched |= set(write.after)
        self.sent_s = None
        try:
            connection.request(write.method, write.target, write.text, JSON)
            self.sent_s = time.monotonic()
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            self.open = write
            return False
        if answer.status != 200:
            raise AssertionError(f"{answer.status} for {write.method} {write.target}: {body[:300]}")
        self.acknowledged += 1
        if write.shared:
            self.appended.append(write.shared)
        if write.target == LISTS:
            made = json.loads(body)["result"]["data"]
            self.ids.update({one["listName"]: one["listDbId"] for one in made})
        self.mine.update(write.after)
        return True


class store_test(FolderTest):
    def setUp(self):
        super().setUp()
        simple_panel(self.folder / "panel.vcf.gz", 30)
        self.state = self.folder.parent / "state"

    def start(self, *options, **more):
        server = Server(self.folder, *options, state=self.state, **more)
        self.addCleanup(self.end, server)
        return server

    @staticmethod
    def end(server):
        """One that a failed test left behind."""
        if server.process.poll() is None:
            server.process.kill()
            server.process.wait(60)
        server.process.stdout.close()

    def make(self, server, name, items):
        """The id of a new list."""
        status, answer = server.post(LISTS, [list_body(name, items)])
        self.assertEqual(status, 200, answer)
        return answer["result"]["data"][0]["listDbId"]

    def put(self, server, identifier, items):
        status, _, _ = server.request(f"{LISTS}/{identifier}", "PUT", JSON, json.dumps({"data": items}))
        return status

    def assert_serves_files(self, server):
        self.assertEqual(server.request("/health")[0], 200)
        self.assertEqual(server.request("/ready")[0], 200)
        self.assertEqual(len(server.get("/brapi/v2/callsets")["result"]["data"]), 3)
        self.assertEqual(len(server.get(CALLS, pageSize=30)["result"]["data"]), 30)

    def assert_lists(self, server, expected):
        """The server has the lists {id: (name, items)} and no others."""
        total = server.get(LISTS, pageSize=1)["metadata"]["pagination"]["totalCount"]
        self.assertEqual(total, len(expected))
        for identifier, (name, items) in expected.items():
            self.assert_whole(server.get(f"{LISTS}/{identifier}")["result"], name, items)

    def assert_whole(self, found, name, items):
        self.assertEqual(found["listName"], name)
        self.assertEqual(found["data"], items, name)
        self.assertEqual(found["listSize"], len(items))
        references = [
            {"referenceId": r["referenceId"], "referenceSource": r["referenceSource"]}
            for r in found["externalReferences"]
        ]
        self.assertEqual(references, references_of(name))

    def copied_store(self):
        """A connection to a copy as it lies there: the WAL is left for the server to recover from."""
        temporary = tempfile.TemporaryDirectory(prefix="callstream-test-")
        self.addCleanup(temporary.cleanup)
        for name in ("store.db", "store.db-wal"):
            if (self.state / name).exists():
                shutil.copy(self.state / name, temporary.name)
        store = sqlite3.connect(pathlib.Path(temporary.name) / "store.db")
        return store

    def assert_sound(self):
        store = self.copied_store()
        self.assertEqual(store.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        self.assertEqual(store.execute("PRAGMA foreign_key_check").fetchall(), [])
        store.close()


class killed(store_test):
    """What was acknowledged is there, what was not is whole or not there at all."""

    def setUp(self):
        super().setUp()
        self.random = random.Random(20260131)
        self.ids = {}  # list name: id, of all lists
        self.lists = {}  # list name: items, of all lists
        self.owned = [{} for _ in range(WRITERS)]  # the same, of those that a writer changes
        self.counts = dict.fromkeys(("acknowledged", "open", "there", "absent", "kills_open", "left_wal"), 0)

    def test_no_write_is_lost_or_half_there(self):
        self.start_over()
        began = time.monotonic()
        for kill in range(KILLS):
            self.live_and_die(kill)
            if kill % 10 == 9 or kill == KILLS - 1:
                self.assert_sound()
        self.check_every_list()
        n = self.counts
        print(
            f"{KILLS} kills in {time.monotonic() - began:.0f} s; {n['acknowledged']} writes acknowledged; "
            f"{n['kills_open']} kills with a write unacknowledged; of {n['open']} such writes {n['there']} "
            f"were there whole and {n['absent']} not at all; {n['left_wal']} kills left a WAL; "
            f"{len(self.lists)} lists",
            file=sys.stderr,
        )
        self.assertGreaterEqual(n["kills_open"], KILLS * 2 // 3)
        self.assertGreater(n["left_wal"], KILLS // 2)  # so the server recovers from what it left

    def start_over(self):
        """The server that the first kill hits, with the lists that are there from the beginning."""
        self.server = self.start(wait=False)
        self.ids["bulk"] = self.make(self.server, "bulk", [])
        self.lists["bulk"] = []

    def live_and_die(self, kill):
        shared = f"shared {kill}"
        self.ids[shared] = self.make(self.server, shared, [])
        writers = []
        for number, mine in enumerate(self.owned):
            bulk = "bulk" if number == 0 and kill % 5 == 0 else None
            # Some hold on to their lists from life to life; the others begin with none.
            if kill % 20 == 0:
                mine.clear()
            writers.append(Writer(self.server, f"k{kill}w{number}", self.ids, mine, self.ids[shared], bulk))
        for writer in writers:
            writer.start()
        time.sleep(self.random.uniform(0, 0.08))
        killed_s = time.monotonic()
        self.server.stop(signal.SIGKILL)
        for writer in writers:
            writer.join()
        for writer in writers:
            if writer.trouble:
                raise writer.trouble
        self.counts["left_wal"] += (self.state / "store.db-wal").exists()
        self.server = self.start(wait=False)
        self.check(writers, shared, killed_s)

    def check(self, writers, shared, killed_s):
        hit = False
        touched = set()
        for writer in writers:
            self.counts["acknowledged"] += writer.acknowledged
            self.lists.update(writer.mine)
            touched |= writer.touched & set(self.lists)
        for writer in writers:
            if writer.open is None:
                continue
            hit |= writer.sent_s is not None and writer.sent_s < killed_s
            self.counts["open"] += 1
            if writer.open.shared is None:
                there = self.settle(writer)
                self.counts["there" if there else "absent"] += 1
                touched |= set(writer.open.after) & set(self.lists)
        self.counts["kills_open"] += hit
        self.check_shared(writers, shared)
        # All of what was written since the last kill, and some of what was there before.
        older = self.random.sample(sorted(self.lists), min(20, len(self.lists)))
        for name in sorted(touched | set(older)):
            found = self.server.get(f"{LISTS}/{self.ids[name]}")["result"]
            self.assert_whole(found, name, self.lists[name])
        total = self.server.get(LISTS, pageSize=1)["metadata"]["pagination"]["totalCount"]
        self.assertEqual(total, len(self.lists), "lists that nobody asked for, or that are gone")

    def settle(self, writer):
        """Whether the write without an answer is there: all lists of it or none."""
        write = writer.open
        if write.target == LISTS:
            there = {}
            for name in write.after:
                found = self.server.get(LISTS, listName=name)["result"]["data"]
                self.assertLessEqual(len(found), 1)
                there |= {name: one["listDbId"] for one in found}
            self.assertIn(set(there), (set(), set(write.after)), "half of a request")
            self.ids |= there
            done = bool(there)
        else:
            ((name, after),) = write.after.items()
            found = self.server.get(f"{LISTS}/{self.ids[name]}")["result"]["data"]
            self.assertIn(found, (self.lists[name], after), "half a write")
            done = found == after
        if done:
            self.lists.update(write.after)
            if writer.bulk not in write.after:
                writer.mine.update(write.after)
        writer.mine.pop(writer.bulk, None)
        return done

    def check_shared(self, writers, name):
        """Each acknowledged append is there once, in one piece and in its writer's order; each other one
        may be; there is nothing else."""
        found = self.server.get(f"{LISTS}/{self.ids[name]}")["result"]["data"]
        at = 0
        waiting = [list(writer.appended) for writer in writers]
        maybe = [writer.open.shared for writer in writers if writer.open and writer.open.shared]
        open_appends = len(maybe)
        while at < len(found):
            # The next of a writer, or one that was not acknowledged.
            next_ones = [(queue, queue[0]) for queue in waiting if queue] + [(maybe, w) for w in maybe]
            fits = [(queue, w) for queue, w in next_ones if found[at : at + len(w)] == w]
            self.assertEqual(len(fits), 1, f"{found[at:at + 10]} is no whole append")
            queue, write = fits[0]
            queue.remove(write)
            at += len(write)
        self.assertEqual(waiting, [[]] * len(writers), "acknowledged and not there")
        self.counts["there"] += open_appends - len(maybe)
        self.counts["absent"] += len(maybe)
        self.lists[name] = found

    def check_every_list(self):
        """By SQLite itself, so that the server does not judge itself."""
        store = self.copied_store()
        items = {}
        for number, item in store.execute("SELECT list, item FROM list_items ORDER BY list, position"):
            items.setdefault(number, []).append(item)
        references = {}
        query = "SELECT list, id, source FROM list_references ORDER BY list, position"
        for number, identifier, source in store.execute(query):
            references.setdefault(number, []).append({"referenceId": identifier, "referenceSource": source})
        rows = store.execute("SELECT number, id, name, size FROM lists").fetchall()
        self.assertEqual({row[2]: row[1] for row in rows}, self.ids)
        for number, _, name, size in rows:
            self.assertEqual(items.pop(number, []), self.lists[name])
            self.assertEqual(references.pop(number), references_of(name))
            self.assertEqual(size, len(self.lists[name]))
        self.assertEqual((items, references), ({}, {}))
        store.close()


class without_room(store_test):
    def fill(self, server, kept):
        """Writes until not even a short list fits; what was acknowledged is in `kept`."""
        refusals = []
        for size in (200, 200, 200, 20, 20, 1, 1, 1):  # several refusals of each size
            for number in range(500):
                name = f"l{len(kept)} {size} {number}"
                items = items_of(name, size)
                status, answer = server.post(LISTS, [list_body(name, items)])
                if status != 200:
                    self.assertIn(status, (507, 503), answer)
                    self.assertNotIn("/", answer)
                    refusals.append(status)
                    break
                kept[answer["result"]["data"][0]["listDbId"]] = (name, items)
            else:
                self.fail("there is room for everything")
        return refusals

    def assert_full(self, server, kept):
        """Nothing can be written, everything can be read."""
        some = next(iter(kept))
        status, answer = server.post(f"{LISTS}/{some}/items", items_of("more", 200))
        self.assertIn(status, (507, 503), answer)
        self.assertIn(self.put(server, some, items_of("other", 200)), (507, 503))
        self.assertEqual(server.get("/ready")["sideStore"], "cannot be used")
        self.assert_serves_files(server)
        self.assert_lists(server, kept)
        self.assertEqual(server.get("/ready")["sideStore"], "cannot be used")  # though it can be read

    def assert_writable(self, server, kept):
        some = next(iter(kept))
        self.assertEqual(self.put(server, some, items_of("new", 2000)), 200)
        kept[some] = (kept[some][0], items_of("new", 2000))
        self.assertEqual(server.get("/ready")["sideStore"], "ok")
        for number in range(20):
            name = f"after {number}"
            kept[self.make(server, name, items_of(name, 1000))] = (name, items_of(name, 1000))
        self.assert_lists(server, kept)

    def lift_limit(self, server):
        _, hard = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (hard, hard))

    def start_limited(self, kib):
        # The soft limit, which anybody may lift again.
        return self.start(under=("bash", "-c", f'ulimit -S -f {kib}; exec "$@"', "-"))

    def test_files_that_may_not_grow_refuse_writes_and_nothing_else(self):
        server, kept = self.start_limited(1024), {}
        self.fill(server, kept)
        self.assertGreater(len(kept), 10)
        self.assert_full(server, kept)
        self.lift_limit(server)
        self.assert_writable(server, kept)
        server.stop()
        self.assert_sound()

    def test_a_store_that_has_no_room_from_the_start(self):
        server = self.start_limited(1)  # enough for the key, not for a page of the store
        status, answer = server.post(LISTS, [list_body("a", ["b"])])
        self.assertIn(status, (507, 503), answer)
        self.assert_serves_files(server)
        self.assertEqual(server.get("/ready")["sideStore"], "cannot be used")
        self.lift_limit(server)
        kept = {self.make(server, "a", ["b"]): ("a", ["b"])}
        self.assert_writable(server, kept)
        server.stop()

    def test_a_body_that_does_not_fit_leaves_nothing_behind(self):
        server, kept = self.start_limited(1024), {}
        kept[self.make(server, "small", ["a"])] = ("small", ["a"])
        files, descriptors = self.files(), self.descriptors(server)
        body = json.dumps([list_body("huge", ["x" * 1000] * 20_000)])
        self.assertGreater(len(body), 20_000_000)
        for _ in range(3):
            status, answer = server.post(LISTS, body)
            self.assertIn(status, (507, 503), answer)
            self.assertNotIn("/", answer)
        some = next(iter(kept))
        items = json.dumps(["x" * 1000] * 20_000)
        self.assertIn(server.post(f"{LISTS}/{some}/items", items)[0], (507, 503))
        # Files without a name are those that only a descriptor holds.
        self.wait_for(lambda: self.descriptors(server) == descriptors)
        self.assertEqual(self.files(), files)
        self.assert_serves_files(server)
        self.assert_lists(server, kept)
        self.lift_limit(server)
        status, answer = server.post(LISTS, body)
        self.assertEqual((status, answer["result"]["data"][0]["listSize"]), (200, 20_000))
        self.wait_for(lambda: self.descriptors(server) == descriptors)
        self.assertEqual(self.files(), files)
        server.stop()

    def files(self):
        return {path.name for path in self.state.iterdir()}

    def descriptors(self, server):
        """The files in the state folder that it holds open without a name."""
        folder = pathlib.Path(f"/proc/{server.process.pid}/fd")
        targets = []
        for descriptor in folder.iterdir():
            try:
                targets.append(os.readlink(descriptor))
            except FileNotFoundError:
                pass  # closed meanwhile
        return [target for target in targets if target.startswith(str(self.state)) and "(deleted)" in target]

    def start_on_a_small_disk(self):
        """The server, and its state folder on a disk in memory that it alone sees, filled up by a file."""
        self.state.mkdir()
        alone = ("unshare", "--user", "--map-root-user", "--mount")
        mount = 'mount -t tmpfs -o size=4m tmpfs "$1" && shift && exec "$@"'
        under = [*alone, "bash", "-c", mount, "-", str(self.state)]
        if not shutil.which("unshare") or subprocess.run([*under, "true"], capture_output=True).returncode != 0:
            self.skipTest("this system lets nobody mount anything")
        server = self.start(under=under)
        kept = {self.make(server, "first", ["a"]): ("first", ["a"])}
        filler = pathlib.Path(f"/proc/{server.process.pid}/root{self.state}") / "filler"
        with open(filler, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                pass
        return server, kept, filler

    def test_a_disk_that_is_full(self):
        server, kept, filler = self.start_on_a_small_disk()
        # Now not even a body can be kept. With two pages more it can, and the store is asked.
        self.assertEqual(server.post(LISTS, [list_body("body", ["a"])])[0], 507)
        os.truncate(filler, filler.stat().st_size - 2 * 4096)
        self.assertEqual(set(self.fill(server, kept)), {507})
        self.assert_full(server, kept)
        status, answer = server.post(LISTS, [list_body("huge", ["x" * 1000] * 5000)])
        self.assertEqual(status, 507, answer)
        filler.unlink()
        some = next(iter(kept))
        self.assertEqual(self.put(server, some, ["b"]), 200)
        kept[some] = (kept[some][0], ["b"])
        self.assertEqual(server.get("/ready")["sideStore"], "ok")
        self.assert_lists(server, kept)
        server.stop()

    def test_a_disk_that_is_full_to_the_last_page_shows(self):
        server, _, _ = self.start_on_a_small_disk()
        self.assertEqual(server.post(LISTS, [list_body("body", ["a"])])[0], 507)
        self.assertEqual(server.get("/ready")["sideStore"], "cannot be used")


class damaged(store_test):
    LISTS_KEPT = 60

    def setUp(self):
        super().setUp()
        self.kept = {}
        server = self.start()
        for number in range(self.LISTS_KEPT):
            name = f"l{number}"
            self.kept[self.make(server, name, items_of(name, 200))] = (name, items_of(name, 200))
        server.stop()
        self.store = self.state / "store.db"
        self.assertFalse((self.state / "store.db-wal").exists())  # all is in the one file
        self.whole = self.store.read_bytes()

    def assert_says_so(self, status, text):
        self.assertEqual(status, 500, text)
        self.assertIsInstance(text, str)
        for secret in (str(self.state), str(self.folder), "store.db", "/"):
            self.assertNotIn(secret, text)

    def assert_refuses_lists(self, server):
        some = next(iter(self.kept))
        self.assert_says_so(*server.error(LISTS))
        self.assert_says_so(*server.error(f"{LISTS}/{some}"))
        self.assert_says_so(*server.post(LISTS, [list_body("new", ["a"])]))
        self.assert_says_so(*server.post(f"{LISTS}/{some}/items", ["a"]))
        status, _, body = server.request(f"{LISTS}/{some}", "PUT", JSON, '{"data": ["a"]}')
        self.assert_says_so(status, json.loads(body))
        status, answer = server.post("/brapi/v2/search/lists", {"listNames": ["l1"]}, {"Prefer": "respond-sync"})
        self.assert_says_so(status, answer)

    def test_by_junk_in_its_place(self):
        junk = random.Random(1).randbytes(len(self.whole))
        for how, bytes_there in {
            "random": junk,
            "text": b"not a database\n" * 5000,
            "zeros": bytes(len(self.whole)),
            "the head and nothing more": self.whole[:100] + junk[100:],
        }.items():
            with self.subTest(how):
                self.store.write_bytes(bytes_there)
                server = self.start()
                self.assertEqual(server.get("/ready")["sideStore"], "cannot be used")
                self.assert_refuses_lists(server)
                self.assert_serves_files(server)
                self.assertEqual(server.get("/ready")["sideStore"], "cannot be used")
                self.assertEqual(self.store.read_bytes(), bytes_there)  # somebody may want to repair it
                # A sound one is used without a restart.
                sound = self.state / "sound"
                sound.write_bytes(self.whole)
                os.replace(sound, self.store)
                self.assert_lists(server, self.kept)
                self.assertEqual(self.put(server, next(iter(self.kept)), items_of("l0", 200)), 200)
                self.assertEqual(server.get("/ready")["sideStore"], "ok")
                server.stop()

    def test_in_the_middle(self):
        # Everything behind the first page, which has the schema: all reads of lists must see it.
        page = 4096
        for how, damage in {
            "junk": random.Random(2).randbytes(len(self.whole) - page),
            "ones": b"\xff" * (len(self.whole) - page),
            "zeros": bytes(len(self.whole) - page),
            "cut": b"",
        }.items():
            with self.subTest(how):
                self.store.write_bytes(self.whole[:page] + damage)
                server = self.start()
                self.assert_says_so(*server.error(LISTS))
                self.assert_says_so(*server.post(LISTS, [list_body("new", ["a"])]))
                self.assertEqual(server.get("/ready")["sideStore"], "cannot be used")
                self.assert_serves_files(server)
                server.stop()

    def test_in_some_places(self):
        # Junk in some pages with items: a list is whole, or refused, or cut so that it shows.
        server = self.start()
        items = [f"long i{i} {BULK_TEXT}" for i in range(30_000)]
        self.kept[self.make(server, "long", items)] = ("long", items)
        server.stop()
        whole, page, chance = self.store.read_bytes(), 4096, random.Random(3)
        starts = range(0, len(whole), page)
        long = BULK_TEXT.encode()
        short = [at for at in starts if b" i1" in whole[at : at + page] and long not in whole[at : at + page]]
        # The last of it, so that the answer has begun when it is read.
        late = whole.rindex(f"long i29000 {BULK_TEXT}".encode()) // page * page
        outcomes = set()
        for pages in ([late], chance.sample(short, 3), chance.sample(short, len(short) // 3), short):
            with self.subTest(len(pages)):
                bytes_there = bytearray(whole)
                for at in pages:
                    bytes_there[at : at + page] = chance.randbytes(page)
                self.store.write_bytes(bytes_there)
                server = self.start()
                outcomes |= self.read_all(server)
                self.assert_serves_files(server)
                server.stop()
        self.assertEqual(outcomes, {200, 500, "cut"})

    def read_all(self, server):
        """How it went; what is given as whole must be right."""
        outcomes = set()
        for identifier, (name, items) in self.kept.items():
            try:
                status, _, body = server.request(f"{LISTS}/{identifier}")
            except http.client.IncompleteRead:
                status = "cut"
            outcomes.add(status)
            if status == 200:
                self.assert_whole(json.loads(body)["result"], name, items)
            elif status != "cut":
                self.assert_says_so(status, json.loads(body))
            # It tells how the last use went.
            self.assertEqual(server.get("/ready")["sideStore"], "ok" if status == 200 else "cannot be used")
        return outcomes


class shared(store_test):
    def test_a_lock_of_somebody_else_is_waited_for_and_then_told(self):
        server = self.start("-@", "2")
        kept = {self.make(server, "a", ["b"]): ("a", ["b"])}
        some = next(iter(kept))
        holder = sqlite3.connect(self.state / "store.db", isolation_level=None)
        self.addCleanup(holder.close)
        holder.execute("BEGIN IMMEDIATE")
        body = json.dumps([list_body("refused", ["c"])])
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            began = time.monotonic()
            write = pool.submit(server.request, LISTS, "POST", JSON, body)
            reads, slowest = 0, 0
            while not write.done():
                one = time.monotonic()
                self.assertEqual(server.get(f"{LISTS}/{some}")["result"]["data"], ["b"])
                self.assert_serves_files(server)
                slowest = max(slowest, time.monotonic() - one)
                reads += 1
                time.sleep(0.02)
            status, headers, _ = write.result()
            waited = time.monotonic() - began
        self.assertEqual(status, 503)
        self.assertGreaterEqual(int(headers["Retry-After"]), 1)
        self.assertGreater(reads, 5)
        self.assertLess(slowest, 1)
        self.assertTrue(1 < waited < 20, waited)
        # It is enough that the lock ends in time.
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            write = pool.submit(self.make, server, "waited", ["d"])
            time.sleep(1)
            self.assertFalse(write.done())
            holder.execute("ROLLBACK")
            kept[write.result()] = ("waited", ["d"])
        self.assertEqual(self.put(server, some, ["e"]), 200)
        kept[some] = ("a", ["e"])
        self.assert_lists(server, kept)
        self.assertEqual(server.get("/ready")["sideStore"], "ok")
        server.stop()

    def test_many_that_wait_for_a_lock_are_told_soon(self):
        # Each of them holds a thread, and reads need one too; so nobody may wait for all before it.
        server = self.start("-@", "2")
        some = self.make(server, "a", ["b"])
        holder = sqlite3.connect(self.state / "store.db", isolation_level=None)
        self.addCleanup(holder.close)
        holder.execute("BEGIN IMMEDIATE")
        body = json.dumps([list_body("refused", ["c"])])
        writers = 12
        with concurrent.futures.ThreadPoolExecutor(writers) as pool:
            began = time.monotonic()
            writes = [pool.submit(server.request, LISTS, "POST", JSON, body) for _ in range(writers)]
            time.sleep(0.2)
            one = time.monotonic()
            self.assertEqual(server.get(f"{LISTS}/{some}")["result"]["data"], ["b"])
            read_s = time.monotonic() - one
            self.assertEqual([write.result()[0] for write in writes], [503] * writers)
            waited = time.monotonic() - began
        print(f"{writers} writers told after {waited:.1f} s, a read beside them took {read_s:.1f} s", file=sys.stderr)
        self.assertLess(waited, 60)
        holder.execute("ROLLBACK")
        self.assertEqual(self.put(server, some, ["e"]), 200)
        self.assert_lists(server, {some: ("a", ["e"])})
        server.stop()

    def test_two_servers_write_at_once(self):
        # Both begin with an empty folder, at once: one of them makes the schema and the key.
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            servers = list(pool.map(lambda _: self.start(), range(2)))
        search = servers[0].search("callsets", {"callSetNames": ["S1"]})
        self.assertEqual(servers[1].request(f"/brapi/v2/search/callsets/{search}")[0], 200)
        common = self.make(servers[0], "common", [])
        expected, appended, refused = {}, [], []

        def write(number):
            one, other = servers[number % 2], servers[(number + 1) % 2]
            for serial in range(25):
                name = f"w{number} {serial}"
                status, answer = one.post(LISTS, [list_body(name, items_of(name, 5))])
                if status == 200:
                    identifier = answer["result"]["data"][0]["listDbId"]
                    # The other one sees it at once, and may change it.
                    self.assert_whole(other.get(f"{LISTS}/{identifier}")["result"], name, items_of(name, 5))
                    changed = self.put(other, identifier, items_of(f"{name} new", 7))
                    expected[identifier] = (
                        name, items_of(*((f"{name} new", 7) if changed == 200 else (name, 5)))
                    )
                    refused.extend([] if changed == 200 else [changed])
                else:
                    refused.append(status)
                status, _ = one.post(f"{LISTS}/{common}/items", items_of(name, 4))
                if status == 200:
                    appended.append(items_of(name, 4))
                else:
                    refused.append(status)

        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            for done in [pool.submit(write, number) for number in range(6)]:
                done.result()
        self.assertLessEqual(set(refused), {503})  # a lock that did not end in time
        self.assertLess(len(refused), 10)
        print(f"two servers: {len(expected)} lists, {len(refused)} writes refused", file=sys.stderr)
        found = servers[0].get(f"{LISTS}/{common}")["result"]["data"]
        blocks = [found[at : at + 4] for at in range(0, len(found), 4)]
        self.assertEqual(sorted(blocks), sorted(appended))
        expected[common] = ("common", found)
        for server in servers:
            self.assert_lists(server, expected)
            server.stop()
        self.assert_sound()


if __name__ == "__main__":
    unittest.main()
