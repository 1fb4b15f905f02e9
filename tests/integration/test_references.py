"""References and their bases, against samtools."""

import hashlib
import http.client
import json
import random
import unittest

import support
from support import SHARED_DATA, FolderTest, Server, run

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


def samtools_md5s(path):
    """{name: M5}"""
    lines = run("samtools", "dict", path).decode().splitlines()
    tags = [dict(tag.split(":", 1) for tag in line.split("\t")[1:]) for line in lines if line.startswith("@SQ")]
    return {tag["SN"]: tag["M5"] for tag in tags}


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
            connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
            self.addCleanup(connection.close)
            for entity, body, count in (
                ("references", {"minLength": 60_000, "referenceSetDbIds": ["main~plain"]}, 2),
                ("referencesets", {"referenceSetDbIds": ["main~plain"]}, 1),
            ):
                connection.request(
                    "POST", f"/brapi/v2/search/{entity}", json.dumps(body), {"Content-Type": "application/json"}
                )
                answer = connection.getresponse()
                self.assertEqual(answer.status, 202)
                kept = json.load(answer)["result"]["searchResultsDbId"]
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


@unittest.skipUnless((SHARED_DATA / "fasta").is_dir(), "the real references are not on this machine")
class real_references(FolderTest):
    def test_are_as_samtools_reads_them(self):
        chosen = [
            path
            for path in sorted((SHARED_DATA / "fasta").rglob("*"))
            if path.name.endswith((".fa", ".fa.gz", ".fasta", ".fasta.gz")) and path.stat().st_size < 30_000_000
        ]
        for number, path in enumerate(chosen):
            ending = ".fa.gz" if path.name.endswith(".gz") else ".fa"
            (self.folder / f"r{number}{ending}").symlink_to(path)
        compared = 0
        with Server(self.folder) as server:
            listed = server.get("/brapi/v2/references", pageSize=100_000)["result"]["data"]
            served = {r["referenceSetName"] for r in listed}
            for number, path in enumerate(chosen):
                if f"r{number}" not in served:
                    continue  # refused, with a reason, which other tests look at
                own = [r for r in listed if r["referenceSetName"] == f"r{number}"]
                expected = samtools_md5s(path)
                self.assertEqual({r["referenceName"]: r["md5checksum"] for r in own}, expected, path)
                compared += len(own)
        self.assertGreater(compared, 0)


if __name__ == "__main__":
    unittest.main()
