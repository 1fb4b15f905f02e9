"""Reads of Google Genomics v1 against samtools: `reads/search` and `reads:stream`, on the demo and on the real
files beside the project. CALLSTREAM_REGIONS says how many regions of each file."""

import json
import math
import os
import random
import re
import shutil
import subprocess
import sys
import unittest

import support
from genomics import GenomicsTest, sam_header, write_bam
from support import DEMO, FolderTest, Server, run
from test_htsget_shared import GENOME, reads_files, wants_genome

REGIONS = int(os.environ.get("CALLSTREAM_REGIONS", 1))
MOST = 2000  # reads of a file that are compared one by one, and paged
OPERATIONS = dict(zip("MIDNSHP=X", (
    "ALIGNMENT_MATCH", "INSERT", "DELETE", "SKIP", "CLIP_SOFT", "CLIP_HARD", "PAD", "SEQUENCE_MATCH", "SEQUENCE_MISMATCH",
)))
READ = {
    "alignedQuality", "alignedSequence", "alignment", "duplicateFragment", "failedVendorQualityChecks", "fragmentLength",
    "fragmentName", "id", "info", "nextMatePosition", "numberReads", "properPlacement", "readGroupId",
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


class Judge:
    """Compares reads with lines of samtools; `test` fails."""

    def __init__(self, test, set_id, groups):
        self.test, self.set_id, self.groups = test, set_id, groups

    def judge(self, found, lines):
        self.test.assertEqual([read["fragmentName"] for read in found], [line[0].replace("*", "") for line in lines])
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


def ids(reads):
    return [read["id"] for read in reads]


def compare_file(test, server, set_id, path, chosen, genome=()):
    """Whole, page by page, in shards, regions and what has no place. Returns the number of reads."""
    judge = Judge(test, set_id, groups_of(path))
    lines = viewed(path, genome=genome)
    whole = streamed(test, server, set_id)
    some = range(len(lines)) if len(lines) <= MOST else sorted(chosen.sample(range(len(lines)), MOST))
    test.assertEqual([r["fragmentName"] for r in whole], [line[0].replace("*", "") for line in lines])
    judge.judge([whole[i] for i in some], [lines[i] for i in some])
    if len(lines) <= MOST:
        # Each page of a CRAM has a process of its own.
        size = max(len(lines) // 3, 1) if path.suffix == ".cram" else chosen.randrange(1, 300)
        test.assertEqual(searched(test, server, readGroupSetIds=[set_id], pageSize=size), whole)
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
        if len(found) < MOST:
            size = max(len(found) // 2, 1)
            test.assertEqual(searched(test, server, readGroupSetIds=[set_id], pageSize=size, **window), found)
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
    test.assertEqual(sorted(sum(few, []), key=order.get), ids(whole))
    each = multiple // count
    joined = [sum(many[each * k:each * (k + 1)], []) for k in range(count)]
    test.assertEqual(*([sorted(shard, key=order.get) for shard in one] for one in (joined, few)))


class the_demo(unittest.TestCase):
    def test_is_what_samtools_reads(self):
        with Server(DEMO) as server:
            count = compare_file(self, server, "main~reads", DEMO / "reads.bam", random.Random(5))
        self.assertGreater(count, 500)


@unittest.skipUnless(reads_files(), "the real reads are not on this machine")
class real_files(FolderTest):
    def test_are_what_samtools_reads(self):
        files = {}
        # Some are the same reads, packed otherwise.
        sources = [path for path in reads_files() if path.name not in ("level-2.cram", "level-3.cram")]
        if support.SANITIZED:  # a server that takes its time
            sources = sources[::4]
        for number, source in enumerate(sources):
            folder = self.folder / f"r{number}"
            folder.mkdir()
            target = folder / f"x{source.suffix}"
            shutil.copy(source, target)
            if wants_genome(target):
                shutil.copy(GENOME, folder)
            if subprocess.run(["samtools", "index", target], capture_output=True).returncode == 0:
                files[f"r{number}~x"] = target
            else:
                shutil.rmtree(folder)
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
        self.assertGreater(reads, 10_000)


if __name__ == "__main__":
    unittest.main()
