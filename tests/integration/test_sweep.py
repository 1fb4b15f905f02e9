"""One request, many ways to answer it: threads, SIMD levels, columns and compression change no byte of it, nor does
it matter whether records come from a VCF.gz or from its twin in BCF."""

import dataclasses
import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
import unittest
import zlib

import support
from shapes import Shapes
from shared_files import ENDINGS, bgzipped
from support import DEMO, PROGRAM, SHARED_DATA, FolderTest, Server, call_set_id, calls_path, run

# Of the real data sets one in so many, and no large ones; CALLSTREAM_TEST_CALLS=all takes every one.
ONE_IN, BYTES_MAX = (1, 1 << 40) if os.environ.get("CALLSTREAM_TEST_CALLS") == "all" else (9, 60_000)
OTHER_FORM = "sepPhased=:&sepUnphased=%7E&unknownString=-&expandHomozygotes=false"
WHOLE = "dimensionVariantPageSize=1000000&dimensionCallSetPageSize=1000000"
ENCODINGS = ("identity", "gzip", "zstd")


@dataclasses.dataclass(frozen=True)
class Way:
    """How a server answers. Of nine of them each two of the four choices meet in every combination."""

    threads: int
    simd: str  # "": the best one
    columns: bool
    shift: int  # of the encodings: the next request has the next one

    def encoding(self, number):
        return ENCODINGS[(self.shift + number) % len(ENCODINGS)]


WAYS = [
    Way(threads, simd, (row + column) % 3 != 0, row + 2 * column)
    for row, threads in enumerate((1, 2, 4))
    for column, simd in enumerate(("scalar", "avx2", ""))
]


def requests_of(variant_set, call_sets):
    """[(target, headers)] of one variant set."""
    ndjson = {"Accept": "application/x-ndjson"}
    calls, matrix = f"/brapi/v2/variantsets/{variant_set}/calls", f"/brapi/v2/allelematrix?variantSetDbId={variant_set}"
    out = [(calls, ndjson), (f"{matrix}&{WHOLE}", {}), (f"{matrix}&{OTHER_FORM}", ndjson)]
    if call_sets:
        few = ",".join(dict.fromkeys(call_sets[i * (len(call_sets) - 1) // 3] for i in (2, 0, 3)))
        one = calls_path(call_sets[len(call_sets) // 2])
        out += [
            (one, ndjson),
            (f"{one}?{OTHER_FORM}&callFields=genotypeValue,genotype,variantDbId", ndjson),
            (f"{calls}?callSetDbId={few}", ndjson),
            (f"{matrix}&callSetDbId={few}", ndjson),
        ]
    return out


def unpacked(encoding, body):
    if encoding == "gzip":
        return gzip.decompress(body)
    if encoding == "zstd":
        return run("zstd", "-dcq", input=body)
    assert encoding == "identity", encoding
    return body


def first_difference(one, other):
    at = next((i for i, (a, b) in enumerate(zip(one, other)) if a != b), min(len(one), len(other)))
    around = slice(max(0, at - 100), at + 60)
    return f"{len(one)} and {len(other)} bytes, first at {at}:\n{one[around]}\n{other[around]}"


class SweepTest(FolderTest):
    def setUp(self):
        super().setUp()
        self.key = self.folder.parent / "key"
        self.key.write_bytes(b"k" * 32)
        self.key.chmod(0o600)
        self.answers = 0

    def index(self):
        """Both states, with the columns of all files and without."""
        state = self.folder.parent / "state-False"
        for extra in ([], ["--columns"]):
            command = [PROGRAM, "index", self.folder, "--state", state, *extra]
            subprocess.run(command, capture_output=True)
            if not extra:
                shutil.copytree(state, self.folder.parent / "state-True")
            state = self.folder.parent / "state-True"
        self.assertTrue(any((state / "index").glob("*.columns")))

    def serve(self, way):
        under = ["env", f"CALLSTREAM_SIMD={way.simd}"] if way.simd else []
        server = Server(
            self.folder, "--token-key", str(self.key), "--threads", str(way.threads), under=under,
            state=self.folder.parent / f"state-{way.columns}",
        )
        if way.simd == "scalar":
            self.assertIn("SIMD level scalar", server.log_text())
        return server

    def answer(self, server, way, number, request):
        """How it is packed, and the bytes."""
        target, headers = request
        status, fields, body = server.request(
            target, headers=headers | {"Accept-Encoding": way.encoding(number)}
        )
        self.assertEqual(status, 200, f"{target}: {body[:300]}")
        self.answers += 1
        return fields.get("Content-Encoding", "identity"), body

    def ask(self, *what):
        """The body as it was before it was packed."""
        return unpacked(*self.answer(*what))

    def digests(self, server, way, requests):
        """Of each body before it was packed. What zstd packed is left to one process for all."""
        out = {}
        folder = self.folder.parent / "packed"
        folder.mkdir()
        for number, request in enumerate(requests):
            encoding, body = self.answer(server, way, number, request)
            if encoding == "zstd":
                (folder / f"{number}.zst").write_bytes(body)
            else:
                out[number] = hashlib.sha256(unpacked(encoding, body)).digest()
        if any(folder.iterdir()):
            run("zstd", "-dq", "--rm", *folder.iterdir())
        out |= {int(path.name): hashlib.sha256(path.read_bytes()).digest() for path in folder.iterdir()}
        shutil.rmtree(folder)
        return out

    def every_request(self, server):
        """Of all that is served."""
        out = []
        for one in server.get("/brapi/v2/variantsets", pageSize=10_000)["result"]["data"]:
            name = one["variantSetDbId"]
            sets = server.get(f"/brapi/v2/variantsets/{name}/callsets", pageSize=10_000)["result"]["data"]
            out += requests_of(name, [c["callSetDbId"] for c in sets])
        self.assertGreater(len(out), 0)
        return out

    def sweep(self):
        """Every way answers like the first one."""
        self.index()
        with self.serve(WAYS[0]) as server:
            requests = self.every_request(server)
            first = self.digests(server, WAYS[0], requests)
        for way in WAYS[1:]:
            with self.serve(way) as server:
                digests = self.digests(server, way, requests)
                for number, request in enumerate(requests):
                    if digests[number] != first[number]:
                        self.explain(server, way, number, request)
        print(f"{len(requests)} requests, {self.answers} answers", file=sys.stderr)

    def explain(self, server, way, number, request):
        other = self.ask(server, way, number, request)
        with self.serve(WAYS[0]) as first:
            one = self.ask(first, WAYS[0], number, request)
        self.fail(f"{request[0]}: {WAYS[0]} and {way}: {first_difference(one, other)}")


def without_place(body):
    """Tokens have the place in the file, and ids the data set."""
    body = re.sub(rb'"(\w+PageToken)":"[^"]*"', rb'"\1":""', body)
    return re.sub(rb'"(text|twin)~', b'"~', body)


class files_of_odd_shapes(SweepTest):
    def setUp(self):
        super().setUp()
        self.shapes = Shapes().all()
        for name, text in self.shapes.items():
            packed, twin = self.folder / "text" / f"{name}.vcf.gz", self.folder / "twin" / f"{name}.bcf"
            for path in (packed, twin):
                path.parent.mkdir(exist_ok=True)
            packed.write_bytes(run("bgzip", "-c", input=text.encode()))
            run("bcftools", "view", "--no-version", "-Ob", "-o", twin, packed)

    def test_are_answered_in_one_way(self):
        self.sweep()

    def test_are_answered_alike_as_text_and_as_binary(self):
        with self.serve(WAYS[-1]) as server:
            for name in self.shapes:
                samples = support.samples_of(self.folder / "twin" / f"{name}.bcf")
                bodies = []
                for data_set in ("text", "twin"):
                    ids = [call_set_id(data_set, name, sample) for sample in samples]
                    requests = requests_of(f"{data_set}~{support.encode_id(name)}", ids)
                    bodies.append([without_place(self.ask(server, WAYS[-1], 0, r)) for r in requests])
                for (target, _), one, other in zip(requests, *bodies):
                    with self.subTest(target):
                        self.assertTrue(one == other, first_difference(one, other))


class the_demo_data(SweepTest):
    def test_is_answered_in_one_way(self):
        shutil.copytree(DEMO, self.folder, dirs_exist_ok=True)
        self.sweep()


@unittest.skipUnless(SHARED_DATA.is_dir(), "the real data sets are not on this machine")
class the_real_files(SweepTest):
    def test_are_answered_in_one_way(self):
        """What is refused, or is not sorted, is so in every way."""
        for number, source in enumerate(self.some_files()):
            folder = self.folder / f"d{number}"
            folder.mkdir()
            if source.name.endswith(".bcf"):
                shutil.copyfile(source, folder / "file.bcf")
            else:
                bgzipped(source, folder / "file.vcf.gz")
        self.sweep()

    def some_files(self):
        files = sorted(path for path in SHARED_DATA.rglob("*") if path.name.endswith(ENDINGS) and path.is_file())
        return [p for p in files if zlib.crc32(p.name.encode()) % ONE_IN == 0 and p.stat().st_size <= BYTES_MAX]


if __name__ == "__main__":
    unittest.main()
