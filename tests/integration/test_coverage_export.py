"""Coverage and exports of real BAM and CRAM files, judged by samtools. Every file that is on this machine
and that the server serves is compared; whoever looks can read how many those were."""

import collections
import math
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from genomics import GenomicsTest, sam_header
from support import SHARED_DATA, FolderTest, run

FOLDERS = [SHARED_DATA / name for name in ("reads", "human", "derived")]
# The genome that some of the CRAM files want; the others hold their own sequence.
GENOME = SHARED_DATA / "fasta" / "htslib" / "ce.fa"
STEP = 2048
WIDTHS = (STEP, 2 * STEP, 4 * STEP)
CANCELED, ALREADY_EXISTS, FAILED_PRECONDITION, UNAVAILABLE = 1, 6, 9, 14  # of google.rpc.Code
SECONDS_MAX = 120
QUALITIES = str.maketrans("ACGT", "IF5#")


def files():
    return sorted(
        path for folder in FOLDERS if folder.is_dir() for path in folder.rglob("*") if path.suffix in (".bam", ".cram")
    )


def samtools(command, path, *arguments):
    """Without any genome from the network."""
    environment = os.environ | {"REF_PATH": "/nonexistent", "REF_CACHE": ""}
    genome = ["--reference", GENOME] if path.suffix == ".cram" and wants_genome(path) else []
    return run("samtools", command, *genome, *arguments, path, env=environment).decode(errors="surrogateescape")


def wants_genome(path):
    return b"SN:CHROMOSOME_I\t" in run("samtools", "view", "-H", path)


def lengths_of(path):
    header = run("samtools", "view", "-H", path).decode(errors="surrogateescape")
    lines = [line.split("\t")[1:] for line in header.splitlines() if line.startswith("@SQ")]
    squares = [dict(field.split(":", 1) for field in line) for line in lines]
    return {fields["SN"]: int(fields["LN"]) for fields in squares}


def depth_sums(path):
    """{reference: {number of the step: sum of depths}}. Without -a, which only adds positions of depth 0."""
    sums = collections.defaultdict(collections.Counter)
    for line in samtools("depth", path).splitlines():
        reference, position, depth = line.split("\t")
        sums[reference][(int(position) - 1) // STEP] += int(depth)
    return sums


def expected_buckets(sums, lengths, width):
    """(reference, start, end, mean) of those that any read covers, in the order of the header."""
    buckets = []
    for reference, length in lengths.items():
        covered = collections.Counter()
        for step, total in sums[reference].items():
            covered[0 if width is None else step * STEP // width] += total
        for number in sorted(covered):
            start, end = (0, length) if width is None else (number * width, min((number + 1) * width, length))
            if covered[number]:
                buckets.append((reference, start, end, covered[number] / (end - start)))
    return buckets


@unittest.skipUnless(files(), "the real reads are not on this machine")
class real_reads(GenomicsTest):
    """Each file is a data set of its own, since several have one name."""

    def setUp(self):
        FolderTest.setUp(self)
        self.state = self.folder.parent / "state"
        (self.folder / "genome").mkdir()
        shutil.copy(GENOME, self.folder / "genome")
        self.sources = {}
        for number, path in enumerate(files()):
            home = self.folder / f"r{number}"
            home.mkdir()
            self.sources[home.name] = pathlib.Path(shutil.copy(path, home))
        self.serve()

    def each_served(self):
        """(path, id). What is refused must be named by /ready."""
        served = []
        problems = str(self.server.get("/ready")["problems"])
        for home, path in self.sources.items():
            verb, target = self.target("readgroupsets.search")
            _, found = self.send(verb, target, {"datasetIds": [home]})
            sets = found.get("readGroupSets", [])
            if sets:
                served.append((path, sets[0]["id"]))
            else:
                self.assertIn(path.name, problems)
        refused = {path.name for path in self.sources.values()} - {path.name for path, _ in served}
        print(f"{len(served)} of {len(self.sources)} files of reads are served; refused: {sorted(refused)}", file=sys.stderr)
        self.assertTrue(served)
        return served

    def test_coverage_is_the_mean_of_depths(self):
        compared = 0
        for path, one in self.each_served():
            lengths, sums = lengths_of(path), depth_sums(path)
            for width in (None, *WIDTHS):
                wanted = expected_buckets(sums, lengths, width)
                for size in (1, 7, 2048):
                    with self.subTest(path=path.name, width=width, page=size):
                        found = self.buckets(one, size, width)
                        self.assertEqual([bucket[:3] for bucket in found], [bucket[:3] for bucket in wanted])
                        for bucket, expected in zip(found, wanted):
                            self.assertTrue(math.isclose(bucket[3], expected[3], rel_tol=1e-6), (bucket, expected))
                            compared += 1
        print(f"{compared} buckets are as samtools depth has them", file=sys.stderr)

    def buckets(self, one, size, width):
        parameters = {"targetBucketWidth": width} if width else {}
        first = self.call("readgroupsets.coveragebuckets.list", one, pageSize=1, **parameters)
        self.assertEqual(first.get("bucketWidth"), str(width) if width else None)
        listed = self.walk("readgroupsets.coveragebuckets.list", "coverageBuckets", size, one, **parameters)
        ranges = [(bucket["range"], bucket["meanCoverage"]) for bucket in listed]
        return [(r["referenceName"], int(r["start"]), int(r["end"]), mean) for r, mean in ranges]

    def test_exports_have_the_records_of_samtools(self):
        compared, refused = 0, []
        for number, (path, one) in enumerate(self.each_served()):
            names = list(lengths_of(path))
            records = samtools("view", path).splitlines()
            used = list(dict.fromkeys(record.split("\t")[2] for record in records if record.split("\t")[2] != "*"))
            selections = [[], ["*"], names[:1], used[:1], used[:2], [*used[-2:], "*"]]
            for which, selection in enumerate(dict.fromkeys(map(tuple, selections))):
                with self.subTest(path=path.name, selection=selection):
                    if which and not selection:
                        continue
                    uri = f"gs://b/{number}-{which}.bam"
                    body = {"projectId": "p", "exportUri": uri, "referenceNames": list(selection)}
                    begun = self.call("readgroupsets.export", one, body)
                    operation = self.wait_for_operation(begun["name"], SECONDS_MAX)
                    if "error" in operation:
                        refused.append((path.name, operation["error"]["message"]))
                        self.assertEqual(operation["error"]["code"], FAILED_PRECONDITION)
                        continue
                    target = self.state / "exports" / "b" / f"{number}-{which}.bam"
                    wanted = [r for r in records if not selection or r.split("\t")[2] in selection]
                    found = run("samtools", "view", target).decode(errors="surrogateescape").splitlines()
                    self.assertEqual(len(found), len(wanted))
                    self.assertEqual([pair for pair in zip(found, wanted) if pair[0] != pair[1]][:1], [])
                    run("samtools", "quickcheck", *([] if names else ["-u"]), target)
                    compared += len(wanted)
        print(f"{compared} records of exports are as samtools has them; refused: {sorted(set(refused))}", file=sys.stderr)
        self.assertEqual(refused, [])

    def test_a_cram_without_its_genome_is_refused_by_the_name_of_a_sequence(self):
        (self.folder / "genome" / "ce.fa").unlink()
        self.restart()
        for path, one in self.each_served():
            if path.suffix == ".cram" and wants_genome(path):
                with self.subTest(path=path.name):
                    body = {"projectId": "p", "exportUri": f"file:{one.split('~')[0]}.bam"}
                    failed = self.wait_for_operation(self.call("readgroupsets.export", one, body)["name"])
                    self.assertEqual(failed["error"]["code"], FAILED_PRECONDITION)
                    self.assertIn("CHROMOSOME_I", failed["error"]["message"])
                    self.call("readgroupsets.coveragebuckets.list", one)  # which needs none


class exports_that_take_long(GenomicsTest):
    """A file whose export can be caught while it is written."""

    READS = 600_000

    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory(prefix="callstream-long-")
        cls.addClassCleanup(place.cleanup)
        cls.reads = pathlib.Path(place.name) / "reads.bam"
        source = random.Random(7)
        letters = "".join(source.choices("ACGT", k=1_000_000))
        command = ["samtools", "view", "--no-PG", "-b", "-o", cls.reads, "-"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, text=True) as writer:
            writer.stdin.write(sam_header({"1": 10_000_000}))
            for n in range(cls.READS):
                at = source.randrange(999_000)
                bases = letters[at : at + 150]
                writer.stdin.write(f"r{n}\t0\t1\t{n + 1}\t60\t150M\t*\t0\t0\t{bases}\t{bases.translate(QUALITIES)}\n")
        assert writer.returncode == 0

    def setUp(self):
        FolderTest.setUp(self)
        self.state = self.folder.parent / "state"
        self.exports = self.state / "exports"
        (self.folder / "long").mkdir()
        (self.folder / "long" / "reads.bam").symlink_to(self.reads)
        self.serve()

    def start(self, name):
        body = {"projectId": "p", "exportUri": f"file:{name}"}
        return self.call("readgroupsets.export", "long~reads", body)["name"].removeprefix("operations/")

    def wait_until_running(self, one):
        end = time.monotonic() + 20
        while not self.call("operations.get", one)["metadata"].get("startTime"):
            self.assertLess(time.monotonic(), end)
        operation = self.call("operations.get", one)
        self.assertFalse(operation["done"], "the export is too short to be caught")

    def test_one_that_runs_is_cancelled_and_leaves_nothing(self):
        running, waiting = self.start("running.bam"), self.start("waiting.bam")
        self.wait_until_running(running)
        for one in (waiting, running):
            self.assertEqual(self.call("operations.cancel", one, {}), {})
        for one in (running, waiting):
            cancelled = self.wait_for_operation(one)
            self.assertEqual(cancelled["error"]["code"], CANCELED)
            self.assertNotIn("response", cancelled)
            self.call("operations.cancel", one, {})  # of what has ended nothing changes
            self.assertEqual(self.call("operations.get", one), cancelled)
        self.assertEqual(list(self.exports.iterdir()), [])
        self.assertEqual(self.listed("CANCELED"), self.listed())
        self.call("operations.cancel", "nobody", {}, 404)
        self.call("operations.get", "nobody", wanted=404)

    def listed(self, status=None, **page):
        query = "projectId = p" + (f" AND status = {status}" if status else "")
        found = self.call("operations.list", filter=query, **page)["operations"]
        return [one["name"].removeprefix("operations/") for one in found]

    def test_a_killed_server_leaves_no_half_of_a_file(self):
        one = self.start("killed.bam")
        self.wait_until_running(one)
        self.server.stop(signal.SIGKILL)
        self.assertFalse((self.exports / "killed.bam").exists())
        self.serve()
        operation = self.call("operations.get", one)
        self.assertTrue(operation["done"])
        self.assertEqual(operation["error"]["code"], UNAVAILABLE)
        with self.subTest("nothing is left of it"):
            self.assertEqual([path for path in self.exports.rglob("*") if path.is_file()], [])
        again = self.wait_for_operation(f"operations/{self.start('killed.bam')}", SECONDS_MAX)
        self.assertIn("response", again)
        self.assertEqual(int(run("samtools", "view", "-c", self.exports / "killed.bam")), self.READS)

    def test_kills_at_any_moment(self):
        """Whatever has the name of the export is whole, and its operation says so."""
        for number in range(8):
            name = f"{number}.bam"
            one = self.start(name)
            time.sleep(0.02 + number * 0.25)
            self.server.stop(signal.SIGKILL)
            self.serve()
            with self.subTest(number):
                operation = self.call("operations.get", one)
                self.assertTrue(operation["done"])
                self.assertEqual((self.exports / name).exists(), "response" in operation)
                if "response" in operation:
                    self.assertEqual(int(run("samtools", "view", "-c", self.exports / name)), self.READS)

    def test_a_stopped_server_says_so(self):
        one = self.start("stopped.bam")
        self.wait_until_running(one)
        self.restart()
        self.assertEqual(self.call("operations.get", one)["error"]["code"], UNAVAILABLE)
        self.assertEqual([path for path in self.exports.rglob("*") if path.is_file()], [])

    def test_two_of_one_name(self):
        """The second sees no file yet when it is asked for; it does not overwrite the first."""
        first, second = self.start("same.bam"), self.start("same.bam")
        self.assertIn("response", self.wait_for_operation(first, SECONDS_MAX))
        content = (self.exports / "same.bam").stat()
        failed = self.wait_for_operation(second, SECONDS_MAX)
        with self.subTest("why"):
            self.assertEqual(failed["error"]["code"], ALREADY_EXISTS, failed)
        self.assertEqual((self.exports / "same.bam").stat(), content)
        self.call("readgroupsets.export", "long~reads", {"projectId": "p", "exportUri": "file:same.bam"}, 409)

    def test_filters_and_pages_of_operations(self):
        names = [self.start(f"{n}.bam") for n in range(4)]
        self.wait_until_running(names[0])
        self.assertEqual(self.listed("RUNNING"), self.listed())
        self.assertEqual(set(self.listed()), set(names))
        for one in names[1:]:
            self.call("operations.cancel", one, {})
        self.wait_for_operation(names[0], SECONDS_MAX)
        for one in names[1:]:
            self.wait_for_operation(one)
        self.assertEqual(self.listed("SUCCESS"), names[:1])
        self.assertEqual(set(self.listed("CANCELED")), set(names[1:]))
        self.assertEqual((self.listed("FAILURE"), self.listed("RUNNING")), ([], []))
        self.check_times(names)
        for size in (1, 3, 1000):
            found = self.walk("operations.list", "operations", size, filter="projectId = p")
            self.assertEqual([one["name"].removeprefix("operations/") for one in found], self.listed())
        token = self.call("operations.list", filter="projectId = p", pageSize=1)["nextPageToken"]
        self.call("operations.list", wanted=400, filter="projectId = p AND status = RUNNING", pageToken=token)

    def check_times(self, names):
        now = int(time.time())
        for comparison, expected in (
            (f"createTime >= {now - 3600}", set(names)), (f"createTime >= {now + 3600}", set()),
            (f"createTime <= {now + 3600}", set(names)), (f"createTime <= {now - 3600}", set()),
        ):
            found = self.call("operations.list", filter=f"projectId = p AND {comparison}")["operations"]
            self.assertEqual({one["name"].removeprefix("operations/") for one in found}, expected)
        for wrong in ("", "projectId", "status = RUNNING", "projectId = p AND status = x", "projectId = p AND nobody = 1",
                      "projectId = p AND createTime >= x", "projectId = p AND", "projectId = p OR status = RUNNING"):
            with self.subTest(filter=wrong):
                self.call("operations.list", wanted=400, filter=wrong)
        self.assertEqual(self.call("operations.list", filter="projectId = nobody")["operations"], [])


if __name__ == "__main__":
    unittest.main()
