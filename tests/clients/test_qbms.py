"""The requests of QBMS (R), as it sends them, and the table that it makes of the answers."""

import json
import unittest
import urllib.request

from support import DEMO, Server, run, samples_of
from test_brapijs import setUpModule  # noqa: F401: the module's own set-up
from test_genotyping import POTATO, SETS, DemoTest, genotypes_of, in_order



def collapsed(found):
    """The rows, a homozygote as one allele."""
    def one(cell):
        alleles = set(cell.replace("|", "/").split("/"))
        return cell if len(alleles) > 1 else alleles.pop()

    return [[one(cell) for cell in row] for row in in_order(found)]


class qbms(DemoTest):
    """Bodies have page, pageToken and pageSize as numbers, whatever is asked for; a search is asked for its
    results without parameters."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server(DEMO, "--collapse-homozygotes")
        cls.addClassCleanup(cls.server.stop)

    def search(self, entity, **body):
        """`body` has what it always sends a second time, when the caller of QBMS gives it."""
        always = json.dumps({"page": 0, "pageToken": 0, "pageSize": 1000} | {
            name: value for name, value in body.items() if name in ("page", "pageToken", "pageSize")
        })
        sent = always[:-1] + "," + json.dumps(body)[1:]
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
        self.assertEqual(cells, collapsed(genotypes_of(source, "-r", "chr1A")))
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

    def test_members_it_reads_have_their_shape(self):
        for path, members in (
            ("programs", {"programDbId": str, "programName": str}),
            ("studies?programDbId=main", {"studyDbId": str, "studyName": str}),
            ("variantsets?programDbId=main&studyDbId=main", {"variantSetDbId": str, "variantSetName": str}),
        ):
            with self.subTest(path):
                for one in self.get(path)["result"]["data"]:
                    self.assertEqual({name: type(one[name]) for name in members}, members)

    def test_a_link_to_the_flapjack_file(self):
        for variant_set, source in SETS.items():
            with self.subTest(variant_set):
                formats = self.get(f"variantsets/{variant_set}")["result"]["availableFormats"]
                [link] = [f["fileURL"] for f in formats if f["dataFormat"] == "Flapjack"]
                with urllib.request.urlopen(link) as answer:
                    lines = answer.read().decode().splitlines()
                self.assertEqual([line.split("\t")[0] for line in lines[2:]], samples_of(source))

    def test_calls_of_a_set(self):
        calls = self.pages(f"variantsets/{POTATO}/calls", pageSize=1000)
        expected = [cell for row in collapsed(genotypes_of(SETS[POTATO])) for cell in row]
        self.assertEqual([c["genotypeValue"] for c in calls], expected)

    def test_a_matrix_of_pages_in_both_dimensions(self):
        """It makes room by the first page's totals, and puts each page where that page says it is."""
        for variant_set, source in SETS.items():
            with self.subTest(variant_set):
                expected = collapsed(genotypes_of(source))
                got, names = self.table(variant_set, [f"{c}:0-" for c in self.contigs(source)], 130, 25)
                self.assertEqual(names, samples_of(source))
                for row, wanted in zip(got, expected, strict=True):
                    self.assertEqual(row, wanted)

    def test_markers_with_their_alleles(self):
        """Each page is a search of its own."""
        for variant_set, source in SETS.items():
            with self.subTest(variant_set):
                got, page, pages = [], 0, 1
                while page < pages:
                    answer = self.search(
                        "variants", referenceDbIds=[], variantSetDbIds=[variant_set], page=page, pageToken=page,
                        pageSize=150,
                    )
                    got += answer["result"]["data"]
                    pages = answer["metadata"]["pagination"]["totalPages"]
                    page += 1
                out = run("bcftools", "query", "-f", "%CHROM\t%POS0\t%REF\t%ALT\n", source).decode()
                told = [(v["referenceName"], str(v["start"]), v["referenceBases"], ",".join(v["alternateBases"]) or ".")
                        for v in got]
                self.assertEqual(told, [tuple(line.split("\t")) for line in out.splitlines()])
                self.assertTrue(all(v["variantNames"] for v in got))

    def test_its_codes(self):
        """It takes `0` and `1` for homozygotes, `.` for missing, all else for heterozygous."""
        for variant_set, source in SETS.items():
            with self.subTest(variant_set):
                ranges = [f"{c}:0-" for c in self.contigs(source)]
                cells, _ = self.table(variant_set, ranges, 10_000, 100)
                got = [[{"0": 0, "1": 2, ".": None}.get(cell, 1) for cell in row] for row in cells]
                expected = [[self.dosage(cell) for cell in row] for row in in_order(genotypes_of(source))]
                for row, wanted in zip(got, expected, strict=True):
                    self.assertEqual(row, wanted)

    @staticmethod
    def dosage(genotype):
        alleles = set(genotype.replace("|", "/").split("/"))
        return {frozenset("0"): 0, frozenset("1"): 2, frozenset("."): None}.get(frozenset(alleles), 1)

    def contigs(self, source):
        return list(dict.fromkeys(contig for contig, _ in genotypes_of(source)))

    def table(self, variant_set, ranges, variants, call_sets):
        """Its cells and the names of its columns."""
        page = self.matrix_page(variant_set, ranges, (variants, 0), (call_sets, 0))
        self.assertEqual([p["dimension"] for p in page["pagination"]], ["VARIANTS", "CALLSETS"])
        rows, columns = (p["totalCount"] for p in page["pagination"])
        last = [p["totalPages"] for p in page["pagination"]]
        cells, names = [[None] * columns for _ in range(rows)], []
        for i in range(last[0]):
            for j in range(last[1]):
                page = self.matrix_page(variant_set, ranges, (variants, i), (call_sets, j))
                top, left = (p["page"] * p["pageSize"] for p in page["pagination"])
                for n, row in enumerate(page["dataMatrices"][0]["dataMatrix"]):
                    cells[top + n][left:left + len(row)] = row
                if i == 0:
                    names += page["callSetDbIds"]
        samples = self.search("samples", studyDbIds=["main"])["result"]["data"]
        by_id = {s["sampleDbId"]: s["sampleName"] for s in samples}
        return cells, [by_id[name] for name in names]

    def matrix_page(self, variant_set, ranges, variants, call_sets):
        pagination = [
            {"dimension": name, "page": page, "pageSize": size}
            for name, (size, page) in (("variants", variants), ("callsets", call_sets))
        ]
        return self.search(
            "allelematrix", dataMatrixAbbreviations=["GT"], variantSetDbIds=[variant_set], positionRanges=ranges,
            germplasmDbIds=[], variantDbIds=[], pagination=pagination,
        )["result"]


if __name__ == "__main__":
    unittest.main()
