"""Reads of Google Genomics v1 against samtools: `reads/search` and `reads:stream`, on the demo and on the real
files beside the project. CALLSTREAM_REGIONS says how many regions of each file."""

import json
import math
import os
import random
import re
import sys
import unittest

import support
from genomics import GenomicsTest, sam_header, write_bam
from shared_files import GENOME, collect_reads, reads_files, wants_genome
from support import DEMO, FolderTest, Server, run

REGIONS = int(os.environ.get("CALLSTREAM_REGIONS", 1))
MOST = 5000  # reads of a file that are all compared member by member, and paged; of longer ones those of regions
OPERATIONS = dict(zip("MIDNSHP=X", (
    "ALIGNMENT_MATCH", "INSERT", "DELETE", "SKIP", "CLIP_SOFT", "CLIP_HARD", "PAD", "SEQUENCE_MATCH",
    "SEQUENCE_MISMATCH",
)))
READ = {
    "alignedQuality", "alignedSequence", "alignment", "duplicateFragment", "failedVendorQualityChecks",
    "fragmentLength", "fragmentName", "id", "info", "nextMatePosition", "numberReads", "properPlacement", "readGroupId",
    "readGroupSetId", "readNumber", "secondaryAlignment", "supplementaryAlignment",
}


def viewed(path, *options, genome=()):
    """The lines of `samtools view`, in columns."""
    environment = os.environ | {"REF_PATH": "/nonexistent", "REF_CACHE": ""}
    out = run("samtools", "view", *genome, path, *options, env=environment)
    return [line.split("\t") for line in out.decode(errors="replace").split("\n")[:-1]]


def groups_of(path):
    header = run("samtools", "view", "-H", path).decode(errors="replace")
    return {re.search(r"\tID:([^\t]+)", line)[1] for line in header.splitlines() if line.startswith("@RG\t")}


def info_of(tags):
    """Lists of texts by name."""
    info = {}
    for tag in tags:
        name, kind, text = tag.split(":", 2)
        info.setdefault(name, text.split(",")[1:] if kind == "B" else [text])
    return info


def differing(cigar, tags):
    """The reference where a CIGAR has deletions and mismatches, one for each operation, read out of MD."""
    operations = [(int(n), kind) for n, kind in re.findall(r"(\d+)(.)", cigar)]
    text = next((tag[5:] for tag in tags if tag.startswith("MD:Z:")), None)
    if text is None:
        return [None] * len(operations)
    deletions = re.findall(r"\^([A-Za-z]+)", text)
    letters = []  # a base of the reference for each base that is laid over it
    for number, letter in re.findall(r"(\d+)|([A-Za-z])", re.sub(r"\^[A-Za-z]+", "", text)):
        letters += [None] * int(number) if number else [letter]
    found = []
    for length, kind in operations:
        if kind in "M=X":
            bases, letters = letters[:length], letters[length:]
            found.append("".join(bases) if kind == "X" and None not in bases else None)
        else:
            found.append(deletions.pop(0) if kind == "D" else None)
    return found


def same(found, wanted):
    """samtools writes six digits of a real number."""
    if found == wanted:
        return True
    try:
        return math.isclose(float(found), float(wanted), rel_tol=1e-5, abs_tol=1e-30)
    except ValueError:
        return False


def assert_alike(test, found, wanted, where=""):
    """Long lists; without the difference, which takes minutes."""
    if found != wanted:
        at = next((i for i, (a, b) in enumerate(zip(found, wanted)) if a != b), min(len(found), len(wanted)))
        test.fail(f"{where} {len(found)} of {len(wanted)}, from {at} on {found[at:at + 1]} {wanted[at:at + 1]}"[:2000])


class Judge:
    """Compares reads with lines of samtools; `test` fails."""

    def __init__(self, test, set_id, groups):
        self.test, self.set_id, self.groups = test, set_id, groups

    def judge(self, found, lines):
        assert_alike(self.test, names(found), [line[0].replace("*", "") for line in lines])
        ids = [read["id"] for read in found]
        self.test.assertEqual(len(set(ids)), len(ids))
        for read, line in zip(found, lines):
            self.judge_read(read, line)

    def judge_read(self, read, line):
        name, flag, contig, position, quality, cigar, next_contig, next_position, length, bases, qualities, *tags = line
        flag, test = int(flag), self.test
        placed = contig != "*" and position != "0" and not flag & 4
        mated = next_contig != "*" and next_position != "0" and not flag & 8
        optional = {"alignment": placed, "nextMatePosition": mated}
        test.assertEqual(read.keys(), {member for member in READ if optional.get(member, True)})
        test.assertRegex(read["id"], rf"^{re.escape(self.set_id)}~[0-9a-f]+(-[0-9a-f]+)?$")
        info = info_of(tags)
        group = info.get("RG", [""])[0]
        known = f"{self.set_id}~{support.encode_id(group)}" if group in self.groups else ""
        flags = {
            "properPlacement": 2, "duplicateFragment": 0x400, "failedVendorQualityChecks": 0x200,
            "secondaryAlignment": 0x100, "supplementaryAlignment": 0x800,
        }
        wanted = {member: bool(flag & bit) for member, bit in flags.items()} | {
            "readGroupId": known, "readGroupSetId": self.set_id, "fragmentLength": int(length),
            "numberReads": 1 + (flag & 1), "readNumber": int(flag & 0xC1 == 0x81),
            "alignedSequence": bases.replace("*", ""),
            "alignedQuality": [] if qualities == "*" else [ord(c) - 33 for c in qualities],
        }
        if placed:
            operations = re.findall(r"(\d+)(.)", cigar)
            units = []
            for (count, kind), reference in zip(operations, differing(cigar, tags)):
                unit = {"operation": OPERATIONS[kind], "operationLength": count}
                units.append(unit | ({"referenceSequence": reference} if reference else {}))
            place = {"referenceName": contig, "position": str(int(position) - 1), "reverseStrand": bool(flag & 16)}
            wanted["alignment"] = {"position": place, "mappingQuality": int(quality), "cigar": units}
        if mated:
            wanted["nextMatePosition"] = {
                "referenceName": contig if next_contig == "=" else next_contig,
                "position": str(int(next_position) - 1), "reverseStrand": bool(flag & 32),
            }
        test.assertEqual({member: read[member] for member in wanted}, wanted, line)
        test.assertEqual(read["info"].keys(), info.keys(), line)
        for tag, values in info.items():
            found = read["info"][tag]
            test.assertTrue(len(found) == len(values) and all(map(same, found, values)), (tag, found, values))


def post(test, server, target, body, wanted=200):
    status, _, answer = server.request(f"/v1/{target}", "POST", {"Content-Type": "application/json"}, json.dumps(body))
    test.assertEqual(status, wanted, answer[:500])
    return json.loads(answer)


def streamed(test, server, set_id, fields=None, **body):
    target = "reads:stream" + (f"?fields={fields}" if fields else "")
    messages = post(test, server, target, {"projectId": "p", "readGroupSetId": set_id} | body)
    return [read for message in messages for read in message["alignments"]]


def searched(test, server, **body):
    """All pages."""
    reads, token = [], None
    while token != "":
        page = post(test, server, "reads/search", body | ({"pageToken": token} if token else {}))
        size = min(int(body.get("pageSize", 256)), 2048)
        test.assertTrue(len(page["alignments"]) == size or not page["nextPageToken"])
        test.assertLessEqual(len(page["alignments"]), size)
        reads += page["alignments"]
        token = page["nextPageToken"]
    return reads


def names(reads):
    return [read["fragmentName"] for read in reads]


def ids(reads):
    return [read["id"] for read in reads]


def compare_file(test, server, set_id, path, chosen, genome=()):
    """Whole, page by page, in shards, regions and what has no place. Returns the number of reads."""
    judge = Judge(test, set_id, groups_of(path))
    lines = viewed(path, genome=genome)
    whole = streamed(test, server, set_id, None if len(lines) <= MOST else "alignments(id,fragmentName)")
    assert_alike(test, names(whole), [line[0].replace("*", "") for line in lines], path)
    if len(lines) <= MOST:
        judge.judge(whole, lines)
        # Each page of a CRAM has a process of its own.
        size = max(len(lines) // 3, 1) if path.suffix == ".cram" else chosen.randrange(1, 300)
        assert_alike(test, searched(test, server, readGroupSetIds=[set_id], pageSize=size), whole, path)
    compare_shards(test, server, set_id, whole)
    unplaced = viewed(path, "*", genome=genome)
    judge.judge(streamed(test, server, set_id, referenceName="*"), unplaced)
    placed = [line for line in lines if line[2] != "*"]
    for _ in range(REGIONS if placed else 0):
        line = chosen.choice(placed)
        width = chosen.choice((1, 100, 1000))
        begin = max(int(line[3]) - 1 - chosen.randrange(2 * width), 0)
        window = {"referenceName": line[2], "start": begin, "end": str(begin + width)}
        inside = viewed(path, f"{{{line[2]}}}:{begin + 1}-{begin + width}", genome=genome)
        found = streamed(test, server, set_id, **window)
        judge.judge(found, inside)
        size = max(len(found) // 2, 1)
        paged = searched(test, server, readGroupSetIds=[set_id], pageSize=size, **window)
        assert_alike(test, paged, found, (path, window))
        compare_shards(test, server, set_id, found, 1, 3, **window)
    return len(lines)


def compare_shards(test, server, set_id, whole, count=2, multiple=4, **window):
    """All together are the whole, each read once, and shards of a multiple have the same borders."""
    def shards(total):
        return [
            ids(streamed(test, server, set_id, "alignments/id", shard=k, totalShards=total, **window))
            for k in range(total)
        ]

    order = {one: number for number, one in enumerate(ids(whole))}
    few, many = shards(count), shards(multiple)
    assert_alike(test, sorted(sum(few, []), key=order.get), ids(whole), window)
    each = multiple // count
    joined = [sum(many[each * k:each * (k + 1)], []) for k in range(count)]
    for one, other in zip(joined, few):
        assert_alike(test, sorted(one, key=order.get), other, window)


class the_demo(unittest.TestCase):
    def test_is_what_samtools_reads(self):
        with Server(DEMO) as server:
            count = compare_file(self, server, "main~reads", DEMO / "reads.bam", random.Random(5))
        self.assertGreater(count, 500)


@unittest.skipUnless(reads_files(), "the real reads are not on this machine")
class real_files(FolderTest):
    def test_are_what_samtools_reads(self):
        # Some are the same reads, packed otherwise.
        sources = [path for path in reads_files() if not path.match("3.1/passed/level-[123].cram")]
        if support.SANITIZED:  # a server that takes its time
            sources = sources[::4]
        files = collect_reads(self.folder, sources)
        chosen = random.Random(20161004)
        reads, left_out = 0, 0
        with Server(self.folder) as server:
            for set_id, path in files.items():
                with self.subTest(set_id, size=path.stat().st_size):
                    if server.request(f"/v1/readgroupsets/{set_id}")[0] == 404:
                        left_out += 1
                        continue
                    genome = ["--reference", GENOME] if wants_genome(path) else []
                    reads += compare_file(self, server, set_id, path, chosen, genome)
        print(f"{len(files) - left_out} files, {reads} reads; {left_out} files are not served", file=sys.stderr)
        self.assertGreater(reads, 500 if support.SANITIZED else 10_000)


class messages(GenomicsTest):
    """What is asked for, and what is wrong with it."""

    def search(self, wanted=200, fields=None, **body):
        target = "/v1/reads/search" + (f"?fields={fields}" if fields else "")
        status, answer = self.send("POST", target, body)
        self.assertEqual(status, wanted, answer)
        return answer

    def stream(self, wanted=200, fields=None, **body):
        target = "/v1/reads:stream" + (f"?fields={fields}" if fields else "")
        status, answer = self.send("POST", target, {"projectId": "p", "readGroupSetId": "alpha~alpha-reads"} | body)
        self.assertEqual(status, wanted, answer)
        return answer

    def places(self, answer):
        positions = [read["alignment"]["position"] for read in answer["alignments"]]
        return [(one["referenceName"], int(one["position"])) for one in positions]

    def test_pages(self):
        asked = {"readGroupSetIds": ["alpha~alpha-reads"]}
        whole = self.search(**asked, pageSize="10000")["alignments"]
        count = int(run("samtools", "view", "-c", self.folder / "alpha" / "alpha-reads.bam"))
        self.assertEqual(len(whole), count)
        self.assertEqual(len(self.search(**asked, pageSize=0)["alignments"]), min(count, 256))
        for size in (7, 100, count - 1, count):
            with self.subTest(size):
                self.assertEqual(searched(self, self.server, **asked, pageSize=size), whole)

    def test_tokens_are_of_their_request_and_file(self):
        asked = {"readGroupSetIds": ["alpha~alpha-reads"], "referenceName": "1", "pageSize": 2}
        token = self.search(**asked)["nextPageToken"]
        for other in (
            {"readGroupSetIds": ["beta~beta-reads"]}, {"start": 1}, {"end": 60}, {"referenceName": "2"},
            {"referenceName": ""}, {"pageToken": token + "x"}, {"pageToken": "x"},
        ):
            with self.subTest(other):
                self.search(400, **({"pageToken": token} | asked | other))
        self.assertEqual(len(self.search(**asked | {"pageSize": 9}, pageToken=token)["alignments"]), 9)
        path = self.folder / "alpha" / "alpha-reads.bam"
        path.write_bytes(path.read_bytes())
        error = self.search(400, **asked, pageToken=token)["error"]
        self.assertIn("stale", error["message"])

    def test_windows(self):
        asked = {"readGroupSetIds": ["alpha~alpha-reads"]}
        for window, found in (
            ({"start": 100, "end": 101}, [40, 80]), ({"start": "140", "end": "141"}, [80, 120]),
            ({"end": 1}, [0]), ({"start": 5, "end": 5}, []), ({"start": 10**12}, []),
        ):
            with self.subTest(window):
                found = [("1", at) for at in found]
                self.assertEqual(self.places(self.search(**asked, referenceName="1", **window)), found)
        unplaced = self.search(**asked, referenceName="*")["alignments"]
        self.assertEqual([read.get("alignment") for read in unplaced], [None])
        nothing = {"alignments": [], "nextPageToken": ""}
        self.assertEqual(self.search(**asked, referenceName="chrDoesNotExist"), nothing)

    def test_read_groups(self):
        header = sam_header({"1": 1000}) + "".join(f"@RG\tID:{name}\tSM:s\n" for name in ("one", "t.o"))
        lines = [f"r{n}\t0\t1\t{n + 1}\t60\t5M\t*\t0\t0\tACGTA\t*" for n in range(9)]
        lines = [line + ("", "\tRG:Z:one", "\tRG:Z:t.o")[n % 3] for n, line in enumerate(lines)]
        text = header + "\n".join(lines) + "\n"
        path = self.folder / "alpha" / "grouped.bam"
        run("samtools", "view", "--no-PG", "-b", "-o", path, "-", input=text.encode())
        self.restart()
        one, other = (group["id"] for group in self.call("readgroupsets.get", "alpha~grouped")["readGroups"])
        for ids, found in (([one], [1, 4, 7]), ([other], [2, 5, 8]), ([one, other, one], [1, 2, 4, 5, 7, 8])):
            for size in (1, 2, 100):
                reads = searched(self, self.server, readGroupIds=ids, pageSize=size)
                self.assertEqual([read["fragmentName"] for read in reads], [f"r{n}" for n in found])
                self.assertLessEqual({read["readGroupId"] for read in reads}, set(ids))
        self.search(400, readGroupIds=[one], readGroupSetIds=["alpha~grouped"])
        self.search(400, readGroupIds=[one, "alpha~alpha-reads~lane1"])
        for nobody in ("alpha~grouped~x", "alpha~grouped", "x", "alpha~nobody~one"):
            self.search(404, readGroupIds=[nobody])

    def test_several_sets_are_merged(self):
        for name, first in (("odd", 1), ("even", 2)):
            reads = [("1", at, "50M") for at in range(first, 400, 2)] + [("2", first, "9M"), ("*", 0, "*")]
            write_bam(self.folder / "alpha" / f"{name}.bam", sam_header({"1": 10_000, "2": 5_000}), reads)
        self.restart()
        both = {"readGroupSetIds": ["alpha~odd", "alpha~even", "alpha~odd"]}
        reads = searched(self, self.server, **both)
        placed = self.places({"alignments": [read for read in reads if "alignment" in read]})
        self.assertEqual(placed, [("1", at) for at in range(399)] + [("2", 0), ("2", 1)])
        self.assertEqual(len(reads), len(placed) + 2)
        self.assertEqual({read["readGroupSetId"] for read in reads}, {"alpha~odd", "alpha~even"})
        for size in (1, 37):
            self.assertEqual(searched(self, self.server, **both, start=90, end=200, referenceName="1", pageSize=size),
                             searched(self, self.server, **both, start=90, end=200, referenceName="1"))
        self.search(400, readGroupSetIds=["alpha~odd", "beta~beta-reads"])
        unsorted = sam_header({"1": 10_000, "2": 5_000}).replace("coordinate", "unsorted")
        write_bam(self.folder / "alpha" / "shuffled.bam", unsorted, [("1", 9, "9M"), ("1", 5, "9M")])
        self.restart()
        error = self.search(400, readGroupSetIds=["alpha~odd", "alpha~shuffled"])["error"]
        self.assertEqual(error["status"], "FAILED_PRECONDITION")
        alone = self.search(readGroupSetIds=["alpha~shuffled"])
        self.assertEqual(self.places(alone), [("1", 8), ("1", 4)])

    def test_fields(self):
        asked = {"readGroupSetIds": ["alpha~alpha-reads"], "referenceName": "1", "end": 1}
        whole = self.search(**asked)["alignments"][0]
        units = whole["alignment"]["cigar"]
        for fields, wanted in (
            ("nextPageToken", {"nextPageToken": ""}), ("alignments", {"alignments": [whole]}), ("nobody", {}),
            ("alignments(id,readNumber)", {"alignments": [{"id": whole["id"], "readNumber": 0}]}),
            ("alignments/nobody", {"alignments": [{}]}),
            ("alignments/alignment(position/position,cigar/operation)", {"alignments": [{"alignment": {
                "position": {"position": "0"}, "cigar": [{"operation": unit["operation"]} for unit in units],
            }}]}),
            ("alignments/alignment/mappingQuality,nextPageToken", {
                "alignments": [{"alignment": {"mappingQuality": 60}}], "nextPageToken": "",
            }),
        ):
            with self.subTest(fields):
                self.assertEqual(self.search(fields=fields, **asked), wanted)
                shown = {name: wanted[name] for name in wanted if name == "alignments"}
                window = {"referenceName": "1", "end": 1}
                self.assertEqual(self.stream(fields=fields, **window), [shown] if shown else [])
        self.search(400, fields="alignments(", **asked)

    def test_what_is_wrong(self):
        asked = {"readGroupSetIds": ["alpha~alpha-reads"], "referenceName": "1"}
        for wrong in (
            {"start": -1}, {"end": "-1"}, {"start": 9, "end": 3}, {"start": "x"}, {"nobody": 1},
            {"referenceName": None, "start": 1}, {"referenceName": "*", "end": 9}, {"referenceName": 5},
        ):
            with self.subTest(wrong):
                self.search(400, **asked | wrong)
                self.stream(400, **{"referenceName": "1"} | wrong)
        for wrong in ({"readGroupSetIds": []}, {"pageSize": -1}, {"pageSize": "x"}, {"projectId": "p"}):
            with self.subTest(wrong):
                self.search(400, **asked | wrong)
        for wrong in (
            {"projectId": ""}, {"readGroupSetId": ""}, {"pageSize": 1}, {"shard": 1}, {"shard": 3, "totalShards": 3},
            {"shard": -1, "totalShards": 3}, {"totalShards": -1}, {"totalShards": 2**31}, {"shard": "x"},
        ):
            with self.subTest(wrong):
                self.stream(400, **wrong)
        self.search(404, readGroupSetIds=["nobody"])
        self.search(404, readGroupSetIds=["alpha~alpha-reads", "nobody"])
        self.stream(404, readGroupSetId="nobody")
        self.assertEqual(self.send("POST", "/v1/reads/search?alt=proto", asked)[0], 400)


class bad_days(FolderTest):
    def test_a_damaged_file_is_cut(self):
        header = sam_header({"1": 1_000_000})
        path = write_bam(self.folder / "p.bam", header, [("1", at, "50M") for at in range(1, 200_000)])
        with Server(self.folder) as server:
            self.assertEqual(len(streamed(self, server, "main~p", "alignments/id")), 199_999)
            with open(path, "r+b") as file:  # in place, so that the server has the same file open
                file.seek(path.stat().st_size // 2)
                file.write(b"\0" * 4096)
            body = json.dumps({"projectId": "p", "readGroupSetId": "main~p"})
            try:
                status, _, answer = server.request(
                    "/v1/reads:stream", "POST", {"Content-Type": "application/json"}, body
                )
            except OSError:
                return
            except Exception as cut:
                self.assertEqual(type(cut).__name__, "IncompleteRead")
                return
            self.assertGreaterEqual(status, 400, answer[:200])


if __name__ == "__main__":
    unittest.main()
