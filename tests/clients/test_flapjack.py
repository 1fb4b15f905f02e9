"""Flapjack's requests (Java), and its reading of the files and of the calls that it is sent to."""

import json
import unittest
import urllib.parse

from support import run, samples_of, url
from test_brapijs import setUpModule  # noqa: F401: the module's own set-up
from test_genotyping import POTATO, SETS, DemoTest, genotypes_of, in_order


class flapjack(DemoTest):
    def test_from_study_to_files(self):
        services = self.get("serverinfo", page=0, pageSize=2**31 - 1)["result"]["calls"]
        [studies] = [s for s in services if s["service"] == "studies"]
        self.assertTrue("GET" in studies["methods"] and "application/json" in studies["dataTypes"])
        listed = self.pages("studies", pageSize=1000)
        self.assertTrue(all(s["studyType"] for s in listed))
        self.assertIn("main", [s["studyDbId"] for s in listed if "gen" in s["studyType"].lower()])
        for one in self.pages("variantsets", studyDbId="main", pageSize=1000):
            if one["variantSetDbId"] not in SETS:
                continue
            source = SETS[one["variantSetDbId"]]
            detail = self.get(f"variantsets/{one['variantSetDbId']}")["result"]
            rows = in_order(genotypes_of(source))
            self.assertEqual((detail["variantCount"], detail["callSetCount"]), (len(rows), len(samples_of(source))))
            for wanted in ("flapjack", "flapjack-transposed"):
                with self.subTest(one["variantSetDbId"], file=wanted):
                    [link] = [f["fileURL"] for f in detail["availableFormats"] if f["dataFormat"].lower() == wanted]
                    self.check_file(link, source, transposed="transposed" in wanted)

    def check_file(self, link, source, transposed):
        """As it reads one: comments, a line of names, then a name and as many genotypes on each line."""
        status, _, body = self.server.request(urllib.parse.urlsplit(link).path)
        self.assertEqual(status, 200)
        lines = [line for line in body.decode().splitlines() if not line.startswith("#")]
        header, *rows = [line.split("\t") for line in lines]
        self.assertEqual({len(row) for row in rows}, {len(header)})
        names = samples_of(source)
        self.assertEqual(header[1:] if transposed else [row[0] for row in rows], names)
        cells = [row[1:] for row in rows] if transposed else list(map(list, zip(*[row[1:] for row in rows])))
        bases = run("bcftools", "query", "-f", "[%TGT\t]\n", source).decode().splitlines()
        for got, line in zip(cells, bases, strict=True):
            self.assertEqual(got, [self.shown(text) for text in line.split("\t")[:-1]])

    @staticmethod
    def shown(genotype):
        """`A` for a homozygote, `-` for what is missing."""
        alleles = genotype.replace("|", "/").split("/")
        if set(alleles) == {"."}:
            return "-"
        same = len(set(alleles)) == 1
        return alleles[0] if same else "/".join("-" if a == "." else a for a in alleles)

    def test_calls_as_json(self):
        first = self.get(f"variantsets/{POTATO}/calls", pageSize=5000)
        for member in ("sepUnphased", "sepPhased", "unknownString", "expandHomozygotes"):
            self.assertIn(member, first["result"])
        calls = self.pages(f"variantsets/{POTATO}/calls", pageSize=5000)
        names = samples_of(SETS[POTATO])
        expected = in_order(genotypes_of(SETS[POTATO]))
        got = [c["genotypeValue"] for c in calls]
        self.assertEqual([got[i:i + len(names)] for i in range(0, len(got), len(names))], expected)
        self.assertEqual([c["callSetName"] for c in calls[:len(names)]], names)
        self.assertTrue(all(c["variantName"] for c in calls))

    def test_the_map_has_every_marker_of_the_file_once(self):
        """A marker that the map has not is left out, as is the second one of a name."""
        for variant_set, source in SETS.items():
            with self.subTest(variant_set):
                detail = self.get(f"variantsets/{variant_set}")["result"]
                formats = {f["dataFormat"]: f["fileURL"] for f in detail["availableFormats"]}
                rows = [line.split("\t") for line in self.lines(formats["Flapjack-map"])]
                self.assertEqual({len(row) for row in rows}, {3})
                places = [(contig, int(position)) for _, contig, position in rows]
                self.assertEqual(places, [at for at, found in genotypes_of(source).items() for _ in found])
                names = [row[0] for row in rows]
                self.assertEqual(len(names), len(set(names)))
                self.assertEqual(self.lines(formats["Flapjack"])[0].split("\t")[1:], names)

    def lines(self, link):
        status, _, body = self.server.request(urllib.parse.urlsplit(link).path)
        self.assertEqual(status, 200)
        return [line for line in body.decode().splitlines() if line and not line.startswith("#")]


class flapjack_bytes(DemoTest):
    """Flapjack-Bytes (a canvas in browsers): a preflight before each URL, a token that is `undefined`, the map page
    by page, then calls by token, never with a page size."""

    BROWSER = {"Origin": "http://elsewhere.example", "Authorization": "Bearer undefined"}

    def ask(self, path, **parameters):
        target = url("/brapi/v2/" + path, parameters)
        status, fields, _ = self.server.request(target, "OPTIONS", {
            "Origin": self.BROWSER["Origin"], "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "authorization",
        })
        self.assertEqual(status, 204)
        self.assertIn("authorization", fields["Access-Control-Allow-Headers"].lower())
        status, fields, body = self.server.request(target, headers=self.BROWSER)
        self.assertEqual(status, 200, body[:300])
        self.assertEqual(fields["Access-Control-Allow-Origin"], "*")
        return json.loads(body)

    def test_markers_of_the_map_and_calls_of_the_set(self):
        source = SETS[POTATO]
        [map_id] = [m["mapDbId"] for m in self.pages("maps", pageSize=1000) if m["mapDbId"] == POTATO]
        markers, page = [], 0
        while True:
            answer = self.ask("markerpositions", mapDbId=map_id, **({"page": page} if page else {}))
            markers += answer["result"]["data"]
            page = answer["metadata"]["pagination"]["currentPage"] + 1
            if page >= answer["metadata"]["pagination"]["totalPages"]:
                break
        places = [(m["linkageGroupName"], m["position"]) for m in markers]
        self.assertEqual(places, [at for at, found in genotypes_of(source).items() for _ in found])
        calls, token = [], None
        while True:
            answer = self.ask(f"variantsets/{POTATO}/calls", **({"pageToken": token} if token else {}))
            calls += answer["result"]["data"]
            token = answer["metadata"]["pagination"].get("nextPageToken")
            if not token:
                break
        names = samples_of(source)
        rows = [calls[i:i + len(names)] for i in range(0, len(calls), len(names))]
        self.assertEqual([[c["genotype"]["values"][0] for c in row] for row in rows], in_order(genotypes_of(source)))
        self.assertEqual([c["callSetName"] for c in rows[0]], names)
        self.assertEqual([row[0]["variantName"] for row in rows], [m["variantName"] for m in markers])


if __name__ == "__main__":
    unittest.main()
