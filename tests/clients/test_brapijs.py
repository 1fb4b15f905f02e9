"""BrAPI.js, the client that web pages use, sees what the files hold: judged by bcftools and samtools.
The lists that it keeps and the orders that it places are compared with what plain HTTP says of them.

The client asks for the first page of a list and then for all others at once. An answer that it cannot
read leaves it without any result, so what the server says of its pages must be right each time.
"""

import hashlib
import json
import os
import pathlib
import random
import re
import unittest
import urllib.request

import support
import test_vendor
from support import FolderTest, Server, call_set_id, encode_id, run, simple_panel, write_vcf
from test_vendor import FULL_SAMPLE, plate

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

# Of the users' lists, what was sent.
KEPT = [
    {"listName": f"Plot {n}", "listType": ("germplasm", "samples")[n % 2], "listSource": f"app {n % 3}",
     "data": [f"g{i}" for i in range(n)]}
    for n in range(10)
]
KEPT += [{
    "listName": "Dürre 🌾", "listType": "germplasm", "listDescription": "Zoë's \"best\"",
    "listOwnerName": "Zoë", "listOwnerPersonDbId": "p1", "listSource": "app 0", "data": ["g1", "g/2", "é"],
    "additionalInfo": {"season": "2020"},
    "externalReferences": [{"referenceID": "doi:1", "referenceSource": "DOI"}],
}]
# method of the client, its name for an id
LISTS = [
    ("lists", "listDbId"),
    ("callsets", "callSetDbId"),
    ("references", "referenceDbId"),
    ("referencesets", "referenceSetDbId"),
    ("samples", "sampleDbId"),
    ("germplasm", "germplasmDbId"),
    ("studies", "studyDbId"),
]

# All that its vendor methods tell apart; it asks under the path of the major version.
VERSIONS = ["v1.1", "v1.2", "v1.3", "v2.0", "v2.1"]
PLATES = [
    plate(f"plate {n}", clientPlateBarcode=f"code {n}",
          samples=[{**FULL_SAMPLE, "clientSampleId": f"Zoë 🌾 {n}", "comments": "a+b&c/d"}])
    for n in range(5)
]
SUBMISSION = test_vendor.request(*PLATES)
ORDER = {**SUBMISSION, "serviceIds": ["chip", "gbs"], "requiredServiceInfo": {"genus": "Zea", "extract": True}}


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


class ClientTest(FolderTest):
    def serve(self, *options):
        self.server = Server(self.folder, *options)
        self.addCleanup(self.server.stop)

    def client(self, *steps, version="v2.0"):
        """What the client gives back for steps of (method, parameters[, behaviour])."""
        base = f"http://{self.server.host}:{self.server.port}/brapi/{version[:2]}"
        return json.loads(run("node", HERE / "brapijs.mjs", base, version, json.dumps(steps), timeout=90))


class brapijs(ClientTest):
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
        self.serve()
        status, answer = self.server.post("/brapi/v2/lists", KEPT)
        self.assertEqual(status, 200, answer)
        self.list_ids = [told["listDbId"] for told in answer["result"]["data"]]
        # A request is counted after its answer has left.
        self.wait_for(lambda: self.requests("lists") == 1)

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

    def plain_list(self, path):
        return self.server.get(f"/brapi/v2/{path}", pageSize=100_000)["result"]["data"]

    def requests(self, route):
        """How many requests of a route were answered well, whatever the method."""
        text = self.server.request("/metrics")[2].decode()
        name = re.escape(f'callstream_requests_total{{route="/brapi/v2/{route}",status="2xx"}} ')
        return sum(map(int, re.findall(name + r"(\d+)", text)))

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
            asked = self.requests(method)
            everything = self.plain_list(method)
            self.wait_for(lambda: self.requests(method) == asked + 1)
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
                if method == "lists":  # of which items are told one by one
                    self.assertEqual([len(told.pop("data")) for told in found], [e["listSize"] for e in found])
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

    def plain_details(self, list_id):
        return self.server.get(f"/brapi/v2/lists/{list_id}")["result"]

    def test_new_lists_are_kept_as_they_were_sent(self):
        for sent in (KEPT[-1], KEPT[3], {"listName": "Empty", "listType": "studies"}):
            with self.subTest(sent["listName"]):
                [told] = self.client(("lists_store", sent))
                self.assertNotIn(told["listDbId"], self.list_ids)
                self.assertEqual(told, self.plain_list("lists")[-1])
                details = self.plain_details(told["listDbId"])
                self.assertEqual({**details, **told}, details)
                self.assertEqual(details["data"], sent.get("data", []))
                self.compare_facts(details, sent)
        self.assertEqual(len(self.plain_list("lists")), len(KEPT) + 3)

    def compare_facts(self, told, sent):
        for name, value in sent.items():
            if name == "externalReferences":
                value = [{**one, "referenceId": one["referenceID"]} for one in value]
            self.assertEqual(told[name], value)

    def test_a_new_list_leads_to_its_items(self):
        [told] = self.client(("lists_store", KEPT[-1]), ("lists_detail", {"listDbId": {"from": "listDbId"}}))
        self.assertEqual(told, self.plain_details(told["listDbId"]))
        self.assertEqual(told["data"], KEPT[-1]["data"])

    def test_items_come_whole_or_page_by_page(self):
        """Without a page there must not be a pageSize either, or the client would ask for more of them."""
        route = "lists/{listDbId}"
        for paging, pages in (({}, 1), ({"pageSize": 4}, 3), ({"pageSize": 9}, 1), ({"pageSize": 100}, 1)):
            with self.subTest(**paging):
                before = self.requests(route)
                [told] = self.client(("lists_detail", {"listDbId": self.list_ids[9], **paging}))
                self.wait_for(lambda: self.requests(route) >= before + pages)
                self.assertEqual(self.requests(route), before + pages)
                self.assertEqual(told["data"], KEPT[9]["data"])
                self.assertEqual(told, self.plain_details(self.list_ids[9]))
                self.wait_for(lambda: self.requests(route) == before + pages + 1)

    def test_lists_are_found_by_what_was_said_of_them(self):
        for wanted, fits in (
            ({"listType": "samples"}, lambda k: k["listType"] == "samples"),
            ({"listName": "Dürre 🌾"}, lambda k: k is KEPT[-1]),
            ({"listSource": "app 0", "listType": "germplasm"},
             lambda k: (k["listSource"], k["listType"]) == ("app 0", "germplasm")),
            ({"externalReferenceID": "doi:1", "externalReferenceSource": "DOI"}, lambda k: k is KEPT[-1]),
        ):
            for paging in ({}, {"pageSize": 2}):
                with self.subTest(**wanted, **paging):
                    found = elements(self.client(("lists", {**wanted, **paging})))
                    self.assertEqual(sorted_ids(found, "listDbId"), sorted(self.kept_ids(fits)))

    def kept_ids(self, fits):
        return [list_id for list_id, sent in zip(self.list_ids, KEPT) if fits(sent)]

    def test_searches_of_lists_find_exactly_what_fits(self):
        names = ["Plot 2", "Plot 5", "Dürre 🌾", "nobody"]
        self.compare_searches("lists", "listDbId", [
            ({}, self.list_ids),
            ({"listNames": names}, self.kept_ids(lambda k: k["listName"] in names)),
            ({"listDbIds": self.list_ids[2:9]}, self.list_ids[2:9]),
            ({"listType": "samples"}, self.kept_ids(lambda k: k["listType"] == "samples")),
            (
                {"listSources": ["app 1", "app 2"], "listType": "germplasm"},
                self.kept_ids(lambda k: k["listSource"] != "app 0" and k["listType"] == "germplasm"),
            ),
            ({"listOwnerNames": ["Zoë"], "listOwnerPersonDbIds": ["p1"]}, self.list_ids[-1:]),
            ({"externalReferenceIDs": ["doi:1"], "externalReferenceSources": ["DOI"]}, self.list_ids[-1:]),
            ({"dateCreatedRangeStart": "2020-01-01T00:00:00Z"}, self.list_ids),
            ({"dateModifiedRangeEnd": "2020-01-01T00:00:00Z"}, []),
        ])

    def test_items_are_appended(self):
        """The client has no way to send an array but this; a plain object must not pass for one."""
        list_id = self.list_ids[2]
        expected = list(KEPT[2]["data"])
        for items in (["g9"], ["g1", "é 🌾"], []):
            expected += items
            [told] = self.client(("lists_items_store", {"listDbId": list_id, "toJSON": items}))
            self.assertEqual((told["data"], told["listSize"]), (expected, len(expected)))
            self.assertEqual(told, self.plain_details(list_id))
        [made] = self.client(
            ("lists_store", KEPT[2]),
            ("lists_items_store", {"listDbId": {"from": "listDbId"}, "toJSON": ["last"]}),
        )
        self.assertEqual(made["data"], [*KEPT[2]["data"], "last"])
        before = self.plain_details(list_id)
        for parameters in ({"data": ["x"]}, {"0": "x"}, {}):
            with self.subTest(parameters), self.assertRaisesRegex(AssertionError, "BrAPI.js failed"):
                self.client(("lists_items_store", {"listDbId": list_id, **parameters}))
            self.assertEqual(self.plain_details(list_id), before)

    def test_lists_are_changed(self):
        others = self.plain_list("lists")[:-1]
        list_id = self.list_ids[-1]
        expected = self.plain_details(list_id)
        for change in (
            {"listName": "Other"}, {"listType": "trials", "listDescription": "Late"}, {"data": ["a", "b", "a"]},
            {"externalReferences": []}, {"additionalInfo": {"season": "2021"}}, {"data": []}, {},
        ):
            with self.subTest(**change):
                expected |= change
                expected["listSize"] = len(expected["data"])
                [told] = self.client(("lists_modify", {"listDbId": list_id, **change}))
                self.assertEqual(told, self.plain_details(list_id))
                self.assertEqual({**told, "dateModified": None}, {**expected, "dateModified": None})
        self.assertEqual(self.plain_list("lists")[:-1], others)

    def test_a_list_leads_to_call_sets(self):
        """An extension: those of its samples or germplasm."""
        probes = ["probe 2", "probe 9"]
        found = self.client(
            ("lists_store", {"listName": "Probes", "listType": "samples", "data": probes}),
            ("search_callsets", {"listDbIds": {"from": "listDbId"}, "pageSize": 3}),
        )
        expected = bean_ids(lambda name: PROBES[name] in probes)
        self.assertEqual(sorted_ids(found, "callSetDbId"), sorted(expected))

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
        self.assertIn(("lists", "POST"), services)
        self.assertIn(("lists/{listDbId}", "PUT"), services)
        self.assertIn(("lists/{listDbId}/items", "POST"), services)

    def test_a_refusal_is_no_empty_result(self):
        for step in (
            ("callsets_detail", {"callSetDbId": "nobody"}),
            ("callsets", {"pageSize": -1}),
            ("search_callsets", {"callSetDbIds": 5}),
            ("lists_detail", {"listDbId": "nobody"}),
            ("lists_store", {"listType": "samples"}),
            ("lists_store", {"listName": "x", "listType": "nobody"}),
            ("lists_modify", {"listDbId": "nobody", "listName": "x"}),
            ("lists_modify", {"listDbId": self.list_ids[0], "data": "g1"}),
            ("lists_items_store", {"listDbId": "nobody", "toJSON": ["x"]}),
            ("search_lists", {"listNames": 5}),
        ):
            with self.subTest(step), self.assertRaisesRegex(AssertionError, "BrAPI.js failed"):
                self.client(step)


class brapijs_vendor(ClientTest):
    """A breeder orders and a laboratory delivers, under each version that the client knows."""

    def setUp(self):
        super().setUp()
        config = self.folder.parent / "config.toml"
        config.write_text(test_vendor.CONFIG)
        self.serve("--config", config, "--access-log")

    def plain(self, version, path, **parameters):
        return self.server.get(f"/brapi/{version[:2]}/vendor/{path}", **parameters)["result"]

    def place(self, version):
        [placed] = self.client(("vendor_orders_store", ORDER), version=version)
        return placed

    def command(self, *arguments):
        run(support.PROGRAM, "order", *arguments, "--state", self.server.state)

    def download(self, url):
        with urllib.request.urlopen(url) as answer:
            return answer.read()

    def asked(self, status="200"):
        """[(method, path)] of all requests so far that were answered so, by the log."""
        log = os.pread(self.server.log.fileno(), 1_000_000, 0).decode()
        return re.findall(rf" info ([A-Z]+) (/\S+) {status} ", log)

    def compare_pages(self, version, method, path, parameters):
        """All pages as one list, each asked for once; a page alone. Gives the list that plain HTTP has."""
        request = ("GET", f"/brapi/{version[:2]}/vendor/{path}")
        count = self.asked().count(request) + 1
        everything = self.plain(version, path)["data"]
        for size in (1, 2, 1000):
            with self.subTest(version, method=method, size=size):
                [told] = self.client((method, {**parameters, "pageSize": size}), version=version)
                self.assertEqual(told, {"data": everything})
                count += -(-len(everything) // size)
                self.wait_for(lambda: self.asked().count(request) >= count)
                self.assertEqual(self.asked().count(request), count)
        with self.subTest(version, method=method):
            alone = {"pageSize": 2, "pageRange": [1, 2]}
            [told] = self.client((method, {**parameters, **alone}), version=version)
            self.assertEqual(told, {"data": everything[2:4]})
        self.wait_for(lambda: self.asked().count(request) == count + 1)
        return everything

    def test_specifications_say_what_is_offered(self):
        for version in VERSIONS:
            with self.subTest(version):
                [told] = self.client(("vendor_specifications", {}), version=version)
                self.assertEqual(told, self.plain(version, "specifications"))
                self.assertEqual(told["vendorContact"]["vendorName"], "Bean Lab")
                self.assertEqual([s["serviceId"] for s in told["services"]], ["chip", "gbs"])

    def test_submitted_plates_come_back_as_they_were_sent(self):
        for version in VERSIONS[1:]:  # v1.1 asks for them elsewhere, see below
            with self.subTest(version):
                [made] = self.client(("vendor_plates", SUBMISSION), version=version)
                wanted = {"submissionId": made["submissionId"]}
                self.assertEqual(made, wanted)
                [told] = self.client(("vendor_plates_detail", wanted), version=version)
                self.assertEqual(told, SUBMISSION)
                self.assertEqual(told, self.plain(version, f"plates/{made['submissionId']}"))

    def test_a_new_order_leads_to_its_plates(self):
        for version in VERSIONS:
            with self.subTest(version):
                wanted = {"orderId": {"from": "orderId"}, "pageSize": 2}
                steps = ("vendor_orders_store", ORDER), ("vendor_orders_plates", wanted)
                self.assertEqual(self.client(*steps, version=version), [{"data": PLATES}])

    def test_an_order_is_found_by_its_ids(self):
        for version in VERSIONS:
            placed, _other = self.place(version), self.place(version)
            facts = {name: value for name, value in ORDER.items() if name not in ("plates", "sampleType")}
            facts |= {name: placed[name] for name in ("orderId", "submissionId")}
            for name in ("orderId", "submissionId"):
                with self.subTest(version, by=name):
                    wanted = {name: placed[name]}
                    [told] = self.client(("vendor_orders", wanted), version=version)
                    self.assertEqual(told, {"data": [facts]})
                    self.assertEqual(told, self.plain(version, "orders", **wanted))
            [told] = self.client(("vendor_orders", {"orderId": "nobody"}), version=version)
            self.assertEqual(told, {"data": []})

    def test_an_order_has_forms_to_ship_it_with(self):
        for version in VERSIONS:
            with self.subTest(version):
                forms = {form["fileName"]: form["fileURL"] for form in self.place(version)["shipmentForms"]}
                self.assertEqual(sorted(forms), ["manifest.csv", "manifest.html"])
                for link in forms.values():
                    self.assertIn("Zoë 🌾 4", self.download(link).decode())

    def test_orders_and_their_plates_come_page_by_page(self):
        ids = [self.place(version)["orderId"] for version in VERSIONS]
        for version in VERSIONS:
            orders = self.compare_pages(version, "vendor_orders", "orders", {})
            self.assertEqual([order["orderId"] for order in orders], ids)
            path = f"orders/{ids[2]}/plates"
            plates = self.compare_pages(version, "vendor_orders_plates", path, {"orderId": ids[2]})
            self.assertEqual(plates, PLATES)

    def test_the_status_is_what_the_laboratory_says(self):
        for version in VERSIONS:
            for way in (["received", "inProgress", "completed"], ["rejected"]):
                wanted = {"orderId": self.place(version)["orderId"]}
                for status in ["registered", *way]:
                    with self.subTest(version, status=status):
                        if status != "registered":
                            self.command("status", wanted["orderId"], status)
                        [told] = self.client(("vendor_orders_status", wanted), version=version)
                        self.assertEqual(told, {"status": status})
                        self.assertEqual(told, self.plain(version, f"orders/{wanted['orderId']}/status"))

    def test_results_lead_to_the_delivered_files(self):
        files = [simple_panel(self.folder.parent / name) for name in ("chip.vcf.gz", "chip.bcf")]
        files.append(self.folder.parent / "notes.csv")
        files[-1].write_text("sample,note\nZoë 🌾 1,dry\n")
        for version in VERSIONS:
            order = self.place(version)["orderId"]
            [told] = self.client(("vendor_orders_results", {"orderId": order}), version=version)
            self.assertEqual(told, {"data": []})
            for n, path in enumerate(files):
                self.command("result", order, path, "--sample", f"Zoë 🌾 {n}")
            self.wait_for(lambda: self.asked()[-1][1].endswith(f"{order}/results"))
            path = f"orders/{order}/results"
            results = self.compare_pages(version, "vendor_orders_results", path, {"orderId": order})
            self.assertEqual([self.download(one["fileURL"]) for one in results], [f.read_bytes() for f in files])
            for n, (one, path) in enumerate(zip(results, files)):
                md5 = hashlib.md5(path.read_bytes()).hexdigest()
                self.assertEqual((one["fileName"], one["md5sum"]), (path.name, md5))
                self.assertEqual(one["clientSampleIds"], [f"Zoë 🌾 {n}"])

    def test_what_only_documents_before_1_3_had_is_not_there(self):
        """No document since 1.3 has a search of plates, which the client offers in all versions. As 1.1 it asks
        for the plates of a submission where they were before 1.2."""
        cases = [("v1.1", ("vendor_plates_detail", {"submissionId": "any"}), "GET", "plate/any")]
        for version in VERSIONS:
            path = "plate-search" if version == "v1.1" else "plates-search"
            cases.append((version, ("vendor_plates_search", {"clientId": "c1"}), "POST", path))
        expected = []
        for version, step, method, path in cases:
            with self.subTest(version, path=path), self.assertRaisesRegex(AssertionError, "BrAPI.js failed"):
                self.client(step, version=version)
            expected.append((method, f"/brapi/{version[:2]}/vendor/{path}"))
        self.wait_for(lambda: len(self.asked("404")) >= len(expected))
        self.assertEqual(self.asked("404"), expected)

    def test_all_methods_used_here_are_advertised(self):
        [info] = self.client(("serverinfo", {}))
        services = {(call["service"], method) for call in info["calls"] for method in call["methods"]}
        for service in ("specifications", "plates/{submissionId}", "orders", "orders/{orderId}/plates",
                        "orders/{orderId}/status", "orders/{orderId}/results"):
            self.assertIn((f"vendor/{service}", "GET"), services)
        for service in ("plates", "orders"):
            self.assertIn((f"vendor/{service}", "POST"), services)

    def test_a_refusal_is_no_order(self):
        nobody = {"orderId": "nobody"}
        for version in ("v1.3", "v2.0"):
            for step in (
                ("vendor_orders_store", SUBMISSION),
                ("vendor_orders_store", {**ORDER, "serviceIds": ["nothing"]}),
                ("vendor_orders_store", {**ORDER, "numberOfSamples": 1}),
                ("vendor_plates", {**SUBMISSION, "plates": []}),
                ("vendor_plates_detail", {"submissionId": "nobody"}),
                ("vendor_orders_plates", nobody),
                ("vendor_orders_status", nobody),
                ("vendor_orders_results", nobody),
                ("vendor_orders", {"pageSize": -1}),
            ):
                with self.subTest(version, step=step), self.assertRaisesRegex(AssertionError, "BrAPI.js failed"):
                    self.client(step, version=version)
            self.assertEqual(self.plain(version, "orders"), {"data": []})


if __name__ == "__main__":
    unittest.main()
