"""htsget over the real files beside the project: whole files, headers, random regions and unplaced reads are
what bcftools and samtools read from the files. CALLSTREAM_REGIONS says how many regions of each file."""

import itertools
import os
import random
import subprocess
import sys
import unittest

import support
from shared_files import GENOME, collect, collect_reads, has_records, reads_files, wants_genome
from support import SHARED_DATA, FolderTest, Server, run
from test_htsget import SEED, fetch, records_in, ticket, whole

REGIONS = int(os.environ.get("CALLSTREAM_REGIONS", 1 if support.SANITIZED else 3))
WIDTHS = (1, 100, 10_000, 1_000_000)


def say(text):
    print(text, file=sys.stderr)


def viewed(body):
    return run("bcftools", "view", "-H", "-", input=body)


def header_of(body):
    """Read as a stream: with an index beside a file, bcftools adds the contigs that it names."""
    return run("bcftools", "view", "--no-version", "-h", "-", input=body)


def places(path):
    """[(contig, POS)] of all records."""
    out = run("bcftools", "query", "-f", "%CHROM\t%POS\n", path).decode()
    return [(line.split("\t")[0], int(line.split("\t")[1])) for line in out.splitlines()]


def regions_around(chosen, found, count):
    """Some with records in them, some beside."""
    for _ in range(count):
        contig, position = chosen.choice(found)
        width = chosen.choice(WIDTHS)
        begin = max(position - 1 - chosen.randrange(2 * width), 0)
        yield contig, begin, begin + width


@unittest.skipUnless(SHARED_DATA.is_dir(), "the real files are not on this machine")
class variants(FolderTest):
    def test_files_headers_and_regions(self):
        good, _ = collect(self.folder, has_records, both=False)
        indexed = [item for item in good if self.index(item[2])]
        if support.SANITIZED:  # a server that takes its time
            indexed = indexed[::4]
        chosen = random.Random(SEED)
        asked = 0
        with Server(self.folder) as server:
            served = self.served(server)
            left_out = [item for item in indexed if f"{item[0]}~{item[1]}" not in served]
            for data_set, stem, path in indexed:
                name = f"{data_set}~{stem}"
                if name not in served:
                    continue
                with self.subTest(name, path=path.name):
                    self.check_whole(server, name, path)
                    found = places(path)
                    for contig, begin, end in regions_around(chosen, found, REGIONS):
                        body = whole(server, "variants", name, referenceName=contig, start=begin, end=end)
                        self.assertEqual(viewed(body), records_in(path, contig, begin, end), (contig, begin, end))
                        asked += 1
        say(f"variants: {len(indexed) - len(left_out)} files, {asked} regions; {len(left_out)} files are not served")
        self.assertGreater(asked, 100)

    def index(self, path):
        return subprocess.run(["bcftools", "index", "-f", path], capture_output=True).returncode == 0

    def served(self, server):
        out = set()
        for page in itertools.count():
            found = server.get("/brapi/v2/variantsets", page=page, pageSize=500)
            out |= {one["variantSetDbId"] for one in found["result"]["data"]}
            if page + 1 >= found["metadata"]["pagination"]["totalPages"]:
                return out

    def check_whole(self, server, name, path):
        self.assertEqual(viewed(whole(server, "variants", name)), run("bcftools", "view", "-H", path))
        header = whole(server, "variants", name, **{"class": "header"})
        self.assertEqual(header_of(header), header_of(path.read_bytes()))


def alignments(source, *options, genome=()):
    """Without tags, of which a CRAM's decoder adds some."""
    environment = os.environ | {"REF_PATH": "/nonexistent", "REF_CACHE": ""}
    given = {"input": source} if isinstance(source, bytes) else {}
    text = run("samtools", "view", *genome, "-" if given else source, *options, env=environment, **given)
    return [b"\t".join(line.split(b"\t")[:11]) for line in text.splitlines()]


@unittest.skipUnless(reads_files(), "the real reads are not on this machine")
class reads(FolderTest):
    def test_files_headers_regions_and_reads_without_place(self):
        files = collect_reads(self.folder, reads_files())
        chosen = random.Random(SEED)
        asked, left_out = 0, []
        with Server(self.folder) as server:
            for name, path in files.items():
                with self.subTest(name, size=path.stat().st_size):
                    if server.request(f"/htsget/reads/{name}")[0] == 404:
                        left_out.append(name)
                        continue
                    asked += self.check(server, name, path, chosen)
        say(f"reads: {len(files) - len(left_out)} files, {asked} regions; {len(left_out)} files are not served")
        self.assertGreater(asked, 20)

    def check(self, server, name, path, chosen):
        genome = ["--reference", GENOME] if wants_genome(path) else []

        def view(source, *options):
            return alignments(source, *options, genome=genome)

        parts = fetch(server, ticket(server, "reads", name))
        expected = view(path)
        self.assertEqual(view(b"".join(body for _, body in parts)), expected)
        self.assertEqual(
            run("samtools", "view", "--no-PG", "-H", "-", input=whole(server, "reads", name, **{"class": "header"})),
            run("samtools", "view", "--no-PG", "-H", path),
        )
        self.assertEqual(view(whole(server, "reads", name, referenceName="*")), view(path, "*"))
        placed = [line.split(b"\t") for line in expected]
        placed = [(fields[2].decode(), int(fields[3])) for fields in placed if fields[2] != b"*"]
        asked = 0
        for contig, begin, end in regions_around(chosen, placed, REGIONS if placed else 0):
            body = whole(server, "reads", name, referenceName=contig, start=begin, end=end)
            # In braces, for the names of alternate contigs have colons.
            self.assertEqual(view(body), view(path, f"{{{contig}}}:{begin + 1}-{end}"), (contig, begin, end))
            asked += 1
        return asked


if __name__ == "__main__":
    unittest.main()
