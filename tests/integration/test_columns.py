"""Columns: `callstream index --columns`, and answers that are the same with and without them."""

import json
import os
import pathlib
import random
import resource
import signal
import subprocess
import sys
import unittest

import support
from shared_files import collect
from support import PROGRAM, SANITIZED, SHARED_DATA, FolderTest, Server, simple_panel, write_vcf

NDJSON = {"Accept": "application/x-ndjson"}
FORMS = (
    "",
    "callFields=genotypeValue,variantDbId",
    "expandHomozygotes=false&sepPhased=:&unknownString=-",
    "alleleEncoding=dosage",
)


class ColumnsTest(FolderTest):
    def setUp(self):
        super().setUp()
        self.state = self.folder.parent / "state"
        self.key = self.folder.parent / "key"
        self.key.write_bytes(b"k" * 32)
        self.key.chmod(0o600)

    def callstream(self, *arguments, code=0, **options):
        done = subprocess.run(
            [PROGRAM, arguments[0], str(self.folder), "--state", str(self.state), *arguments[1:]],
            capture_output=True, text=True, **options,
        )
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def columns_files(self):
        return sorted((self.state / "index").glob("*.columns"))

    def serve(self, with_columns):
        state = self.state if with_columns else self.folder.parent / "other-state"
        return Server(self.folder, "--token-key", str(self.key), state=state)

    def same(self, one, other, target, headers=None):
        """The body; status, body and entity tag must be equal."""
        first, second = (server.request(target, headers=headers or {}) for server in (one, other))
        self.assertEqual(first[0], 200, first[2][:300])
        self.assertEqual(first[2], second[2], target)
        self.assertEqual(first[1]["ETag"], second[1]["ETag"])
        return first[2]

    def same_pages(self, one, other, target, pages=4):
        token = ""
        for _ in range(pages):
            body = self.same(one, other, f"{target}&pageToken={token}" if token else target)
            token = json.loads(body)["metadata"]["pagination"]["nextPageToken"]
            if token is None:
                return


def panel(path, variants, samples, seed=1):
    """Genotypes of all kinds, names, records at one place, records without GT."""
    chance = random.Random(seed)
    cells = ["0/0", "0|1", "1|1", "./.", "1|.", "0", "2/1/0", "1/1/1/2"]
    rows = []
    for v in range(variants):
        kinds = 3 if v % 4 else 8
        values = [cells[chance.randrange(kinds)] for _ in range(samples)]
        keys = "GT"
        if v % 13 == 5:
            keys, values = "DP", [str(chance.randrange(90)) for _ in range(samples)]
        name = f"rs{v}" if v % 3 else "."
        rows.append(("1" if v < variants // 2 else "2", 1 + v // 2, name, "A", "C,G", keys, values))
    return write_vcf(path, rows, [f"S{i}" for i in range(samples)])


class index_columns(ColumnsTest):
    def test_makes_what_is_missing_once(self):
        panel(self.folder / "a.bcf", 100, 20)
        panel(self.folder / "b.vcf.gz", 100, 20, seed=2)
        self.assertIn("2 indexed", self.callstream("index"))
        self.assertEqual(self.columns_files(), [])
        events = [json.loads(line) for line in self.callstream("index", "--columns", "--json").splitlines()]
        self.assertEqual({e["file"] for e in events[:-1]}, {"a.bcf", "b.vcf.gz"})
        self.assertEqual((events[-1]["columnsMade"], events[-1]["columnsKept"]), (2, 0))
        self.assertEqual(len(self.columns_files()), 2)
        self.assertIn("0 columns made, 2 were already", self.callstream("index", "--columns"))

    def test_damaged_and_stale_ones_are_made_anew(self):
        panel(self.folder / "a.bcf", 100, 20)
        self.callstream("index", "--columns")
        (path,) = self.columns_files()
        whole = path.read_bytes()
        for damaged in (whole[:-1], whole[:50], b"", b"\0" + whole[1:], whole[:-200] + b"\0" + whole[-199:]):
            path.write_bytes(damaged)
            self.assertIn("1 columns made", self.callstream("index", "--columns"))
            self.assertEqual(path.read_bytes(), whole)
        panel(self.folder / "a.bcf", 100, 20, seed=3)
        self.assertIn("1 columns made", self.callstream("index", "--columns"))

    def test_a_pass_that_is_stopped_goes_on(self):
        samples = 100
        simple_panel(self.folder / "long.vcf.gz", 20_000 if SANITIZED else 100_000, samples=samples)
        self.callstream("index")
        command = [PROGRAM, "index", str(self.folder), "--state", str(self.state), "--columns"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        work = lambda: list((self.state / "index").glob("*.columns-pass/tiles"))
        self.wait_for(lambda: work() or process.poll() is not None)
        process.terminate()
        out, _ = process.communicate(timeout=60)
        if process.returncode != 0:  # on a fast machine it had ended already
            self.assertIn(b"goes on from here", out)
            self.assertEqual(self.columns_files(), [])
            self.assertTrue(any((self.state / "index").glob("*.columns-pass/checkpoint")))
        self.assertIn("0 problems", self.callstream("index", "--columns"))
        self.assertFalse(any((self.state / "index").glob("*.columns-pass")))
        (path,) = self.columns_files()
        stopped = path.read_bytes()
        path.unlink()
        self.callstream("index", "--columns")
        self.assertEqual(path.read_bytes(), stopped)

    def test_a_full_disk_is_told_and_loses_nothing(self):
        panel(self.folder / "a.bcf", 2000, 300)
        self.callstream("index")
        kept = {p.name for p in (self.state / "index").iterdir()}

        def small_files():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

        out = self.callstream("index", "--columns", "--json", code=1, preexec_fn=small_files)
        self.assertIn("has no columns", out)
        self.assertEqual({p.name for p in (self.state / "index").iterdir()}, kept)
        self.assertIn("1 columns made", self.callstream("index", "--columns"))


class answers(ColumnsTest):
    def compare(self, one, other, call_set, page_size):
        path = support.calls_path(call_set)
        for form in FORMS:
            self.same(one, other, f"{path}?{form}", NDJSON)
        self.same(one, other, f"{path}?page=1&pageSize={page_size}")
        self.same_pages(one, other, f"{path}?pageSize={page_size}")

    def test_are_the_same_with_and_without(self):
        panel(self.folder / "a.bcf", 3000, 60)
        panel(self.folder / "b.vcf.gz", 500, 9, seed=4)
        self.callstream("index", "--columns")
        with self.serve(False) as one, self.serve(True) as other:
            for stem, samples in (("a", 60), ("b", 9)):
                for sample in (0, samples // 2, samples - 1):
                    self.compare(one, other, support.call_set_id("main", stem, f"S{sample}"), 700)
            several = ",".join(support.call_set_id("main", "a", f"S{i}") for i in (41, 3, 17))
            for path in ("/brapi/v2/calls", "/brapi/v2/variantsets/main~a/calls"):
                target = f"{path}?callSetDbId={several}"
                self.same(one, other, target, NDJSON)
                self.same_pages(one, other, target + "&pageSize=1000")
                self.same(one, other, target + "&referenceName=2&start=800&end=900", NDJSON)

    def test_tokens_of_one_are_understood_by_the_other(self):
        panel(self.folder / "a.bcf", 3000, 60)
        self.callstream("index", "--columns")
        path = support.calls_path(support.call_set_id("main", "a", "S7"))
        with self.serve(False) as one, self.serve(True) as other:
            servers, token, calls = [one, other], None, 0
            while True:
                page = servers[calls % 2].get(path, pageSize=333, pageToken=token)
                calls += len(page["result"]["data"])
                token = page["metadata"]["pagination"]["nextPageToken"]
                if token is None:
                    break
        self.assertEqual(calls, 3000)

    def test_come_from_columns_and_not_from_records(self):
        """A file whose records were spoilt, its time and size being kept, still answers."""
        data = simple_panel(self.folder / "a.bcf", 20_000, samples=50)
        self.callstream("index", "--columns")
        path = support.calls_path(support.call_set_id("main", "a", "S7"))
        with self.serve(True) as server:
            _, _, whole = server.request(path + "?pageSize=5000", headers=NDJSON)
            before = os.stat(data)
            spoilt = bytearray(data.read_bytes())
            half, end = len(spoilt) // 8, len(spoilt) // 16 * 3
            spoilt[half:end] = bytes(end - half)
            with open(data, "r+b") as out:
                out.write(spoilt)
            os.utime(data, ns=(before.st_atime_ns, before.st_mtime_ns))
            _, _, again = server.request(path + "?pageSize=5000", headers=NDJSON)
            self.assertEqual(again, whole)
            bases = server.ndjson(path + "?pageSize=100")  # the first block is as it was
            self.assertEqual(len(bases), 103)

    def test_a_server_takes_columns_up_when_it_looks_at_the_folder(self):
        panel(self.folder / "a.bcf", 3000, 60)
        self.callstream("index")

        def has_them(server):
            return b".columns" in pathlib.Path(f"/proc/{server.process.pid}/maps").read_bytes()

        with self.serve(False) as one, self.serve(True) as other:
            self.compare(one, other, support.call_set_id("main", "a", "S3"), 999)
            self.assertFalse(has_them(other))
            self.callstream("index", "--columns")
            other.process.send_signal(signal.SIGHUP)
            self.wait_for(lambda: has_them(other))
            self.compare(one, other, support.call_set_id("main", "a", "S3"), 999)

    def test_a_server_makes_them_in_the_background_when_it_is_told_to(self):
        panel(self.folder / "a.bcf", 3000, 60)
        with Server(self.folder, "--token-key", str(self.key), "--columns", state=self.state) as other:
            self.wait_for(lambda: "the columns of a.bcf are there" in other.log_text())
            self.assertEqual(len(self.columns_files()), 1)
            with self.serve(False) as one:
                self.compare(one, other, support.call_set_id("main", "a", "S3"), 999)

    def test_go_on_where_columns_are_damaged(self):
        panel(self.folder / "a.bcf", 3000, 60)
        self.callstream("index", "--columns")
        (path,) = self.columns_files()
        spoilt = bytearray(path.read_bytes())
        for at in range(3000, len(spoilt) - 1000, 4000):
            spoilt[at] ^= 0x20
        path.write_bytes(spoilt)
        with self.serve(False) as one, self.serve(True) as other:
            for sample in range(0, 60, 7):
                self.compare(one, other, support.call_set_id("main", "a", f"S{sample}"), 999)

    def test_a_file_that_was_replaced_is_not_answered_from_old_columns(self):
        panel(self.folder / "a.bcf", 300, 20)
        self.callstream("index", "--columns")
        panel(self.folder / "a.bcf", 300, 20, seed=9)
        with self.serve(False) as one, self.serve(True) as other:
            self.compare(one, other, support.call_set_id("main", "a", "S3"), 50)


@unittest.skipUnless(SHARED_DATA.is_dir(), "the real data sets are not on this machine")
class real_files(ColumnsTest):
    def test_answer_the_same_with_and_without(self):
        good, _ = collect(self.folder, both=False)
        self.callstream("index", "--columns", code=1)
        calls = 0
        with self.serve(False) as one, self.serve(True) as other:
            for data_set, stem, path in good:
                samples = support.samples_of(path)
                for sample in {samples[0], samples[-1]}:
                    with self.subTest(f"{path} {sample}"):
                        target = support.calls_path(support.call_set_id(data_set, stem, sample))
                        for form in ("", "callFields=genotypeValue,variantDbId,variantName"):
                            body = self.same(one, other, f"{target}?{form}", NDJSON)
                            calls += body.count(b"\n")
                        self.same_pages(one, other, f"{target}?callFields=genotype&pageSize=100", 2)
        self.assertGreater(calls, 100_000)
        print(f"real files: {len(good)} files, {calls} calls", file=sys.stderr)


if __name__ == "__main__":
    unittest.main()
