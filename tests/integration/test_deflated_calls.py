"""Calls that the server writes compressed itself: inflated they are the uncompressed answer, byte for byte."""

import gzip
import json
import random
import subprocess
import unittest
import zlib

import support
from support import FolderTest, Server, calls_path, write_vcf

NDJSON = {"Accept": "application/x-ndjson"}
SAMPLES = 40
VARIANTS = 2000


def panel(path, keys, value, samples=SAMPLES, variants=VARIANTS):
    draw = random.Random(3)
    rows = [
        ("1", 7 * v + 1, f"rs{v}" if v % 4 else ".", "A", "C,G", keys, [value(draw) for _ in range(samples)])
        for v in range(variants)
    ]
    return write_vcf(path, rows, [f"Sämple{i}" for i in range(samples)])


def genotype(draw):
    return draw.choice(["0|0"] * 9 + ["0|1", "1|1", "./.", "2/1"])


def with_depth(draw):
    return f"{genotype(draw)}:{draw.randrange(90)}:{draw.choice(['.', '1', '777'])}"


class deflated_calls(FolderTest):
    def setUp(self):
        super().setUp()
        panel(self.folder / "cells.bcf", "GT", genotype)
        panel(self.folder / "deep.vcf.gz", "GT:DP:PS", with_depth, samples=6, variants=900)

    def both(self, server, target, fields):
        status, _, plain = server.request(target, headers=fields)
        self.assertEqual(status, 200, plain[:300])
        status, got, packed = server.request(target, headers={**fields, "Accept-Encoding": "gzip"})
        self.assertEqual((status, got["Content-Encoding"]), (200, "gzip"))
        return plain, packed

    def check(self, server, target, fields):
        plain, packed = self.both(server, target, fields)
        self.assertTrue(gzip.decompress(packed) == plain, (target, fields))
        return plain, packed

    def test_every_way_to_ask_for_calls(self):
        with Server(self.folder) as server:
            server.wait_until_indexed()
            for stem in ("cells", "deep"):
                sets = server.get("/brapi/v2/callsets", variantSetDbId=f"main~{stem}")
                call_set = sets["result"]["data"][1]["callSetDbId"]
                variants = server.get(f"/brapi/v2/variantsets/main~{stem}/variants", pageSize=3)
                variant = variants["result"]["data"][2]["variantDbId"]
                for target in (
                    calls_path(call_set),
                    f"/brapi/v2/variantsets/main~{stem}/calls",
                    f"/brapi/v2/variants/{variant}/calls",
                    f"/brapi/v2/calls?callSetDbId={call_set}",
                    "/brapi/v2/calls",
                ):
                    joined = "&" if "?" in target else "?"
                    for fields in ({}, NDJSON):
                        for query in ("pageSize=1", "pageSize=2&page=1", "pageSize=4321", "pageSize=90000", ""):
                            status, got, body = server.request(target + joined + query, headers=fields)
                            if status == 200 and len(body) < 500_000_000:
                                packed = server.request(
                                    target + joined + query, headers={**fields, "Accept-Encoding": "gzip"}
                                )
                                coded = packed[1].get("Content-Encoding")
                                text = gzip.decompress(packed[2]) if coded == "gzip" else packed[2]
                                self.assertTrue(text == body, (target, query, fields))

    def test_a_search_and_the_shapes_of_a_call(self):
        with Server(self.folder) as server:
            target = "/brapi/v2/variantsets/main~cells/calls?pageSize=20000"
            for query in (
                "&callFields=genotypeValue",
                "&callFields=callSetDbId",
                "&callFields=callSetName,variantName,genotype",
                "&alleleEncoding=bases",
                "&alleleEncoding=dosage&callFields=callSetName,genotypeValue",
                "&expandHomozygotes=false&sepUnphased=~&unknownString=N%22A",
            ):
                for fields in ({}, NDJSON):
                    self.check(server, target + query, fields)
            status, _, body = server.request(
                "/brapi/v2/search/calls", "POST", {"Content-Type": "application/json"},
                json.dumps({"variantSetDbIds": ["main~deep"], "pageSize": 3000}),
            )
            self.assertIn(status, (200, 202), body)
            if status == 202:
                found = json.loads(body)["result"]["searchResultsDbId"]
                self.check(server, f"/brapi/v2/search/calls/{found}?pageSize=3000", {})

    def test_pages_by_token_are_one_another_continued(self):
        with Server(self.folder) as server:
            target = "/brapi/v2/variantsets/main~cells/calls?pageSize=7777"
            calls, token = 0, ""
            for _ in range(12):
                plain, _ = self.check(server, target + (f"&pageToken={token}" if token else ""), {})
                answer = json.loads(plain)
                calls += len(answer["result"]["data"])
                token = answer["metadata"]["pagination"]["nextPageToken"]
                if token is None:
                    break
            self.assertEqual(calls, SAMPLES * VARIANTS)

    def test_what_has_arrived_can_be_decoded(self):
        with Server(self.folder) as server:
            plain, packed = self.both(server, "/brapi/v2/variantsets/main~cells/calls", NDJSON)
            inflate = zlib.decompressobj(31)
            text = b""
            for at in range(0, len(packed), 1000):
                text += inflate.decompress(packed[at : at + 1000])
                self.assertTrue(plain.startswith(text))
            self.assertTrue(text == plain)
            self.assertTrue(inflate.eof)
            self.assertGreater(len(plain) / len(packed), 20)

    def test_curl_and_gunzip_read_it(self):
        with Server(self.folder) as server:
            target = "/brapi/v2/variantsets/main~deep/calls?pageSize=5000"
            where = f"http://{server.host}:{server.port}{target}"
            plain, packed = self.both(server, target, {})
            done = subprocess.run(["curl", "-sS", "--fail", "--compressed", where], capture_output=True)
            self.assertTrue(done.stdout == plain, done.stderr)
            self.assertTrue(support.run("gzip", "-dc", input=packed) == plain)


if __name__ == "__main__":
    unittest.main()
