"""References and their bases, against samtools."""

import hashlib
import json
import random
import re
import subprocess
import sys
import unittest

import support
from support import ROOT, SHARED_DATA, FolderTest, Server, run

CHR20 = ROOT / "build" / "demo" / "chr20"
BASES = "ACGTACGTACGTacgtacgtNnRYKMSWBDHV"


def fasta(sequences, width):
    text = ""
    for name, letters in sequences.items():
        lines = [letters[at : at + width] for at in range(0, len(letters), width)]
        text += f">{name} about {name}\n" + "\n".join(lines) + "\n"
    return text


def bases_path(reference):
    return f"/brapi/v2/references/{reference}/bases"


def walk(server, reference, **parameters):
    """The bases of a stretch, over all pages."""
    start = parameters.get("start") or 0
    letters, token = "", None
    while True:
        result = server.get(bases_path(reference), pageToken=token, **parameters)["result"]
        assert result["offset"] == start + len(letters), result["offset"]
        letters += result["sequence"]
        token = result["nextPageToken"]
        if token is None:
            return letters


def samtools_bases(path, region):
    return "".join(run("samtools", "faidx", path, region).decode().splitlines()[1:]).upper()


def samtools_tags(path):
    lines = run("samtools", "dict", path).decode().splitlines()
    return [dict(tag.split(":", 1) for tag in line.split("\t")[1:]) for line in lines if line.startswith("@SQ")]


def samtools_md5s(path):
    """{name: M5}"""
    return {tag["SN"]: tag["M5"] for tag in samtools_tags(path)}


def samtools_md5_list(path):
    """In the order of the file. Where blanks precede a name, `samtools dict` has none, unlike faidx."""
    return [tag["M5"] for tag in samtools_tags(path)]


class references(FolderTest):
    def setUp(self):
        super().setUp()
        self.random = random.Random(5)
        lengths = {"chr1": 300_000, "chr 2": 1, "3|x": 59_999, "HLA*4:01": 60_000}
        self.sequences = {
            name.split()[0]: "".join(self.random.choices(BASES, k=length)) for name, length in lengths.items()
        }
        text = fasta(self.sequences, 60).encode()
        (self.folder / "plain.fa").write_bytes(text)
        (self.folder / "packed.fa.gz").write_bytes(run("bgzip", "-c", input=text))
        # samtools indexes beside its file, so it has its own.
        self.copy = self.folder.parent / "copy.fa"
        self.copy.write_bytes(text)

    def test_bases_are_those_of_samtools(self):
        with Server(self.folder) as server:
            for stem in ("plain", "packed"):
                for name, letters in self.sequences.items():
                    reference = support.call_set_id("main", stem, name)
                    self.assertEqual(walk(server, reference), letters.upper())
                    for _ in range(20):
                        start = self.random.randrange(len(letters))
                        end = self.random.randint(start + 1, len(letters))
                        size = self.random.randint(max(1, (end - start) // 7), end - start + 1)
                        with self.subTest(reference=reference, start=start, end=end, size=size):
                            found = walk(server, reference, start=start, end=end, pageSize=size)
                            expected = samtools_bases(self.copy, f"{{{name}}}:{start + 1}-{end}")
                            self.assertEqual(found, expected)

    def test_checksums_are_those_of_samtools(self):
        expected = samtools_md5s(self.copy)
        joined = "".join(sorted(expected.values())).encode()
        with Server(self.folder) as server:
            for stem in ("plain", "packed"):
                data = server.get("/brapi/v2/references", referenceSetDbId=f"main~{stem}")["result"]["data"]
                self.assertEqual({r["referenceName"]: r["md5checksum"] for r in data}, expected)
                self.assertEqual([r["length"] for r in data], [len(s) for s in self.sequences.values()])
                one = server.get(f"/brapi/v2/referencesets/main~{stem}")["result"]
                self.assertEqual(one["md5checksum"], hashlib.md5(joined).hexdigest())
            data = server.get("/brapi/v2/references", md5checksum=expected["chr1"])["result"]["data"]
            self.assertEqual([r["referenceDbId"] for r in data], ["main~packed~chr1", "main~plain~chr1"])

    def test_tokens_survive_a_restart_and_nothing_else(self):
        state = self.folder.parent / "state"
        path = bases_path("main~plain~chr1")
        with Server(self.folder, state=state) as server:
            token = server.get(path, pageSize=1000, start=5)["result"]["nextPageToken"]
        with Server(self.folder, state=state) as server:
            page = server.get(path, pageSize=1000, pageToken=token)["result"]
            self.assertEqual(page["offset"], 1005)
            self.assertEqual(page["sequence"], self.sequences["chr1"][1005:2005].upper())
            for at in range(0, len(token), 7):
                altered = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
                status, text = server.error(path, pageToken=altered)
                self.assertEqual(status, 400)
                self.assertIn("pageToken", text)
            status, text = server.error(bases_path("main~packed~chr1"), pageToken=token)
            self.assertEqual((status, "another reference" in text), (400, True), text)
            replaced = self.folder / "incoming"
            replaced.write_text(fasta({"chr1": "ACGT" * 1000}, 70))
            replaced.rename(self.folder / "plain.fa")
            server.request(path)  # notices it
            server.wait_until_indexed()
            status, text = server.error(path, pageToken=token)
            self.assertEqual((status, "replaced" in text), (400, True), text)
            self.assertEqual(walk(server, "main~plain~chr1"), "ACGT" * 1000)

    def test_checksums_come_later_than_bases(self):
        letters = "ACGTTGCA" * 10_000_000
        late = self.folder / "late.fa"
        late.write_text(f">1\n{letters}\n")
        run("samtools", "faidx", late)
        expected = hashlib.md5(letters.encode()).hexdigest()
        query = f"/brapi/v2/references?referenceSetDbId=main~late&md5checksum={expected}"
        with Server(self.folder, wait=False) as server:
            self.assertEqual(walk(server, "main~late~1", start=5, end=9), letters[5:9])
            status, headers, body = server.request(query)
            shown = server.get("/brapi/v2/references/main~late~1")["result"]["md5checksum"]
            if status == 503:
                self.assertGreater(int(headers["Retry-After"]), 0)
                self.assertIn("still being computed", json.loads(body))
                self.assertIn(shown, (None, expected))
            else:  # a fast machine
                self.assertEqual((status, shown), (200, expected))
            server.wait_until_indexed()
            self.assertEqual(len(server.get(query)["result"]["data"]), 1)

    def test_indexing_ahead_leaves_nothing_to_do(self):
        state = self.folder.parent / "state"
        for made in ("4 indexed", "0 indexed"):  # indexes and checksums of two files
            done = run(support.PROGRAM, "index", self.folder, "--state", state).decode()
            self.assertIn(made, done)
        with Server(self.folder, state=state, wait=False) as server:
            server.wait_until_indexed()
            one = server.get("/brapi/v2/references/main~plain~chr1")["result"]
            self.assertEqual(one["md5checksum"], samtools_md5s(self.copy)["chr1"])

    def test_searches_find_what_lists_find(self):
        with Server(self.folder) as server:
            for entity, body, count in (
                ("references", {"minLength": 60_000, "referenceSetDbIds": ["main~plain"]}, 2),
                ("referencesets", {"referenceSetDbIds": ["main~plain"]}, 1),
            ):
                kept = server.search(entity, body)
                found = server.get(f"/brapi/v2/search/{entity}/{kept}")
                self.assertEqual(found["metadata"]["pagination"]["totalCount"], count)

    def test_long_pages_need_little_memory(self):
        letters = "".join(self.random.choices(BASES, k=1000)) * 60_000
        (self.folder / "long.fa").write_text(fasta({"1": letters}, 1_000_000))
        with Server(self.folder) as server:
            server.get(bases_path("main~long~1"), pageSize=1000)
            server.reset_peak_memory()
            before = server.memory_kib()
            status, _, body = server.request(bases_path("main~long~1") + "?pageSize=60000000")
            self.assertEqual(status, 200)
            self.assertIn(letters.upper().encode(), body)
            if not support.SANITIZED:
                self.assertLess(server.memory_kib("VmHWM") - before, 8 * 1024)


def regions_bases(path, regions):
    """What samtools says of [(name, start, end)] in the same order, upper-cased. It writes an index
    beside the file."""
    lines = "".join(f"{{{name}}}:{start + 1}-{end}\n" for name, start, end in regions)
    answer = run("samtools", "faidx", "-r", "/dev/stdin", path, input=lines.encode()).decode()
    parts = re.split(r"^>.*\n", answer, flags=re.MULTILINE)[1:]
    return [part.replace("\n", "").upper() for part in parts]


class RealReferences:
    """Files as they are beside the answers of samtools."""

    def compare(self, files, ranges):
        """`files` is {stem: path}. Returns how many files, sequences and ranges were compared."""
        copies = self.folder.parent / "copies"
        copies.mkdir()
        for stem, path in files.items():
            ending = ".fa.gz" if path.name.endswith(".gz") else ".fa"
            for folder in (self.folder, copies):
                (folder / (stem + ending)).symlink_to(path)
        compared = 0
        with Server(self.folder) as server:
            listed = server.get("/brapi/v2/references", pageSize=100_000)["result"]["data"]
            for copy in sorted(copies.iterdir()):
                with self.subTest(file=copy.name):
                    own = [r for r in listed if r["referenceSetName"] == copy.name.split(".")[0]]
                    self.compare_file(server, copy, own, ranges)
                    compared += 1
        return compared, len(listed), compared * ranges

    def compare_file(self, server, copy, own, ranges):
        self.assertEqual([r["md5checksum"] for r in own], samtools_md5_list(copy))
        for reference in own:
            size = max(1, reference["length"] // 7)
            whole = walk(server, reference["referenceDbId"], pageSize=size)
            self.assertEqual(hashlib.md5(whole.encode()).hexdigest(), reference["md5checksum"])
        chosen = []
        for _ in range(ranges):
            reference = self.random.choice([r for r in own if r["length"] > 0])
            start = self.random.randrange(reference["length"])
            end = self.random.randint(start + 1, min(reference["length"], start + 100_000))
            chosen.append((reference, start, end))
        wanted = regions_bases(copy, [(r["referenceName"], start, end) for r, start, end in chosen])
        for (reference, start, end), letters in zip(chosen, wanted, strict=True):
            parameters = {"start": start, "end": end}
            result = server.get(bases_path(reference["referenceDbId"]), **parameters)["result"]
            self.assertEqual((result["sequence"], result["offset"]), (letters, start), reference)


@unittest.skipUnless((SHARED_DATA / "FASTA-MD5.tsv").is_file(), "the real references are not on this machine")
class real_references(FolderTest, RealReferences):
    # What is refused, and how sed mends it: blanks and control characters within lines, by which the
    # ranges of samtools are off; and a sequence without a name.
    MENDED_BY = {
        "derived/fasta/pinfsc50__pinf_sc50.fasta.gz": "/^>/!s/[[:space:]]//g",
        "fasta/htslib/faidx.fa": "1,2d",
        "fasta/samtools/dict.fa": "/^>/!s/[^[:graph:]]//g",
        "plant/pinfsc50__pinf_sc50.fasta": "/^>/!s/[[:space:]]//g",
    }
    # Where the table of checksums sees no name, letters that are none, or a header within a line.
    ODD_SEQUENCES = ("chr9_whitespace", "printable", "?@AB")
    WITHOUT_INDEX = {"plant/fastreeR__samples.fasta.gz"}  # plain gzip

    def setUp(self):
        super().setUp()
        self.random = random.Random(6)
        lines = (SHARED_DATA / "FASTA-MD5.tsv").read_text().splitlines()[1:]
        self.rows = [line.split("\t")[:4] for line in lines]
        derived = sorted((SHARED_DATA / "derived" / "fasta").glob("*.gz"))
        names = sorted({row[0] for row in self.rows}) + [str(p.relative_to(SHARED_DATA)) for p in derived]
        self.stems = {name: f"r{number}" for number, name in enumerate(names)}

    def mended(self, name):
        path = SHARED_DATA / name
        if name not in self.MENDED_BY:
            return path
        text = run("gunzip", "-c", path) if name.endswith(".gz") else path.read_bytes()
        text = run("sed", self.MENDED_BY[name], input=text, env={"LC_ALL": "C"})
        mended = self.folder.parent / path.name
        mended.write_bytes(run("bgzip", "-c", input=text) if name.endswith(".gz") else text)
        return mended

    def test_are_as_samtools_reads_them(self):
        files = {stem: self.mended(name) for name, stem in self.stems.items() if name not in self.WITHOUT_INDEX}
        counts = self.compare(files, 200)
        print(f"{counts} files, sequences and ranges are as samtools has them", file=sys.stderr)
        self.assertEqual(counts[0], len(files))

    def test_have_the_checksums_that_others_computed(self):
        for name, stem in self.stems.items():
            path = self.mended(name)
            if name in self.WITHOUT_INDEX:
                path = self.folder.parent / path.name
                path.write_bytes(run("bgzip", "-c", input=run("gunzip", "-c", SHARED_DATA / name)))
            (self.folder / f"{stem}{'.fa.gz' if name.endswith('.gz') else '.fa'}").symlink_to(path)
        with Server(self.folder) as server:
            listed = server.get("/brapi/v2/references", pageSize=100_000)["result"]["data"]
        found = {(r["referenceSetName"], r["referenceName"]): (r["length"], r["md5checksum"]) for r in listed}
        compared = 0
        for name, sequence, length, md5 in self.rows:
            if sequence and not sequence.startswith(self.ODD_SEQUENCES):
                self.assertEqual(found.get((self.stems[name], sequence)), (int(length), md5), (name, sequence))
                compared += 1
        print(f"{compared} checksums", file=sys.stderr)

    def test_are_refused_where_samtools_would_be_wrong(self):
        for name in self.MENDED_BY.keys() | self.WITHOUT_INDEX:
            ending = ".fa.gz" if name.endswith(".gz") else ".fa"
            (self.folder / (self.stems[name] + ending)).symlink_to(SHARED_DATA / name)
        with Server(self.folder) as server:
            self.assertEqual(server.get("/brapi/v2/references")["result"]["data"], [])
            problems = server.get("/ready")["problems"]
        self.assertEqual(len(problems), len(self.MENDED_BY.keys() | self.WITHOUT_INDEX))


@unittest.skipUnless((CHR20 / "20.fa.gz").is_file(), "chromosome 20 was not fetched: tools/serve does")
class chromosome_20(FolderTest, RealReferences):
    """63 million bases, bgzipped and plain."""

    def setUp(self):
        super().setUp()
        self.random = random.Random(7)
        self.plain = self.folder.parent / "plain20.fa"
        with open(self.plain, "wb") as out:
            subprocess.run(["bgzip", "-dc", CHR20 / "20.fa.gz"], stdout=out, check=True)

    def test_is_as_samtools_reads_it(self):
        counts = self.compare({"packed": CHR20 / "20.fa.gz", "plain": self.plain}, 200)
        self.assertEqual(counts, (2, 2, 400))

    def test_streams_as_one_page_in_little_memory(self):
        (self.folder / "packed.fa.gz").symlink_to(CHR20 / "20.fa.gz")
        (self.folder / "plain.fa").symlink_to(self.plain)
        with Server(self.folder) as server:
            for reference in ("main~packed~20", "main~plain~20"):
                length = server.get(f"/brapi/v2/references/{reference}")["result"]["length"]
                server.get(bases_path(reference), pageSize=1000)
                server.reset_peak_memory()
                before = server.memory_kib()
                _, _, body = server.request(f"{bases_path(reference)}?pageSize=100000000")
                grown = server.memory_kib("VmHWM") - before
                result = json.loads(body)["result"]
                self.assertEqual((len(result["sequence"]), result["nextPageToken"]), (length, None))
                print(f"{reference}: {grown} KiB above idle while {length} bases streamed", file=sys.stderr)
                if not support.SANITIZED:
                    self.assertLess(grown, 2 * 1024)  # P7


if __name__ == "__main__":
    unittest.main()
