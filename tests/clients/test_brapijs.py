"""BrAPI.js, the client that web pages use, sees what the files hold: judged by bcftools and samtools.

The client asks for the first page of a list and then for all others at once. An answer that it cannot
read leaves it without any result, so what the server says of its pages must be right each time.
"""

import json
import pathlib
import random
import re
import unittest

import support
from support import FolderTest, Server, call_set_id, encode_id, run, write_vcf

HERE = pathlib.Path(__file__).resolve().parent

DESCRIPTION = """\
crop = "bean"
[study]
id = "study/1"
name = "Chips of 2025"
"""
COLUMNS = [f"S{n}" for n in range(29)] + ["Zoë 1/a+b&c"]
PROBES = {name: f"probe {n // 2}" for n, name in enumerate(COLUMNS)}
GERMPLASM = {name: f"g{n // 2 % 4}" for n, name in enumerate(COLUMNS)}
STUDIES = {name: "late study" if n >= 20 else "study/1" for n, name in enumerate(COLUMNS)}
GENOTYPES = ["0|1", "1|0", "0/1", "1/1", "0|0", "./.", ".|1", "1", "0/1|1"]
OTHER_COLUMNS = [f"T{n}" for n in range(5)]
LENGTHS = {f"chr{n}": 100 * n for n in range(1, 12)}
PACKED_LENGTHS = {"1": 5000, "2": 900, "x|y*": 1}

# method of the client, its name for an id
LISTS = [
    ("callsets", "callSetDbId"),
    ("references", "referenceDbId"),
    ("referencesets", "referenceSetDbId"),
    ("samples", "sampleDbId"),
    ("germplasm", "germplasmDbId"),
    ("studies", "studyDbId"),
]


def setUpModule():
    if not (HERE / "node_modules").is_dir():
        raise AssertionError("the clients are not installed; run: tools/setup clients")


def bean_ids(fits):
    return [call_set_id("beans", "panel", name) for name in COLUMNS if fits(name)]


def reference_id(data_set, stem, name):
    return "~".join(encode_id(part) for part in (data_set, stem, name))


def elements(answers):
    """Of answers that are whole lists, which some methods of the client give, or elements of lists."""
    return [e for answer in answers for e in (answer["data"] if "data" in answer else [answer])]


def sorted_ids(found, id_name):
    return sorted(e[id_name] for e in found)


class brapijs(FolderTest):
    def setUp(self):
        super().setUp()
        self.random = random.Random(11)
        home = self.folder / "beans"
        self.panel = self.write_panel(home / "panel.vcf.gz", COLUMNS, 230)
        self.other = self.write_panel(self.folder / "other.bcf", OTHER_COLUMNS, 3)
        (home / "dataset.toml").write_text(DESCRIPTION)
        columns = [("sample", "sampleDbId", "germplasmDbId", "studyDbId")]
        columns += [(name, PROBES[name], GERMPLASM[name], STUDIES[name]) for name in COLUMNS]
        (home / "samples.tsv").write_text("".join("\t".join(row) + "\n" for row in columns))
        # samtools indexes beside its file, so it has copies.
        self.plain = self.folder.parent / "copy.fa"
        self.packed = self.folder.parent / "packed.fa"
        (self.folder / "plain.fa").write_bytes(self.write_fasta(self.plain, LENGTHS))
        text = self.write_fasta(self.packed, PACKED_LENGTHS)
        (home / "packed.fa.gz").write_bytes(run("bgzip", "-c", input=text))
        self.server = Server(self.folder)
        self.addCleanup(self.server.stop)

    def write_panel(self, path, samples, records):
        rows = [
            ("1", 10 * n + 1, f"rs{n}", "A", "C", "GT", self.random.choices(GENOTYPES, k=len(samples)))
            for n in range(records)
        ]
        return write_vcf(path, rows, samples)

    def write_fasta(self, path, lengths):
        letters = {name: "".join(self.random.choices("ACGTN", k=length)) for name, length in lengths.items()}
        path.write_text("".join(f">{name}\n{text}\n" for name, text in letters.items()))
        return path.read_bytes()

    def client(self, *steps):
        """What the client gives back for steps of (method, parameters[, behaviour])."""
        base = f"http://{self.server.host}:{self.server.port}/brapi/v2"
        return json.loads(run("node", HERE / "brapijs.mjs", base, json.dumps(steps), timeout=90))

    def plain_list(self, path):
        return self.server.get(f"/brapi/v2/{path}", pageSize=100_000)["result"]["data"]

    def requests(self, route):
        """How many requests of a route were answered well."""
        text = self.server.request("/metrics")[2].decode()
        name = re.escape(f'callstream_requests_total{{route="/brapi/v2/{route}",status="2xx"}} ')
        found = re.search(name + r"(\d+)", text)
        return int(found[1]) if found else 0

    def bcftools_call_sets(self):
        return [
            call_set_id(data_set, stem, name)
            for data_set, stem, path in (("beans", "panel", self.panel), ("main", "other", self.other))
            for name in support.samples_of(path)
        ]

    def samtools_references(self):
        """{id: (length, M5)}"""
        facts = {}
        for data_set, stem, path in (("main", "plain", self.plain), ("beans", "packed", self.packed)):
            for line in run("samtools", "dict", path).decode().splitlines():
                if line.startswith("@SQ"):
                    tags = dict(tag.split(":", 1) for tag in line.split("\t")[1:])
                    facts[reference_id(data_set, stem, tags["SN"])] = (int(tags["LN"]), tags["M5"])
        return facts

    def bcftools_calls(self, column):
        """[(variant id, genotype)] of one column of the panel."""
        return [
            (f"beans~panel~{variant}", genotypes[column])
            for variant, genotypes in support.expected_calls(self.panel)
        ]

    def test_lists_collect_every_page_once(self):
        for method, _ in LISTS:
            everything = self.plain_list(method)
            # A request is counted after its answer has left.
            self.wait_for(lambda: self.requests(method) == 1)
            for size in (1, 4, len(everything), 1000):
                with self.subTest(method, size=size):
                    before = self.requests(method)
                    found = elements(self.client((method, {"pageSize": size})))
                    self.assertEqual(found, everything)
                    pages = -(-len(everything) // size)
                    self.wait_for(lambda: self.requests(method) >= before + pages)
                    self.assertEqual(self.requests(method), before + pages)

    def test_lists_have_what_is_in_the_files(self):
        found = elements(self.client(("callsets", {"pageSize": 8})))
        self.assertEqual(sorted_ids(found, "callSetDbId"), sorted(self.bcftools_call_sets()))
        found = elements(self.client(("references", {"pageSize": 4})))
        facts = {r["referenceDbId"]: (r["length"], r["md5checksum"]) for r in found}
        self.assertEqual(len(found), len(facts))
        self.assertEqual(facts, self.samtools_references())
        found = elements(self.client(("referencesets", {})))
        self.assertEqual(sorted_ids(found, "referenceSetDbId"), ["beans~packed", "main~plain"])
        found = elements(self.client(("samples", {"germplasmDbId": "g1", "pageSize": 3})))
        probes = {PROBES[name] for name in COLUMNS if GERMPLASM[name] == "g1"}
        self.assertEqual(sorted_ids(found, "sampleDbId"), sorted(probes))

    def test_each_page_can_be_asked_for_alone(self):
        everything = self.plain_list("callsets")
        for page in range(5):
            steps = ("callsets", {"pageSize": 8, "pageRange": [page, page + 1]})
            self.assertEqual(elements(self.client(steps)), everything[8 * page : 8 * page + 8])

    def test_ids_of_all_found_lead_to_the_same(self):
        for method, id_name in LISTS:
            with self.subTest(method):
                found = self.client(
                    (f"search_{method}", {}), (f"{method}_detail", {id_name: {"from": id_name}})
                )
                found.sort(key=lambda entity: entity[id_name])
                listed = sorted(self.plain_list(method), key=lambda entity: entity[id_name])
                self.assertEqual(found, listed)

    def test_searches_of_call_sets_find_exactly_what_fits(self):
        names = [COLUMNS[-1], "S3", "T1", "nobody"]
        named = bean_ids(lambda name: name in names) + [call_set_id("main", "other", "T1")]
        self.compare_searches("callsets", "callSetDbId", [
            ({}, self.bcftools_call_sets()),
            ({"callSetNames": names}, named),
            ({"callSetDbIds": named}, named),
            ({"sampleDbIds": ["probe 2", "probe 9"]}, bean_ids(lambda n: PROBES[n] in ("probe 2", "probe 9"))),
            ({"germplasmDbIds": ["g1", "g3"]}, bean_ids(lambda n: GERMPLASM[n] in ("g1", "g3"))),
            ({"studyDbIds": ["late study"]}, bean_ids(lambda n: STUDIES[n] == "late study")),
            (
                {"studyDbIds": ["study/1"], "germplasmDbIds": ["g0"]},
                bean_ids(lambda n: STUDIES[n] == "study/1" and GERMPLASM[n] == "g0"),
            ),
            ({"germplasmDbIds": ["nobody"]}, []),
        ])

    def test_searches_of_references_find_exactly_what_fits(self):
        facts = self.samtools_references()
        md5s = [facts["main~plain~chr7"][1], facts["beans~packed~2"][1]]
        self.compare_searches("references", "referenceDbId", [
            ({}, facts),
            ({"referenceSetDbIds": ["main~plain"]}, [i for i in facts if i.startswith("main~")]),
            ({"minLength": 300, "maxLength": 900}, [i for i in facts if 300 <= facts[i][0] <= 900]),
            ({"md5checksums": md5s}, ["main~plain~chr7", "beans~packed~2"]),
            ({"referenceDbIds": [reference_id("beans", "packed", "x|y*")]}, ["beans~packed~x.7Cy.2A"]),
            ({"commonCropNames": ["bean"]}, [i for i in facts if i.startswith("beans~")]),
            ({"commonCropNames": ["nothing"]}, []),
        ])

    def compare_searches(self, entity, id_name, searches):
        """The client puts pageSize into the search and into each request for its results."""
        for wanted, expected in searches:
            for paging in ({}, {"pageSize": 2}, {"pageSize": 5}):
                with self.subTest(entity, **wanted, **paging):
                    found = self.client((f"search_{entity}", {**wanted, **paging}))
                    self.assertEqual(sorted_ids(found, id_name), sorted(expected))

    def test_search_results_come_page_by_page(self):
        route = "search/callsets/{searchResultsDbId}"
        expected = bean_ids(lambda name: True)
        found = self.client(("search_callsets", {"variantSetDbIds": ["beans~panel"], "pageSize": 4}))
        self.assertEqual([e["callSetDbId"] for e in found], expected)
        self.wait_for(lambda: self.requests(route) >= 8)
        self.assertEqual((self.requests("search/callsets"), self.requests(route)), (1, 8))

    def test_filters_and_pages_go_together(self):
        wanted = {"germplasmDbId": "g2", "studyDbId": "study/1", "pageSize": 2}
        found = elements(self.client(("callsets", wanted)))
        fit = bean_ids(lambda name: GERMPLASM[name] == "g2" and STUDIES[name] == "study/1")
        self.assertGreater(len(fit), 3)
        self.assertEqual([e["callSetDbId"] for e in found], fit)

    def test_calls_are_those_of_bcftools(self):
        for column in (0, 13, len(COLUMNS) - 1):
            call_set = call_set_id("beans", "panel", COLUMNS[column])
            for parameters, form in (
                ({"pageSize": 50}, {}),
                ({"pageSize": 23, "sepPhased": "_", "unknownString": "N"}, {"phased": "_", "unknown": "N"}),
                ({"expandHomozygotes": False}, {"expand": False}),
            ):
                with self.subTest(call_set, **parameters):
                    found = elements(self.client(("callsets_calls", {"callSetDbId": call_set, **parameters})))
                    got = [(c["callSetDbId"], c["variantDbId"], c["genotypeValue"]) for c in found]
                    want = [
                        (call_set, variant, support.render(genotype, **form))
                        for variant, genotype in self.bcftools_calls(column)
                    ]
                    self.assertEqual(got, want)

    def test_a_search_leads_to_the_calls_of_all_it_found(self):
        found = elements(self.client(
            ("search_callsets", {"germplasmDbIds": ["g3"], "pageSize": 2}),
            ("callsets_calls", {"callSetDbId": {"from": "callSetDbId"}, "pageSize": 100}),
        ))
        got = sorted((c["callSetName"], c["variantDbId"], c["genotypeValue"]) for c in found)
        columns = [n for n, name in enumerate(COLUMNS) if GERMPLASM[name] == "g3"]
        want = sorted(
            (COLUMNS[column], variant, support.render(genotype))
            for column in columns
            for variant, genotype in self.bcftools_calls(column)
        )
        self.assertEqual(got, want)

    def test_bases_are_those_of_samtools(self):
        reference = reference_id("beans", "packed", "1")
        for start, end in ((0, 5000), (123, 124), (1000, 4321)):
            parameters = {"referenceDbId": reference, "start": start, "end": end}
            found = self.client(("references_bases", parameters))
            lines = run("samtools", "faidx", self.packed, f"1:{start + 1}-{end}").decode().splitlines()
            self.assertEqual([(e["offset"], e["sequence"]) for e in found], [(start, "".join(lines[1:]))])

    def test_all_methods_used_here_are_advertised(self):
        [info] = self.client(("serverinfo", {}))
        services = {(call["service"], method) for call in info["calls"] for method in call["methods"]}
        for method, id_name in LISTS:
            self.assertIn((method, "GET"), services)
            self.assertIn((f"{method}/{{{id_name}}}", "GET"), services)
            self.assertIn((f"search/{method}", "POST"), services)
            self.assertIn((f"search/{method}/{{searchResultsDbId}}", "GET"), services)
        self.assertIn(("callsets/{callSetDbId}/calls", "GET"), services)
        self.assertIn(("references/{referenceDbId}/bases", "GET"), services)

    def test_a_refusal_is_no_empty_result(self):
        for step in (
            ("callsets_detail", {"callSetDbId": "nobody"}),
            ("callsets", {"pageSize": -1}),
            ("search_callsets", {"callSetDbIds": 5}),
        ):
            with self.subTest(step), self.assertRaisesRegex(AssertionError, "BrAPI.js failed"):
                self.client(step)


if __name__ == "__main__":
    unittest.main()
