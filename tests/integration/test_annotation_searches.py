"""Annotations of Google Genomics v1 in numbers: kill -9, searches beside a plain scan, latency."""

import concurrent.futures
import http.client
import json
import os
import random
import signal
import sqlite3
import statistics
import time
import unittest

import support
from annotated import Annotations
from support import SHARED_DATA, Server

GFF = SHARED_DATA / "annot" / "compliance__brca1_gencodev19.gff3"
MANY = int(os.environ.get("CALLSTREAM_ANNOTATIONS", "50000" if support.SANITIZED else "1000000"))  # of the measurement
WRITERS = 4
KILLS = 3 if support.SANITIZED else 8
LENGTHS = {"chr1": 249_250_621, "chr2": 1000, "chrX": 150_000_000}


def write_fasta(path, lengths):
    """Sequences without letters on the disk: one long line each, of zero bytes, and their index."""
    with open(path, "wb") as out:
        index = ""
        for name, length in lengths.items():
            out.write(f">{name}\n".encode())
            index += f"{name}\t{length}\t{out.tell()}\t{length}\t{length + 1}\n"
            out.seek(length, os.SEEK_CUR)
            out.write(b"\n")
    path.with_name(path.name + ".fai").write_text(index)


class crashes(Annotations):
    def test_kill_9_while_batches_are_created(self):
        """What was acknowledged is there; what was not is there as a whole or not at all, and comes once."""
        state = self.folder.parent / "state"
        self.start(state=state)
        identity = self.new_set()
        expected, numbers, dice = {}, iter(range(10**6)), random.Random(9)
        for _ in range(KILLS):
            with concurrent.futures.ThreadPoolExecutor(WRITERS) as pool:
                writers = [pool.submit(self.write, identity, [next(numbers) for _ in range(300)]) for _ in range(WRITERS)]
                time.sleep(dice.uniform(0.1, 0.6))
                self.server.process.send_signal(signal.SIGKILL)
                open_bodies = []
                for writer in writers:
                    done, left = writer.result()
                    expected |= done
                    open_bodies += left
            self.server.stop(signal.SIGKILL)
            self.server = Server(self.folder, state=state)
            found = self.names(identity)
            for name in expected:
                self.assertEqual(found.get(name), 20, name)
            for name, count in found.items():
                self.assertEqual(count, 20, name)
            for name, body in open_bodies:
                answer = self.ok("POST", "/v1/annotations:batchCreate", body)
                self.assertEqual(self.ok("POST", "/v1/annotations:batchCreate", body), answer)
                expected[name] = answer
            for name, answer in expected.items():
                body = self.body(identity, name)
                self.assertEqual(self.ok("POST", "/v1/annotations:batchCreate", body), answer)
            self.assertEqual(self.names(identity), dict.fromkeys(expected, 20))
        self.assertGreater(len(expected), KILLS)

    @staticmethod
    def body(identity, name):
        one = {"annotationSetId": identity, "referenceName": "chr1", "start": 1, "end": 5, "name": name}
        return json.dumps({"annotations": [one] * 20, "requestId": name})

    def write(self, identity, numbers):
        done, left = {}, []
        for number in numbers:
            name = f"b{number}"
            body = self.body(identity, name)
            try:
                status, answer = self.ask("POST", "/v1/annotations:batchCreate", body)
            except (OSError, http.client.HTTPException):
                left.append((name, body))
                return done, left
            if status == 200:
                done[name] = answer
        return done, left

    def names(self, identity):
        counts = {}
        for a in self.walk(2048, annotationSetIds=[identity]):
            counts[a["name"]] = counts.get(a["name"], 0) + 1
        return counts


def gff_rows(path):
    for line in path.read_text().splitlines():
        if line.startswith("#") or not line:
            continue
        name, _, kind, start, end, _, strand, _, attributes = line.split("\t")
        yield name, kind, int(start) - 1, int(end), strand == "-", attributes.split(";")


class gff(Annotations):
    lengths = {"ref_brca1": 81_195}

    @unittest.skipUnless(GFF.exists(), "the annotations of real data are not there")
    def test_random_regions_of_real_annotations(self):
        self.start()
        rows = list(gff_rows(GFF))
        sets = [self.new_set(), self.new_set()]
        known = []
        for which, identity in enumerate(sets):
            own = rows[which::2]
            bodies = [
                {"annotationSetId": identity, "referenceName": name, "start": str(start), "end": str(end), "name": kind,
                 "reverseStrand": reverse, "info": {"attributes": attributes}}
                for name, kind, start, end, reverse, attributes in own
            ]
            for at in range(0, len(bodies), 512):
                known += [e["annotation"] for e in self.batch(bodies[at : at + 512])]
        self.assertEqual(len(known), len(rows))
        known.sort(key=lambda a: (int(a["start"]), int(a["id"].rsplit("-", 1)[1])))
        dice = random.Random(81195)
        for number in range(1000):
            start = dice.randrange(81_195)
            end = min(81_195, start + dice.choice([1, 10, 100, 1000, 5000]))
            asked = dice.choice([sets, sets[:1], sets[1:]])
            expected = [
                a for a in known
                if a["annotationSetId"] in asked and int(a["start"]) < end and int(a["end"]) > start
            ]
            size = (1, 7, 2048)[number % 3]
            if size == 1 and len(expected) > 40:
                size = 7
            found = self.walk(size, annotationSetIds=asked, referenceName="ref_brca1", start=str(start), end=str(end))
            self.assertEqual(found, expected, (start, end, size))
        for size in (7, 2048):
            self.assertEqual(self.walk(size, annotationSetIds=sets), known)


class measurement(Annotations):
    """Printed, not judged."""

    def setUp(self):
        super().setUp()
        write_fasta(self.folder / "ref.fa", LENGTHS)

    def latencies(self, identity, width, size, times=200):
        dice, spent, found = random.Random(width), [], 0
        for _ in range(times):
            start = dice.randrange(LENGTHS["chr1"] - width)
            body = {"annotationSetIds": [identity], "referenceName": "chr1", "start": start, "end": start + width, "pageSize": size}
            begin = time.perf_counter()
            found += len(self.ok("POST", "/v1/annotations/search", body)["annotations"])
            spent.append(1000 * (time.perf_counter() - begin))
        spent.sort()
        return f"median {statistics.median(spent):.2f} ms, 99th {spent[int(times * 0.99)]:.2f} ms, {found / times:.1f} found"

    def annotations(self, identity, count, seed):
        dice = random.Random(seed)
        for _ in range(count):
            start = dice.randrange(LENGTHS["chr1"] - 200_000)
            length = int(2 ** dice.uniform(0, 17))
            yield {"annotationSetId": identity, "referenceName": "chr1", "start": start, "end": start + length, "name": "n"}

    def test_search_latency(self):
        self.start(wait=False)
        self.wait_for(lambda: self.ask("GET", "/v1/references/main~ref~chr1")[0] == 200)
        for count in (10_000, MANY):
            identity = self.new_set()
            bodies = list(self.annotations(identity, min(count, 40_960), count))
            begin, sent = time.perf_counter(), 0
            for at in range(0, len(bodies), 4096):
                sent += len(self.batch(bodies[at : at + 4096]))
            rate = sent / (time.perf_counter() - begin)
            if count > sent:
                self.insert(identity, count - sent)
            print(f"{count} annotations, batchCreate {rate:.0f}/s", flush=True)
            for width, size in ((1, 256), (1000, 256), (100_000, 256), (10_000_000, 256)):
                print(f"  {width} bp, pages of {size}: {self.latencies(identity, width, size)}", flush=True)
            token, spent = None, []
            for _ in range(30):
                body = {"annotationSetIds": [identity], "pageSize": 2048} | ({"pageToken": token} if token else {})
                begin = time.perf_counter()
                token = self.ok("POST", "/v1/annotations/search", body)["nextPageToken"]
                spent.append(1000 * (time.perf_counter() - begin))
                if not token:
                    break
            print(f"  pages of 2048 of all: first {spent[0]:.1f} ms, last {spent[-1]:.1f} ms", flush=True)
        begin = time.perf_counter()
        self.ok("DELETE", f"/v1/annotationsets/{identity}")
        print(f"  removed in {time.perf_counter() - begin:.1f} s", flush=True)

    def insert(self, identity, count):
        """Without HTTP: the server keeps the file open and reads what was committed."""
        with sqlite3.connect(self.server.state / "store.db", timeout=30) as store:
            number = store.execute("SELECT number FROM annotation_sets WHERE id = ?", (identity,)).fetchone()[0]
            store.executemany(
                'INSERT INTO annotations (annotation_set, reference, start, "end", level, name, reverse_strand, info) '
                "VALUES (?, 0, ?, ?, ?, 'n', 0, '{}')",
                (
                    (number, a["start"], a["end"], max(0, (a["end"] - a["start"] - 1).bit_length()))
                    for a in self.annotations(identity, count, 7)
                ),
            )


if __name__ == "__main__":
    unittest.main()
