"""The contract of BrAPI's maps and marker positions: a row for every parameter, every field of a search and
every field of an answer. All positions of the demo data are those that bcftools reads."""

import unittest

import support
from contract import BAD_OBJECTS, BAD_VALUES, PAGING, SYNC, ContractTest, count_rows, rows_of
from openapi import SPECIFICATION
from support import DEMO, Server, run, write_vcf

DOCUMENT = "brapi-genotyping-v2.1.json"
MAPS, MAP, GROUPS = "GET /maps", "GET /maps/{mapDbId}", "GET /maps/{mapDbId}/linkagegroups"
MARKERS, SEARCH = "GET /markerpositions", "POST /search/markerpositions"
RESULTS = "GET /search/markerpositions/{searchResultsDbId}"

ALL_MAPS = ["barley~chip", "barley~gbs", "main~old", "wheat~chip"]
BARLEY, OTHERS = ALL_MAPS[:2], ALL_MAPS[2:]
ALL = [
    "barley~chip~1~10~1", "barley~chip~1~20~1", "barley~chip~1~20~2", "barley~chip~2~5~1", "barley~gbs~1~15~1",
    "main~old~1~30~1", "main~old~2~40~1", "wheat~chip~chr1~10~1",
]
FIRST = [ALL[i] for i in (0, 1, 2, 4, 5, 7)]  # on chromosome 1, whatever it is called
SECOND = [ALL[3], ALL[6]]
# One value each, and what fits it.
MAP_PARAMETERS = {
    "mapDbId": ("wheat~chip", ["wheat~chip"]),
    "mapPUI": ("doi:1", []),
    "scientificName": ("Hordeum vulgare", []),
    "type": ("Physical", ALL_MAPS),
    "commonCropName": ("barley", BARLEY),
    "programDbId": ("p", BARLEY),
    "trialDbId": ("t", BARLEY),
    "studyDbId": ("s", BARLEY),
}
PARAMETERS = {
    "mapDbId": ("barley~gbs", [ALL[4]]),
    "linkageGroupName": ("2", SECOND),
    "variantDbId": ("main~old~2~40~1", [ALL[6]]),
    "minPosition": (20, [ALL[i] for i in (1, 2, 5, 6)]),
    "maxPosition": (10, [ALL[i] for i in (0, 3, 7)]),
}
BODIES = {
    "mapDbIds": (["wheat~chip", "barley~gbs", "x"], [ALL[4], ALL[7]]),
    "linkageGroupNames": (["2", "x"], SECOND),
    "variantDbIds": ([ALL[6], ALL[2], "x", "barley~chip~1~20~3"], [ALL[2], ALL[6]]),
    "minPosition": PARAMETERS["minPosition"],
    "maxPosition": PARAMETERS["maxPosition"],
}
MAP_FIELDS = {
    "additionalInfo": {}, "comments": None, "commonCropName": "barley", "documentationURL": None,
    "linkageGroupCount": 2, "mapDbId": "barley~chip", "mapPUI": None, "mapName": "chip", "markerCount": 4,
    "publishedDate": "2026-01-31T00:00:00Z", "scientificName": None, "type": "Physical", "unit": "bp",
}
GROUP_FIELDS = {
    "additionalInfo": ({}, {}), "linkageGroupName": ("1", "2"), "markerCount": (3, 1), "maxPosition": (20, 5),
}
FIELDS = {  # of the first two and the last marker
    "additionalInfo": ({}, {}, {}), "mapDbId": ("barley~chip", "barley~chip", "wheat~chip"),
    "mapName": ("chip", "chip", "chip"), "linkageGroupName": ("1", "1", "chr1"), "position": (10, 20, 10),
    "variantDbId": (ALL[0], ALL[1], ALL[7]), "variantName": ("m1", "1:20", "w\"1"),
}
ENDPOINTS = {
    MAPS: ({*MAP_PARAMETERS, *PAGING}, (), MAP_FIELDS),
    MAP: ({"mapDbId"}, (), MAP_FIELDS),
    GROUPS: ({"mapDbId", *PAGING}, (), GROUP_FIELDS),
    MARKERS: ({*PARAMETERS, *PAGING}, (), FIELDS),
    SEARCH: ((), {*BODIES, *PAGING}, FIELDS),
    RESULTS: ({"searchResultsDbId", *PAGING}, (), FIELDS),
}
KINDS = {MAPS: "GenomeMap", MAP: "GenomeMap", GROUPS: "LinkageGroup"}
CONFIG = """\
crop = "barley"
[program]
id = "p"
[trial]
id = "t"
[study]
id = "s"
"""


def row(contig, position, name=".", ref="A"):
    return (contig, position, name, ref, "C", "GT", ["0|1", "1|1"])


class contract(ContractTest):
    DOCUMENTS = (DOCUMENT, "brapi-genotyping-v2.0.json")

    def setUp(self):
        super().setUp()
        chip = [row("1", 10, "m1;x", "A" * 15), row("1", 20), row("1", 20), row("2", 5, "m4")]
        for place, samples, rows in (
            ("barley/chip", ["B1", "B2"], chip),
            ("barley/gbs", ["B1", "B3"], [row("1", 15)]),
            ("old.chr1", ["A1", "A2"], [row("1", 30)]),
            ("old.chr2", ["A1", "A2"], [row("2", 40)]),
            ("wheat/chip", ["B1", "B2"], [row("chr1", 10, 'w"1')]),
        ):
            spelling = "ID=chr" if rows[0][0] == "chr1" else "ID="
            head = support.VCF_HEAD.replace("contig=<ID=", f"contig=<{spelling}")
            write_vcf(self.folder / f"{place}.vcf.gz", rows, samples, head)
        (self.folder / "barley" / "dataset.toml").write_text(CONFIG)
        self.server = Server(self.folder)
        self.addCleanup(self.server.stop)
        self.wait_for(lambda: len(self.server.get("/brapi/v2/maps")["result"]["data"]) == len(ALL_MAPS))

    def ids(self, answer, name="variantDbId"):
        """After the answer said nothing but that nothing fits, where nothing does."""
        data = answer["result"]["data"]
        self.assertEqual(len(self.warnings(answer)), 0 if data else 1, answer)
        return [one[name] for one in data]

    def test_parameters_of_maps(self):
        self.assertEqual(self.ids(self.ask(MAPS), "mapDbId"), ALL_MAPS)
        for name, (value, wanted) in MAP_PARAMETERS.items():
            with self.subTest(name):
                self.assertEqual(self.ids(self.ask(MAPS, **{name: value}), "mapDbId"), wanted)
                self.assertEqual(self.ids(self.ask(MAPS, **{name: "nothing has this"}), "mapDbId"), [])
                self.assertEqual(self.ids(self.ask(MAPS, **{name: ""}), "mapDbId"), ALL_MAPS)
        for value, wanted in (("physical", ALL_MAPS), ("PHYSICAL", ALL_MAPS), ("Genetic", []), ("Physica", [])):
            self.assertEqual(self.ids(self.ask(MAPS, type=value), "mapDbId"), wanted)
        self.assertEqual(self.ids(self.ask(MAPS, commonCropName="unknown"), "mapDbId"), OTHERS)
        self.assertEqual(self.ids(self.ask(MAPS, studyDbId="s", mapDbId="main~old"), "mapDbId"), [])
        for endpoint in (MAP, GROUPS):
            self.ask(endpoint, 404, path="wheat~nothing")

    def test_parameters_of_markers(self):
        self.assertEqual(self.ids(self.ask(MARKERS)), ALL)
        for name, (value, wanted) in PARAMETERS.items():
            with self.subTest(name):
                answer = self.ask(MARKERS, **{name: value})
                self.assertEqual(self.ids(answer), wanted)
                self.assertEqual(answer["metadata"]["pagination"]["totalCount"], len(wanted))
                if not name.endswith("Position"):
                    self.assertEqual(self.ids(self.ask(MARKERS, **{name: "nothing has this"})), [])
        for value in ("1", "chr1"):
            self.assertEqual(self.ids(self.ask(MARKERS, linkageGroupName=value)), FIRST)
        for low, high, wanted in ((10, 10, [0, 7]), (11, 19, [4]), (20, 30, [1, 2, 5]), (41, 99, []), (0, 4, [])):
            answer = self.ask(MARKERS, minPosition=low, maxPosition=high)
            self.assertEqual(self.ids(answer), [ALL[i] for i in wanted])
        several = {"mapDbId": "barley~chip", "linkageGroupName": "chr1", "minPosition": 11}
        self.assertEqual(self.ids(self.ask(MARKERS, **several)), ALL[1:3])
        self.assertEqual(self.ids(self.ask(MARKERS, variantDbId=ALL[3], **several)), [])
        for bad in ({"minPosition": "x"}, {"maxPosition": 1.5}, {"minPosition": -1}, {"minPosition": 2, "maxPosition": 1}):
            self.ask(MARKERS, 400, **bad)

    def test_pages(self):
        kept = self.ask(SEARCH, 202, body={})["result"]["searchResultsDbId"]
        self.ask(RESULTS, 404, path="x")
        for name, (parameters, wanted) in PAGING.items():
            with self.subTest(name):
                self.assertEqual(self.ids(self.ask(MAPS, **parameters), "mapDbId"), ALL_MAPS[wanted])
                for answer in (
                    self.ask(MARKERS, **parameters), self.ask(RESULTS, path=kept, **parameters),
                    self.ask(SEARCH, body=parameters, headers=SYNC),
                ):
                    self.assertEqual(self.ids(answer), ALL[wanted])
                    self.assertEqual(answer["metadata"]["pagination"]["totalCount"], len(ALL))
            for bad in BAD_VALUES[name]:
                for endpoint, path in ((MAPS, None), (MARKERS, None), (GROUPS, "main~old"), (RESULTS, kept)):
                    self.ask(endpoint, 400, path=path, **{name: bad})
        self.check_pages_of_all_sizes()
        self.assertEqual(self.ask(MARKERS, page=9)["result"]["data"], [])
        page = self.ask(GROUPS, path="main~old", page=1, pageSize=1)
        self.assertEqual(self.ids(page, "linkageGroupName"), ["2"])
        self.assertEqual(self.ask(GROUPS, path="main~old", page=2, pageSize=1)["result"]["data"], [])

    def check_pages_of_all_sizes(self):
        for size in range(1, len(ALL) + 1):
            pages = [self.ids(self.ask(MARKERS, page=i, pageSize=size)) for i in range((len(ALL) - 1) // size + 1)]
            self.assertEqual(sum(pages, []), ALL, size)

    def test_searches(self):
        for name, (value, wanted) in BODIES.items():
            with self.subTest(name):
                self.assertEqual(self.ids(self.ask(SEARCH, body={name: value}, headers=SYNC)), wanted)
                kept = self.ask(SEARCH, 202, body={name: value})["result"]["searchResultsDbId"]
                self.assertEqual(self.ids(self.ask(RESULTS, path=kept)), wanted)
                self.ask(SEARCH, 400, body={name: {"a": 5}})
        for body in (*BAD_OBJECTS, {"minPosition": -1}, {"minPosition": 2, "maxPosition": 1}):
            self.ask(SEARCH, 400, body=body)
        several = {"mapDbIds": OTHERS, "linkageGroupNames": ["1"], "maxPosition": 29}
        self.assertEqual(self.ids(self.ask(SEARCH, body=several, headers=SYNC)), [ALL[7]])

    def test_fields(self):
        one = self.ask(MAP, path="barley~chip")["result"]
        self.assertEqual(self.ask(MAPS, mapDbId="barley~chip")["result"]["data"], [one])
        self.assertEqual(one, MAP_FIELDS)
        other = self.ask(MAP, path="main~old")["result"]
        self.assertEqual((other["commonCropName"], other["linkageGroupCount"]), ("unknown", 2))
        groups = self.ask(GROUPS, path="barley~chip")["result"]["data"]
        kept = self.ask(SEARCH, 202, body={})["result"]["searchResultsDbId"]
        markers = self.ask(MARKERS)["result"]["data"]
        self.assertEqual(self.ask(RESULTS, path=kept)["result"]["data"], markers)
        self.assertEqual(self.ask(SEARCH, body={}, headers=SYNC)["result"]["data"], markers)
        for objects, fields in ((groups, GROUP_FIELDS), ([*markers[:2], markers[-1]], FIELDS)):
            self.assertEqual(set(objects[0]), set(fields))
            for name, wanted in fields.items():
                with self.subTest(name):
                    self.assertEqual(tuple(one[name] for one in objects), wanted)
        split = self.ask(GROUPS, path="main~old")["result"]["data"]
        self.assertEqual([(g["linkageGroupName"], g["maxPosition"]) for g in split], [("1", 30), ("2", 40)])

    def test_authorization(self):
        kept = self.ask(SEARCH, 202, body={})["result"]["searchResultsDbId"]
        for endpoint, path in ((MAPS, None), (MAP, "main~old"), (GROUPS, "main~old"), (MARKERS, None), (RESULTS, kept)):
            self.check_authorization(endpoint, path=path)
        self.check_authorization(SEARCH, 202, body={})

    @unittest.skipUnless(SPECIFICATION.is_dir(), "BrAPI's documents are not on this machine")
    def test_the_rows_are_those_of_the_document(self):
        document = self.documents[DOCUMENT]
        for endpoint, (parameters, body, fields) in ENDPOINTS.items():
            method, path = endpoint.split()
            described = document.document["paths"][path][method.lower()]
            names = {document.resolve(p)["name"] for p in described["parameters"]}
            with self.subTest(endpoint):
                self.assertEqual(names - {"Authorization", "authorizationHeader"}, set(parameters))
                if body:
                    self.assertEqual(set(document.members(document.request(path))[0]), set(body))
                kind = KINDS.get(endpoint, "MarkerPosition")
                wanted = document.members(document.document["components"]["schemas"][kind])[0]
                self.assertEqual(set(wanted), set(fields))

    def test_counts(self):
        self.assertEqual(count_rows(rows_of(ENDPOINTS)), {"parameter": 30, "body": 7, "field": 51})


class demo(unittest.TestCase):
    def test_positions_are_those_of_bcftools(self):
        compared = 0
        with Server(DEMO) as server:
            for shown in server.get("/brapi/v2/maps")["result"]["data"]:
                data_set, stem = shown["mapDbId"].split("~")
                path = next((DEMO if data_set == "main" else DEMO / data_set).glob(f"{stem}.*[fz]"))
                wanted = self.records_of(path, shown["mapDbId"])
                self.assertEqual(self.markers_of(server, shown["mapDbId"]), wanted)
                self.assertEqual(shown["markerCount"], len(wanted))
                compared += len(wanted)
            every = server.get("/brapi/v2/markerpositions", pageSize=1)["metadata"]["pagination"]["totalCount"]
        self.assertEqual(every, compared)
        print(f"{compared} positions equal", flush=True)

    def markers_of(self, server, map_id):
        markers, page = [], 0
        while len(markers) == 997 * page:
            answer = server.get("/brapi/v2/markerpositions", mapDbId=map_id, page=page, pageSize=997)
            markers += answer["result"]["data"]
            page += 1
        return [(m["linkageGroupName"], m["position"], m["variantDbId"], m["variantName"]) for m in markers]

    def records_of(self, path, map_id):
        text = run("bcftools", "query", "-f", "%CHROM %POS %ID\n", path).decode()
        records = [line.split(" ") for line in text.splitlines()]
        ids = [suffix for suffix, _ in support.expected_calls(path)]
        return [
            (contig, int(position), f"{map_id}~{suffix}",
             f"{contig}:{position}" if name == "." else name.split(";")[0])
            for (contig, position, name), suffix in zip(records, ids, strict=True)
        ]


if __name__ == "__main__":
    unittest.main()
