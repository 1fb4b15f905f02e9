"""The four formatting parameters, in every combination, on every kind of genotype."""

import itertools
import json
import unittest

import support
from support import FolderTest, Server, call_set_id, calls_path, render, walk

MANY = ",".join("A" * n for n in range(2, 200))  # 198 alternate alleles
GENOTYPES = [
    "0|0", "0/0", "0|1", "1/0", "1|1",                          # diploid
    "0", "1", ".", "./.", ".|.", "./1", "0|.", ".|0", "1/.",    # haploid, missing, half missing
    "0/0/0/0", "0|0/1|1", "1/1/1/1", "0/./1/1", "./././.", "2|2|2", "0/1|2/3/4/5",
    "10/11", "9|10", "62/62", "63/63", "62|63", "64/0", "127/127", "150|.", "198/198/198",
]
TEXTS = ["", "|", "~", "::", "/" * 40, '"', "\\", "\\\"'", "\x01", "\n", "\t", "ü", "𝄞", "<b>", "%", "&=+ "]
UNKNOWNS = [".", "", "N", "-", '"', "\\", "\x1f", "übekannt", "?" * 60]


class formats(FolderTest):
    def setUp(self):
        super().setUp()
        rows = [
            ("1", 10 * i + 1, ".", "A", MANY, "GT:DP", [f"{g}:7", "0|1:3"])
            for i, g in enumerate(GENOTYPES)
        ]
        # int8 records: without alleles beyond 62 in the row.
        rows += [
            ("2", 10 * i + 1, ".", "A", MANY, "GT", [g, "0|1"])
            for i, g in enumerate(GENOTYPES)
            if max([int(a) for a in g.replace("|", "/").split("/") if a != "."], default=0) < 63
        ]
        rows.append(("2", 5000, ".", "A", "C", "DP", ["5", "6"]))
        support.write_vcf(self.folder / "text.vcf.gz", rows, ["S0", "S1"])
        support.write_vcf(self.folder / "binary.bcf", rows, ["S0", "S1"])
        self.expected = support.expected_calls(self.folder / "text.vcf.gz")

    def check(self, server, stem, **parameters):
        calls = walk(server, call_set_id("main", stem, "S0"), 10_000, **parameters)
        expand = parameters.get("expandHomozygotes", "true") == "true"
        phased = parameters.get("sepPhased", "|")
        unphased = parameters.get("sepUnphased", "/")
        unknown = parameters.get("unknownString", ".")
        want = [render(g[0], expand, phased, unphased, unknown) for _, g in self.expected]
        self.assertEqual([c["genotypeValue"] for c in calls], want, parameters)
        self.assertEqual([c["genotype"]["values"] for c in calls], [[w] for w in want], parameters)

    def test_every_combination(self):
        count = 0
        with Server(self.folder) as server:
            for expand, phased, unphased in itertools.product(("true", "false"), TEXTS, TEXTS):
                unknown = UNKNOWNS[count % len(UNKNOWNS)]
                stem = ("text", "binary")[count // 2 % 2]
                self.check(
                    server,
                    stem,
                    expandHomozygotes=expand,
                    sepPhased=phased,
                    sepUnphased=unphased,
                    unknownString=unknown,
                )
                count += 1
            for unknown, expand, stem in itertools.product(
                UNKNOWNS, ("true", "false"), ("text", "binary")
            ):
                self.check(server, stem, unknownString=unknown, expandHomozygotes=expand)
        self.assertGreaterEqual(count, 500)

    def test_defaults_and_echo(self):
        path = calls_path(call_set_id("main", "text", "S0"))
        with Server(self.folder) as server:
            self.check(server, "text")
            result = server.get(path, pageSize=1)["result"]
            self.assertEqual(result["expandHomozygotes"], True)
            self.assertEqual(
                (result["sepPhased"], result["sepUnphased"], result["unknownString"]), ("|", "/", ".")
            )
            asked = {"expandHomozygotes": "FALSE", "sepPhased": "~", "sepUnphased": "", "unknownString": "-"}
            result = server.get(path, pageSize=1, **asked)["result"]
            self.assertEqual(result["expandHomozygotes"], False)
            self.assertEqual(
                (result["sepPhased"], result["sepUnphased"], result["unknownString"]), ("~", "", "-")
            )
            lines = server.ndjson(path, pageSize=1, **asked)
            self.assertEqual(lines[0]["result"]["sepPhased"], "~")

    def test_homozygotes_are_collapsed_where_the_operator_says_so(self):
        config = self.folder.parent / "collapse.toml"
        config.write_text("collapse-homozygotes = true\n")
        path = calls_path(call_set_id("main", "text", "S0"))
        matrix = {"variantSetDbIds": ["main~text"], "dataMatrixAbbreviations": ["GT"]}

        def cells(server, search):
            found = server.get(f"/brapi/v2/search/allelematrix/{search}")["result"]
            return found["expandHomozygotes"], [row[0] for row in found["dataMatrices"][0]["dataMatrix"]]

        expanded, one_allele = ([render(g[0], expand) for _, g in self.expected] for expand in (True, False))
        key = self.folder.parent / "key"
        key.write_bytes(bytes(range(32)))
        options = ("--token-key", str(key))
        with Server(self.folder, *options) as server:
            usual = server.search("allelematrix", matrix)
            self.assertEqual(cells(server, usual), (True, expanded))
        for how in (["--config", str(config)], ["--collapse-homozygotes"]):
            with self.subTest(how=how), Server(self.folder, *options, *how) as server:
                result = server.get(path, pageSize=10_000)["result"]
                self.assertFalse(result["expandHomozygotes"])
                self.assertEqual([c["genotypeValue"] for c in result["data"]], one_allele)
                self.check(server, "text", expandHomozygotes="true")
                self.assertEqual(cells(server, server.search("allelematrix", matrix)), (False, one_allele))
                asked = server.search("allelematrix", {**matrix, "expandHomozygotes": True})
                self.assertEqual(cells(server, asked), (True, expanded))
                self.assertEqual(cells(server, usual), (True, expanded), "a search means what it meant")
                formats = server.get("/brapi/v2/variantsets/main~text")["result"]["availableFormats"]
                [calls] = [f for f in formats if f["dataFormat"] == "JSON"]
                self.assertFalse(calls["expandHomozygotes"])

    def test_empty_string_is_spelled_in_two_ways(self):
        path = calls_path(call_set_id("main", "text", "S0"))
        with Server(self.folder) as server:
            for text in ("", "empty_string"):
                data = server.get(path, sepPhased=text)["result"]["data"]
                self.assertEqual(data[0]["genotypeValue"], "00")

    def test_unknown_string_stands_for_missing_metadata(self):
        rows = [("1", 1, ".", "A", "C", "GT:DP:PS", ["0|1:.:.", "0|1"])]
        support.write_vcf(self.folder / "m.vcf.gz", rows, ["S0", "S1"])
        with Server(self.folder) as server:
            for sample in ("S0", "S1"):
                path = calls_path(call_set_id("main", "m", sample))
                call = server.get(path, unknownString="NA")["result"]["data"][0]
                values = {m["fieldAbbreviation"]: m["fieldValue"] for m in call["genotypeMetadata"]}
                self.assertEqual(values, {"DP": "NA", "PS": "NA"})
                self.assertIsNone(call["phaseSet"])

    def test_bad_values_are_refused_by_name(self):
        path = calls_path(call_set_id("main", "text", "S0"))
        cases = [
            ("expandHomozygotes=maybe", "expandHomozygotes"),
            ("sepPhased=a&sepPhased=b", "sepPhased"),
            ("sepPhased=%ff", "UTF-8"),
            ("unknownString=%00", "zero byte"),
            ("unknownString=%zz", "valid"),
        ]
        with Server(self.folder) as server:
            for query, text in cases:
                with self.subTest(query):
                    status, _, body = server.request(f"{path}?{query}")
                    self.assertEqual(status, 400)
                    self.assertIn(text, json.loads(body))


if __name__ == "__main__":
    unittest.main()
