"""What clients of genotypes do, on the demo data: every genotyping method of BrAPI.js, and the requests of an MCP
server. QBMS and Flapjack have tests of their own."""

import collections
import unittest

from support import DEMO, Server, run
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
            ("variants", "variants", 90, {"variantSetDbId": "main~haplotypes", "positionRange": "chr2A:1-30000"}),
            ("calls", "calls", 90, {"callSetDbId": self.potato_call_set(), "sepUnphased": "~"}),
            ("calls", "calls", 300, {"variantSetDbId": "odd~ploidy", "expandHomozygotes": "false"}),
            ("callsets", "callsets", 40, {}),
            ("samples", "samples", 50, {}),
            ("references", "references", 2, {}),
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

    def test_a_selection_is_kept(self):
        body = {"variantSetDbIds": [POTATO], "callSetDbIds": [self.potato_call_set()], "expandHomozygotes": False}
        [made] = self.client(["variantsets_extract_store", body])
        self.assertEqual((made["callSetCount"], made["variantCount"]), (1, 400))
        self.assertEqual(made, self.get("variantsets/" + made["variantSetDbId"])["result"])
        calls = elements(self.client(["variantsets_calls", {"variantSetDbId": made["variantSetDbId"], "pageSize": 150}]))
        one = {"callSetDbId": self.potato_call_set(), "expandHomozygotes": "false", "pageSize": 1000}
        whole = self.get("calls", **one)["result"]["data"]
        self.assertEqual([c["genotypeValue"] for c in calls], [c["genotypeValue"] for c in whole])

    def test_searches_find_what_lists_do(self):
        call_set = self.potato_call_set()
        for method, path, body, query in (
            ("search_variants", "variants", {"variantSetDbIds": [POTATO]}, {"variantSetDbId": POTATO}),
            ("search_calls", "calls", {"callSetDbIds": [call_set]}, {"callSetDbId": call_set}),
            ("search_variantsets", "variantsets", {"variantSetDbIds": [POTATO]}, {"variantSetDbId": POTATO}),
            ("search_callsets", "callsets", {"variantSetDbIds": [POTATO]}, {"variantSetDbId": POTATO}),
            ("search_samples", "samples", {"studyDbIds": ["odd"]}, {"studyDbId": "odd"}),
        ):
            with self.subTest(method):
                got = elements(self.client([method, {**body, "pageSize": 150}], version="v2.1"))
                whole = self.get(path, pageSize=100_000, **query)["result"]["data"]
                order = lambda item: sorted(str(v) for v in item.items())  # noqa: E731
                self.assertEqual(sorted(got, key=order), sorted(whole, key=order))


class mcp_server(DemoTest):
    def test_calls_of_a_search_page_by_page(self):
        status, kept = self.server.post("/brapi/v2/search/calls", {"variantSetDbIds": [POTATO], "pageSize": 10_000, "page": 0})
        path = f"search/calls/{kept['result']['searchResultsDbId']}"
        answer = self.get(path)
        calls = answer["result"]["data"]
        for page in range(1, answer["metadata"]["pagination"]["totalPages"]):
            calls += self.get(path, page=page, pageSize=10_000)["result"]["data"]
        self.assertEqual((status, [c["genotype"]["values"] for c in calls]),
                         (202, [[g] for row in in_order(genotypes_of(SETS[POTATO])) for g in row]))
        variants = self.pages("variants", variantSetDbId=POTATO, pageSize=150)
        self.assertEqual({c["variantDbId"] for c in calls}, {v["variantDbId"] for v in variants})


if __name__ == "__main__":
    unittest.main()
