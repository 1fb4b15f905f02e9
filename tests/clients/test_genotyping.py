"""What clients of genotypes do, on the demo data: every genotyping method of BrAPI.js, and the requests of QBMS
(R) and Flapjack (Java) as they send them, with what they make of the answers."""

import collections
import unittest
import urllib.parse

from support import DEMO, Server, run, samples_of
from test_brapijs import ClientTest, elements, setUpModule  # noqa: F401: the module's own set-up

SETS = {"main~potato": DEMO / "potato.vcf.gz", "main~wheat": DEMO / "wheat.vcf.gz"}
POTATO = "main~potato"


def genotypes_of(path, *options):
    """{(contig, position): [[GT of each sample] of each record there]}, all missing as `.`, by bcftools."""
    out = collections.defaultdict(list)
    for line in run("bcftools", "query", *options, "-f", "%CHROM\t%POS[\t%GT]\n", path).decode().splitlines():
        contig, position, *cells = line.split("\t")
        out[contig, int(position)].append(["." if set(c) <= set("./|") else c for c in cells])
    return out


def in_order(found):
    return [row for rows in found.values() for row in rows]


class DemoTest(ClientTest):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(DEMO)
        cls.addClassCleanup(cls.server.stop)

    def get(self, path, **parameters):
        return self.server.get("/brapi/v2/" + path, **parameters)

    def pages(self, path, **parameters):
        """All items, page by page."""
        found, page = [], 0
        while True:
            answer = self.get(path, page=page, **parameters)
            found += answer["result"]["data"]
            page += 1
            if page >= answer["metadata"]["pagination"]["totalPages"]:
                return found


class brapijs_genotyping(DemoTest):
    def compare(self, method, path, size, **parameters):
        """The client, which asks for all pages at once, has what plain HTTP says in one page."""
        in_path = {n: v for n, v in parameters.items() if f"{{{n}}}" in path}
        query = {n: v for n, v in parameters.items() if n not in in_path}
        whole = self.get(path.format(**in_path), pageSize=100_000, **query)["result"]["data"]
        self.assertGreater(len(whole), size, method)
        got = elements(self.client([method, {**parameters, "pageSize": size}], version="v2.1"))
        order = lambda item: sorted(str(v) for v in item.items())  # noqa: E731
        self.assertEqual(sorted(got, key=order), sorted(whole, key=order), method)

    def test_every_list_is_collected_whole(self):
        for method, path, size, parameters in (
            ("variantsets", "variantsets", 2, {}),
            ("variantsets_callsets", "variantsets/{variantSetDbId}/callsets", 7, {"variantSetDbId": POTATO}),
            ("variantsets_variants", "variantsets/{variantSetDbId}/variants", 60, {"variantSetDbId": POTATO}),
            ("variantsets_calls", "variantsets/{variantSetDbId}/calls", 5000, {"variantSetDbId": POTATO}),
            ("variants", "variants", 1000, {}),
            ("variants", "variants", 50, {"variantSetDbId": "main~wheat", "minMaf": 0.3}),
            ("calls", "calls", 700, {"variantSetDbId": POTATO, "positionRange": "chr1A:1-40000"}),
            ("callsets_calls", "callsets/{callSetDbId}/calls", 90, {"callSetDbId": self.potato_call_set()}),
            ("maps", "maps", 2, {}),
        ):
            with self.subTest(method, **parameters):
                self.compare(method, path, size, **parameters)

    def potato_call_set(self):
        return self.get("callsets", variantSetDbId=POTATO)["result"]["data"][4]["callSetDbId"]

    def test_one_leads_to_what_belongs_to_it(self):
        [variant] = self.get("variants", variantSetDbId=POTATO, page=7, pageSize=1)["result"]["data"]
        variant_id = variant["variantDbId"]
        [one] = self.client(["variants_detail", {"variantDbId": variant_id}])
        self.assertEqual(one, variant)
        calls = elements(self.client(["variants_calls", {"variantDbId": variant_id, "pageSize": 1000}]))
        self.assertEqual(calls, self.get(f"variants/{variant_id}/calls")["result"]["data"])
        [one] = self.client(["variantsets_detail", {"variantSetDbId": POTATO}])
        self.assertEqual(one, self.get(f"variantsets/{POTATO}")["result"])

    def test_searches_find_what_lists_do(self):
        call_set = self.potato_call_set()
        for method, path, body, query in (
            ("search_variants", "variants", {"variantSetDbIds": [POTATO]}, {"variantSetDbId": POTATO}),
            ("search_calls", "calls", {"callSetDbIds": [call_set]}, {"callSetDbId": call_set}),
            ("search_variantsets", "variantsets", {"variantSetDbIds": [POTATO]}, {"variantSetDbId": POTATO}),
        ):
            with self.subTest(method):
                got = elements(self.client([method, {**body, "pageSize": 150}], version="v2.1"))
                whole = self.get(path, pageSize=100_000, **query)["result"]["data"]
                order = lambda item: sorted(str(v) for v in item.items())  # noqa: E731
                self.assertEqual(sorted(got, key=order), sorted(whole, key=order))


class qbms(DemoTest):
    """Bodies have page, pageToken and pageSize as numbers, whatever is asked for; a search is asked for its
    results without parameters."""

    def search(self, entity, **body):
        sent = {**body, "page": 0, "pageToken": 0, "pageSize": 1000}
        status, answer = self.server.post(f"/brapi/v2/search/{entity}", sent)
        self.assertEqual(status, 202, answer)
        return self.get(f"search/{entity}/{answer['result']['searchResultsDbId']}")

    def test_from_program_to_matrix(self):
        [program] = [p for p in self.get("programs", page=0, pageSize=1000)["result"]["data"] if p["programDbId"] == "main"]
        [study] = self.get("studies", programDbId=program["programDbId"])["result"]["data"]
        sets = self.get("variantsets", programDbId=program["programDbId"], studyDbId=study["studyDbId"])["result"]["data"]
        self.assertLessEqual(SETS.keys(), {s["variantSetDbId"] for s in sets})
        found = self.search("variantsets", studyDbIds=[study["studyDbId"]])["result"]["data"]
        self.assertEqual([s["variantSetDbId"] for s in found], [s["variantSetDbId"] for s in sets])
        samples = self.search("samples", studyDbIds=[study["studyDbId"]])["result"]["data"]
        names = {s["sampleDbId"]: s["sampleName"] for s in samples}
        references = self.search("references", studyDbIds=[study["studyDbId"]])["result"]["data"]
        self.assertIn("chr1A", [r["referenceName"] for r in references])
        for variant_set, source in SETS.items():
            with self.subTest(variant_set):
                self.compare_matrix(variant_set, source, names)

    def compare_matrix(self, variant_set, source, names):
        """Page after page of 100 variants, as its loop does, on one chromosome."""
        cells, columns, page = [], None, 0
        while True:
            answer = self.search(
                "allelematrix", variantSetDbIds=[variant_set], dataMatrixAbbreviations=["GT"], variantDbIds=[],
                positionRanges=["chr1A:0-"], sepPhased="|", sepUnphased="/", unknownString=".",
                pagination=[{"dimension": "variants", "page": page, "pageSize": 100},
                            {"dimension": "callsets", "page": 0, "pageSize": 1000}],
            )["result"]
            cells += answer["dataMatrices"][0]["dataMatrix"]
            columns = answer["callSetDbIds"]
            page += 1
            if page >= answer["pagination"][0]["totalPages"]:
                break
        self.assertEqual(answer["pagination"][0]["totalCount"], len(cells))  # the first one is that of the variants
        self.assertEqual(cells, in_order(genotypes_of(source, "-r", "chr1A")))
        # It merges call sets with samples by their ids.
        labels = [names.get(c) for c in columns]
        self.assertTrue(all(labels), columns[:3])
        self.assertEqual(len(columns), len(samples_of(source)))

    def test_variants_of_a_region(self):
        [chr1a] = [r for r in self.get("references", pageSize=1000)["result"]["data"] if r["referenceName"] == "chr1A"]
        found = self.search(
            "variants", start=1000, end=20000, referenceDbIds=[chr1a["referenceDbId"]], variantSetDbIds=["main~wheat"]
        )["result"]["data"]
        expected = genotypes_of(SETS["main~wheat"], "-r", "chr1A:1001-20000")
        self.assertEqual([v["start"] + 1 for v in found], [at for (_, at), rows in expected.items() for _ in rows])

    def test_maps_and_positions(self):
        maps = self.get("maps", studyDbId="main")["result"]["data"]
        self.assertLessEqual(SETS.keys(), {m["mapDbId"] for m in maps})
        positions = self.pages("markerpositions", mapDbId=POTATO, pageSize=150)
        expected = [at for at, rows in genotypes_of(SETS[POTATO]).items() for _ in rows]
        self.assertEqual([(p["linkageGroupName"], p["position"]) for p in positions], expected)


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


class mcp_server(DemoTest):
    def test_calls_of_a_search_page_by_page(self):
        status, kept = self.server.post("/brapi/v2/search/calls", {"variantSetDbIds": [POTATO], "pageSize": 5000, "page": 0})
        path = f"search/calls/{kept['result']['searchResultsDbId']}"
        answer = self.get(path)
        calls = answer["result"]["data"]
        for page in range(1, answer["metadata"]["pagination"]["totalPages"]):
            calls += self.get(path, page=page, pageSize=5000)["result"]["data"]
        self.assertEqual((status, [c["genotype"]["values"] for c in calls]),
                         (202, [[g] for row in in_order(genotypes_of(SETS[POTATO])) for g in row]))
        variants = self.pages("variants", variantSetDbId=POTATO, pageSize=150)
        self.assertEqual({c["variantDbId"] for c in calls}, {v["variantDbId"] for v in variants})


if __name__ == "__main__":
    unittest.main()
